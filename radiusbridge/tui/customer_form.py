"""The form of a customer: what is asked, how it is checked, and what is submitted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from radiusbridge.domain.days import day_of, parse_day, start_of
from radiusbridge.domain.records import Customer
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.values import parse_address, parse_username
from radiusbridge.tui.form import Entry, Values
from radiusbridge.tui.form_checks import any_text, empty_or, one_of, only
from radiusbridge.tui.language import N_, _
from radiusbridge.tui.text import cell

_TEXTS = {
    "name": N_("name"),
    "phone": N_("phone"),
    "area": N_("area"),
    "address": N_("address"),
    "odp": N_("odp"),
    "vlan": N_("vlan"),
    "note": N_("note"),
}


def entries(
    profiles: Sequence[str], servers: Sequence[str], customer: Customer | None, profile: str, zone: tzinfo | None
) -> list[Entry]:
    """The lines. customer None: a new one. profile: the name of the one that the customer has."""
    from radiusbridge.services.checks import caller_id, plain_text

    old = customer or Customer("", "", 0, 0)
    paid = "" if old.paid_until is None else day_of(old.paid_until, zone).isoformat()
    password = _("as it is") if customer is not None else _("needed, unless the account is there already")
    found = [
        Entry("username", _("user name"), parse_username, cell(old.username, 400), _("what is dialled with")),
        Entry("password", _("password"), any_text, "", password, secret=True),
        Entry("profile", _("profile"), one_of("profile", profiles), profile or only(profiles), ", ".join(profiles[:6])),
    ]
    if customer is None:
        found.append(Entry("server", _("server"), one_of("server", servers), only(servers), ", ".join(servers[:6])))
    found += [
        Entry(name, _(label), lambda text, name=name: plain_text(text, name), cell(getattr(old, name), 400))  # type: ignore[misc]
        for name, label in _TEXTS.items()
    ]
    return [
        *found,
        Entry("static_address", _("fixed IP"), empty_or(parse_address), old.static_address or "", _("from the pool")),
        Entry("caller_id", _("locked to"), caller_id, old.caller_id or "", _("a MAC, or bind: the first that dials")),
        Entry("paid_until", _("paid until"), empty_or(parse_day), paid, "2026-12-31"),
    ]


def changed(old: Customer, shown: Values, typed: Values, zone: tzinfo | None) -> Customer:
    """The customer with what was typed where it differs from what was shown; the rest stays, however it looks."""
    values: dict[str, Any] = {}
    for name, text in typed.items():
        if name in {"profile", "server"} or text == shown.get(name):
            continue
        if name == "password":
            values[name] = Secret(text)
        elif name == "paid_until":
            values[name] = start_of(parse_day(text), zone) if text.strip() else None
        else:
            values[name] = text
    return replace(old, **values)
