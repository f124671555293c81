"""What one router tells as it happens: lines of its log, and sessions that come and go. One connection, shared with
whoever else asks that router; the two `listen` take no place in its window.

After a break the log's buffer is read, so that what came meanwhile is told too, if the buffer still holds it; if not,
the gap is told. Lines that come live are of the moment they come; those of the buffer bear the router's own time, which
is turned into ours by asking for its clock.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import BadInput
from radiusbridge.gateways.jointly import jointly
from radiusbridge.gateways.routers import Router
from radiusbridge.gateways.steps import router_time
from radiusbridge.routeros.connection import Connection
from radiusbridge.routeros.stream import RowStream
from radiusbridge.routeros.values import parse_date

LOG = "/log"
ACTIVE = "/ppp/active"
LINE_PROPERTIES = (".id", "time", "topics", "message")
SESSION_PROPERTIES = (".id", "name")
CLOCK_PROPERTIES = ("date", "time", "gmt-offset")
LOOK_EVERY = 30.0
"""Seconds between two questions for the clock, which also find a connection that died in silence."""
LOOK_SECONDS = 10.0
PRINT_SECONDS = 60.0

_SAME_DAY = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})")
_SAME_YEAR = re.compile(r"([a-z]{3}/[0-9]{2}|[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})")


@dataclass(frozen=True, slots=True)
class LogLine:
    """at: by our clock. live: it came as it was written; else it was found in the router's buffer."""

    topics: str
    message: str
    at: datetime
    live: bool


class Listener(Protocol):
    """Who is told."""

    def connected(self) -> None:
        """The router is followed from now on."""
        ...

    def clock(self, difference: float | None, round_trip: float) -> None:
        """How many seconds the router's clock is ahead of ours; None: it cannot be read. round_trip: of the asking."""
        ...

    def gap(self) -> None:
        """The buffer does not reach back to the last line that was seen."""
        ...

    def line(self, line: LogLine) -> None:
        """A line of the log."""
        ...

    def came(self, username: str) -> None:
        """A session of that name is in the list."""
        ...

    def sessions(self, count: int) -> None:
        """How many sessions the list holds."""
        ...


def line_time(text: str, here: datetime) -> datetime | None:
    """The router's local time of a line: `12:00:00` of today, `may/30 12:00:00` or `05-30 12:00:00` of the year before
    `here`, its local time now; or with the year. None: unreadable."""
    try:
        if match := _SAME_DAY.fullmatch(text):
            found = here.replace(hour=int(match[1]), minute=int(match[2]), second=int(match[3]), microsecond=0)
            return found if found <= here + timedelta(hours=1) else found - timedelta(days=1)
        if match := _SAME_YEAR.fullmatch(text.lower()):
            for year in (here.year, here.year - 1):
                six = "/" in match[1]
                found = parse_date(f"{match[1]}/{year} {match[2]}" if six else f"{year}-{match[1]} {match[2]}")
                if found <= here + timedelta(days=1):
                    return found
            return None
        return parse_date(text)
    except (BadInput, ValueError):
        return None


class RouterEvents:
    """Follows one router; remembers from one connection to the next which line was the last."""

    def __init__(self, router: Router, clock: Clock) -> None:
        self._router = router
        self._clock = clock
        self._last: tuple[str, str] | None = None

    async def follow(self, listener: Listener, *, log: bool = True, sessions: bool = True) -> None:
        """Tell the listener until the connection breaks. sessions: of a NAS. Raises as `Router.read`; never returns."""
        connection = await self._router.connected()
        lines = connection.listen(LOG, proplist=LINE_PROPERTIES) if log else None
        changes = connection.listen(ACTIVE, proplist=SESSION_PROPERTIES) if sessions else None
        try:
            for stream in (lines, changes):
                if stream is not None:
                    await stream.start()
            local = await self._look(connection, listener)
            known = await self._buffered(connection, listener, local) if log else frozenset()
            listed = await self._listed(connection, listener) if sessions else {}
            listener.connected()
            await self._told(connection, listener, lines, known, changes, listed)
        finally:
            for stream in (lines, changes):
                if stream is not None:
                    await stream.aclose()

    async def _told(
        self,
        connection: Connection,
        listener: Listener,
        lines: RowStream | None,
        known: frozenset[str],
        changes: RowStream | None,
        listed: dict[str, str],
    ) -> None:
        works = [self._looking(connection, listener)]
        if lines is not None:
            works.append(self._lines(lines, known, listener))
        if changes is not None:
            works.append(_changes(changes, listed, listener))
        await jointly(*works)

    async def _looking(self, connection: Connection, listener: Listener) -> None:
        while True:
            await self._clock.sleep(LOOK_EVERY)
            await self._look(connection, listener)

    async def _look(self, connection: Connection, listener: Listener) -> datetime | None:
        """Ask for the router's clock; its local time."""
        result = await connection.call("/system/clock/print", proplist=CLOCK_PROPERTIES, deadline=LOOK_SECONDS)
        row = result.rows[0] if result.rows else {}
        theirs = router_time(row)
        ours = self._clock.now() - timedelta(seconds=result.seconds / 2)
        listener.clock(None if theirs is None else (theirs - ours).total_seconds(), result.seconds)
        try:
            return parse_date(f"{row.get('date', '')} {row.get('time', '')}")
        except BadInput:
            return None

    async def _buffered(self, connection: Connection, listener: Listener, local: datetime | None) -> frozenset[str]:
        """Tell what the buffer holds that is new; the `.id` of all that it holds."""
        result = await connection.call(f"{LOG}/print", proplist=LINE_PROPERTIES, deadline=PRINT_SECONDS)
        rows = result.rows
        marks = [_mark(row) for row in rows]
        if self._last is not None:
            try:
                start = len(marks) - marks[::-1].index(self._last)
            except ValueError:
                listener.gap()
            else:
                rows = rows[start:]
        now = self._clock.now()
        for row in rows:
            written = None if local is None else line_time(row.get("time", ""), local)
            at = now if written is None or local is None else min(now, now - (local - written))
            listener.line(LogLine(row.get("topics", ""), row.get("message", ""), at, live=False))
        if marks:
            self._last = marks[-1]
        return frozenset(row.get(".id", "") for row in result.rows)

    async def _lines(self, lines: RowStream, known: frozenset[str], listener: Listener) -> None:
        async for row in lines:
            if ".dead" in row or "message" not in row:
                continue
            if row.get(".id", "") in known:
                continue  # it came while the buffer was read
            self._last = _mark(row)
            listener.line(LogLine(row.get("topics", ""), row["message"], self._clock.now(), live=True))

    @staticmethod
    async def _listed(connection: Connection, listener: Listener) -> dict[str, str]:
        result = await connection.call(f"{ACTIVE}/print", proplist=SESSION_PROPERTIES, deadline=PRINT_SECONDS)
        listed = {row[".id"]: row.get("name", "") for row in result.rows if ".id" in row}
        for name in listed.values():
            listener.came(name)
        listener.sessions(len(listed))
        return listed


async def _changes(changes: RowStream, listed: dict[str, str], listener: Listener) -> None:
    async for row in changes:
        identifier = row.get(".id", "")
        if ".dead" in row:
            listed.pop(identifier, None)
        elif identifier not in listed:
            listed[identifier] = row.get("name", "")
            listener.came(listed[identifier])
        listener.sessions(len(listed))


def _mark(row: Mapping[str, str]) -> tuple[str, str]:
    """What tells a line from others; its time reads differently the day after on RouterOS 6."""
    return row.get(".id", ""), row.get("message", "")
