"""What monitoring is told, as families of metrics. Figures of the database are asked for at most every few seconds."""

import os
import resource
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from radiusbridge import __version__
from radiusbridge.agent.jobs import Findings
from radiusbridge.agent.reading_metrics import of_readings
from radiusbridge.agent.single import Single
from radiusbridge.agent.supervisor import State, Supervisor
from radiusbridge.db.repositories.duties import TimerRun
from radiusbridge.db.repositories.workload import Waiting
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.exposition import Family
from radiusbridge.services.context import Context
from radiusbridge.services.following import Following
from radiusbridge.services.refusals import Book
from radiusbridge.services.router_desk.rounds import TIMER
from radiusbridge.services.standby.status import PairState, state_of

FRESH = 5.0
"""Seconds that figures of the database are told again: scrapes must not load it."""
P = "radiusbridge_"


@dataclass(frozen=True, slots=True)
class Figures:
    """What the database says at one moment."""

    now: datetime
    operations: Mapping[tuple[str, str], int]
    waiting: tuple[Waiting, ...]
    refusals: Mapping[str, int]
    timers: Mapping[str, TimerRun]
    servers: Mapping[int, str]
    pairs: tuple[PairState, ...] = ()


def figures(unit: UnitOfWork) -> Figures:
    """Read them."""
    return Figures(
        unit.now,
        unit.workload.ended(),
        unit.workload.waiting(unit.now),
        unit.refusals.counts(),
        unit.duties.timers(),
        {server.id: server.name for server in unit.servers.all()},
        tuple(state_of(unit, pair) for pair in unit.standbys.all()),
    )


class Cache:
    """The figures of the database, not older than `FRESH`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: Figures | None = None
        self._at = 0.0
        self._asking = Single(lambda: context.database.read(figures))

    async def get(self, seconds: float) -> Figures:
        """They. Raises as `Database.read`, and TimeoutError."""
        now = self._context.clock.monotonic()
        if self._known is None or now - self._at >= FRESH:
            self._known = await self._asking.get(seconds)
            self._at = now
        return self._known


def of_process(leads: bool, busy: int, supervisors: tuple[Supervisor, ...]) -> Iterator[Family]:
    """This process, its duty and its tasks."""
    build = Family(f"{P}build_info", "gauge", "1; the version is a label.")
    build.add(1, version=__version__)
    leader = Family(f"{P}agent_leader", "gauge", "Whether this agent keeps the timers and follows the routers.")
    leader.add(int(leads))
    running = Family(f"{P}executor_running_operations", "gauge", "Operations that this process runs now.")
    running.add(busy)
    up = Family(f"{P}agent_task_up", "gauge", "Whether a task of the agent runs; 0 while it waits to be started again.")
    restarts = Family(f"{P}agent_task_restarts_total", "counter", "How often a task was started again.")
    for state in _states(supervisors):
        up.add(int(state.up), task=state.name)
        restarts.add(state.restarts, task=state.name)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = Family("process_cpu_seconds_total", "counter", "Processor time of this process.")
    cpu.add(used.ru_utime + used.ru_stime)
    memory = Family("process_resident_memory_bytes", "gauge", "Memory of this process.")
    memory.add(resident())
    yield from (build, leader, running, up, restarts, cpu, memory)


def _states(supervisors: tuple[Supervisor, ...]) -> Iterator[State]:
    for supervisor in supervisors:
        yield from supervisor.states.values()


def resident() -> int | None:
    """Octets of memory that are in use (proc(5)); None: not told here."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return None


def of_database(found: Figures) -> Iterator[Family]:
    """The journal, refusals and timers."""
    operations = Family(f"{P}operations", "gauge", "Operations in the journal.")
    for (status, verdict), count in sorted(found.operations.items()):
        operations.add(count, status=status, verdict=verdict)
    waiting = Family(f"{P}operations_unfinished", "gauge", "Operations that are queued, running or waiting.")
    oldest = Family(f"{P}operations_oldest_unfinished_seconds", "gauge", "Age of the oldest of them.")
    lag = Family(
        f"{P}executor_lag_seconds", "gauge", "How long the longest due operation has not been claimed; 0: none."
    )
    for one in found.waiting:
        server = found.servers.get(one.server_id, str(one.server_id))
        waiting.add(one.count, server=server)
        oldest.add(_age(found.now, one.oldest), server=server)
    lag.add(max((_age(found.now, one.due) for one in found.waiting if one.due is not None), default=0.0))
    refused = Family(f"{P}users_refused", "gauge", "Users who were refused last and did not come in since, by cause.")
    for cause, count in sorted(found.refusals.items()):
        refused.add(count, cause=cause)
    yield from (operations, waiting, oldest, lag, refused)
    yield from _of_timers(found)
    yield from _of_pairs(found)


def _of_timers(found: Figures) -> Iterator[Family]:
    began = Family(f"{P}timer_last_run_timestamp_seconds", "gauge", "When the last run of a timer began.")
    took = Family(f"{P}timer_last_run_duration_seconds", "gauge", "How long it took; absent while it runs.")
    well = Family(f"{P}timer_last_run_success", "gauge", "Whether it ended well; absent while it runs.")
    for run in found.timers.values():
        began.add(run.began_at.timestamp(), timer=run.name)
        if run.ended_at is not None:
            took.add(_age(run.ended_at, run.began_at), timer=run.name)
            well.add(int(run.outcome == "ok"), timer=run.name)
    yield from (began, took, well)
    yield from of_files(found.timers.get(TIMER))


