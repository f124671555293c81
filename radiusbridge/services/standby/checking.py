"""The health of a pair: both servers are asked, each NAS says whom it asks, the standby is held against the database.

What is seen stays with the pair, for `standby status`, metrics, alerts, and for turning to the standby by itself.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.records import Customer, Nas, Server
from radiusbridge.domain.standby import Asked, Pair
from radiusbridge.domain.text import safe
from radiusbridge.gateways.ping import RouterPing
from radiusbridge.gateways.radius_rows import RadiusRows
from radiusbridge.gateways.routers import together
from radiusbridge.services.ghosts import look_at
from radiusbridge.services.standby.filling import COMPARED, Compared, compare_machine
from radiusbridge.services.standby.hands import works
from radiusbridge.services.standby.pairs import named
from radiusbridge.services.standby.seats import in_the_seat_of
from radiusbridge.services.standby.turning import known_as

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context

PINGS = 3


@dataclass(frozen=True, slots=True)
class NasCheck:
    """What a NAS says. wrong: what is to be mended there; empty: it asks the active server, and then the standby.

    deaf: by its own account the active server does not answer it; None: it does not say. counts: timeouts and answers
    of the active server's row.
    """

    name: str
    words: str
    wrong: bool = False
    deaf: bool | None = None
    counts: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One look. active, standby: (words, trouble). compared: None: the standby's accounts were not compared."""

    at: datetime
    active: tuple[str, str]
    standby: tuple[str, str]
    nases: tuple[NasCheck, ...]
    behind: int
    compared: Compared | None
    compared_why: str = ""
    failures: int = 0
    ghosts: int | None = None
    """Sessions that the standby counts and no NAS has; None: not looked for. No reason to do anything as long as it is
    the standby."""

    @property
    def well(self) -> bool:
        """Whether both servers work, every NAS knows both, and the standby is in step."""
        trouble = self.active[1] or self.standby[1] or any(nas.wrong for nas in self.nases)
        compared = self.compared
        in_step = compared is not None and not compared.count and not compared.vouchers.unkept
        return in_step and not trouble and not self.behind

    def stored(self) -> dict[str, object]:
        """JSON values, for the database."""
        compared = self.compared
        return {
            "active": {"words": self.active[0], "trouble": self.active[1]},
            "standby": {"words": self.standby[0], "trouble": self.standby[1]},
            "nases": {
                nas.name: {
                    "words": nas.words,
                    "wrong": nas.wrong,
                    "deaf": nas.deaf,
                    "counts": list(nas.counts) if nas.counts else None,
                }
                for nas in self.nases
            },
            "differs": None if compared is None else compared.count,
            "differences": [] if compared is None else list(compared.told()),
            "vouchers": None if compared is None else compared.vouchers.stored(),
            "not_compared": self.compared_why,
            "compared_at": self.at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class _Looked:
    pair: Pair
    active: Server
    standby: Server
    nases: tuple[Nas, ...]
    tester: Customer | None
    behind: int
    earlier: Mapping[str, tuple[int, int]] = field(default_factory=dict)


async def check(context: "Context", name: str | None, *, compare: bool = True) -> Check:
    """Look at a pair, and keep what was seen. compare: hold the standby's accounts against the database, too.

    UnknownName, BadInput; what a router fails with is part of what was seen.
    """
    known = await context.database.read(lambda unit: _looked(unit, named(unit, name)))
    gateways, method = context.gateways, known.active.method
    standby = replace(known.standby, method=method)

    async def asked(server: Server) -> tuple[str, str]:
        return await works(gateways.account_server(server), gateways.prober(server), known.tester, method)

    active, other = await together(asked(known.active), asked(standby))
    nases = await together(*(_nas(context, known, nas, dead=bool(active[1])) for nas in known.nases))
    compared, why = (await _compared(context, known)) if compare and not other[1] else (None, other[1])
    seen = Check(context.clock.now(), active, other, tuple(nases), known.behind, compared, safe(why, 300))
    seen = replace(seen, ghosts=await _ghosts(context, known) if compared is not None else None)
    return await context.database.write(lambda unit: _keep(unit, known.pair, seen, compared_too=compare))


def _looked(unit: "UnitOfWork", pair: Pair) -> _Looked:
    seen = pair.seen.get("nases")
    earlier: dict[str, tuple[int, int]] = {}
    for name, told in seen.items() if isinstance(seen, Mapping) else ():
        counts = told.get("counts")
        if isinstance(counts, Sequence) and len(counts) == 2:
            earlier[name] = int(counts[0]), int(counts[1])
    return _Looked(
        pair,
        unit.servers.get(pair.server_id),
        unit.servers.get(pair.standby_id),
        tuple(unit.nases.of_server(pair.server_id)),
        unit.customers.tester(pair.server_id),
        len(unit.standbys.behind(pair.standby_id)),
        earlier,
    )


def _keep(unit: "UnitOfWork", pair: Pair, seen: Check, *, compared_too: bool) -> Check:
    """Store what was seen, unless the roles were turned meanwhile: then it is of another one."""
    now = unit.standbys.of(pair.server_id)
    if now is None or now.epoch != pair.epoch:
        return seen
    failures = now.failures + 1 if seen.active[1] else 0
    stored = seen.stored()
    if not compared_too:
        stored |= {name: now.seen[name] for name in COMPARED if name in now.seen}
    unit.standbys.change(pair.server_id, checked_at=seen.at, seen=stored, failures=failures)
    return replace(seen, failures=failures)


async def _compared(context: "Context", known: _Looked) -> tuple[Compared | None, str]:
    try:
        return await compare_machine(context, in_the_seat_of(known.standby, known.active)), ""
    except RadiusbridgeError as error:
        return None, error.line()


async def _ghosts(context: "Context", known: _Looked) -> int | None:
    try:
        found = await look_at(context, in_the_seat_of(known.standby, known.active), known.nases)
    except RadiusbridgeError:
        return None
    return len(found.ghosts)


async def _nas(context: "Context", known: _Looked, nas: Nas, *, dead: bool) -> NasCheck:
    """dead: the active server does not answer us, so that it is worth a ping whether it answers the NAS."""
    if nas.api is None:
        return NasCheck(nas.name, "no API access to it is known here: whom it asks is not seen", wrong=True)
    router = context.gateways.router(nas.name, nas.api)
    active, standby = known_as(known.active, nas), known_as(known.standby, nas)
    try:
        rows = await RadiusRows(router).rows()
        lead = next((row for row in rows if row.address in active and not row.disabled and row.services), None)
        counted = await RadiusRows(router).counters(lead) if lead is not None else {}
    except RadiusbridgeError as error:
        return NasCheck(nas.name, safe(error.line(), 300), wrong=True)
    asked = Asked(rows, active, standby)
    lacks, first = Asked(rows, standby, active).lacks, asked.first
    counts = (counted.get("timeouts", 0), counted.get("accepts", 0) + counted.get("rejects", 0))
    deaf = _deaf(known.earlier.get(nas.name), counts) if counted else None
    if dead and deaf is None and await _unreachable(RouterPing(router), sorted(active)):
        deaf = True
    words = f"{known.active.name} is asked first" if first else f"{known.active.name} is not asked first"
    words += f", after {', '.join(asked.strangers)}" if asked.strangers else ""
    words += f"; it has no row of {known.standby.name} for {', '.join(lacks)}" if lacks else ""
    words += "; the first one does not answer it" if deaf else ""
    return NasCheck(nas.name, words, bool(lacks) or not first, deaf, counts if counted else None)


def _deaf(before: tuple[int, int] | None, now: tuple[int, int]) -> bool | None:
    """Whether requests timed out since the last look, and none was answered; None: nobody dialled."""
    if before is None or now[0] < before[0] or now[1] < before[1] or now == before:
        return None
    return now[1] == before[1]


async def _unreachable(ping: RouterPing, addresses: Sequence[str]) -> bool:
    """Whether the NAS gets no answer to a ping from any of these addresses. That it gets one says little: a server may
    be up, and its RADIUS not."""
    for address in addresses:
        with suppress(RadiusbridgeError):
            trips = [trip async for trip in ping.trips(address, PINGS)]
            if any(trip is not None for trip in trips):
                return False
            continue
        return False
    return bool(addresses)
