"""Whether somebody guesses codes: refused logins with codes that nobody has drawn, by host. Pure.

A guest who mistypes tries two or three codes; a program tries as many as it can. So what counts is how many *different*
unknown codes came from one address within ten minutes. How many are too many follows from the chance that one of them
is a live code: where codes are short, a few. Devices change their MAC addresses, and with them their addresses: so the
tries of all hosts of a router are counted together, too.
"""

import re
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from radiusbridge.domain.refusals import RefusalCause, Refused
from radiusbridge.domain.text import folded
from radiusbridge.domain.vouchers.codes import CodeForm

WINDOW = timedelta(minutes=10)
RISK = 0.001
"""The chance of a hit at which tries are too many."""
FEWEST, MOST = 6, 40
"""Between them lies the limit for one host: nobody mistypes more than the one, or so often as the other."""
HOSTS = 4
"""So many times the limit of one host is the limit of all hosts of a router."""
KEPT = 20_000
"""Tries of one router that are remembered, the newest."""
_CAUSES = frozenset({RefusalCause.REJECTED, RefusalCause.WRONG_PASSWORD, RefusalCause.UNKNOWN_USER})
_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}[:.-]?){6}")


@dataclass(frozen=True, slots=True)
class Risk:
    """Codes of one form on a router. live: that somebody can log in with."""

    form: CodeForm
    live: int


def hit_chance(risks: Iterable[Risk]) -> float:
    """The chance that one guess is a live code, for one who knows how the easiest codes look."""
    return max((min(1.0, risk.live / risk.form.space) for risk in risks if risk.live), default=0.0)


def limit(chance: float) -> int:
    """How many unknown codes from one host within the window are too many."""
    return MOST if chance <= 0 else int(max(FEWEST, min(MOST, RISK / chance)))


def is_guess(refused: Refused) -> bool:
    """Whether a refusal may be one. A device that logs in by its MAC address does not guess; nor is a code refused by a
    server that does not answer, by a limit that is reached, or because all sessions are in use."""
    return refused.cause in _CAUSES and not _MAC.fullmatch(refused.username)


@dataclass(frozen=True, slots=True)
class Try:
    """One refused login. host: the address that it came from; empty: the log does not say."""

    at: datetime
    host: str
    code: str
    """As codes are told apart."""


@dataclass(frozen=True, slots=True)
class Guesser:
    """Many unknown codes. host: empty: all hosts together. codes: the last of them."""

    host: str
    count: int
    limit: int
    last_at: datetime
    codes: tuple[str, ...]

    @property
    def level(self) -> float:
        """1: as many as are too many."""
        return self.count / self.limit


@dataclass(slots=True)
class Tries:
    """Refused logins of one router, the newest."""

    _tries: deque[Try] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, at: datetime, host: str, code: str) -> None:
        """One more."""
        self._tries.append(Try(at, host, folded(code)))

    def lately(self, now: datetime) -> tuple[Try, ...]:
        """Those of the window."""
        return tuple(each for each in self._tries if timedelta(0) <= now - each.at <= WINDOW)

    def codes(self, now: datetime) -> frozenset[str]:
        """What was tried in the window."""
        return frozenset(each.code for each in self.lately(now))


def guessers(tries: Iterable[Try], known: Collection[str], chance: float) -> tuple[Guesser, ...]:
    """Who tried unknown codes, all hosts together first. known: codes and names that are somebody's."""
    by_host: dict[str, dict[str, datetime]] = {}
    for each in tries:
        if each.code in known:
            continue
        of_all, of_host = by_host.setdefault("", {}), by_host.setdefault(each.host, {})
        of_all[each.code] = of_host[each.code] = max(each.at, of_host.get(each.code, each.at))
    most = limit(chance)
    return tuple(_guesser(host, codes, most if host else most * HOSTS) for host, codes in by_host.items())


def _guesser(host: str, codes: Mapping[str, datetime], most: int) -> Guesser:
    newest = sorted(codes, key=lambda code: codes[code], reverse=True)
    return Guesser(host, len(codes), most, codes[newest[0]], tuple(newest[:5]))
