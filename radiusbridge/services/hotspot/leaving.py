"""Guests whom a router's hotspot lets in by itself: logged out, or kept out, with the proof table's hotspot row.

No active session, no cookie, and no host that is authorized or bypassed; there is no test login for local users: the
read-back of their row takes its place. Customers' guests go through the journal (`kick`, `isolate`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.errors import BadInput, PeerRefused, UnknownName, Unreachable
from radiusbridge.domain.hotspot import (
    COOKIE,
    HOST,
    HOTSPOT,
    Listing,
    by_cookie,
    bypassed,
    devices,
    same_guest,
    with_cookies,
)
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.records import Customer, Nas
from radiusbridge.domain.verdict import Verdict
from radiusbridge.gateways.ports import KickReply, NasSessions
from radiusbridge.services.context import Context
from radiusbridge.services.hotspot import writing
from radiusbridge.services.hotspot.lists import gateway, only
from radiusbridge.services.hotspot.writing import Changed, Chosen
from radiusbridge.services.permissions import require
from radiusbridge.services.vouchers import veil

SETTLE = 5.0
"""Seconds for which nobody may have come back."""
DEADLINE = 30.0
CLEAN_READS = 2
PAUSE = 0.25
Tell = Callable[[str], None]


@dataclass(slots=True)
class _Leaving:
    """One guest on one NAS. stays_out: nobody of that name may log in again either."""

    context: Context
    port: NasSessions
    username: str
    stays_out: bool
    settle: float
    tell: Tell
    macs: set[str] = field(default_factory=set)
    meant: set[str] | None = None
    """What was there at the first reading."""
    tried: dict[str, KickReply] = field(default_factory=dict)
    trouble: str = ""
    back: tuple[str, ...] = ()
    """Sessions that were begun anew, by whoever typed the password again."""

    async def go(self, deadline: float) -> tuple[Verdict, tuple[str, ...]]:
        """The verdict, with what it rests on."""
        clock = self.context.clock
        ends, clean_since, clean = clock.monotonic() + deadline, 0.0, 0
        while True:
            began = clock.monotonic()
            going = await self._going()
            if going is None and clock.monotonic() >= ends:
                return Verdict.UNPROVEN, (f"sessions: the lists could not be read: {self.trouble}",)
            if going:
                clean = 0
                if clock.monotonic() >= ends or all(map(bypassed, going)):
                    return Verdict.FAILED, tuple(f"sessions: {self._told(row)}" for row in going)
                await self._end(going)
            elif going is not None:
                clean_since = clean_since if clean else clock.monotonic()
                clean += 1
                if clean >= CLEAN_READS and began - clean_since >= self.settle:
                    return Verdict.PROVEN, self._gone()
            await clock.sleep(PAUSE if going else min(1.0, max(PAUSE, self.settle / 4)))

    async def _going(self) -> list[SessionRow] | None:
        """What is left of what has to go; None: the lists could not be read."""
        try:
            sessions = [row for row in await self.port.sessions(self.username) if row.service == HOTSPOT]
            self.macs |= devices(sessions)
            traces = await self.port.traces(self.username, self.macs)
        except (Unreachable, PeerRefused) as error:
            self.trouble = error.line()
            return None
        self.macs |= devices(traces)
        rows = [*sessions, *traces]
        if self.meant is None:
            self.meant = {row.session_id for row in rows}
            self.tell(
                f"{len(sessions)} logged in, {_count(traces, COOKIE)} cookies, {_count(traces, HOST)} hosts let by"
            )
        going = with_cookies((row for row in rows if self._goes(row)), traces)
        self.back = tuple(f"{row.session_id} by {row.login_by}" for row in sessions if row not in going)
        return going

    def _goes(self, row: SessionRow) -> bool:
        if self.stays_out or row.service == HOST or by_cookie(row):
            return True
        return any(same_guest(row.session_id, one) for one in self.meant or ())

    async def _end(self, going: list[SessionRow]) -> None:
        """Cookies first: each brings its guest back at once."""
        cookies = [row for row in going if row.service == COOKIE and row.session_id not in self.tried]
        for row in cookies or [each for each in going if not bypassed(each)]:
            reply = await self.port.remove(row)
            if self.tried.get(row.session_id, reply).words != reply.words or row.session_id not in self.tried:
                self.tell(reply.words)
            self.tried[row.session_id] = reply

    def _told(self, row: SessionRow) -> str:
        reply = self.tried.get(row.session_id)
        if bypassed(row):
            return f"{row.session_id} is let through by an IP binding: radiusbridge hotspot binding list"
        return f"{row.session_id} is still there{f': {reply.words}' if reply else ''}"

    def _gone(self) -> tuple[str, ...]:
        ended = [name for name, reply in self.tried.items() if reply.answer is KickAnswer.ACCEPTED]
        first = f"sessions: {', '.join(ended)} gone" if ended else "sessions: nobody of that name was logged in"
        return (first, *(f"logged in again: {each}" for each in self.back))


async def customer_of(context: Context, nas: Nas, username: str) -> Customer | None:
    """The customer of the NAS's server who logs in by that name over RADIUS; None where the router knows the name by
    itself, or nobody of ours has it."""
    if await gateway(context, nas).find(Listing.USER, username):
        return None

    def work(unit: UnitOfWork) -> Customer | None:
        try:
            customer = unit.customers.find(username)
        except UnknownName:
            return None
        return customer if (customer.server_id, customer.username) == (nas.server_id, username) else None

    return await context.database.read(work)


async def log_out(
    context: Context,
    who: str,
    *,
    nas: str | None = None,
    settle: float = SETTLE,
    deadline: float = DEADLINE,
    reason: str = "",
    tell: Tell = lambda _words: None,
) -> Changed:
    """Log a guest out: cookies, then sessions. who: a user name, MAC address or address on the NAS's list.

    A later login with the password is no failure, and told. BadInput for a customer's guest, whose kick is journaled.
    """
    require(context, "hotspot.active.kick")
    place = await only(context, nas)
    username = await _named(context, place, who)
    customer = await customer_of(context, place, username)
    if customer is not None:
        hint = f"radiusbridge kick {customer.number}"
        raise BadInput("a customer's session is ended through the journal", target=username, hint=hint)
    # somebody is online with it, and the first login may not be noted yet
    vouchers = await veil.fresh(context, place.id, (username,))
    name = next(map(veil.label, vouchers.values()), username)
    await _note(context, "hotspot.active.kick", place, name, reason)
    leaving = _Leaving(context, _port(context, place), username, False, settle, tell)
    verdict, words = await leaving.go(deadline)
    return await _ended(context, Changed(verdict, "hotspot.active.kick", place.name, name, words), place, reason)


async def keep_out(
    context: Context,
    chosen: Chosen,
    *,
    remove: bool = False,
    settle: float = SETTLE,
    deadline: float = DEADLINE,
    reason: str = "",
    tell: Tell = lambda _words: None,
) -> Changed:
    """Disable a local user, or take it away, then end what is live of it; nobody of that name may come back.

    The worst of both is the verdict. Errors as `writing.change`.
    """
    place = await only(context, chosen.nas)
    row = await writing.one(gateway(context, place), await writing.called(context, place, chosen))
    exact = replace(chosen, nas=place.name, id=row.id, name=row.name)
    if remove:
        written = await writing.remove(context, exact, reason=reason)
    else:
        written = await writing.switch(context, exact, enabled=False, reason=reason)
    for words in written.words:
        tell(words)
    if written.verdict is Verdict.FAILED:
        return written
    leaving = _Leaving(context, _port(context, place), row.name, True, settle, tell)
    verdict, words_ = await leaving.go(deadline)
    both = (written.verdict, verdict)
    worst = next(one for one in (Verdict.FAILED, Verdict.UNPROVEN, Verdict.PROVEN) if one in both)
    told = Changed(worst, written.action, place.name, written.name, (*words_, *written.words))
    return await _ended(context, told, place, reason)


async def _named(context: Context, nas: Nas, who: str) -> str:
    """The user name that is meant. A name wins over an address, and a name may look like an `.id`."""
    hotspot = gateway(context, nas)
    rows = [row for listing in (Listing.ACTIVE, Listing.COOKIE) for row in await hotspot.find(listing, who)]
    names = {row.text("user") for row in rows} - {""}
    if who in names or not names:
        return who
    if len(names) > 1:
        raise BadInput(
            f"several users are meant: {', '.join(sorted(names)[:5])}", target=who, hint="give the user name"
        )
    return names.pop()


def _port(context: Context, nas: Nas) -> NasSessions:
    port = context.gateways.nas_sessions(nas)
    assert port is not None  # `gateway` has refused a NAS without API access
    return port


async def _ended(context: Context, told: Changed, nas: Nas, reason: str) -> Changed:
    if told.verdict is not Verdict.PROVEN:
        action = f"{told.action}.{told.verdict.lower()}"
        await _note(context, action, nas, told.name, reason, "; ".join(told.words))
    return told


async def _note(context: Context, action: str, nas: Nas, username: str, reason: str, said: str = "") -> None:
    who, channel, subject = context.who, context.channel, f"{nas.name}/{username}"
    after = {"said": said} if said else None
    await context.database.write(
        lambda unit: unit.note(action, subject, who=who, channel=channel, after=after, reason=reason)
    )


def _count(rows: Iterable[SessionRow], service: str) -> int:
    return sum(1 for row in rows if row.service == service)
