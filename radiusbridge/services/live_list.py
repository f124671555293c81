"""Every live session of every NAS as one list, with whose it is and what is odd about it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import ServerSession, SessionRow
from radiusbridge.domain.errors import RadiusbridgeError
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


@dataclass(slots=True)
class LiveList:
    """Keeps whom it knows, so that a reading of the lists costs one look at the new names only."""

    context: Context
    _known: dict[tuple[int, str], Customer | None] = field(default_factory=dict)
    _asked: float = -FORGET
    _counted: dict[int, tuple[tuple[str, ServerSession], ...]] = field(default_factory=dict)
    _counted_at: float = -COUNTED
    """When the servers were asked, for the newest that they said."""
    _counting: bool = False

    async def sessions(self, snapshot: Snapshot) -> tuple[LiveSession, ...]:
        """The sessions of a snapshot, and those that a server counts though no NAS of its has them."""
        now = self.context.clock.monotonic()
        if now - self._asked >= FORGET:
            self._known.clear()
            self._asked = now
        counted = {(server_id, name) for server_id, rows in self._counted.items() for name, _ in rows}
        await self._learn((snapshot.live_names() | counted) - self._known.keys())
        doubled = _doubled(snapshot.nases)
        found = [each for reading in snapshot.nases for each in self._of(reading, now, doubled)]
        return (*found, *self._ghosts(snapshot, now))

    def _of(self, reading: NasReading, now: float, doubled: frozenset[tuple[int, str]]) -> Iterable[LiveSession]:
        stale = reading.stale(now)
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
            for name, session in counted:
                if (name, _plain(session.session_id)) not in live:
                    row = SessionRow(
                        session.nas_address, session.id, name, session.session_id, session.user_address or None,
                        session.calling_station_id or None,
                    )  # fmt: skip
                    yield LiveSession(row, server_id, self._known.get((server_id, name)), ("ghost",))


def _doubled(readings: Iterable[NasReading]) -> frozenset[tuple[int, str]]:
    counts: Counter[tuple[int, str]] = Counter()
    for reading in readings:
        for name, rows in reading.sessions.items():
            counts[reading.server_id, name] += len(rows)
    return frozenset(who for who, count in counts.items() if count > 1)


def _plain(session_id: str) -> str:
    return session_id.lower().removeprefix("0x").lstrip("0")
