"""Whether one code is used on more devices than it may be: at once, or in quick turns. Pure.

A voucher for several devices may be on so many. One who moves from the telephone to the laptop changes once: only
coming back to a device counts, twice within half an hour. A device that a cookie let in was not typed into by anybody:
two that one guest owns change places by themselves, and do not count as turns.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TURNS_WITHIN = timedelta(minutes=30)
TURNS = 2
"""So many times a device comes back after another one had the code."""
_REMEMBERED = 32
"""Changes of one code."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A guest who is logged in. by_cookie: nobody typed the code."""

    code: str
    mac: str
    router: str
    by_cookie: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """A code on too many devices. turns: 0: all at once."""

    code: str
    macs: tuple[str, ...]
    allowed: int
    turns: int
    router: str


@dataclass(slots=True)
class Devices:
    """Which devices had each code, as they were seen one after the other."""

    _changes: dict[str, deque[tuple[datetime, str]]] = field(default_factory=dict)

    def see(self, guests: tuple[Seen, ...], allowed: Mapping[str, int | None], now: datetime) -> tuple[Shared, ...]:
        """Note who is logged in now; the codes that are shared. allowed: how many devices each code may be on at once;
        None: any number; codes that are not in it are nobody's voucher."""
        by_code: dict[str, list[Seen]] = {}
        for guest in guests:
            if guest.code in allowed and guest.mac:
                by_code.setdefault(guest.code, []).append(guest)
        found = []
        for code, seen in by_code.items():
            most = allowed[code]
            if most is not None:
                shared = self._at_once(code, seen, most) or self._in_turns(code, seen, most, now)
                found += [shared] if shared is not None else []
        for code in [code for code, changes in self._changes.items() if now - changes[-1][0] > TURNS_WITHIN]:
            del self._changes[code]
        return tuple(found)

    @staticmethod
    def _at_once(code: str, seen: list[Seen], most: int) -> Shared | None:
        macs = tuple(sorted({guest.mac for guest in seen}))
        return Shared(code, macs, most, 0, seen[0].router) if len(macs) > most else None

    def _in_turns(self, code: str, seen: list[Seen], most: int, now: datetime) -> Shared | None:
        changes = self._changes.get(code, deque(maxlen=_REMEMBERED))
        last = {mac for _, mac in list(changes)[-most:]}
        for guest in seen:
            if not guest.by_cookie and guest.mac not in last:
                changes.append((now, guest.mac))
        if not changes:
            return None
        self._changes[code] = changes
        lately = [mac for at, mac in changes if now - at <= TURNS_WITHIN]
        came_back = sum(mac in lately[:at] for at, mac in enumerate(lately))
        macs = tuple(sorted(set(lately)))
        if came_back < TURNS or len(macs) <= most:
            return None
        return Shared(code, macs, most, came_back, seen[0].router)
