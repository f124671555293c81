"""Look at everything that is watched, after each round of readings: no router is asked twice for the same."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from radiusbridge.domain.alerts.episodes import Signal
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.room import Room
from radiusbridge.gateways.alerts.room import RouterRoom
from radiusbridge.services.alerts.judging import KEPT, judged
from radiusbridge.services.alerts.signals import names, of_ends, of_files, of_pairs, of_probes, of_router, of_stock
from radiusbridge.services.capabilities import all_devices
from radiusbridge.services.capabilities import endpoint as card_endpoint
from radiusbridge.services.router_desk.rounds import TIMER
from radiusbridge.services.standby.status import state_of

if TYPE_CHECKING:
    from radiusbridge.db.repositories.duties import TimerRun
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.domain.alerts.episodes import Episode
    from radiusbridge.domain.alerts.rules import Kind
    from radiusbridge.domain.capabilities import Card
    from radiusbridge.domain.probe_runs import ProbeRecord
    from radiusbridge.domain.vouchers.stock import Level
    from radiusbridge.services.context import Context
    from radiusbridge.services.readings.states import RouterHome, RouterState
    from radiusbridge.services.readings.watching import Readings
    from radiusbridge.services.standby.status import PairState

DEADLINE = 15.0
"""Seconds for what is read of one router beside its vitals."""
TIDY_EVERY = timedelta(hours=1)
LATELY = timedelta(hours=24)
"""How far back results of probes are looked for."""

More = Callable[["Iterable[tuple[Kind, str]]"], "Iterable[Signal]"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says beforehand."""

    open: "dict[tuple[Kind, str], Episode]"
    cards: "dict[str, list[Card]]"
    probes: "tuple[ProbeRecord, ...]"
    stock: "tuple[Level, ...]"
    ends: "tuple[tuple[str, int, int], ...]"
    files: "TimerRun | None"
    pairs: "tuple[PairState, ...]"


@dataclass(slots=True)
class Lookout:
    """`look` after each round of readings. ours: asked in the transaction whether it is still ours to do."""

    context: "Context"
    ours: "Callable[[UnitOfWork], bool]"
    _rooms: "dict[RouterHome, RouterRoom]" = field(default_factory=dict)
    _tidied: float | None = None

    async def look(self, readings: "Readings", more: "More | None" = None, *, files: bool = False) -> int | None:
        """How many alerts were raised or resolved; None: it is another's to look. more: signals of another watch, which
        is told what is an alert already. files: routers' files are kept on a timer."""
        states = readings.states
        rooms, known = await asyncio.gather(self._rooms_of(states), self.context.database.read(_known))
        now = self.context.clock.now()
        signals: list[Signal] = [*of_probes(known.probes, now), *of_stock(known.stock)]
        signals += of_ends(known.ends, known.open)
        signals += of_pairs(known.pairs)
        signals += of_files(known.files, known.open, now) if files else ()
        called = names(states)
        for state in states:
            cards = known.cards.get(state.home.endpoint, [])
            history = readings.history(state.home)
            name = called[state.home.endpoint]
            signals += of_router(name, state, history, rooms.get(state.home), cards, known.open, now)
        signals += more(known.open) if more is not None else ()
        clock = self.context.clock
        tidy = self._tidied is None or clock.monotonic() - self._tidied > TIDY_EVERY.total_seconds()

        def work(unit: "UnitOfWork") -> int | None:
            news = judged(unit, self.context.entropy, signals, self.ours)
            if tidy and news is not None:
                unit.alerts.forget(unit.now - KEPT)
            return news

        news = await self.context.database.write(work)
        self._tidied = clock.monotonic() if tidy else self._tidied
        return news

    async def _rooms_of(self, states: "tuple[RouterState, ...]") -> "dict[RouterHome, Room]":
        """Of those that answered just now, side by side."""
        homes = [state.home for state in states if not state.stale and state.home.api is not None]
        found = await asyncio.gather(*map(self._room_of, homes))
        self._rooms = {home: self._rooms[home] for home in homes}
        return {home: room for home, room in zip(homes, found, strict=True) if room is not None}

    async def _room_of(self, home: "RouterHome") -> Room | None:
        assert home.api is not None
        if home not in self._rooms:
            router = self.context.gateways.router(home.name, home.api)
            self._rooms[home] = RouterRoom(router, self.context.clock, nas=bool(home.nas))
        try:
            async with asyncio.timeout(DEADLINE):
                return await self._rooms[home].read()
        except (RadiusbridgeError, TimeoutError) as error:
            log.debug("pools and clock of a router were not read: %s", type(error).__name__)
            return None


def _known(unit: "UnitOfWork") -> _Known:
    cards: dict[str, list[Card]] = {}
    for device in all_devices(unit):
        if device.api is None or device.card is None or device.card.endpoint != card_endpoint(device.api):
            continue
        cards.setdefault(device.card.endpoint, []).append(device.card)
    open_ = {(episode.kind, episode.subject): episode for episode in unit.alerts.open()}
    files = unit.duties.timers().get(TIMER)
    probes, stock = unit.standing.probes(unit.now - LATELY), unit.voucher_stock.watched()
    pairs = tuple(state_of(unit, pair) for pair in unit.standbys.all())
    return _Known(open_, cards, probes, stock, unit.voucher_ends.failed(), files, pairs)
