"""Changes of a hotspot's rows: forms, questions, and what came of it."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.hotspot import EXPIRIES, HotspotRow, Listing, Terms
from radiusbridge.tui import hotspot_servers
from radiusbridge.tui.desk import Began, Desk
from radiusbridge.tui.dialogs import Question
from radiusbridge.tui.evidence import severity_of
from radiusbridge.tui.form import Entry, Form, Values, Ways
from radiusbridge.tui.form_checks import any_text, empty_or, one_of, whole_number
from radiusbridge.tui.language import N_, _
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.services.hotspot.writing import Changed, Chosen
    from radiusbridge.tui.app import Dashboard

Change = Callable[[Desk], "Awaitable[Changed]"]
_LABELS = {
    Listing.USER: (
        ("name", N_("name"), ""),
        ("password", N_("password"), N_("empty: as it is, or none")),
        ("profile", N_("profile"), "default"),
        ("server", N_("server"), "all"),
        ("limit-uptime", N_("limit"), N_("how long in all, like 12h")),
        ("limit-bytes-total", N_("data"), N_("how much in all, like 2G")),
        ("mac-address", N_("device"), N_("only from this MAC address")),
        ("comment", N_("comment"), ""),
    ),
    Listing.PROFILE: (
        ("name", N_("name"), ""),
        ("rate-limit", N_("rate"), "2M/5M"),
        ("shared-users", N_("shared"), N_("sessions at once, or unlimited")),
        ("address-pool", N_("pool"), N_("of addresses, or none")),
        ("price", N_("price"), "5000"),
        ("validity", N_("validity"), N_("30d; empty: no end")),
        ("expiry", N_("expiry"), ", ".join(EXPIRIES.values())),
    ),
    Listing.BINDING: (
        ("mac-address", N_("device"), N_("MAC address; or an address below")),
        ("address", N_("address"), ""),
        ("type", N_("type"), "regular, bypassed, blocked"),
        ("server", N_("server"), "all"),
        ("comment", N_("comment"), ""),
    ),
}
_SOLD = ("price", "validity", "expiry")
_CHECKS: dict[str, Callable[[str], object]] = {
    "price": empty_or(whole_number(0, 10**12)),
    "expiry": empty_or(one_of("expiry", list(EXPIRIES.values()))),
    "validity": any_text,
}


def add(app: "Dashboard", listing: Listing, near: HotspotRow | None) -> None:
    """A form; near: a row whose NAS is offered."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.hotspot.lists import nases

        names = [each.name for each in await nases(desk.context)]
        here = near.nas if near is not None else names[0] if len(names) == 1 else ""
        lines = [Entry("nas", "NAS", one_of("nas", names), here, ", ".join(names)), *_entries(listing, None)]

        def typed(values: Values | None) -> None:
            if values is not None:
                _told(app, "hotspot-add", lambda desk: _add(desk, listing, values))

        title = _("New {what} of a hotspot").format(what=term(str(listing)))
        app.push_screen(Form(title, lines, Ways(lambda values: _wanted(listing, values, {}))), typed)

    app.acting.opening("form", work)


def edit(app: "Dashboard", row: HotspotRow) -> None:
    """The same with what is known."""
    lines = _entries(row.listing, row)
    shown = {each.name: each.value for each in lines}

    def typed(values: Values | None) -> None:
        if values is not None:
            _told(app, "hotspot-edit", lambda desk: _edit(desk, row, values, shown))

    title = _("{name} of the hotspot on {nas}").format(name=cell(row.name, 40), nas=cell(row.nas, 40))
    app.push_screen(Form(title, lines, Ways(lambda values: _wanted(row.listing, values, shown))), typed)


def enable(app: "Dashboard", row: HotspotRow) -> None:
    """Nobody is hit."""

    async def work(desk: Desk) -> "Changed":
        from radiusbridge.services.hotspot import writing

        return await writing.switch(desk.context, _chosen(row), enabled=True)

    _told(app, "hotspot-enable", work)


def disable(app: "Dashboard", row: HotspotRow) -> None:
    """Ask; of a user sessions and cookies go as well."""

    async def work(desk: Desk) -> "Changed":
        from radiusbridge.services.hotspot import leaving, writing

        if row.listing is Listing.USER:
            return await leaving.keep_out(desk.context, _chosen(row))
        return await writing.switch(desk.context, _chosen(row), enabled=False)

    if row.listing is Listing.SERVER:
        hotspot_servers.switch_off(app, row, lambda change: _told(app, "hotspot-disable", change))
        return
    effect = _("The binding does not count any more.")
    if row.listing is Listing.USER:
        effect = _("No login any more; cookies and live sessions are ended, and nobody may be back for 5 s.")
    _ask(app, "hotspot-disable", "disable", row, effect, work)


def reset(app: "Dashboard", row: HotspotRow) -> None:
    """Ask."""

    async def work(desk: Desk) -> "Changed":
        from radiusbridge.services.hotspot import writing

        return await writing.reset_counters(desk.context, _chosen(row))

    _ask(app, "hotspot-reset", "reset", row, _("Uptime and bytes count from zero; limits begin anew."), work)


def remove(app: "Dashboard", row: HotspotRow) -> None:
    """Ask; of a user sessions and cookies go as well."""

    async def work(desk: Desk) -> "Changed":
        from radiusbridge.services.hotspot import leaving, writing

        if row.listing is Listing.USER:
            return await leaving.keep_out(desk.context, _chosen(row), remove=True)
        return await writing.remove(desk.context, _chosen(row))

    effects = {
        Listing.USER: _("The user goes; cookies and live sessions are ended, and nobody may be back for 5 s."),
        Listing.COOKIE: _("The device has to log in with the password; a live session goes on."),
        Listing.HOST: _("A device that is still there is seen again at once, and has to log in."),
    }
    _ask(app, "hotspot-remove", "remove", row, effects.get(row.listing, _("The row goes.")), work)


