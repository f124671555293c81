"""A router that is started anew: what was there before, what has to come back, and the verdict. Pure.

PROVEN     it was started after the command, and everything that was there before is back
UNPROVEN   the same, but some sessions are not back, which may be their customers' own doing, or something could not
           be read
FAILED     it refused, did not restart, does not answer, or an interface, PPPoE server or watched host is not back, or
           none of its sessions
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from radiusbridge.domain.verdict import Verdict

SLACK = 5.0
"""Seconds by which two guesses of one start may differ."""
LOOK_EVERY = 2.0
SEE_EVERY = 5.0
"""Seconds between two looks: whether it answers, and what is back."""
BACK_WITHIN = 300.0
"""Seconds from the command until it has to answer."""
SETTLE_WITHIN = 180.0
"""Seconds from its answer until everything has to be back."""
SESSIONS, INTERFACES, SERVERS, NETWATCH = "sessions", "interfaces", "PPPoE servers", "netwatch"
KINDS = (INTERFACES, SERVERS, NETWATCH, SESSIONS)


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a router has at one moment. at: on the monotonic clock. uptime: seconds; None: it does not tell.

    sessions: rows of its list of PPP sessions; guests: of the hotspot's. names: by kind, what is there and works: user
    names, running interfaces, PPPoE servers, watched hosts that are up. unread: kinds that could not be read, and why.
    """

    at: float
    uptime: float | None
    sessions: int = 0
    guests: int = 0
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def started(self) -> float | None:
        """When it was started, on our monotonic clock."""
        return None if self.uptime is None else self.at - self.uptime

    @property
    def dropping(self) -> int:
        """How many sessions a restart drops."""
        return self.sessions + self.guests


@dataclass(frozen=True, slots=True)
class Sent:
    """The command went out; words: how it was answered."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Declined:
    """The router refused the command."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Silent:
    """It does not answer."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Alive:
    """It answers."""

    at: float
    uptime: float | None


Seen = Sent | Declined | Silent | Alive | Inventory


@dataclass(frozen=True, slots=True)
class Send:
    """Send the command."""


@dataclass(frozen=True, slots=True)
class Look:
    """Look whether it answers (`everything`: what it has) after so many seconds."""

    after: float
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """The end. missing: by kind, what was there before and is not now; its sessions last."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds; see `BACK_WITHIN`, `SETTLE_WITHIN`."""

    back: float = BACK_WITHIN
    settle: float = SETTLE_WITHIN


def decide(before: Inventory, log: Sequence[Seen], now: float, patience: Patience | None = None) -> Send | Look | Over:
    """What comes next."""
    patience = patience or Patience()
    refused = _last(log, Declined)
    if refused is not None:
        return Over(Verdict.FAILED, (f"the router refused: {refused.words}",))
    sent = _last(log, Sent)
    if sent is None:
        return Send()
    up = next((each for each in log if isinstance(each, Alive) and _anew(before, sent, each)), None)
    if up is None:
        return Look(LOOK_EVERY) if now - sent.at < patience.back else _never_back(log, now - sent.at)
    seen = log[-1]
    late = now - up.at >= patience.settle
    if isinstance(seen, Inventory):
        lacks = missing(before, seen)
        if not lacks and not seen.unread:
            return _all_back(before)
        if late:
            return _not_all_back(before, seen, lacks)
    elif late and isinstance(seen, Silent):
        return Over(Verdict.FAILED, (f"it came back, and does not answer any more: {seen.words}",))
    return Look(0.0 if seen is up else SEE_EVERY, everything=True)


def _anew(before: Inventory, sent: Sent, alive: Alive) -> bool:
    """Whether it was started after the command. One that never tells its uptime answers again at best."""
    if before.started is None or alive.uptime is None:
        return alive.at - sent.at > 2 * SLACK
    return alive.at - alive.uptime > before.started + SLACK


def _never_back(log: Sequence[Seen], waited: float) -> Over:
    if isinstance(log[-1], Alive):
        return Over(Verdict.FAILED, (f"it answers, and was not started anew within {waited:.0f} s",))
    last = _last(log, Silent)
    why = f": {last.words}" if last is not None else ""
    return Over(Verdict.FAILED, (f"it has not answered for {waited:.0f} s{why}",))


def missing(before: Inventory, after: Inventory) -> dict[str, tuple[str, ...]]:
    """By kind, what was there and is not."""
    gone = {kind: before.names.get(kind, frozenset()) - after.names.get(kind, frozenset()) for kind in KINDS}
    return {kind: tuple(sorted(names)) for kind, names in gone.items() if names and kind not in after.unread}


def _all_back(before: Inventory) -> Over:
    doubts = [f"{kind} could not be read before: {why}" for kind, why in before.unread.items()]
    if before.uptime is None:
        doubts.append("the router does not tell its uptime, so that it was started anew is not seen")
    return Over(Verdict.UNPROVEN, tuple(doubts)) if doubts else Over(Verdict.PROVEN)


def _not_all_back(before: Inventory, after: Inventory, lacks: Mapping[str, tuple[str, ...]]) -> Over:
    reasons = [f"{kind} not back: {_some(names)}" for kind, names in lacks.items() if kind != SESSIONS]
    failed = bool(reasons)
    gone, all_ = len(lacks.get(SESSIONS, ())), len(before.names.get(SESSIONS, ()))
    if gone:
        reasons.append(f"{gone} of {all_} sessions not back: {_some(lacks[SESSIONS])}")
        failed = failed or gone == all_
    reasons += [f"{kind} cannot be read: {why}" for kind, why in after.unread.items()]
    return Over(Verdict.FAILED if failed else Verdict.UNPROVEN, tuple(reasons), lacks)


def _some(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


T = TypeVar("T", Sent, Declined, Silent)


def _last(log: Sequence[Seen], kind: type[T]) -> T | None:
    return next((each for each in reversed(log) if isinstance(each, kind)), None)


def tell(seen: Seen) -> tuple[str, str]:
    """(step, sentence)."""
    match seen:
        case Sent():
            return "reboot", f"the command went out: {seen.words}"
        case Declined():
            return "reboot", f"refused: {seen.words}"
        case Silent():
            return "silent", seen.words
        case Alive():
            up = "its uptime is not told" if seen.uptime is None else f"up for {seen.uptime:.0f} s"
            return "answers", up
        case Inventory():
            counts = ", ".join(f"{kind} {len(seen.names.get(kind, ()))}" for kind in KINDS)
            return "back", counts
