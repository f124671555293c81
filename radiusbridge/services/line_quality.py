"""How good a customer's line is: pings from the NAS of the session, and from here; kept, with a trend."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, UnknownName
from radiusbridge.domain.line_quality import (
    PAPER,
    Grade,
    LineQuality,
    Preset,
    Run,
    check_amount,
    preset_named,
    run_of,
    worst_loss,
    worst_run,
)
from radiusbridge.domain.records import Customer, Nas
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import parse_address
from radiusbridge.gateways.ping import HerePing, RouterPing
from radiusbridge.services.context import Context

KEEP = timedelta(days=180)
"""How long measurements are kept."""
RUNS, COUNT = 3, 20
HERE = "here"
LOOK_WITHIN = 10.0
"""Seconds in which the NASes' lists are to be read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """who: a customer (number, user name or name) or an address. nas: from which NAS, where no session says it."""

    who: str
    runs: int = RUNS
    count: int = COUNT
    preset: str = PAPER.name
    nas: str = ""
    places: str = "both"
    """Who pings: `nas`, `here` or `both`."""

    def __post_init__(self) -> None:
        check_amount(self.runs, self.count)
        preset_named(self.preset)


@dataclass(frozen=True, slots=True)
class Line:
    """What is measured. customer: None for an address that nobody has."""

    customer: Customer | None
    address: str
    nas: Nas


@dataclass(frozen=True, slots=True)
class Pinged:
    """One ping. trip: seconds; None: lost."""

    origin: str
    run: int
    trip: float | None


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one origin. error: why it was not looked at, or not to the end."""

    origin: str
    address: str
    runs: tuple[Run, ...] = ()
    grade: Grade | None = None
    error: str = ""

    @property
    def worst(self) -> Run:
        """The worst of its figures."""
        return worst_run(self.runs)

    @property
    def loss(self) -> float:
        """Per cent, of the run that lost most."""
        return worst_loss(self.runs)


class Pings(Protocol):
    """Whoever pings."""

    def trips(self, address: str, count: int) -> AsyncGenerator[float | None, None]:
        """The round trips as they come."""
        ...


async def line_of(context: Context, asked: Asked) -> Line:
    """Find the address and the NAS. UnknownName; BadInput where no session has it, or two do and no NAS is named."""

    def work(unit: UnitOfWork) -> tuple[Customer | None, tuple[Nas, ...]]:
        address = _address(asked.who)
        customer = None if address else unit.customers.find(asked.who)
        named = [unit.nases.named(asked.nas)] if asked.nas else None
        nases = named or (unit.nases.of_server(customer.server_id) if customer else unit.nases.all())
        return customer, tuple(nas for nas in nases if nas.api is not None)

    customer, nases = await context.database.read(work)
    if not nases:
        raise BadInput(
            "no NAS with API access is known", target=safe(asked.who, 60), hint="radiusbridge nas edit --api"
        )
    address = _address(asked.who)
    if address and asked.nas:
        return Line(None, address, nases[0])
    found = await _live(context, nases, customer.username if customer else None, address)
    if not found:
        hint = "name the NAS with --nas" if address else "radiusbridge sessions shows who is online"
        raise BadInput("no live session has it", target=safe(asked.who, 60), hint=hint)
    if len(found) > 1:
        places = ", ".join(f"{where} on {nas.name}" for nas, where, _ in found)
        raise BadInput(f"several live sessions: {safe(places, 200)}", hint="name an address, and --nas")
    [(nas, where, username)] = found
    if customer is None:
        customer = await context.database.read(lambda unit: unit.customers.by_username(nas.server_id, username))
    return Line(customer, where, nas)


def _address(text: str) -> str:
    try:
        return parse_address(text)
    except BadInput:
        return ""


async def _live(
    context: Context, nases: tuple[Nas, ...], username: str | None, address: str
) -> list[tuple[Nas, str, str]]:
    async def listed(nas: Nas) -> list[tuple[Nas, str, str]]:
        port = context.gateways.nas_sessions(nas)
        assert port is not None
        try:
            async with asyncio.timeout(LOOK_WITHIN):
                rows = await port.sessions(username)
        except (RadiusbridgeError, TimeoutError):
            return []
        return [(nas, row.address, row.username) for row in rows if row.address and address in {"", row.address}]

    return [row for rows in await asyncio.gather(*map(listed, nases)) for row in rows]


@dataclass(slots=True)
class Measuring:
    """One measurement of a line: pings as they come, then what each origin came to, which is kept."""

    context: Context
    line: Line
    asked: Asked
    preset: Preset = field(init=False)

    def __post_init__(self) -> None:
        self.preset = preset_named(self.asked.preset)

    async def follow(self) -> AsyncGenerator[Pinged | Measured, None]:
        """From the NAS, then from here. Leaving off stops it, on the router too."""
        access = self.line.nas.api
        assert access is not None
        router = self.context.gateways.router(self.line.nas.name, access)
        origins: tuple[tuple[str, Pings], ...] = (
            (self.line.nas.name, RouterPing(router)),
            (HERE, HerePing(self.context.clock)),
        )
        wanted = {"nas": origins[:1], "here": origins[1:]}.get(self.asked.places, origins)
        for origin, pings in wanted:
            async with aclosing(self._from(origin, pings)) as told:
                async for each in told:
                    yield each

    async def _from(self, origin: str, pings: Pings) -> AsyncGenerator[Pinged | Measured, None]:
        runs: list[Run] = []
        error = ""
        try:
            for number in range(1, self.asked.runs + 1):
                trips: list[float | None] = []
                async with aclosing(pings.trips(self.line.address, self.asked.count)) as ended:
                    async for trip in ended:
                        trips.append(trip)
                        yield Pinged(origin, number, trip)
                runs.append(run_of(trips))
        except RadiusbridgeError as trouble:
            error = trouble.line()
        grade = self.preset.grade(runs) if runs else None
        measured = Measured(origin, self.line.address, tuple(runs), grade, error)
        await self._keep(measured)
        yield measured

    async def _keep(self, measured: Measured) -> None:
        customer, context = self.line.customer, self.context
        if customer is None or measured.grade is None or context.read_only:
            return
        worst = measured.worst
        record = LineQuality(context.clock.now(), customer.id, measured.origin, measured.address, self.preset.name,
                             str(measured.grade), len(measured.runs), worst.sent, worst.received, worst.delay,
                             worst.jitter, measured.loss)  # fmt: skip

        def work(unit: UnitOfWork) -> None:
            if unit.customers.by_ids([record.customer_id]):
                unit.lines.add(record)
            unit.lines.forget(unit.now - KEEP)

        await context.database.write(work)


async def history(context: Context, who: str, limit: int = 100) -> tuple[Customer, tuple[LineQuality, ...]]:
    """A customer's measurements, newest first. UnknownName."""

    def work(unit: UnitOfWork) -> tuple[Customer, tuple[LineQuality, ...]]:
        customer = unit.customers.find(who)
        return customer, unit.lines.of(customer.id, limit)

    if _address(who):
        raise UnknownName("a history is a customer's", target=who, hint="name the customer")
    return await context.database.read(work)