def _of_pairs(found: Figures) -> Iterator[Family]:
    """Servers and their standbys, as the newest health checks have them."""
    well = Family(f"{P}standby_well", "gauge", "Whether the newest health check of a pair found nothing wrong.")
    behind = Family(f"{P}standby_behind", "gauge", "Changes that a standby was not brought to yet.")
    differs = Family(f"{P}standby_differs", "gauge", "Accounts, profiles, vouchers of it not as the database says.")
    turned = Family(f"{P}standby_turned", "gauge", "Whether the machine that stood by at first is the active one.")
    epoch = Family(f"{P}standby_epoch", "counter", "Grows with each change of roles.")
    when = Family(f"{P}standby_check_timestamp_seconds", "gauge", "When the newest health check was.")
    for state in found.pairs:
        labels = {"active": state.active, "standby": state.standby}
        behind.add(state.behind, **labels)
        turned.add(int(state.pair.turned), **labels)
        epoch.add(state.pair.epoch, **labels)
        if state.pair.checked_at is not None:
            well.add(int(not state.wrong), **labels)
            differs.add(state.differs, **labels)
            when.add(state.pair.checked_at.timestamp(), **labels)
    yield from (well, behind, differs, turned, epoch, when)


def of_files(run: TimerRun | None) -> Iterator[Family]:
    """Routers' exports, backups and databases, as the last round kept them, whichever agent it was."""
    kept = Family(f"{P}router_file_kept", "gauge", "Whether the last round kept that file of a router here.")
    octets = Family(f"{P}router_file_bytes", "gauge", "How large it is; absent where it was not kept.")
    when = Family(f"{P}router_file_last_try_timestamp_seconds", "gauge", "When that was.")
    files = {} if run is None else run.figures.get("files", {})
    for subject, told in sorted(files.items()) if isinstance(files, dict) else ():
        router, _slash, kind = subject.rpartition("/")
        well = told["error"] is None
        kept.add(int(well), router=router, kind=kind)
        if well:
            octets.add(told["octets"], router=router, kind=kind)
        when.add(told["at"], router=router, kind=kind)
    yield from (kept, octets, when)


def of_findings(found: Findings) -> Iterator[Family]:
    """The last patrol and the last probes of this process."""
    drift = Family(f"{P}drift_findings", "gauge", "What the last drift patrol found.")
    unread = Family(f"{P}drift_unread", "gauge", "What it could not read.")
    if found.drift is not None:
        for (server, kind, severity), count in sorted(found.drift.items()):
            drift.add(count, server=server, kind=kind, severity=severity)
        unread.add(found.unread)
    success = Family(f"{P}probe_success", "gauge", "Whether what was expected came, in time.")
    answer = Family(f"{P}probe_answer_seconds", "gauge", "From the first sending to the answer.")
    when = Family(f"{P}probe_last_run_timestamp_seconds", "gauge", "When the probe ended.")
    for suite, told in found.probes.values():
        for one in told:
            labels = {"suite": suite.name, "probe": one.case.name, "target": one.case.target}
            success.add(int(one.ok), **labels)
            answer.add(one.result.elapsed, **labels)
            when.add(one.at.timestamp(), **labels)
    yield from (drift, unread, success, answer, when)
    if found.readings is not None:
        yield from of_readings(found.readings.states)


def of_routers(states: tuple[Following, ...], book: Book, syslog: Mapping[str, int]) -> Iterator[Family]:
    """What is followed."""
    up = Family(f"{P}router_up", "gauge", "Whether a router's log is followed now.")
    latency = Family(f"{P}router_answer_seconds", "gauge", "How long it took to answer a small question last.")
    clock = Family(f"{P}router_clock_difference_seconds", "gauge", "How far its clock is ahead of ours.")
    gaps = Family(f"{P}router_log_gaps_total", "counter", "How often log lines were lost between two connections.")
    breaks = Family(f"{P}router_breaks_total", "counter", "How often the connection that follows it broke.")
    lines = Family(f"{P}router_log_lines_total", "counter", "Log lines that were read.")
    sessions = Family(f"{P}nas_sessions", "gauge", "Sessions in the list of a NAS.")
    for state in states:
        name = state.home.name
        up.add(int(state.up), router=name)
        latency.add(state.round_trip if state.up else None, router=name)
        clock.add(state.difference if state.up else None, router=name)
        gaps.add(state.gaps, router=name)
        breaks.add(state.breaks, router=name)
        lines.add(state.lines, router=name)
        if state.home.nas:
            sessions.add(state.sessions, nas=name)
    seen = Family(f"{P}refusals_total", "counter", "Refusals that logs and syslog told of.")
    seen.add(book.noted)
    dropped = Family(f"{P}refusals_dropped_total", "counter", "Refusals that there was no room for.")
    dropped.add(book.dropped)
    datagrams = Family(f"{P}syslog_datagrams_total", "counter", "Syslog datagrams, by what became of them.")
    for outcome, count in sorted(syslog.items()):
        datagrams.add(count, outcome=outcome)
    yield from (up, latency, clock, gaps, breaks, lines, sessions, seen, dropped, datagrams)


def _age(now: datetime, then: datetime) -> float:
    return max(0.0, (now - then).total_seconds())
