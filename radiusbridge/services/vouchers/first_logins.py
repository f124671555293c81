"""First logins of vouchers: from lines of the routers' logs as they come, from who is online, and from whole lists.

Every look of ours that finds a voucher unused, and the one that finds it used, bound its first login by our own clock
(`domain.vouchers.first_login`). A voucher whose validity begins with it is over that long after the latest moment that
it may have been: nobody loses time that was paid for.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from radiusbridge.db.repositories.voucher_ends import Place
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError, UnknownName
from radiusbridge.domain.records import Nas, Server
from radiusbridge.domain.text import folded
from radiusbridge.domain.vouchers.first_login import ROUNDED, Said, Span, logged_in, smaller, span_of
from radiusbridge.domain.vouchers.records import Keeper, Voucher, VoucherBatch
from radiusbridge.gateways.following import LogLine
from radiusbridge.services.context import Context
from radiusbridge.services.following import Home
from radiusbridge.services.vouchers.guests import guests_at

WHOLE = 600.0
"""Seconds between two readings of whole lists of users; who is online is read more often."""
ASKING = 15.0
"""Seconds that a router may take to tell of one voucher."""
TOGETHER = 200
"""Names that are asked for in one command."""
VAGUE = 2.5
"""Seconds: a first login that is known by more is told more exactly by a log, where that can be."""
LINGER = 0.5
"""Seconds that a login from a log waits for others."""
MOST_LINES = 10_000
"""Logins from logs that wait for the database."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look came to. trouble: places that could not be read, one line each."""

    places: int = 0
    found: int = 0
    trouble: tuple[str, ...] = ()


@dataclass(slots=True)
class FirstLogins:
    """Looks at all places where vouchers wait for their first login."""

    context: Context
    _whole_at: dict[Place, float] = field(default_factory=dict)

    async def look(self, *, whole: bool = False) -> Looked:
        """Once at each place, side by side. whole: whole lists, else only where it is time for that."""
        places = await self.context.database.read(lambda unit: unit.voucher_ends.places())
        now = self.context.clock.monotonic()
        self._whole_at = {place: self._whole_at[place] for place in places if place in self._whole_at}

        async def one(place: Place) -> int | str:
            due = whole or now - self._whole_at.get(place, float("-inf")) >= WHOLE
            try:
                found = await look_at(self.context, place, whole=due)
            except RadiusbridgeError as error:
                return error.line()
            if due:
                self._whole_at[place] = now
            return found

        ends = await asyncio.gather(*map(one, places))
        numbers = [end for end in ends if isinstance(end, int)]
        return Looked(len(places), sum(numbers), tuple(end for end in ends if isinstance(end, str)))


async def look_at(context: Context, place: Place, *, whole: bool) -> int:
    """Note the first logins that a place shows; how many there were. Errors as `Router.read`; UnknownName."""
    logins = await context.gateways.voucher_logins(await _router(context, place))
    if logins is None:
        return 0
    began = context.clock.now()
    ahead = await logins.ahead() if whole else None
    names = await (logins.used if whole else logins.live)()
    guests = await _guests(context, place)
    names |= guests.keys()
    by_key = {folded(name): name for name in names}
    fresh = await context.database.read(lambda unit: unit.voucher_ends.unused(place, by_key.keys()))
    wanted, said = sorted(fresh), dict[str, Said]()
    for at in range(0, len(wanted), TOGETHER):
        some = [by_key[key] for key in wanted[at : at + TOGETHER]]
        answers = await logins.first(some)
        said |= {folded(name): _better(words, guests.get(name)) for name, words in answers.items()}
    seen = context.clock.now()

    def work(unit: UnitOfWork) -> int:
        noted = sum(_note(unit, context, fresh[key], words, seen) for key, words in said.items())
        if whole:
            unit.voucher_ends.looked(place, began, ahead)
        return noted

    return await context.database.write(work) if said or whole else 0


async def _guests(context: Context, place: Place) -> dict[str, Said]:
    """Who is online on the NASes of a User Manager, whatever it counts: it may not be told of sessions."""
    if place.keeper is Keeper.HOTSPOT:
        return {}
    guests = await guests_at(context, place)
    seen, found = context.clock.now(), dict[str, Said]()
    for row in guests.rows:
        since = seen - timedelta(seconds=row.seconds)
        known = found.get(row.user)
        if known is None or known.last is None or since < known.last:
            found[row.user] = Said(f"a session that is live on {row.nas}", None, since)
    return found


def _better(said: Said, guest: Said | None) -> Said:
    return guest if guest is not None and said.last is None else said


async def _router(context: Context, place: Place) -> Server | Nas:
    def work(unit: UnitOfWork) -> Server | Nas:
        if place.keeper is Keeper.HOTSPOT:
            return unit.nases.get(place.router_id)
        return unit.servers.get(place.router_id)

    return await context.database.read(work)


async def look_at_code(context: Context, voucher_id: int) -> str:
    """Ask the router of one voucher who has used theirs, and note it; why it could not be asked, empty: it was."""
    batch, _ = await context.database.read(lambda unit: unit.vouchers.with_batch(voucher_id))
    place = Place(batch.keeper, batch.router_id)
    try:
        async with asyncio.timeout(ASKING):
            await look_at(context, place, whole=True)
    except TimeoutError:
        return f"no answer within {ASKING:.0f} s"
    except RadiusbridgeError as error:
        return error.line()
    return ""


