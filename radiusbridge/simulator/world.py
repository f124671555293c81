"""The world: time, chance, network, routers and customers. Nothing in it reads a clock or draws from elsewhere."""

import random
from typing import TYPE_CHECKING

from radiusbridge.simulator.events import EventHeap
from radiusbridge.simulator.network import Network

if TYPE_CHECKING:
    from radiusbridge.simulator.customers import Customer
    from radiusbridge.simulator.faults import Faults
    from radiusbridge.simulator.guests import Guest
    from radiusbridge.simulator.menus.ping import Line
    from radiusbridge.simulator.router import Router

DEFAULT_EPOCH = 1_780_272_000.0
"""The wall time when a world's time is 0, unless a shell sets another: 2026-06-01 00:00:00 UTC."""


class World:
    """Everything that exists. `now` is in seconds, `wall` in seconds since 1970."""

    def __init__(self, seed: int = 1, now: float = 0.0, epoch: float = DEFAULT_EPOCH) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.events = EventHeap(now)
        self.network = Network(self.events, self.chance)
        self.epoch = epoch
        self.routers: dict[str, Router] = {}
        self.customers: dict[str, Customer] = {}
        self.guests: dict[str, Guest] = {}
        """Of hotspots, by user name; those with an account on User Manager are among the customers, too."""
        self.lines: dict[str, Line] = {}
        """By address; the others are a millisecond away."""

    @property
    def now(self) -> float:
        """The world's time."""
        return self.events.now

    @property
    def wall(self) -> float:
        """The true wall time."""
        return self.epoch + self.events.now

    def next_event(self) -> float | None:
        """When something is due next."""
        return self.events.next_event()

    def advance(self, now: float) -> None:
        """Let everything happen that is due by that time."""
        self.events.advance(now)

    def octets(self, count: int) -> bytes:
        """Octets drawn from the seed."""
        return self.chance.randbytes(count)

    def trouble(self, faults: "Faults", after: float, seconds: float, **knobs: object) -> None:
        """Plan faults: the knobs are turned after a while, and back again that many seconds later."""

        def begin() -> None:
            before = {name: getattr(faults, name) for name in knobs}
            faults.turn(**knobs)
            self.events.call_later(seconds, lambda: faults.turn(**before))

        self.events.call_later(after, begin)
