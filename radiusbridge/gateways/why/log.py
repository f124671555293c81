"""What a router's log says of one user name: its refusals since the last login, and that login."""

import re
from dataclasses import dataclass
from datetime import datetime

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import BadInput, PeerRefused
from radiusbridge.domain.refusals import read_line
from radiusbridge.domain.why.facts import Heard, Refusal
from radiusbridge.gateways.following import LINE_PROPERTIES, LOG, line_time
from radiusbridge.gateways.routers import Router, Rows
from radiusbridge.gateways.steps import router_time
from radiusbridge.routeros.errors import RouterTrap, TrapKind
from radiusbridge.routeros.values import parse_date

_CAME = re.compile(r"PPPoE connection established from (?P<caller>[0-9A-Fa-f:]{17})")
_IN = " logged in, "


@dataclass(frozen=True, slots=True)
class RouterClock:
    """local: the router's local time; at: ours at the same moment; off: seconds that it is ahead of ours."""

    local: datetime | None
    at: datetime
    off: float | None


def clock_of(row: dict[str, str], clock: Clock) -> RouterClock:
    """From a row of `/system/clock` that was just read."""
    now, theirs = clock.now(), router_time(row)
    try:
        local = parse_date(f"{row.get('date', '')} {row.get('time', '')}")
    except BadInput:
        local = None
    return RouterClock(local, now, None if theirs is None else (theirs - now).total_seconds())


async def read_log(router: Router, name: str, username: str, clock: RouterClock) -> Heard:
    """Read it whole: a text cannot be asked for. Errors as `Router.read`, but for refusals, which are told in it."""
    try:
        rows = await router.read_all(f"{LOG}/print", proplist=LINE_PROPERTIES)
    except RouterTrap as trap:
        missing = trap.kind is TrapKind.NO_SUCH_COMMAND
        return Heard(name, trouble=f"this router has no {LOG}" if missing else trap.summary)
    except PeerRefused as refused:
        return Heard(name, trouble=refused.summary)
    return heard(name, username, rows, clock)


def heard(name: str, username: str, rows: Rows, clock: RouterClock) -> Heard:
    """What those lines say. The device of a refusal is the one that dialled just before, if no other did."""
    refusals: list[Refusal] = []
    entered: datetime | None = None
    callers: list[str] = []
    times = _times(rows, clock)
    for row, at in zip(rows, times, strict=True):
        topics, message = row.get("topics", ""), row.get("message", "")
        if came := _CAME.fullmatch(message):
            callers.append(came["caller"].upper())
            continue
        told = read_line(topics, message)
        if told is not None and told.username == username:
            caller = callers[0] if len(callers) == 1 else ""
            refusals.append(Refusal(at, told.cause, told.words, name, caller))
        elif message.startswith(username + _IN) and {"ppp", "pppoe"} & set(topics.split(",")):
            refusals, entered = [], at
        if "ppp" in topics:
            callers.clear()
    back_to = times[0] if times else None
    return Heard(name, tuple(refusals), entered, back_to)


def _times(rows: Rows, clock: RouterClock) -> list[datetime]:
    """When each line was written, by our clock. None is later than the one after it, though the router's clock may
    have been set back in between."""
    times = [_at(row, clock) for row in rows]
    for at in range(len(times) - 2, -1, -1):
        times[at] = min(times[at], times[at + 1])
    return times


def _at(row: dict[str, str], clock: RouterClock) -> datetime:
    """By our clock, however wrong the router's is; a line of which no time can be read is of now."""
    if clock.local is None:
        return clock.at
    written = line_time(row.get("time", ""), clock.local)
    return clock.at if written is None else min(clock.at, clock.at - (clock.local - written))
