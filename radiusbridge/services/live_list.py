"""Every live session of every NAS as one list, with whose it is and what is odd about it."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import ServerSession, SessionRow
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.hotspot import HOTSPOT
from radiusbridge.domain.records import Sketch
from radiusbridge.domain.session_fields import LiveSession
from radiusbridge.domain.text import folded
from radiusbridge.services.context import Context
from radiusbridge.services.watch import NasReading, Snapshot

FORGET = 15.0
"""Seconds after which names are asked for again: customers come, go and are renamed, which the audit log tells."""
FORGET_ALL = 300.0
"""The same, though the audit log tells of nothing."""
AT_ONCE = 250
"""Sessions that are looked at before others have their turn."""
LONGEST_NAME = 253
"""Characters of a User-Name; a customer has no longer one."""
COUNTED = 30.0
"""Seconds between two looks at what a server counts."""


_NOBODY_YET = object()


@dataclass(frozen=True, slots=True)
class _Made:
    """The rows of one NAS, and what they were made of."""

    sessions: Mapping[str, tuple[SessionRow, ...]]
    stale: bool
    doubled: frozenset[tuple[int, str]]
    generation: int
    rows: tuple[LiveSession, ...]

    def same(self, reading: NasReading, stale: bool, doubled: frozenset[tuple[int, str]], generation: int) -> bool:
        """Whether they would be made just so again."""
        return (
            self.sessions is reading.sessions
            and self.stale is stale
            and self.doubled is doubled
            and self.generation == generation
        )


@dataclass(slots=True)
class LiveList:
    """Keeps whom it knows, so that a reading of the lists costs one look at the new names only."""

    context: Context
    _known: dict[int, dict[str, Sketch | None]] = field(default_factory=dict)
    """By server and user name, as a NAS shows it."""
    _made: dict[tuple[int, str], "_Made"] = field(default_factory=dict)
    _doubled: tuple[tuple[object, ...], frozenset[tuple[int, str]]] = ((), frozenset())
    """Of which lists, and who is in them more than once."""
    _haunted: tuple[tuple[object, ...], tuple[LiveSession, ...]] = ((), ())
    """What the ghosts were made of, and they."""
    _whole: tuple[tuple[tuple[LiveSession, ...], ...], tuple[LiveSession, ...]] = ((), ())
    """The parts of the newest list, and the list."""
    _asked: float = -FORGET
    _asked_all: float = -FORGET_ALL
    _newest: int = 0
    """The audit entry up to which customers are known."""
    _counted: dict[int, tuple[tuple[str, ServerSession], ...]] = field(default_factory=dict)
    """What each server counts that was on no list when it was asked."""
    _counted_at: float = -COUNTED
    """When the servers were asked, for the newest that they said."""
    _counting: bool = False
    _generation: int = 0
    """Grows with what is learned."""

    async def sessions(self, snapshot: Snapshot) -> tuple[LiveSession, ...]:
        """The sessions of a snapshot, and those that a server counts though no NAS of its has them.

        What did not change is made once: a list in which nothing changed is the same object again. Gives way to others
        now and then: there may be ten thousands.
        """
        now = self.context.clock.monotonic()
        if now - self._asked >= FORGET:
            self._asked = now
            await self._learn_anew(snapshot, now)
        await self._learn_new(snapshot)
        doubled = self._doubled_of(snapshot)
        parts = [await self._part(reading, now, doubled) for reading in snapshot.nases]
        ghosts = self._ghosts_of(snapshot, now)
        parts += [ghosts] if ghosts else []
        before, whole = self._whole
        if not _alike(before, parts):
            whole = tuple(each for part in parts for each in part)
            self._whole = tuple(parts), whole
        return whole

    def _doubled_of(self, snapshot: Snapshot) -> frozenset[tuple[int, str]]:
        lists = tuple(each.sessions for each in snapshot.nases)
        if not _alike(lists, self._doubled[0]):
            found = _doubled(snapshot.nases)
            self._doubled = lists, found if found != self._doubled[1] else self._doubled[1]
        return self._doubled[1]

    def _ghosts_of(self, snapshot: Snapshot, now: float) -> tuple[LiveSession, ...]:
        decided = [(each.stale(now), (each.began or 0.0) < self._counted_at) for each in snapshot.nases]
        made_of = (self._counted_at, self._generation, *decided)
        lists = tuple(each.sessions for each in snapshot.nases)
        before, ghosts = self._haunted
        if before[: len(made_of)] != made_of or not _alike(before[len(made_of) :], lists):
            found = tuple(self._ghosts(snapshot, now))
            ghosts = ghosts if found == ghosts else found
            self._haunted = (*made_of, *lists), ghosts
        return ghosts

    async def _part(
        self, reading: NasReading, now: float, doubled: frozenset[tuple[int, str]]
    ) -> tuple[LiveSession, ...]:
        """The sessions of one NAS, made anew only where something is different."""
        key, stale = (reading.server_id, reading.nas), reading.stale(now)
        made, generation = self._made.get(key), self._generation
        if made is None or not made.same(reading, stale, doubled, generation):
            rows: list[LiveSession] = []
            for at, row in enumerate(self._of(reading, stale, doubled), 1):
                rows.append(row)
                if not at % AT_ONCE:
                    await asyncio.sleep(0)
            made = self._made[key] = _Made(reading.sessions, stale, doubled, generation, tuple(rows))
        return made.rows

    def _of(self, reading: NasReading, stale: bool, doubled: frozenset[tuple[int, str]]) -> Iterable[LiveSession]:
        known = self._known.get(reading.server_id, {})
        for name, rows in reading.sessions.items():
            customer = known.get(name)
            for row in rows:
                marks = (
                    *(("duplicate",) if doubled and (reading.server_id, name) in doubled else ()),
                    *(("stranger",) if customer is None else ()),
                    *(("walled",) if row.lists and reading.walled(row) else ()),
                )
                yield LiveSession(row, reading.server_id, customer, marks, reading.began, stale)

    # -- whose they are

    def _names(self, snapshot: Snapshot) -> dict[int, set[str]]:
        """Everybody on a list, or counted, by server."""
        found: dict[int, set[str]] = {}
        for reading in snapshot.nases:
            found.setdefault(reading.server_id, set()).update(reading.sessions)
        for server_id, rows in self._counted.items():
            found.setdefault(server_id, set()).update(name for name, _ in rows)
        return found

    async def _learn_new(self, snapshot: Snapshot) -> None:
        """Ask whose those names are that nobody asked for before."""
        for server_id, names in self._names(snapshot).items():
            known = self._known.setdefault(server_id, {})
            if await self._learn(server_id, names - known.keys()):
                self._generation += 1

    async def _learn_anew(self, snapshot: Snapshot, now: float) -> None:
        """Ask again whose they all are, if any customer may have changed; forget who is gone."""
        newest = await self.context.database.read(lambda unit: unit.audit.newest())
        if newest == self._newest and now - self._asked_all < FORGET_ALL:
            return
        self._newest, self._asked_all = newest, now
        for server_id, names in self._names(snapshot).items():
            known = self._known.get(server_id, {})
            self._known[server_id] = {name: who for name, who in known.items() if name in names}
            if await self._learn(server_id, names):
                self._generation += 1

    async def _learn(self, server_id: int, names: Collection[str]) -> bool:
        """Ask for them, some at a time; whether any is another than was known. The others stay the same objects."""
        known, changed, asked = self._known[server_id], False, sorted(names)
        for start in range(0, len(asked), AT_ONCE):
            piece = asked[start : start + AT_ONCE]
            # the other names are no customer's
            possible = [name for name in piece if len(name) <= LONGEST_NAME and name.isprintable()]
            found = await self.context.database.read(partial(_whose, server_id, possible)) if possible else {}
            for name in piece:
                customer = found.get(folded(name))
                if known.get(name, _NOBODY_YET) != customer:
                    known[name], changed = customer, True
        return changed

    # -- what a server counts

    @property
    def count_due(self) -> bool:
        """Whether `count` should be called, and is not under way."""
        return not self._counting and self.context.clock.monotonic() - self._counted_at >= COUNTED

    async def count(self, snapshot: Snapshot | None = None) -> None:
        """Ask the servers what they count; one that does not answer keeps what it said last. Slow: beside the rest.

        What is on a fresh list of the snapshot is not kept: it is no ghost, and may be ten thousands.
        """
        self._counting, began = True, self.context.clock.monotonic()
        try:
            for server in await self.context.database.read(lambda unit: unit.servers.all()):
                readings = () if snapshot is None else snapshot.nases
                fresh = [each for each in readings if each.server_id == server.id and not each.stale(began)]
                with suppress(RadiusbridgeError):
                    counted = self.context.gateways.account_server(server).sessions()
                    self._counted[server.id] = tuple(
                        [(name, session) async for name, session in counted if not _listed(name, session, fresh)]
                    )
            self._counted_at = began
        finally:
            self._counting = False

    def _ghosts(self, snapshot: Snapshot, now: float) -> Iterable[LiveSession]:
        """Only where every list of the server is fresh, and was asked for after the server was."""
        for server_id, counted in self._counted.items():
            readings = [each for each in snapshot.nases if each.server_id == server_id]
            if not readings or any(each.stale(now) or (each.began or 0.0) < self._counted_at for each in readings):
                continue
            for name, session in counted:
                if not _listed(name, session, readings):
                    row = SessionRow(
                        session.nas_address, session.id, name, session.session_id, session.user_address or None,
                        session.calling_station_id or None,
                    )  # fmt: skip
                    customer = self._known.get(server_id, {}).get(name)
                    yield LiveSession(row, server_id, customer, ("ghost",))


def _whose(server_id: int, names: Sequence[str], unit: UnitOfWork) -> Mapping[str, Sketch]:
    return unit.customers.sketches(server_id, names)


def _listed(name: str, session: ServerSession, readings: Iterable[NasReading]) -> bool:
    """Whether a NAS has the session. Two number theirs alike, so the name belongs to what makes it the same one; of a
    hotspot's guest the address tells."""
    wanted, address = _plain(session.session_id), session.user_address
    rows = (row for each in readings for row in each.sessions.get(name, ()))
    return any(_plain(row.session_id) == wanted or (row.service == HOTSPOT and row.address == address) for row in rows)


def _alike(one: Sequence[object], other: Sequence[object]) -> bool:
    """Whether these are the very same objects."""
    return len(one) == len(other) and all(left is right for left, right in zip(one, other, strict=True))


def _doubled(readings: Iterable[NasReading]) -> frozenset[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    seen: dict[int, set[str]] = {}
    for reading in readings:
        names, before = reading.sessions.keys(), seen.setdefault(reading.server_id, set())
        twice = [name for name, rows in reading.sessions.items() if len(rows) > 1]
        found.update((reading.server_id, name) for name in (*twice, *(before & names)))
        before.update(names)
    return frozenset(found)


def _plain(session_id: str) -> str:
    return session_id.lower().removeprefix("0x").lstrip("0")
