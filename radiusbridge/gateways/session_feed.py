"""A NAS's session list kept by listening: told as it changes, confirmed every few seconds by its count.

Three commands on the connection that everybody shares: `listen` on `/ppp/active` and on the dynamic address lists,
which take no place in its window, and a count. Where the count and what was told differ the list is read anew, and it
is read anew now and then anyway: nothing is believed for long because nothing was said.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from zlib import crc32

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.clock import Clock
from radiusbridge.gateways.hotspot_sessions import HotspotSessions
from radiusbridge.gateways.jointly import jointly
from radiusbridge.gateways.nas import (
    ACTIVE,
    ACTIVE_PROPERTIES,
    ADDRESS_LIST,
    DYNAMIC,
    ENTRY_PROPERTIES,
    plain_address,
    session_row,
)
from radiusbridge.gateways.routers import Router, together
from radiusbridge.routeros.connection import Connection
from radiusbridge.routeros.stream import RowStream

CONFIRM = 2.0
"""Seconds between two counts."""
ANEW = 20.0
"""Seconds after which the list is read again though nothing seems to be missing; uptimes come with it."""
TOGETHER = 0.2
"""Seconds that changes wait for more, so that many are told as one."""
READ_SECONDS = 15.0
_ENTRY = (".id", *ENTRY_PROPERTIES)

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FeedList:
    """The list as it was at `at` (monotonic), by user name. Rows that did not change are the same objects."""

    sessions: Mapping[str, tuple[SessionRow, ...]]
    count: int
    at: float


Told = Callable[[FeedList], None]


@dataclass(slots=True)
class _Kept:
    """What was told so far: sessions by `.id`, without the lists that hold their addresses, and the address lists.

    A BRAS has thousands: a row of words is five times as large as a session, so none is kept.
    """

    nas: str
    active: dict[str, SessionRow] = field(default_factory=dict)
    entries: dict[str, tuple[str, str]] = field(default_factory=dict)
    """`.id` -> (address, list)."""
    guests: dict[str, SessionRow] = field(default_factory=dict)
    """Of the hotspot, by session id; they are read, not told."""
    by_name: dict[str, tuple[SessionRow, ...]] = field(default_factory=dict)
    dirty: set[str] = field(default_factory=set)
    """User names whose rows are to be made again."""
    shared: bool = False
    """Whether `by_name` was told, so that it stays as it is."""

    def read(self, active: dict[str, SessionRow], entries: dict[str, tuple[str, str]]) -> None:
        """The whole list."""
        self.active, self.entries = active, entries
        self.by_name, self.shared = {}, False
        self.dirty = {session.username for session in chain(active.values(), self.guests.values())}
        self.make()

    def again(self, now: SessionRow) -> SessionRow:
        """The same, with the words of the row that is known already: old and new list then live side by side in little
        more than one."""
        before = self.active.get(now.id)
        return now if before != now else replace(before, uptime=now.uptime)

    def session(self, row: Row) -> None:
        """A change of `/ppp/active`."""
        identifier = row.get(".id", "")
        before = self.active.pop(identifier, None)
        if before is not None:
            self.dirty.add(before.username)
        if ".dead" not in row:
            now = session_row(self.nas, row if before is None else {**_words(before), **row})
            self.active[identifier] = now
            self.dirty.add(now.username)

    def lodge(self, guests: Iterable[SessionRow]) -> None:
        """The guests as they are now."""
        now = {guest.session_id: guest for guest in guests}
        for session_id in now.keys() ^ self.guests.keys():
            self.dirty.add((now.get(session_id) or self.guests[session_id]).username)
        self.guests = now

    def entry(self, row: Row) -> None:
        """A change of the address lists."""
        identifier = row.get(".id", "")
        before = self.entries.pop(identifier, None)
        touched = {before[0]} if before is not None else set()
        if ".dead" not in row and row.get("address"):
            self.entries[identifier] = _entry(row)
            touched.add(self.entries[identifier][0])
        for session in chain(self.active.values(), self.guests.values()):
            if plain_address(session.address or "") in touched:
                self.dirty.add(session.username)

    def make(self) -> None:
        """Make the rows of the names that changed."""
        if not self.dirty:
            return
        if self.shared:
            self.by_name, self.shared = dict(self.by_name), False
        lists: dict[str, list[str]] = {}
        for address, name in self.entries.values():
            lists.setdefault(address, []).append(name)
        for name in self.dirty:
            self.by_name.pop(name, None)
        for session in chain(self.active.values(), self.guests.values()):
            if session.username in self.dirty:
                held = lists.get(plain_address(session.address or ""))
                now = session if held is None else replace(session, lists=tuple(held))
                self.by_name[session.username] = (*self.by_name.get(session.username, ()), now)
        self.dirty.clear()

    def told(self, at: float) -> FeedList:
        """As it is now; the same object for the same list."""
        self.shared = True
        return FeedList(self.by_name, len(self.active) + len(self.guests), at)


def _words(session: SessionRow) -> dict[str, str]:
    """The row of `/ppp/active` that it was made of."""
    values = (session.id, session.username, session.service, session.caller_id, session.address, session.uptime)
    return {name: value or "" for name, value in zip(ACTIVE_PROPERTIES, (*values, session.session_id), strict=True)}


class SessionFeed:
    """Listens to one NAS."""

    def __init__(self, nas: str, router: Router, clock: Clock) -> None:
        self._nas = nas
        self._router = router
        self._clock = clock
        self.hotspot = HotspotSessions(nas, router, clock)

    async def follow(self, told: Told) -> None:
        """Tell the list, and each list that differs or was confirmed; never returns.

        Raises Unreachable and below when the connection breaks, and RouterTrap where the router does not listen.
        """
        connection = await self._router.connected()
        changes = connection.listen(ACTIVE, proplist=ACTIVE_PROPERTIES)
        lists = connection.listen(ADDRESS_LIST, queries=DYNAMIC, proplist=_ENTRY)
        kept = _Kept(self._nas)
        try:
            for stream in (changes, lists):
                await stream.start()
            turn = _Turn(self, connection, kept, told)
            await turn.read_anew()
            # Those who were first read together are not read again together.
            turn.read_at -= ANEW * (crc32(self._nas.encode("utf-8", "replace")) % 64) / 64
            await jointly(turn.hear(changes, kept.session), turn.hear(lists, kept.entry), turn.tell(), turn.confirm())
        finally:
            for stream in (changes, lists):
                await stream.aclose()

    @property
    def now(self) -> float:
        """The monotonic clock."""
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._clock.sleep(seconds)


@dataclass(slots=True)
class _Turn:
    """One connection's worth of following."""

    feed: SessionFeed
    connection: Connection
    kept: _Kept
    told: Told
    read_at: float = 0.0
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the list is read: what is told meanwhile comes after it."""
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def read_anew(self) -> None:
        """Read the list; changes that come meanwhile are told after it."""
        began = self.feed.now
        active: dict[str, SessionRow] = {}
        entries: dict[str, tuple[str, str]] = {}

        def session(row: Row) -> None:
            now = self.kept.again(session_row(self.kept.nas, row))
            active[now.id] = now

        def entry(row: Row) -> None:
            entries[row.get(".id", "")] = _entry(row)

        async with self.reading:
            await together(
                self._each(session, ACTIVE, proplist=ACTIVE_PROPERTIES),
                self._each(entry, ADDRESS_LIST, queries=DYNAMIC, proplist=_ENTRY),
            )
            self.kept.lodge(await self._guests())
            self.kept.read(active, entries)
        self.read_at = began
        self.told(self.kept.told(began))

    async def _guests(self) -> Iterable[SessionRow]:
        rows = await self.feed.hotspot.active()
        return self.feed.hotspot.sessions(rows, {}) if rows else ()

    async def _each(
        self, take: Callable[[Row], None], menu: str, *, queries: Sequence[str] = (), proplist: Sequence[str] = ()
    ) -> None:
        """Take the rows of a menu as they come, so that they never all are in memory as words."""
        asked = self.connection.stream(f"{menu}/print", queries=queries, proplist=proplist, deadline=READ_SECONDS)
        async with asked as stream:
            while rows := await stream.batch():
                for row in rows:
                    take(row)

    async def hear(self, stream: RowStream, change: Callable[[dict[str, str]], None]) -> None:
        """Take the changes as they come."""
        async for row in stream:
            async with self.reading:
                change(row)
            self.news.set()

    async def tell(self) -> None:
        """Tell changes, many as one."""
        while True:
            await self.news.wait()
            await self.feed.sleep(TOGETHER)
            self.news.clear()
            self.kept.make()
            self.told(self.kept.told(self.feed.now))

    async def confirm(self) -> None:
        """Count, and read anew where that is due or the count says so."""
        while True:
            await self.feed.sleep(CONFIRM)
            began = self.feed.now
            if began - self.read_at >= ANEW or not await self._counts():
                await self.read_anew()
            else:
                self.kept.lodge(await self._guests())
                self.kept.make()
                self.told(self.kept.told(began))

    async def _counts(self) -> bool:
        """Whether the router counts as many as were told of; what it told before it counted has been heard by then."""
        asked = {"count-only": ""}
        sessions, entries = await together(
            self.connection.call(f"{ACTIVE}/print", asked, deadline=READ_SECONDS),
            self.connection.call(f"{ADDRESS_LIST}/print", asked, queries=DYNAMIC, deadline=READ_SECONDS),
        )
        await asyncio.sleep(0)
        return (sessions.ret, entries.ret) == (str(len(self.kept.active)), str(len(self.kept.entries)))


def _entry(row: Row) -> tuple[str, str]:
    return plain_address(row.get("address", "")), row.get("list", "")
