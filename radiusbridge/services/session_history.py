"""Keep who was online where, from when until when: what the NASes' lists show, taken down while somebody watches.

What changed while nobody watched is found where a list is read for the first time again: a session that is gone ended
at some time since the list was read before.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.days import day_of
from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.domain.filter_rows import matches
from radiusbridge.domain.filters import parse
from radiusbridge.domain.losses import Located, Loss, Span, losses
from radiusbridge.domain.past_fields import HISTORY, LOSSES, look, look_lost
from radiusbridge.domain.values import parse_duration
from radiusbridge.services.session_changes import Changes, What
from radiusbridge.services.sessions import whose
from radiusbridge.services.watch import DEADLINE, NasReading, Snapshot, Watch

if TYPE_CHECKING:
    from radiusbridge.domain.records import Nas
    from radiusbridge.services.context import Context

KEPT_DAYS = 30
"""How long ended sessions are kept."""
WRITE_EVERY = 5.0
TIDY_EVERY = 3600.0
MOST_ROWS = 1000
"""Of a name's history."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _News:
    """What one NAS's list has shown since it was written last. whole: the keys of its first list."""

    server_id: int = 0
    came: list[tuple[SessionRow, datetime]] = field(default_factory=list)
    left: list[tuple[SessionRow, datetime, datetime]] = field(default_factory=list)
    """With when they were listed last, and missing first."""
    whole: frozenset[tuple[str, str]] | None = None
    whole_at: datetime | None = None
    at: datetime | None = None
    """When the list was read last."""


class History:
    """Watches every NAS that can be read, and writes what changes, until cancelled."""

    def __init__(self, context: "Context", days: int = KEPT_DAYS) -> None:
        self._context = context
        self._days = days
        self._changes = Changes()
        self._news: defaultdict[str, _News] = defaultdict(_News)
        self._read_at: dict[str, datetime] = {}
        self._tidied: float | None = None

    async def run(self) -> None:
        """Until cancelled."""
        watch = Watch(self._context)
        watch.subscribe(self.told)
        watching = asyncio.create_task(watch.run())
        try:
            while True:
                await self._context.clock.sleep(WRITE_EVERY)
                try:
                    await self.write(watch.nases)
                except RadiusbridgeError as error:
                    log.warning("the sessions' history could not be written: %s", error.line())
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def told(self, snapshot: Snapshot) -> None:
        """Take down what a snapshot changes. It comes with each list: all of them each time would be their square."""
        clock = self._context.clock
        now, wall = clock.monotonic(), clock.now()
        for reading in snapshot.news:
            if reading.began is None or reading.stale(now):
                list(self._changes.of(reading, now))
                continue
            at = wall - timedelta(seconds=now - reading.began)
            self._of_list(reading, at, now)

    def _of_list(self, reading: NasReading, at: datetime, now: float) -> None:
        news, before = self._news[reading.nas], self._read_at.get(reading.nas, at)
        news.server_id = reading.server_id
        for change in self._changes.of(reading, now):
            if change.what is What.CAME and change.session is not None:
                news.came.append((change.session, at))
            elif change.what is What.LEFT and change.session is not None:
                news.left.append((change.session, before, at))
            elif change.what is What.LISTED:
                rows = (row for rows in reading.sessions.values() for row in rows)
                news.whole, news.whole_at = frozenset((row.session_id, row.id) for row in rows), at
        news.at = self._read_at[reading.nas] = at

    async def write(self, nases: Mapping[str, "Nas"]) -> None:
        """Write what is not written yet; on an error it is tried again the next time."""
        taken, self._news = self._news, defaultdict(_News)
        try:
            spans = {name: await self._spans(name, news, nases) for name, news in taken.items()}
            clock = self._context.clock
            tidy = self._tidied is None or clock.monotonic() - self._tidied > TIDY_EVERY
            await self._context.database.write(lambda unit: self._keep(unit, taken, spans, tidy=tidy))
            self._tidied = clock.monotonic() if tidy else self._tidied
        except BaseException:
            self._put_back(taken)
            raise

    def _keep(
        self, unit: UnitOfWork, taken: Mapping[str, _News], spans: Mapping[str, list[Span]], *, tidy: bool
    ) -> None:
        listed_at = unit.spans.listed_at()
        for name, news in taken.items():
            unit.spans.open(spans[name])
            if news.whole is not None and news.whole_at is not None:
                left_by_now = {(row.session_id, row.id) for row, _, _ in news.left}
                gone = unit.spans.open_keys(name) - news.whole - {(row.session_id, row.id) for row, _ in news.came}
                unit.spans.end(name, gone - left_by_now, listed_at.get(name, news.whole_at), news.whole_at)
            for row, seen_at, ended_at in news.left:
                unit.spans.end(name, [(row.session_id, row.id)], seen_at, ended_at)
            if news.at is not None:
                unit.spans.listed(name, news.at)
        if tidy:
            unit.spans.forget(unit.now - timedelta(days=self._days))

    async def _spans(self, name: str, news: _News, nases: Mapping[str, "Nas"]) -> list[Span]:
        places = await self._places(nases.get(name), {row.username for row, _ in news.came})
        return [
            Span(
                name,
                news.server_id,
                row.username,
                row.session_id,
                row.id,
                at - timedelta(seconds=_seconds(row.uptime)),
                at,
                address=row.address or "",
                caller_id=row.caller_id or "",
                interface=places.get((row.username, (row.caller_id or "").upper()), ""),
            )
            for row, at in news.came
        ]

    async def _places(self, nas: "Nas | None", names: set[str]) -> Mapping[tuple[str, str], str]:
        port = self._context.gateways.session_places(nas) if nas is not None and names else None
        if port is None:
            return {}
        try:
            async with asyncio.timeout(DEADLINE):
                return await port.read(names)
        except (RadiusbridgeError, TimeoutError) as error:
            log.debug("the interfaces of sessions were not told: %s", error)
            return {}

    def _put_back(self, taken: Mapping[str, _News]) -> None:
        for name, old in taken.items():
            news = self._news[name]
            news.server_id = news.server_id or old.server_id
            news.came[:0], news.left[:0] = old.came, old.left
            if news.whole is None:
                news.whole, news.whole_at = old.whole, old.whole_at
            news.at = news.at or old.at


