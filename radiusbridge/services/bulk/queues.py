"""In which order the rows of one server are begun, and when: one after the other, or as the NASes bear it."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from radiusbridge.domain.brakes import NOWHERE, BrakeState
from radiusbridge.domain.bulk import BulkRow, Outcome
from radiusbridge.domain.clock import Clock
from radiusbridge.services.bulk.lookout import Lookout, where
from radiusbridge.services.bulk.pacing import Pace
from radiusbridge.services.watch import STALE_AFTER, NasReading

PIECE = 0.25
"""Seconds of one piece of a pause, after which a wish to stop is seen."""
NEVER_OUT = frozenset(
    {Outcome.LEFT_OUT, Outcome.RECORDED, Outcome.KEPT_OUT, Outcome.CANCELLED, Outcome.SUPERSEDED, Outcome.UNPROVEN}
)
"""Ends of rows that nobody is waited for to come back after: nothing was done, or no list tells."""


@dataclass(slots=True)
class Halt:
    """Whether no more rows shall be begun, and why."""

    why: str = ""

    def stop(self, why: str) -> None:
        """Begin no more; the first reason counts."""
        self.why = self.why or why


class Queue(Protocol):
    """The rows of one server that are still to be begun."""

    async def next(self) -> BulkRow | None:
        """The next row, once it may go; None: no more are begun."""

    def begun(self, row: BulkRow, /) -> None:
        """A row that `next` gave is begun."""

    def ended(self, row: BulkRow, /) -> None:
        """A row has ended, or waits."""


async def until(clock: Clock, pace: Pace, halt: Halt) -> None:
    """Wait for the next place of a pace; no longer than until no more are begun."""
    start = pace.reserve(clock.monotonic())
    while (left := start - clock.monotonic()) > 0 and not halt.why:
        await clock.sleep(min(left, PIECE))


@dataclass(slots=True)
class InOrder:
    """One after the other, at the server's pace and at that of all together."""

    rows: deque[BulkRow]
    clock: Clock
    halt: Halt
    own: Pace
    all: Pace

    async def next(self) -> BulkRow | None:
        """The first of them."""
        if not self.rows:
            return None
        # the server's own pace first, so that one that waits for it takes no place from the others
        await until(self.clock, self.own, self.halt)
        await until(self.clock, self.all, self.halt)
        return None if self.halt.why else self.rows.popleft()

    def begun(self, _row: BulkRow) -> None:
        """The next one keeps its distance."""
        self.own.began(self.clock.monotonic())

    def ended(self, _row: BulkRow) -> None:
        """It holds nobody up."""


@dataclass(slots=True)
class Motion:
    """What is in motion on the NASes of one server, over all parts of a run. dials: whether who is put out dials again
    and is let in, so that it is waited for; else the row's end is enough."""

    server_id: int
    state: BrakeState
    lookout: Lookout
    clock: Clock
    dials: Callable[[BulkRow], bool]
    awaited: dict[int, tuple[BulkRow, float | None]] = field(default_factory=dict)
    """Rows that are not back, by sequence, and since when they are over."""
    _strains: dict[str, int] = field(default_factory=dict)
    _generation: int = -1

    def look(self) -> tuple[NasReading, ...]:
        """Take over what was seen since; the newest lists."""
        now = self.clock.monotonic()
        readings = self.lookout.readings(self.server_id)
        for each in readings:
            if not each.unasked:
                fresh = not each.error and each.began is not None and now - each.began <= 2 * STALE_AFTER
                self.state.listed(now, each.nas, readable=fresh)
            strained = self.lookout.strains.get(each.nas)
            if strained is not None and strained.at != self._strains.get(each.nas):
                self._strains[each.nas] = strained.at
                self.state.strained(each.nas, strained.strain)
        generation = self.lookout.watch.snapshot.generation
        if generation != self._generation:
            self._generation = generation
            self._see_who_is_back(readings)
        return readings

    def _see_who_is_back(self, readings: Sequence[NasReading]) -> None:
        for sequence, (row, over) in list(self.awaited.items()):
            if over is None:
                continue
            listed = (each for each in readings if each.began is not None and each.began >= over)
            if any(row.username in each.sessions for each in listed):
                self.back(sequence)

    def begun(self, row: BulkRow, nases: frozenset[str]) -> None:
        """A row is begun that has sessions there."""
        self.state.begun(self.clock.monotonic(), row.sequence, nases)
        if nases:
            self.awaited[row.sequence] = row, None

    def ended(self, row: BulkRow) -> None:
        """A row has ended, or waits."""
        if row.sequence not in self.awaited:
            return
        if row.ended in NEVER_OUT or (row.ended is not Outcome.FAILED and not self.dials(row)):
            self.back(row.sequence)
        elif row.ended is Outcome.PROVEN:
            self.awaited[row.sequence] = row, self.clock.monotonic()

    def back(self, sequence: int) -> None:
        """Nobody is waited for in this row any more."""
        self.awaited.pop(sequence, None)
        self.state.back(sequence)


