"""`qos`: how good a customer's line is, by pings from the NAS and from here."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note, talk
from radiusbridge.cli.listed import export_option, exported
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.line_quality import PRESETS, Grade, figures_text
from radiusbridge.domain.spark import spark
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.line_quality import Measured

PLACES = ("nas", "here", "both")


@click.command()
@click.argument("who", metavar="CUSTOMER|ADDRESS")
@click.option("--runs", default=3, show_default=True, metavar="N", help="How often it is measured; the worst counts.")
@click.option("--count", default=20, show_default=True, metavar="N", help="Pings of a run.")
@click.option("--preset", type=click.Choice(list(PRESETS)), default="paper-g1010", show_default=True, help="Grades.")
@click.option("--nas", default="", metavar="NAME", help="From this NAS; default: where the session is.")
@click.option("--from", "places", type=click.Choice(PLACES), default="both", show_default=True, help="Who pings.")
@click.option("--history", is_flag=True, help="Show what was measured before; nothing is sent.")
@export_option
@json_option
@database_verb
async def qos(
    context: "Context",
    who: str,
    runs: int,
    count: int,
    preset: str,
    nas: str,
    places: str,
    history: bool,
    file: str | None,
    as_json: bool,
) -> int:
    """Measure delay, jitter and loss of a line, and grade it.

    Exit status: 0 excellent, good or fair; 1 poor; 3 the NAS could not be asked, or did not end in time.
    """
    from radiusbridge.services import line_quality

    if history:
        return await _history(context, who, as_json, file)
    asked = line_quality.Asked(who, runs, count, preset, nas, places)
    line = await line_quality.line_of(context, asked)
    if not as_json:
        name = f"{safe(line.customer.number, 40)} ({safe(line.customer.username, 60)})" if line.customer else "nobody's"
        talk(f"{safe(line.address, 60)}, {name}, on {safe(line.nas.name, 60)}: {runs} x {count} pings")
    found: list[Measured] = []
    async for each in line_quality.Measuring(context, line, asked).follow():
        if isinstance(each, line_quality.Measured):
            found.append(each)
            if not file:
                _show(each, preset, line.customer.number if line.customer else None, as_json)
    number = line.customer.number if line.customer else None
    exported(file, [_view(each, preset, number) for each in found])
    if any(each.grade is Grade.POOR for each in found):
        return 1
    return 0 if any(each.grade is not None for each in found) else 3


def _show(measured: "Measured", preset: str, customer: str | None, as_json: bool) -> None:
    if as_json:
        figures = [
            {"sent": run.sent, "received": run.received, "delay": run.delay, "jitter": run.jitter, "loss": run.loss}
            for run in measured.runs
        ]
        output.json_line({"type": "line-quality", **_view(measured, preset, customer), "runs": figures})
        return
    if measured.error:
        note(safe(measured.origin, 60), f"not looked at{' to the end' if measured.runs else ''}: {measured.error}")
    if measured.grade is None:
        return
    output.line(f"{str(measured.grade).upper()}  from {safe(measured.origin, 60)}, by {preset}")
    for number, run in enumerate(measured.runs, 1):
        answered = f"{run.received} of {run.sent} answered"
        output.line(f"  run {number}: {figures_text(run.delay, run.jitter, run.loss)}; {answered}")


def _view(measured: "Measured", preset: str, customer: str | None) -> output.View:
    """The worst of its runs."""
    worst = measured.worst
    return {
        "from": measured.origin,
        "address": measured.address,
        "customer": customer,
        "preset": preset,
        "grade": str(measured.grade) if measured.grade else None,
        "error": measured.error or None,
        "delay": worst.delay,
        "jitter": worst.jitter,
        "loss": measured.loss if measured.runs else None,
    }


_KEPT = ("customer", "at", "from", "address", "preset", "grade", "runs", "sent", "received", "delay", "jitter", "loss")


async def _history(context: "Context", who: str, as_json: bool, file: str | None) -> int:
    from radiusbridge.services.line_quality import history

    customer, rows = await history(context, who)
    views = [
        dict(
            zip(
                _KEPT,
                (customer.number, row.at.isoformat(), row.origin, *(getattr(row, name) for name in _KEPT[3:])),
                strict=True,
            )
        )
        for row in rows
    ]
    if exported(file, views, _KEPT):
        return 0
    for row, view in zip(rows, views, strict=True):
        if as_json:
            output.json_line({"type": "line-quality-kept", **view})
            continue
        at = row.at.astimezone(context.zone)
        figures_ = figures_text(row.delay, row.jitter, row.loss)
        output.line(f"{at:%Y-%m-%d %H:%M}  {row.grade:<9}  {figures_}  from {safe(row.origin, 40)} ({row.preset})")
    if not as_json and rows:
        output.line(f"delay, oldest left: {spark([row.delay for row in reversed(rows)], min(60, len(rows)))}")
    if not rows:
        note(safe(customer.username, 60), "no measurement is kept")
    return 0