def _seconds(uptime: str) -> float:
    try:
        return parse_duration(uptime) if uptime else 0.0
    except BadInput:
        return 0.0


async def history(
    context: "Context", who: str | None, since: timedelta, *, words: str = "", limit: int = MOST_ROWS
) -> tuple[Span, ...]:
    """The sessions of a customer (number, user name or name), or of all, that were there since; newest first.

    words: a filter of `past_fields.HISTORY`. BadInput.
    """
    node = parse(words, HISTORY)

    def work(unit: UnitOfWork) -> tuple[Span, ...]:
        username, _ = whose(unit, who)
        spans = unit.spans.since(unit.now - since, username=username, limit=None if words else limit)
        today = day_of(unit.now, context.zone)
        return tuple(islice((span for span in spans if matches(node, partial(look, span), today)), limit))

    return await context.database.read(work)


async def lost(context: "Context", since: timedelta, *, least: int, share: float, words: str = "") -> tuple[Loss, ...]:
    """What was lost together since, newest first. words: a filter of `past_fields.LOSSES`. BadInput."""
    node = parse(words, LOSSES)

    def work(unit: UnitOfWork) -> tuple[Located, ...]:
        return tuple(_located(unit, unit.spans.since(unit.now - since)))

    found = losses(await context.database.read(work), least=least, share=share)
    today = day_of(context.clock.now(), context.zone)
    return tuple(loss for loss in found if matches(node, partial(look_lost, loss), today))


def _located(unit: UnitOfWork, spans: Iterable[Span]) -> Iterable[Located]:
    from radiusbridge.domain.text import folded

    of_server: dict[int, list[Span]] = {}
    for span in spans:
        of_server.setdefault(span.server_id, []).append(span)
    for server_id, rows in of_server.items():
        names = sorted({span.username for span in rows})
        known = unit.customers.by_usernames(server_id, names)
        for span in rows:
            customer = known.get(folded(span.username))
            yield Located(span) if customer is None else Located(span, customer.area, customer.odp, customer.vlan)
