"""`probe run`: the probes of a file, for people, cron, CI and monitoring systems."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import PROGRAM, complain, talk
from radiusbridge.cli.options import DURATION, SECONDS, json_option, record_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.domain.probe_runs import ProbeSuite, State, Told, exit_status

if TYPE_CHECKING:
    from radiusbridge.cli.probe_reports import Run
    from radiusbridge.services.context import Context
    from radiusbridge.services.probes.files.document import Document

FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options ask for. keep: seconds that results are kept; None: as long as is usual."""

    only: tuple[str, ...]
    side_by_side: int
    deadline: float | None
    record: Path | None
    as_json: bool
    nagios: bool
    quiet: bool
    prometheus: Path | None
    junit: Path | None
    with_history: bool
    keep: int | None


class _Plugin(click.Command):
    """A command whose wrong usage is UNKNOWN to monitoring, where that is who asks."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As usual, but for errors."""
        asked_by_monitoring = "--nagios" in args
        try:
            return super().parse_args(ctx, args)
        except (click.UsageError, RadiusbridgeError) as error:
            if not asked_by_monitoring:
                raise
            from radiusbridge.cli.probe_reports import nagios

            if isinstance(error, click.UsageError):
                error = BadInput(" ".join(error.format_message().split()))
            output.line(nagios.broken(error))
            raise click.exceptions.Exit(State.UNKNOWN) from error


@click.command(cls=_Plugin)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--only", multiple=True, metavar="NAME|LABEL=VALUE", help="Only these probes; repeatable.")
@click.option("--side-by-side", type=click.IntRange(1, 200), default=64, show_default=True, help="Targets at a time.")
@click.option("--deadline", type=SECONDS, metavar="TIME", help="For the whole run, below the monitoring's own timeout.")
@click.option("--nagios", is_flag=True, help="Nagios plug-in output and exit status, with performance data.")
@click.option("--prometheus", type=FILE, metavar="FILE", help="Write metrics for node_exporter's textfile collector.")
@click.option("--junit", type=FILE, metavar="FILE", help="Write JUnit XML for a CI system.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing about what is well, e.g. from cron.")
@click.option("--history", "with_history", is_flag=True, help="Keep the results in the database: probe history.")
@click.option("--keep", type=DURATION, metavar="TIME", help="With --history: forget older results; default 90d.")
@record_option
@json_option
@click.option("--database", metavar="URL", help="A file or postgresql://…; default RADIUSBRIDGE_DATABASE.")
def run(file: Path, database: str | None, **options: Any) -> int:
    """Run the probes of a TOML file side by side (docs/monitoring.md).

    Needs no database, unless a target stands there by its name or --history is given. Exit status: 0 all as expected, 1
    any not, 3 any not answered, 2 the file is wrong. With --nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    """
    wanted = Wanted(**options)
    try:
        return _run(file, database, wanted)
    except RadiusbridgeError as error:
        if wanted.nagios:
            from radiusbridge.cli.probe_reports import nagios

            output.line(nagios.broken(error))
            return State.UNKNOWN
        problems = getattr(error, "problems", ())
        for problem in problems:
            talk(f"{PROGRAM}: {problem}")
        if not problems:
            raise
        return 2
    except Exception as error:
        if not wanted.nagios or isinstance(error, BrokenPipeError):
            raise
        from radiusbridge.cli.crash import write_report

        where = f"; the report is in {report}" if (report := write_report(error)) else ""
        output.line(f"RADIUS UNKNOWN - internal error: {type(error).__name__}{where}")
        return State.UNKNOWN


def _run(file: Path, database: str | None, wanted: Wanted) -> int:
    from radiusbridge.cli.probe_reports.writing import check_place
    from radiusbridge.services.probes.files.document import load
    from radiusbridge.services.probes.files.targets import named_targets

    if wanted.as_json and wanted.nagios:
        raise BadInput("--json and --nagios exclude each other")
    if wanted.keep is not None and not wanted.with_history:
        raise BadInput("--keep is about what --history keeps")
    for place in (wanted.prometheus, wanted.junit):
        if place is not None:
            check_place(place)
    document = load(file)
    if wanted.with_history or named_targets(document):
        return _through_database(document, wanted, database=database) or 0
    return _directly(document, wanted)


def _directly(document: "Document", wanted: Wanted) -> int:
    from radiusbridge.services.packets import recording
    from radiusbridge.services.probes.files.reading import read_suite
    from radiusbridge.services.probes.running import run_cases
    from radiusbridge.services.system import SystemClock, SystemEntropy

    clock, entropy = SystemClock(), SystemEntropy()
    suite = _chosen(read_suite(document, entropy), wanted)

    async def work() -> "Run":
        from radiusbridge.cli.probe_reports import Run

        started, begun = clock.now(), clock.monotonic()
        async with recording(wanted.record, clock, asyncio.to_thread) as tap:
            told = await run_cases(suite.cases, clock=clock, entropy=entropy, tap=tap, **_how(wanted))
        return Run(suite, told, started, clock.monotonic() - begun)

    return _report(asyncio.run(work()), wanted)


async def _with_database(context: "Context", document: "Document", wanted: Wanted) -> int:
    from radiusbridge.cli.probe_reports import Run
    from radiusbridge.services.packets import recording
    from radiusbridge.services.probes import history, suites
    from radiusbridge.services.probes.running import run_cases

    clock = context.clock
    suite = _chosen(await suites.read_with_names(context, document), wanted)
    started, begun = clock.now(), clock.monotonic()
    sockets, tap = context.gateways.wires
    async with recording(wanted.record, clock, asyncio.to_thread) as asked_for:
        taps: dict[str, Any] = {"sockets": sockets, "tap": asked_for or tap}
        told = await run_cases(suite.cases, clock=clock, entropy=context.entropy, **taps, **_how(wanted))
    status = _report(Run(suite, told, started, clock.monotonic() - begun), wanted)
    try:
        await suites.remember(context, told)
        if wanted.with_history:
            await history.keep(context, suite, told, history.KEEP if wanted.keep is None else wanted.keep)
    except RadiusbridgeError as error:
        complain(error)
        return status or 1
    return status


_through_database = database_verb(_with_database)


def _how(wanted: Wanted) -> dict[str, Any]:
    show: Callable[[Told], None] | None = None
    if not (wanted.as_json or wanted.nagios):
        from radiusbridge.cli.probe_reports.people import show_told

        show = partial(show_told, quiet=wanted.quiet)
    return {"side_by_side": wanted.side_by_side, "deadline": wanted.deadline, "on_told": show}


def _chosen(suite: ProbeSuite, wanted: Wanted) -> ProbeSuite:
    from radiusbridge.services.probes.files.choosing import chosen

    return replace(suite, cases=chosen(suite, wanted.only))


def _report(done: "Run", wanted: Wanted) -> int:
    """Say how the run ended, and write the files that were asked for; the exit status."""
    from radiusbridge.cli.probe_reports import junit, nagios, people, prometheus
    from radiusbridge.cli.probe_reports.writing import write_whole

    status = exit_status(done.told)
    if wanted.nagios:
        text, state = nagios.report(done)
        output.line(text)
        status = int(state)
    elif wanted.as_json:
        output.json_value(people.run_view(done))
    else:
        people.show_sum(done, quiet=wanted.quiet)
    try:
        if wanted.prometheus is not None:
            write_whole(wanted.prometheus, prometheus.report(done))
        if wanted.junit is not None:
            write_whole(wanted.junit, junit.report(done))
    except BadInput as error:
        complain(error)
        return status or (State.UNKNOWN if wanted.nagios else 2)
    return status