class Braked:
    """As the brakes let them go: of the rows that may, the first. A NAS that holds its rows up does not hold up others.

    given_up: hears why rows are left that are not begun.
    """

    def __init__(
        self, rows: Iterable[BulkRow], motion: Motion, halt: Halt, all_: Pace, given_up: Callable[[str], None]
    ) -> None:
        self._motion = motion
        self._halt = halt
        self._all = all_
        self._given_up = given_up
        self._waiting: dict[frozenset[str], deque[BulkRow]] = {}
        self._begun_on: dict[int, frozenset[str]] = {}
        readings = motion.look()
        for row in rows:
            self._place(row, where(readings, row.username))

    def _place(self, row: BulkRow, nases: frozenset[str]) -> None:
        self._waiting.setdefault(nases, deque()).append(row)

    async def next(self) -> BulkRow | None:
        """The first that may go."""
        clock = self._motion.clock
        await until(clock, self._all, self._halt)
        while self._waiting and not self._halt.why:
            readings, now = self._motion.look(), clock.monotonic()
            if why := self._motion.state.stop(now):
                self._halt.stop(why)
                return None
            aside = self._motion.state.asides(now)
            if all(nases & aside.keys() for nases in self._waiting):
                self._give_up(aside)
                return None
            row = self._pick(readings, now)
            if row is not None:
                return row
            names = [nas for nases in self._waiting for nas in nases or (NOWHERE,)]
            wake = self._motion.state.wake(now, names) - now
            await clock.sleep(min(wake, PIECE) if wake > 0 else PIECE)
        return None

    def begun(self, row: BulkRow) -> None:
        """It is waited for."""
        self._motion.begun(row, self._begun_on.pop(row.sequence, frozenset()))

    def ended(self, row: BulkRow) -> None:
        """Whether it is still waited for depends on how."""
        self._motion.ended(row)

    def _pick(self, readings: Sequence[NasReading], now: float) -> BulkRow | None:
        """The first row that may go. Who is on another NAS by now is put where they belong, and waits for that one."""
        while True:
            names = frozenset(nas for nases in self._waiting for nas in nases) | {NOWHERE}
            room = self._motion.state.may_go(now, names)
            free = [nases for nases in self._waiting if all(room[nas] > 0 for nas in nases or (NOWHERE,))]
            if not free:
                return None
            nases = min(free, key=lambda each: self._waiting[each][0].sequence)
            row = self._waiting[nases].popleft()
            if not self._waiting[nases]:
                del self._waiting[nases]
            there = where(readings, row.username)
            if there <= nases:
                self._begun_on[row.sequence] = there
                return row
            self._place(row, there)

    def _give_up(self, aside: Mapping[str, str]) -> None:
        left = sum(len(rows) for rows in self._waiting.values())
        held = sorted({nas for nases in self._waiting for nas in nases} & aside.keys())
        words = "; ".join(f"{nas}: {aside[nas]}" for nas in held[:3])
        self._given_up(f"{words}; {left} not begun")
