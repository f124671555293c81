"""The form of a bandwidth profile: what is asked, how it is checked, and the profile that it makes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from radiusbridge.domain.records import Profile, StartsAt
from radiusbridge.domain.values import (
    format_duration,
    format_rate,
    parse_duration,
    parse_label,
    parse_rate_pair,
    parse_size,
)
from radiusbridge.tui.form import Entry, Values
from radiusbridge.tui.form_checks import empty_or, one_of, whole_number
from radiusbridge.tui.language import N_, _
from radiusbridge.tui.text import cell

NEW = Profile("", 0, 0)
_MOST_MONEY = 10**12


@dataclass(frozen=True, slots=True)
class _Part:
    """A field of the form. fields: of the profile; parse: its values, one for each; text: of them as it is shown."""

    label: str
    fields: tuple[str, ...]
    parse: Callable[[str], Any]
    text: Callable[[Any], str] = str
    hint: str = ""
    needed: bool = False

    def shown(self, profile: Profile) -> str:
        values = [getattr(profile, name) for name in self.fields]
        return "" if None in values else "/".join(self.text(value) for value in values)

    def values(self, text: str) -> dict[str, Any]:
        if not text.strip() and not self.needed:
            return dict.fromkeys(self.fields, 0 if self.fields == ("price",) else None)
        parsed = self.parse(text)
        return dict(zip(self.fields, parsed if len(self.fields) > 1 else (parsed,), strict=True))


def _label(what: str) -> Callable[[str], str]:
    return lambda text: parse_label(text.strip(), what)


def _starts(text: str) -> StartsAt:
    one_of("start", [str(each) for each in StartsAt])(text)
    return StartsAt(text.strip().casefold())


def _currency(text: str) -> str:
    return parse_label(text.strip(), "currency", 8)


_PARTS: Mapping[str, _Part] = {
    "rate": _Part(N_("rate"), ("rate_up", "rate_down"), parse_rate_pair, format_rate, "up/down: 2M/10M", True),
    "burst": _Part(N_("burst"), ("burst_up", "burst_down"), parse_rate_pair, format_rate, "4M/20M"),
    "threshold": _Part(
        N_("burst until"), ("burst_threshold_up", "burst_threshold_down"), parse_rate_pair, format_rate, "1M/8M"
    ),
    "burst_time": _Part(N_("burst time"), ("burst_time",), parse_duration, format_duration, "16s"),
    "priority": _Part(N_("priority"), ("priority",), whole_number(1, 8), str, N_("1 first … 8 last")),
    "validity": _Part(N_("validity"), ("validity",), parse_duration, format_duration, N_("30d; empty: no end")),
    "starts_at": _Part(N_("starts at"), ("starts_at",), _starts, str, "assigned, first-login", True),
    "price": _Part(N_("price"), ("price",), whole_number(0, _MOST_MONEY), str, "150000"),
    "currency": _Part(N_("currency"), ("currency",), _currency, str, "IDR", True),
    "shared_users": _Part(N_("shared"), ("shared_users",), whole_number(1, 1000), str, N_("sessions at once"), True),
    "data_quota": _Part(N_("data quota"), ("data_quota",), parse_size, format_rate, N_("50G; empty: none")),
    "time_quota": _Part(N_("time quota"), ("time_quota",), parse_duration, format_duration, N_("10h; empty: none")),
    "pool": _Part(N_("pool"), ("pool",), _label("pool"), str, N_("of addresses, on the NASes")),
    "address_list": _Part(N_("addr. list"), ("address_list",), _label("address list"), str, N_("of the firewall")),
}


def entries(profile: Profile | None) -> list[Entry]:
    """The lines. profile None: a new one; one that is there keeps its name."""
    old = profile or NEW
    name = Entry("name", _("name"), _label("profile's name"), "", _("as the servers will have it"))
    found = [] if profile is not None else [name]
    for key, part in _PARTS.items():
        value = "" if part.needed and key == "rate" and profile is None else part.shown(old)
        check = part.parse if part.needed else empty_or(part.parse)
        found.append(Entry(key, _(part.label), check, cell(value, 80), _(part.hint)))
    return found


def changed(old: Profile, shown: Values, typed: Values) -> Profile:
    """The profile with what was typed where it differs from what was shown. BadInput: it does not go together."""
    from radiusbridge.services.profiles import checked

    values: dict[str, Any] = {}
    for name, text in typed.items():
        if name == "name":
            values[name] = text.strip()
        elif text != shown.get(name) or old is NEW:
            values |= _PARTS[name].values(text)
    return checked(replace(old, **values))