async def note_used(context: Context, batch: VoucherBatch, voucher: Voucher) -> None:
    """Ask the router when a voucher was used first that it says was used, and note it. Errors as `look_at`."""
    logins = await context.gateways.voucher_logins(await _router(context, Place(batch.keeper, batch.router_id)))
    said = {} if logins is None else await logins.first([voucher.code])
    seen = context.clock.now()
    words = said.get(voucher.code, Said("the router's row"))
    await context.database.write(lambda unit: _note(unit, context, voucher.id, words, seen))


def _note(unit: UnitOfWork, context: Context, voucher_id: int, said: Said, seen: datetime) -> bool:
    """Note a first login, or make what is known of it more exact; False: nothing is new."""
    batch, voucher = unit.vouchers.with_batch(voucher_id)
    known = voucher.first_login_at
    if known is None:
        begun = voucher.written_at or voucher.drawn_at
        floors = [moment for moment in (begun, batch.looked_at) if moment is not None]
        span = span_of(max(floors, default=seen), seen, said, batch.looked_ahead)
    else:
        before = Span(known, voucher.first_login_by_then or known, voucher.first_login_by)
        # the clock as it was at the floor is known only until the next look
        then = batch.looked_ahead if batch.looked_at is not None and batch.looked_at <= known else None
        span = smaller(before, span_of(before.first, before.last, said, then))
        if span == before:
            return False
    ends = unit.voucher_ends.first_login(batch, voucher, span)
    about = {"at": str(span.first), "off": span.off, "by": span.by, "expires": None if ends is None else str(ends)}
    subject = f"voucher {batch.id}/{voucher.row}"
    unit.note("voucher.first-login", subject, who=context.who, channel=context.channel, after=about)
    return True


@dataclass(slots=True)
class _Heard:
    """How long a router's log was heard without a gap. since: None: it is not."""

    since: datetime | None = None
    ahead: float | None = None


@dataclass(frozen=True, slots=True)
class _Login:
    """A line that says that somebody logged in. since: the log was heard without a gap from then on."""

    home: Home
    line: LogLine
    heard_at: datetime
    since: datetime | None


@dataclass(slots=True)
class LoginBook:
    """Hears the logs of all routers, and notes first logins from them."""

    context: Context
    _waiting: dict[tuple[int, str, str], "_Login"] = field(default_factory=dict)
    """By server, router and name; the first line of each."""
    _heard: dict[tuple[int, str], _Heard] = field(default_factory=dict)
    _come: asyncio.Event = field(default_factory=asyncio.Event)

    def clock(self, home: Home, ahead: float | None) -> None:
        """A router's clock is so many seconds ahead of ours."""
        self._of(home).ahead = ahead

    def gap(self, home: Home) -> None:
        """Lines were lost."""
        self._of(home).since = self.context.clock.now()

    def line(self, home: Home, line: LogLine) -> None:
        """A line of a router's log; it may be a login."""
        heard, now = self._of(home), self.context.clock.now()
        if heard.since is None:
            heard.since = now
        user = logged_in(line.topics, line.message)
        if user is None or len(self._waiting) >= MOST_LINES:
            return
        self._waiting.setdefault((home.server_id, home.name, folded(user)), _Login(home, line, now, heard.since))
        self._come.set()

    def _of(self, home: Home) -> _Heard:
        return self._heard.setdefault((home.server_id, home.name), _Heard())

    async def run(self) -> None:
        """Note what comes, for ever; what the database does not take now is noted later."""
        while True:
            await self._come.wait()
            await self.context.clock.sleep(LINGER)
            self._come.clear()
            try:
                await self.flush()
            except RadiusbridgeError as error:
                log.warning("first logins wait for the database: %s", error.line())
                await self.context.clock.sleep(5.0)
                self._come.set()

    async def flush(self) -> int:
        """Note what was heard so far; how many first logins that were."""
        lines = dict(self._waiting)
        if not lines:
            return 0
        found = await self.context.database.write(lambda unit: self._noted(unit, lines))
        for key in lines:
            self._waiting.pop(key, None)
        return found

    def _noted(self, unit: UnitOfWork, lines: Mapping[tuple[int, str, str], "_Login"]) -> int:
        found = 0
        for (_, _, key), login in lines.items():
            for place in _places(unit, login.home):
                ids: Collection[int] = unit.voucher_ends.unused(place, (key,), VAGUE).values()
                seen = login.line.at + ROUNDED if login.line.live else login.heard_at
                found += sum(_note(unit, self.context, each, self._said(unit, each, login), seen) for each in ids)
        return found

    def _said(self, unit: UnitOfWork, voucher_id: int, login: _Login) -> Said:
        batch, voucher = unit.vouchers.with_batch(voucher_id)
        home, at = login.home, login.line.at
        floor = max(filter(None, (voucher.written_at, batch.looked_at)), default=None)
        ahead = None if login.line.live else self._of(home).ahead or 0.0
        if login.since is not None and floor is not None and login.since <= floor + ROUNDED:
            return Said(f"the log of {home.name}", at - ROUNDED, at + ROUNDED, ahead)
        return Said(f"the log of {home.name}, not heard all the time before", None, at + ROUNDED, ahead)


def _places(unit: UnitOfWork, home: Home) -> Iterable[Place]:
    """Whose codes a login at that router may be: its own hotspot's, and its server's."""
    try:
        yield Place(Keeper.USER_MANAGER, unit.servers.get(home.server_id).id)
    except UnknownName:
        return
    for nas in unit.nases.of_server(home.server_id):
        if nas.api is not None and (nas.api.host, nas.api.port) == (home.api.host, home.api.port):
            yield Place(Keeper.HOTSPOT, nas.id)
