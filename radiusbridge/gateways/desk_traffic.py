"""Traffic of an interface as it goes on: `/interface/monitor-traffic`, one stream, cancelled when it is left."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import BadInput, DeadlinePassed
from radiusbridge.gateways.routers import Router
from radiusbridge.gateways.vitals import number

COMMAND = "/interface/monitor-traffic"
AGGREGATE = "aggregate"
"""In place of an interface's name: all of them together."""
SILENCE = 10.0
"""Seconds without a row, of which one should come each second, until the router counts as silent."""
BUFFER = 64
"""Rows that wait to be taken."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Bits and packets a second; at: when it came."""

    at: datetime
    received: int
    sent: int
    packets_received: int | None = None
    packets_sent: int | None = None


class RouterTraffic:
    """Of one router."""

    def __init__(self, router: Router, clock: Clock) -> None:
        self._router = router
        self._clock = clock

    async def flows(self, interface: str) -> AsyncGenerator[Flow, None]:
        """A reading each second, endless; leaving it tells the router to stop.

        Raises BadInput for a name that cannot be asked for, DeadlinePassed when nothing comes any more, and as
        `Router.read`.
        """
        if not interface or "," in interface:  # where a comma stands between names
            raise BadInput("an interface of such a name cannot be watched", target=interface[:80])
        connection = await self._router.connected()
        asked = {"interface": interface, "interval": "1s"}
        async with connection.stream(COMMAND, asked, buffer=BUFFER, in_window=False) as rows:
            while True:
                try:
                    async with asyncio.timeout(SILENCE):
                        row = await anext(rows, None)
                except TimeoutError:
                    words = f"no reading came for {SILENCE:g} s"
                    raise DeadlinePassed(words, target=str(self._router.endpoint)) from None
                if row is None:
                    return
                received, sent = number(row.get("rx-bits-per-second")), number(row.get("tx-bits-per-second"))
                if received is not None and sent is not None:
                    yield Flow(
                        self._clock.now(),
                        received,
                        sent,
                        number(row.get("rx-packets-per-second")),
                        number(row.get("tx-packets-per-second")),
                    )
