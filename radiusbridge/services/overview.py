"""How everything stands, at a glance: routers, totals, who is held or expires, what waits, what failed, the probes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from radiusbridge.domain.days import day_of, start_of
from radiusbridge.domain.minutes import Minute, Series, summed
from radiusbridge.domain.probe_runs import ProbeRecord
from radiusbridge.domain.records import Operation
from radiusbridge.domain.vouchers.stock import Level
from radiusbridge.services.alerts.board import Listed, board_of
from radiusbridge.services.readings.states import Contact, RouterState
from radiusbridge.services.readings.watching import Readings

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context

SPAN = 60
"""Minutes that a series reaches back."""
SOON = 7
"""Days in which who expires is counted."""
SHOWN = 5
"""Rows of what is listed by name."""
LATELY = timedelta(hours=24)
"""How far back failures and probes are looked for."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """A customer and the moment until which they have paid."""

    number: str
    username: str
    paid_until: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What the database says. today, soon: customers whose last paid day is today, or within `SOON` days."""

    customers: int = 0
    held: int = 0
    holds: Mapping[str, int] | None = None
    today: int = 0
    soon: int = 0
    next: tuple[Expiring, ...] = ()
    waiting: int = 0
    oldest: tuple[Operation, ...] = ()
    """The longest waiting operations."""
    failed: tuple[Operation, ...] = ()
    """The newest FAILED ones of `LATELY`."""
    probes: tuple[ProbeRecord, ...] = ()
    """The newest kept result of each probe."""
    alerts: tuple[Listed, ...] = ()
    """What is wrong now, the gravest first."""
    watched: bool = False
    """Whether an agent looks for alerts."""
    short: tuple[Level, ...] = ()
    """Vouchers of which fewer are ready than have to be."""


@dataclass(frozen=True, slots=True)
class RouterLine:
    """A router with its last `SPAN` minutes."""

    state: RouterState
    sessions: Series
    traffic: Series
    """Received bits a second."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Over all routers that answer. sessions, received, sent: None: of none of them known. partial: some is not known
    now, so the sums are too small."""

    sessions: int | None
    received: float | None
    sent: float | None
    partial: bool
    sessions_series: Series
    traffic_series: Series


@dataclass(frozen=True, slots=True)
class Overview:
    """At one moment."""

    at: datetime
    routers: tuple[RouterLine, ...]
    totals: Totals
    standing: Standing


_ORDER = list(Contact)


def lines_of(readings: Readings, now: datetime) -> tuple[RouterLine, ...]:
    """The routers, those in trouble first, then by name."""
    found = []
    for state in readings.states:
        history = readings.history(state.home)
        found.append(RouterLine(state, history.series(now, SPAN, _sessions), history.series(now, SPAN, _received)))
    found.sort(key=lambda line: (_ORDER.index(line.state.contact), line.state.home.name.casefold()))
    return tuple(found)


def totals_of(lines: tuple[RouterLine, ...]) -> Totals:
    """The sums over the routers that answer now."""
    sessions, received, sent, partial = [], [], [], False
    for line in lines:
        state, vitals = line.state, line.state.vitals
        if state.stale or vitals is None:
            partial = True
            continue
        sessions += [vitals.sessions] if vitals.sessions is not None else []
        partial |= bool(state.home.nas) and vitals.sessions is None
        if state.traffic.received is not None and state.traffic.sent is not None:
            received.append(state.traffic.received)
            sent.append(state.traffic.sent)
        else:
            partial = True
    return Totals(
        sum(sessions) if sessions else None,
        sum(received) if received else None,
        sum(sent) if sent else None,
        partial,
        summed([line.sessions for line in lines]) if lines else (None,) * SPAN,
        summed([line.traffic for line in lines]) if lines else (None,) * SPAN,
    )


async def standing(context: "Context") -> Standing:
    """What the database says now."""
    zone = context.zone

    def work(unit: "UnitOfWork") -> Standing:
        today = day_of(unit.now, zone)
        start, end = start_of(today, zone), start_of(today + timedelta(days=1), zone)
        soon = start_of(today + timedelta(days=SOON), zone)
        held, kinds = unit.standing.held()
        known, board = unit.standing, board_of(unit)
        return Standing(
            unit.customers.count(),
            held,
            kinds,
            known.expiring(start, end),
            known.expiring(start, soon),
            tuple(Expiring(*each) for each in known.next_to_expire(start, soon, SHOWN)),
            known.waiting(),
            tuple(unit.operations.get(each) for each in known.oldest_waiting(SHOWN)),
            tuple(unit.operations.get(each) for each in known.failed(unit.now - LATELY, SHOWN)),
            known.probes(unit.now - LATELY),
            board.alerts,
            board.watched,
            tuple(level for level in unit.voucher_stock.watched() if level.short),
        )

    return await context.database.read(work)


async def overview(context: "Context", readings: Readings) -> Overview:
    """Everything, with the readings as they are."""
    found = await standing(context)
    now = context.clock.now()
    lines = lines_of(readings, now)
    return Overview(now, lines, totals_of(lines), found)


def _sessions(minute: Minute) -> float | None:
    return minute.sessions


def _received(minute: Minute) -> float | None:
    return minute.received
