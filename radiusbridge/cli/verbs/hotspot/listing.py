"""The lists of hotspots as text and JSON, and how a change ended."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import export_option, exported
from radiusbridge.cli.options import SECONDS, codes_option, json_option, stacked
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.hotspot import HotspotRow, Listing
from radiusbridge.domain.text import safe
from radiusbridge.domain.verdict import Status, exit_status

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.hotspot.lists import HotspotReading
    from radiusbridge.services.hotspot.writing import Changed

F = TypeVar("F", bound=Callable[..., object])
COLUMNS: dict[Listing, Sequence[str]] = {
    Listing.SERVER: ("nas", "name", "interface", "address_pool", "profile", "state"),
    Listing.USER: ("nas", "name", "profile", "server", "uptime", "limit_uptime", "bytes_out", "state", "comment"),
    Listing.PROFILE: ("nas", "name", "rate_limit", "shared_users", "address_pool", "validity", "expiry", "price"),
    Listing.ACTIVE: ("nas", "user", "address", "mac_address", "uptime", "login_by", "account"),
    Listing.HOST: ("nas", "mac_address", "address", "server", "uptime", "let_through"),
    Listing.COOKIE: ("nas", "user", "mac_address", "expires_in", "mac_cookie"),
    Listing.BINDING: ("nas", "mac_address", "address", "type", "server", "state", "comment"),
}
"""What a table shows of each list."""
HELP = {
    Listing.SERVER: "Show the hotspot servers of the NASes.",
    Listing.USER: "Show the users that routers know by themselves. Passwords are not read; vouchers that nobody has "
    "bought or used go by their number.",
    Listing.PROFILE: "Show the user profiles: rate, shared users, pool, and what they are sold for.",
    Listing.ACTIVE: "Show who is logged in.",
    Listing.HOST: "Show the devices that the hotspots know.",
    Listing.COOKIE: "Show the cookies: each lets its device back in without a password.",
    Listing.BINDING: "Show the IP bindings: devices that are let through, or kept out, without any login.",
}


def nas_option(function: F) -> F:
    """`--nas`, where one row is meant."""
    return click.option("--nas", metavar="NAME", help="On this NAS; may be left out where only one has a hotspot.")(
        function
    )


def id_option(function: F) -> F:
    """`--id`."""
    return click.option("--id", "identifier", default="", metavar="ID", help="Its .id, where several are called so.")(
        function
    )


def settle_option(function: F) -> F:
    """`--settle`, of verbs after which nobody may be back."""
    shown = click.option(
        "--settle", type=SECONDS, default="5s", show_default=True, help="For how long nobody may be back."
    )
    return shown(function)


changing = stacked(
    nas_option,
    id_option,
    click.option("--reason", default="", metavar="TEXT", help="Why; kept in the audit log."),
    json_option,
)
"""Options of verbs that change one row, except `database_verb`."""


def list_verb(listing: Listing) -> click.Command:
    """`list` of one of the lists."""

    @click.command("list", help=f"{HELP[listing]}\n\nWORDS: all of them have to stand in a row.")
    @click.argument("words", nargs=-1)
    @click.option("--nas", metavar="NAME", help="Of this NAS; default: of all.")
    @(codes_option if listing is Listing.USER else _as_it_is)
    @export_option
    @json_option
    @database_verb
    async def list_(
        context: "Context",
        words: tuple[str, ...],
        nas: str | None,
        file: str | None,
        as_json: bool,
        codes: bool = False,
    ) -> int:
        from radiusbridge.services.hotspot.lists import shown

        found = await shown(context, listing, nas=nas, words=" ".join(words), codes=codes, to=file or "")
        return show_list(found, listing, as_json, file)

    return list_


def _as_it_is(function: F) -> F:
    return function


def show_list(readings: "Sequence[HotspotReading]", listing: Listing, as_json: bool, file: str | None = None) -> int:
    """Print them, or write them to a file; 0, or 3 where a NAS could not be read."""
    views = [row_view(row) for reading in readings for row in reading.rows]
    if exported(file, views, COLUMNS[listing]):
        pass
    elif as_json:
        output.json_value(views)
    else:
        shown = [{**view, **_shown(view)} for view in views]
        output.table(shown, [output.column(name.upper().replace("_", " "), name) for name in COLUMNS[listing]])
    if not readings:
        note("", "there is no NAS with API access to ask; radiusbridge nas add")
    for reading in readings:
        if reading.error:
            note(safe(reading.nas, 60), reading.error)
    return 3 if any(reading.error for reading in readings) else 0


def row_view(row: HotspotRow) -> output.View:
    """A row as JSON values."""
    return {"nas": row.nas, "id": row.id, **row.values}


def _shown(view: output.View) -> output.View:
    """What a table says in one word, and durations as they are typed."""
    found: output.View = {}
    for name in ("uptime", "limit_uptime", "expires_in"):
        seconds = view.get(name)
        if isinstance(seconds, int | float) and not isinstance(seconds, bool):
            found[name] = span(seconds)
    found["state"] = "disabled" if view.get("disabled") else "invalid" if view.get("invalid") else "enabled"
    found["account"] = "radius" if view.get("radius") else "local"
    through = [word for word in ("authorized", "bypassed") if view.get(word)]
    return {**found, "let_through": ", ".join(through) or "no"}


def span(seconds: float) -> str:
    """`1d02:03:04`."""
    days, rest = divmod(int(seconds), 86_400)
    clock = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}:{rest % 60:02d}"
    return f"{days}d{clock}" if days else clock


def show_changed(changed: "Changed", as_json: bool) -> int:
    """Print how a change ended; its exit status."""
    status = exit_status(Status.DONE, changed.verdict)
    if as_json:
        view = {"verdict": str(changed.verdict), "action": changed.action, "nas": changed.nas, "name": changed.name}
        output.json_line({"type": "verdict", **view, "reasons": list(changed.words), "exit": status})
        return status
    what = changed.action.replace(".", " ")
    output.line(f"{changed.verdict}  {what} {safe(changed.name, 60)} on {safe(changed.nas, 60)}")
    for words in changed.words:
        for at, part in enumerate(output.wrapped(safe(words, 600), output.width() - 4)):
            output.line(f"  {'  ' if at else ''}{part}")
    return status
