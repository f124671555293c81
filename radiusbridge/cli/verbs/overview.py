"""`overview`: how everything stands, at a glance."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import export_option, exported
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.overview import Overview
    from radiusbridge.services.readings.watching import Readings

PAUSE = 1.0
"""Seconds between two readings, of which rates are made."""
EVERY = 5.0


@click.command()
@click.option("--watch", is_flag=True, help="Go on until interrupted, every 5 s; with --json one line each time.")
@export_option
@json_option
@database_verb
async def overview(context: "Context", watch: bool, file: str | None, as_json: bool) -> int:
    """Show routers, totals, customers held and expiring, what waits, what failed, probes.

    Each router is read twice, one second apart, for its rates. One that does not answer is shown as it was last heard,
    is named on stderr and makes the exit status 3. --export writes the routers.
    """
    from radiusbridge.cli.overview_views import router_view
    from radiusbridge.services.overview import overview as look
    from radiusbridge.services.readings.watching import Readings

    readings = Readings(context)
    await _read_twice(context, readings)
    while True:
        seen = await look(context, readings)
        if exported(file, [router_view(line, seen.at) for line in seen.routers], ["router"]):
            return _complain(seen)
        _show(seen, as_json=as_json, stream=watch)
        if not watch:
            return _complain(seen)
        await context.clock.sleep(EVERY)
        await readings.read_all()


async def _read_twice(context: "Context", readings: "Readings") -> None:
    await readings.read_all()
    await context.clock.sleep(PAUSE)
    await readings.read_again()


def _complain(seen: "Overview") -> int:
    if not seen.routers:
        note("", "there is no router to ask; radiusbridge server add")
    silent = [line.state for line in seen.routers if line.state.stale]
    for state in silent:
        note(state.home.name, f"{state.contact}: {state.error or 'not read'}")
    return 3 if silent else 0


def _show(seen: "Overview", *, as_json: bool, stream: bool) -> None:
    from radiusbridge.cli import overview_views as views

    if as_json:
        (output.json_line if stream else output.json_value)(views.overview_view(seen))
        return
    if stream:
        output.line(f"{views.time_of(seen.at)}")
    output.table([views.router_view(line, seen.at) for line in seen.routers], views.COLUMNS)
    output.line()
    output.details(views.sums(seen))
    if stream:
        output.line()
