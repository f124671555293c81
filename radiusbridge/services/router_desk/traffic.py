"""The traffic of one interface as it goes on, over breaks of the connection, with the past that a graph shows."""

from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.gateways.desk_traffic import AGGREGATE, Flow, RouterTraffic
from radiusbridge.routeros.backoff import Backoff
from radiusbridge.services.readings.states import RouterHome
from radiusbridge.services.router_desk.looking import api_of

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

KEPT = 600
"""Readings that are kept: ten minutes."""
BACKOFF = Backoff(first=1.0, most=15.0)


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing was measured; why."""

    at: datetime
    why: str


@dataclass(slots=True)
class TrafficWatch:
    """past: the newest readings, oldest first; a gap stands for every break."""

    context: "Context"
    home: RouterHome
    interface: str = AGGREGATE
    past: deque[Flow | Gap] = field(default_factory=lambda: deque(maxlen=KEPT))

    async def follow(self) -> AsyncGenerator[Flow | Gap, None]:
        """Each reading as it comes, each break as it is noticed; endless. Leaving it tells the router to stop.

        Raises what does not pass by itself: the router refuses, or has no such interface.
        """
        router = self.context.gateways.router(self.home.name, api_of(self.home))
        traffic = RouterTraffic(router, self.context.clock)
        failures = 0
        while True:
            why = "the router ended it"
            try:
                async with aclosing(traffic.flows(self.interface)) as flows:
                    async for flow in flows:
                        failures = 0
                        self.past.append(flow)
                        yield flow
            except RadiusbridgeError as error:
                if not error.retryable:
                    raise
                why = error.line()
            failures += 1
            gap = Gap(self.context.clock.now(), why)
            if not self.past or isinstance(self.past[-1], Flow):
                self.past.append(gap)
                yield gap
            await self.context.clock.sleep(BACKOFF.delay(failures, self.context.entropy))
