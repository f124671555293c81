"""Why a user was refused last, as routers' logs tell it.

Lines of PPP and hotspot are those that RouterOS 6 and 7 write: `<0010>: user budi authentication failed` with the
topics `pppoe,ppp,error` (and ` - radius timeout` where nobody answered), `budi (10.5.50.2): login failed: no valid
profile found` with `hotspot`. The reasons are those of RouterOS's own `errors.txt` for the hotspot and of User
Manager's Reply-Messages. How User Manager logs a refusal is not established: `budi: reason` under a topic `manager` is
taken, whichever the reason. Names in a line are hostile: a pattern takes the longest name that leaves a whole line, so
that nobody's user name passes for another's refusal.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from radiusbridge.domain.text import safe

LONGEST_LINE = 4096
"""Characters of a log line; RouterOS writes no longer ones."""
LONGEST_NAME = 253
"""Octets of a RADIUS User-Name."""
TOGETHER = timedelta(seconds=30)
"""A refusal that NAS and server log is one; only the server says why."""


class RefusalCause(StrEnum):
    """Why, as far as the log tells."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of a cause
    DISABLED = "disabled"
    SHARED_USERS = "shared_users"
    """All sessions that the account may have are in use."""
    CALLER_ID = "caller_id"
    """Locked to another device."""
    NO_PLAN = "no_plan"
    EXPIRED = "expired"
    """The plan is over."""
    LIMIT = "limit"
    """Time or data of the plan are used up."""
    UNKNOWN_USER = "unknown_user"
    METHOD = "method"
    """The authentication method is not allowed."""
    LICENCE = "licence"
    """The server's licence allows no more sessions."""
    NO_ANSWER = "no_answer"
    """The NAS heard nothing from its RADIUS server."""
    NO_ADDRESS = "no_address"
    REJECTED = "rejected"
    """Refused, and the log does not say why."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What one line says: whom it is about and why; words: the line's own, safe to show. host: the address that a
    hotspot's guest came from."""

    username: str
    cause: RefusalCause
    words: str
    host: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The last refusal of a user name at a server. router: whose log said so; times: how often since the last login."""

    server_id: int
    username: str
    at: datetime
    cause: RefusalCause
    words: str
    router: str
    times: int = 1
    entered_at: datetime | None = None
    """When a session of that name was seen after it; None: not since."""

    @property
    def key(self) -> tuple[int, str]:
        """Whom it is about."""
        return self.server_id, self.username


_C = RefusalCause
_REASONS: tuple[tuple[re.Pattern[str], RefusalCause], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), cause)
    for pattern, cause in (
        (r"(invalid|wrong|bad|incorrect)( user-?)?( |-)?password|password (mismatch|incorrect)", _C.WRONG_PASSWORD),
        (r"\bdisabled\b", _C.DISABLED),
        (r"simultaneous session|no more sessions|shared[- ]users|already (logged in|active)", _C.SHARED_USERS),
        (r"calling-?station-?id|caller[- ]id|mac[- ]address", _C.CALLER_ID),
        (r"licen[cs]e", _C.LICENCE),
        (r"expired", _C.EXPIRED),
        (r"no (valid )?profile|no limitation|profile .*not found", _C.NO_PLAN),
        (r"limits?( is| was)? reached|reached .*limit|no more online time|traffic limit", _C.LIMIT),
        (r"not found|unknown user|no such user", _C.UNKNOWN_USER),
        (r"(authentication )?method|eap", _C.METHOD),
        (r"radius( server)?( is)? (timeout|not responding|no response)", _C.NO_ANSWER),
        (r"could not determine remote address|no free address|pool .*(empty|full|error)", _C.NO_ADDRESS),
    )
)
_NOT_SAYING = re.compile(r"invalid user ?name or password|authentication failed|access.?reject", re.IGNORECASE)

_PPP = re.compile(
    r"(?:[\w.@-]{1,40}: )?<[^<>]{0,270}>: user (?P<name>.*)"
    r" (?P<why>authentication failed(?: - [\w .,'-]{0,120})?|could not determine remote address.{0,80}"
    r"|is already active.{0,80})",
    re.DOTALL,
)
_HOTSPOT = re.compile(
    r"(?:[\w.@-]{1,40}: |->: )?(?P<name>.*) \((?P<host>[^()]{0,64})\): login failed: (?P<why>.*)", re.DOTALL
)
_MANAGER = re.compile(r"(?P<name>.*): (?P<why>[^:]{3,200})", re.DOTALL)


def cause_of(reason: str) -> RefusalCause:
    """The cause that a reason names; REJECTED where it names none."""
    if _NOT_SAYING.search(reason) and "radius" not in reason.lower():
        return _C.REJECTED
    return next((cause for pattern, cause in _REASONS if pattern.search(reason)), _C.REJECTED)


def read_line(topics: str, message: str) -> Refused | None:
    """The refusal that a log line tells; None: it tells none. topics: comma list of RouterOS."""
    words = frozenset(topics.lower().split(","))
    if len(message) > LONGEST_LINE:
        return None
    if "ppp" in words or "pppoe" in words:
        return _told(_PPP.fullmatch(message), message)
    if "hotspot" in words:
        return _told(_HOTSPOT.fullmatch(message), message)
    if "manager" in words:
        found = _told(_MANAGER.fullmatch(message), message)
        return found if found is not None and found.cause is not _C.REJECTED else None
    return None


def _told(match: re.Match[str] | None, message: str) -> Refused | None:
    if match is None:
        return None
    name, why = match["name"], match["why"]
    if not name or len(name.encode(errors="surrogatepass")) > LONGEST_NAME:
        return None
    reason = why.replace(name, "") if len(name) > 2 else why  # a user called "disabled" says nothing of the cause
    host = match.groupdict().get("host") or ""
    return Refused(name, cause_of(reason), safe(message, 300), safe(host, 64))


def later(known: Refusal | None, new: Refusal) -> Refusal:
    """What is known after one more refusal. The NAS's line, which does not say why, takes nothing away from the
    server's of the same moment; nor does an older line, which a router tells after a break."""
    if known is None:
        return new
    first, second = (known, new) if known.at <= new.at else (new, known)
    together = second.at - first.at <= TOGETHER and first.router != second.router
    entered = second.entered_at
    if first.entered_at is not None and first.entered_at >= second.at:
        entered = first.entered_at
    vague, clear = _C.REJECTED, first if first.cause is not _C.REJECTED else second
    if together and vague in (first.cause, second.cause):
        times = max(first.times, second.times)
        return replace(second, cause=clear.cause, words=clear.words, router=clear.router, times=times,
                       entered_at=entered)  # fmt: skip
    since_login = first.entered_at is not None and first.entered_at < second.at
    return replace(second, times=second.times if since_login else first.times + second.times, entered_at=entered)


def newest(refusals: Iterable[Refusal]) -> dict[tuple[int, str], Refusal]:
    """The last of each user, from lines in any order."""
    found: dict[tuple[int, str], Refusal] = {}
    for refusal in refusals:
        found[refusal.key] = later(found.get(refusal.key), refusal)
    return found
