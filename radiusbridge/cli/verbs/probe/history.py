"""`probe history`: what the kept results of runs come to."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.listed import export_option, show_list
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import View, time_of

if TYPE_CHECKING:
    from radiusbridge.domain.probe_runs import ProbeHistory
    from radiusbridge.services.context import Context


@click.command()
@click.argument("name", default="")
@click.option("--suite", default="", help="Only of this file's probes.")
@click.option("--since", metavar="WHEN", help="Only results since then: 24h, 7d, 2026-05-31.")
@export_option
@json_option
@database_verb
async def history(context: "Context", name: str, suite: str, since: str | None, file: str | None, as_json: bool) -> int:
    """Show success ratio, percentiles and the last failure of each probe whose runs were kept.

    NAME is one probe with its target and method, as probe run shows it.
    """
    from radiusbridge.cli.packet_views import parse_moment
    from radiusbridge.services.probes import history as kept

    moment = None if since is None else parse_moment(since, context.clock.now())
    views = [_view(one) for one in await kept.history(context, name, suite, moment)]
    show_list(views, _COLUMNS, as_json=as_json, file=file)
    if name and not (as_json or file):
        for view in views:
            _last_failure(view)
    return 0


_COLUMNS = (
    output.column("SUITE", "suite"),
    output.column("PROBE", "probe"),
    output.column("RUNS", "runs"),
    ("GOOD", lambda row: f"{float(str(row['success_ratio'])) * 100:.2f}%"),
    ("P50", lambda row: _time(row["p50_milliseconds"])),
    ("P95", lambda row: _time(row["p95_milliseconds"])),
    ("P99", lambda row: _time(row["p99_milliseconds"])),
    ("LAST FAILURE", lambda row: output.short_time((_failure(row) or {}).get("at"))),
)


def _view(one: "ProbeHistory") -> View:
    failure = one.last_failure
    return {
        "suite": one.suite,
        "probe": one.probe,
        "target": one.target,
        "runs": one.runs,
        "good": one.good,
        "success_ratio": round(one.ratio, 6),
        "answered": one.answered,
        "first_at": time_of(one.first),
        "last_at": time_of(one.last),
        **{
            f"{name}_milliseconds": None if value is None else round(value * 1000, 3)
            for name, value in (("p50", one.p50), ("p95", one.p95), ("p99", one.p99))
        },
        "last_failure": None
        if failure is None
        else {"at": time_of(failure.at), "outcome": failure.outcome, "state": failure.state, "text": failure.words},
    }


def _failure(row: output.Row) -> View | None:
    found = row["last_failure"]
    return found if isinstance(found, dict) else None


def _time(value: object) -> str:
    return "-" if value is None else f"{value} ms"


def _last_failure(view: View) -> None:
    failure = _failure(view)
    if failure is not None:
        output.line(f"last failure {output.short_time(failure['at'])}: {failure['outcome']}")
        output.paragraph(str(failure["text"]))
