"""Every live session of every NAS as one list, with whose it is and what is odd about it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import ServerSession, SessionRow
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.hotspot import HOTSPOT
from radiusbridge.domain.records import Customer, Server
from radiusbridge.domain.session_fields import LiveSession
from radiusbridge.domain.text import folded
from radiusbridge.services.context import Context
from radiusbridge.services.watch import NasReading, Snapshot

FORGET = 15.0
"""Seconds after which names are asked for again: customers come, go and are renamed."""
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
    _known: dict[tuple[int, str], Customer | None] = field(default_factory=dict)
    _made: dict[tuple[int, str], "_Made"] = field(default_factory=dict)
    _doubled: tuple[tuple[object, ...], frozenset[tuple[int, str]]] = ((), frozenset())
    """Of which lists, and who is in them more than once."""
    _haunted: tuple[tuple[object, ...], tuple[LiveSession, ...]] = ((), ())
    """What the ghosts were made of, and they."""
    _whole: tuple[tuple[tuple[LiveSession, ...], ...], tuple[LiveSession, ...]] = ((), ())
    """The parts of the newest list, and the list."""
    _asked: float = -FORGET
    _counted: dict[int, tuple[tuple[str, ServerSession], ...]] = field(default_factory=dict)
    _counted_at: float = -COUNTED
    """When the servers were asked, for the newest that they said."""
    _counting: bool = False
    _generation: int = 0
    """Grows with what is learned."""

    async def sessions(self, snapshot: Snapshot) -> tuple[LiveSession, ...]:
        """The sessions of a snapshot, and those that a server counts though no NAS of its has them.

        What did not change is made once: a list in which nothing changed is the same object again.
        """
        now = self.context.clock.monotonic()
        counted = {(server_id, name) for server_id, rows in self._counted.items() for name, _ in rows}
        names = snapshot.live_names() | counted
        if now - self._asked >= FORGET:
            self._asked = now
            await self._learn_anew(names)
        await self._learn(names - self._known.keys())
        doubled = self._doubled_of(snapshot)
        ghosts = self._ghosts_of(snapshot, now)
        parts = (*(self._part(reading, now, doubled) for reading in snapshot.nases), *([ghosts] if ghosts else []))
        before, whole = self._whole
        if not _alike(before, parts):
            whole = tuple(each for part in parts for each in part)
            self._whole = parts, whole
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

    def _part(self, reading: NasReading, now: float, doubled: frozenset[tuple[int, str]]) -> tuple[LiveSession, ...]:
        """The sessions of one NAS, made anew only where something is different."""
        key, stale = (reading.server_id, reading.nas), reading.stale(now)
        made = self._made.get(key)
        same = made is not None and made.same(reading, stale, doubled, self._generation)
        if made is None or not same:
            rows = tuple(self._of(reading, stale, doubled))
            made = self._made[key] = _Made(reading.sessions, stale, doubled, self._generation, rows)
        return made.rows

    async def _learn_anew(self, names: frozenset[tuple[int, str]]) -> None:
        """Ask again whose they all are; where nothing changed, nothing is made anew."""
        before, generation = self._known, self._generation
        self._known = {}
        await self._learn(names)
        if all(before.get(name, _NOBODY_YET) == customer for name, customer in self._known.items()):
            self._known = {name: before[name] for name in self._known}
            self._generation = generation

    def _of(self, reading: NasReading, stale: bool, doubled: frozenset[tuple[int, str]]) -> Iterable[LiveSession]:
        for name, rows in reading.sessions.items():
            customer = self._known.get((reading.server_id, name))
            for row in rows:
                marks = (
                    *(("duplicate",) if (reading.server_id, name) in doubled else ()),
                    *(("stranger",) if customer is None else ()),
                    *(("walled",) if reading.walled(row) else ()),
                )
                yield LiveSession(row, reading.server_id, customer, marks, reading.began, stale)

    async def _learn(self, names: frozenset[tuple[int, str]]) -> None:
        if not names:
            return
        by_server: dict[int, list[str]] = {}
        for server_id, name in names:
            if len(name) > LONGEST_NAME or not name.isprintable():
                continue  # no customer of ours is called so
            by_server.setdefault(server_id, []).append(name)

        def work(unit: UnitOfWork) -> Mapping[int, Mapping[str, Customer]]:
            return {of: unit.customers.by_usernames(of, wanted) for of, wanted in by_server.items()}

        found = await self.context.database.read(work)
        for server_id, name in names:
            self._known[server_id, name] = found.get(server_id, {}).get(folded(name))
        self._generation += 1

    @property
    def count_due(self) -> bool:
        """Whether `count` should be called, and is not under way."""
        return not self._counting and self.context.clock.monotonic() - self._counted_at >= COUNTED

    async def count(self) -> None:
        """Ask the servers what they count; one that does not answer keeps what it said last. Slow: beside the rest."""
        self._counting, began = True, self.context.clock.monotonic()
        try:
            for server in await self.context.database.read(lambda unit: unit.servers.all()):
                with suppress(RadiusbridgeError):
                    self._counted[server.id] = await self._counts(server)
            self._counted_at = began
        finally:
            self._counting = False

    async def _counts(self, server: Server) -> tuple[tuple[str, ServerSession], ...]:
        return tuple([each async for each in self.context.gateways.account_server(server).sessions()])

    def _ghosts(self, snapshot: Snapshot, now: float) -> Iterable[LiveSession]:
        """Only where every list of the server is fresh, and was asked for after the server was."""
        for server_id, counted in self._counted.items():
            readings = [each for each in snapshot.nases if each.server_id == server_id]
            if not readings or any(each.stale(now) or (each.began or 0.0) < self._counted_at for each in readings):
                continue
            # two NASes number their sessions alike, so the name belongs to what makes it the same session
            live = {
                (name, _plain(row.session_id))
                for each in readings
                for name, rows in each.sessions.items()
                for row in rows
            }
            guests = {
                (row.username, row.address)
                for each in readings
                for rows in each.sessions.values()
                for row in rows
                if row.service == HOTSPOT
            }
            for name, session in counted:
                if (name, _plain(session.session_id)) not in live and (name, session.user_address) not in guests:
                    row = SessionRow(
                        session.nas_address, session.id, name, session.session_id, session.user_address or None,
                        session.calling_station_id or None,
                    )  # fmt: skip
                    yield LiveSession(row, server_id, self._known.get((server_id, name)), ("ghost",))


def _alike(one: Sequence[object], other: Sequence[object]) -> bool:
    """Whether these are the very same objects."""
    return len(one) == len(other) and all(left is right for left, right in zip(one, other, strict=True))


def _doubled(readings: Iterable[NasReading]) -> frozenset[tuple[int, str]]:
    counts: Counter[tuple[int, str]] = Counter()
    for reading in readings:
        for name, rows in reading.sessions.items():
            counts[reading.server_id, name] += len(rows)
    return frozenset(who for who, count in counts.items() if count > 1)


def _plain(session_id: str) -> str:
    return session_id.lower().removeprefix("0x").lstrip("0")
