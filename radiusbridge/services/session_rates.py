"""What each live session moves, down and up: two readings of interface counters, and the true time between them.

A router that does not answer leaves its sessions without a rate; nobody waits for it.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.records import Nas
from radiusbridge.domain.session_rates import Counters, SessionRate, rate_between
from radiusbridge.gateways.session_counters import Key, key_of
from radiusbridge.services.context import Context

DEADLINE = 30.0
"""Seconds for the reading of one NAS."""
KEPT = 30.0
"""Seconds that a rate is told as what is so now."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _OfNas:
    counters: Mapping[Key, Counters] = field(default_factory=dict)
    rates: Mapping[Key, SessionRate] = field(default_factory=dict)
    at: float = float("-inf")


@dataclass(slots=True)
class SessionRates:
    """Keeps the last reading of each NAS, so that each `look` makes rates of it."""

    context: Context
    errors: dict[str, str] = field(default_factory=dict)
    """Why the counters of a NAS could not be read last, by its name."""
    _known: dict[str, _OfNas] = field(default_factory=dict)
    _busy: set[str] = field(default_factory=set)

    def rate(self, session: SessionRow) -> SessionRate | None:
        """What it moves; None: not known, or not any more."""
        known = self._known.get(session.nas)
        if known is None or self.context.clock.monotonic() - known.at > KEPT:
            return None
        return known.rates.get(key_of(session))

    async def look(self, sessions: Mapping[str, Iterable[SessionRow]]) -> None:
        """Read the counters of these sessions, by their NAS's name; a NAS that is still being read is left alone."""
        asked = [name for name in sessions if name not in self._busy]
        nases = await self.context.database.read(lambda unit: unit.nases.all())
        by_name = {each.name: each for each in nases if each.name in asked}
        await asyncio.gather(*(self._look(by_name[name], tuple(sessions[name])) for name in asked if name in by_name))

    async def _look(self, nas: Nas, sessions: tuple[SessionRow, ...]) -> None:
        port = self.context.gateways.session_counters(nas)
        if port is None:
            return
        self._busy.add(nas.name)
        try:
            async with asyncio.timeout(DEADLINE):
                after = await port.read(sessions)
        except RadiusbridgeError as error:
            self.errors[nas.name] = error.line()
        except TimeoutError:
            self.errors[nas.name] = f"no counters within {DEADLINE:g} s"
        except Exception as error:  # one router that breaks our reading must not end that of the others
            log.exception("reading counters of %s", nas.name)
            self.errors[nas.name] = f"internal error {type(error).__name__}"
        else:
            self.errors.pop(nas.name, None)
            self._keep(nas.name, after)
        finally:
            self._busy.discard(nas.name)

    def _keep(self, nas: str, after: Mapping[Key, Counters]) -> None:
        """What was not read this time has no rate."""
        before = self._known.get(nas, _OfNas())
        found = {key: rate_between(before.counters.get(key), now) for key, now in after.items()}
        rates = {key: rate for key, rate in found.items() if rate is not None}
        self._known[nas] = _OfNas(after, rates, self.context.clock.monotonic())
