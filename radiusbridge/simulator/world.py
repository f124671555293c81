"""The world: time, chance, network, routers and customers. Nothing in it reads a clock or draws from elsewhere."""

import random
from collections.abc import Iterable
from typing import TYPE_CHECKING

from radiusbridge.simulator.events import EventHeap
from radiusbridge.simulator.network import Network

if TYPE_CHECKING:
    from radiusbridge.simulator.customers import Customer
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

    def named(self, names: Iterable[str]) -> list["Customer"]:
        """The customers with those user names."""
        return [self.customers[name] for name in names]
