"""`sessions`: what the NASes themselves say."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import export_option, show_list
from radiusbridge.cli.options import SECONDS, json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import View, session_view

if TYPE_CHECKING:
    from radiusbridge.domain.session_fields import LiveSession
    from radiusbridge.services.context import Context
    from radiusbridge.services.session_list import Listed
    from radiusbridge.services.session_rates import SessionRates

_COLUMNS = (
    output.column("NAS", "nas"),
    output.column("USER", "user"),
    output.column("SESSION", "session_id"),
    output.column("ADDRESS", "address"),
    output.column("CALLER", "caller_id"),
    output.column("LISTS", "lists"),
    output.column("UPTIME", "uptime"),
)
_MARKS = output.column("MARKS", "marks")
_RATES = (output.column("DOWN", "down"), output.column("UP", "up"))


@click.command()
@click.argument("user", required=False)
@click.option("--nas", metavar="NAME", help="Only this NAS.")
@click.option("--filter", "words", metavar="WORDS", default="", help="Those who fit, like 'nas:bras-1 up>2h ani'.")
@click.option("--rates", is_flag=True, help="What each moves, down and up, by two readings of its interface.")
@click.option("--watch", is_flag=True, help="Tell each change as it happens, until interrupted.")
@click.option("--history", is_flag=True, help="Those of the past too, as the agent took them down.")
@click.option("--since", type=SECONDS, default="24h", show_default=True, help="How far back, for --history.")
@export_option
@json_option
@database_verb
async def sessions(
    context: "Context",
    user: str | None,
    nas: str | None,
    words: str,
    rates: bool,
    watch: bool,
    history: bool,
    since: float,
    file: str | None,
    as_json: bool,
) -> int:
    """Show the live sessions of USER, or of all, as each NAS lists them now.

    A NAS that does not answer is named on stderr and makes the exit status 3; the others are shown. The filter's fields
    are those of the dashboard's list of sessions: docs/filters.md.
    """
    if history:
        from radiusbridge.cli.past_sessions import show_history

        if rates or watch:
            raise click.UsageError("--history does not go with --rates and --watch", click.get_current_context())
        return await show_history(context, user, nas, since, words, as_json=as_json, file=file)
    if watch:
        from radiusbridge.cli.session_watch import watched

        if rates or file:
            other = "--rates" if rates else "--export"
            raise click.UsageError(f"--watch and {other} do not go together", click.get_current_context())
        return await watched(context, user, nas, words, as_json=as_json)
    from radiusbridge.services import session_list

    found = await session_list.listed(context, user, nas=nas, words=words, rates=rates)
    if not found.readings:
        note("", "there is no NAS to ask; radiusbridge nas add")
    if as_json and not file:
        output.json_value(_as_json(found))
    else:
        rows = [live_view(each, found.rates) for reading in found.readings for each in found.of(reading.nas)]
        rows += [live_view(each, None) for each in found.ghosts]
        marked = any(row["marks"] for row in rows)
        columns = (*_COLUMNS, *((_MARKS,) if marked else ()), *(_RATES if rates else ()))
        show_list(rows if file else [_moved(row) for row in rows], columns, as_json=False, file=file)
    if user and found.readings and not any(reading.sessions or reading.error for reading in found.readings):
        note(user, f"no live session on {', '.join(reading.nas for reading in found.readings)}")
    for reading in found.readings:
        if reading.error:
            note(reading.nas, f"not read: {reading.error}")
    for name, error in () if found.rates is None else sorted(found.rates.errors.items()):
        note(name, f"no rates: {error}")
    return 3 if any(reading.error for reading in found.readings) else 0


def _as_json(found: "Listed") -> list[View]:
    told: list[View] = [
        {
            "nas": reading.nas,
            "server": reading.server,
            "error": reading.error or None,
            "milliseconds": round(reading.seconds * 1000, 1),
            "sessions": [live_view(each, found.rates) for each in found.of(reading.nas)],
        }
        for reading in found.readings
    ]
    if found.ghosts:
        ghosts = [live_view(each, None) for each in found.ghosts]
        told.append({"nas": None, "server": None, "error": None, "milliseconds": 0.0, "sessions": ghosts})
    return told


def live_view(session: "LiveSession", rates: "SessionRates | None") -> View:
    """A session of the list as JSON values; `rate` only where rates were asked for."""
    customer = session.whose
    view = session_view(session.row) | {
        "customer": customer.number if customer is not None else None,
        "marks": list(session.marks),
    }
    if rates is None:
        return view
    rate = rates.rate(session.row)
    told = None if rate is None else {"down_bps": rate.down, "up_bps": rate.up, "reset": rate.reset}
    return view | {"rate": None if told is None or rate is None else {**told, "seconds": round(rate.seconds, 3)}}


def _moved(row: View) -> View:
    from radiusbridge.domain.session_rates import short_rate

    rate = row.get("rate")
    if not isinstance(rate, dict):
        return row
    words = ("reset", "reset") if rate["reset"] else (short_rate(rate["down_bps"]), short_rate(rate["up_bps"]))
    return row | {"down": words[0], "up": words[1]}