def kick(app: "Dashboard", row: HotspotRow) -> None:
    """Ask; a customer's session is ended through the journal."""

    async def look(desk: Desk) -> None:
        from radiusbridge.services.hotspot import leaving, lists

        place = await lists.only(desk.context, row.nas)
        customer = await leaving.customer_of(desk.context, place, row.name)
        if customer is None:

            async def work(desk: Desk) -> "Changed":
                return await leaving.log_out(desk.context, row.name, nas=row.nas)

            _ask(app, "hotspot-kick", "kick", row, _("Cookies first, then sessions; the password lets in again."), work)
            return
        from radiusbridge.tui import asking, doings

        question = asking.kick_one(customer, row.text("address"), f"{row.text('mac_address')} · {row.nas}")
        app.acting.ask("hotspot-kick", question, lambda _answers: lambda desk: doings.kick(desk, customer))

    app.acting.opening("kick", look)


def _ask(app: "Dashboard", action_id: str, verb: str, row: HotspotRow, effect: str, change: Change) -> None:
    kind = term("customer" if row.listing is Listing.ACTIVE else str(row.listing))
    whom = (
        Text(f"  {kind:<10}{cell(row.name, 60)}", "bold"),
        Text(f"  {'NAS':<10}{cell(row.nas, 40)}  {cell(row.text('address') or row.text('comment'), 40)}"),
    )

    async def act(desk: Desk) -> Began:
        _carry(app, action_id, desk, change)
        return Began(None, _("begun; the verdict follows"))

    app.acting.ask(action_id, Question(verb, _("this row"), whom, effect), lambda _answers: act)


def _told(app: "Dashboard", action_id: str, change: Change) -> None:
    assert app.desk is not None
    _carry(app, action_id, app.desk, change)


def _carry(app: "Dashboard", action_id: str, _desk: Desk, change: Change) -> None:
    """Beside everything else; the verdict is told when it is there."""

    async def work(desk: Desk) -> None:
        told = await change(desk)
        severity = severity_of(told.verdict)
        title = f"{told.verdict}  {cell(told.action.replace('.', ' '), 60)} {cell(told.name, 60)}"
        words = "\n".join(cell(each, 300) for each in told.words)
        app.notify(words, title=title, severity=severity, timeout=10, markup=False)
        app.list_screen.renew()

    app.acting.beside(action_id, work)


def _chosen(row: HotspotRow) -> "Chosen":
    from radiusbridge.services.hotspot.writing import Chosen

    return Chosen(row.listing, row.name, row.nas, row.id)


def _entries(listing: Listing, row: HotspotRow | None) -> list[Entry]:
    found = []
    for name, label, hint in _LABELS[listing]:
        value = "" if row is None or name == "password" else cell(row.text(name.replace("-", "_")), 200)
        check = _CHECKS.get(name) or _checked(listing, name)
        found.append(Entry(name, _(label), check, value, _(hint) if hint else "", secret=name == "password"))
    return found


def _checked(listing: Listing, name: str) -> Callable[[str], object]:
    def check(text: str) -> object:
        if name == "name" and not text.strip():
            raise BadInput(_("this is needed"))
        from radiusbridge.services.hotspot.writing import checked

        checked(listing, {name: text.strip()})
        return None

    return check


def _wanted(listing: Listing, typed: Values, shown: Values) -> dict[str, str]:
    """What is to be written, without what it is sold for. BadInput: it does not go together."""
    known = [name for name, _label, _hint in _LABELS[listing] if name not in _SOLD]
    changed = {name: typed[name].strip() for name in known if typed[name].strip() != shown.get(name, "")}
    if listing is Listing.BINDING and not any(typed[name].strip() for name in ("mac-address", "address")):
        raise BadInput(_("a device or an address is needed"))
    _terms(typed, Terms())
    return changed


def _terms(typed: Values, old: Terms) -> Terms:
    from radiusbridge.domain.hotspot import write_terms

    if "price" not in typed:
        return old
    price = int(typed["price"].strip() or "0")
    selling = old.selling if price == old.price else 0
    validity = typed["validity"].strip()
    made = Terms(typed["expiry"].strip() or "none", price, "" if validity == "0" else validity, selling, old.lock)
    write_terms("", made)
    return made


async def _add(desk: Desk, listing: Listing, typed: Values) -> "Changed":
    from radiusbridge.domain.hotspot import write_terms
    from radiusbridge.services.hotspot import writing

    values = {name: text for name, text in _wanted(listing, typed, {}).items() if text}
    if listing is Listing.PROFILE and any(typed[name].strip() for name in _SOLD):
        values["on-login"] = write_terms("", _terms(typed, Terms()))
    name = values.get("name") or values.get("mac-address") or values["address"]
    return await writing.add(desk.context, listing, name, values, nas=typed["nas"].strip())


async def _edit(desk: Desk, row: HotspotRow, typed: Values, shown: Values) -> "Changed":
    from radiusbridge.services.hotspot import writing

    values = _wanted(row.listing, typed, shown)
    chosen = _chosen(row)
    if any(typed.get(name, "") != shown.get(name, "") for name in _SOLD):
        values |= await writing.sold_for(desk.context, chosen, lambda old: _terms(typed, old))
    if not values:
        raise BadInput(_("nothing was changed"))
    return await writing.change(desk.context, chosen, values)
