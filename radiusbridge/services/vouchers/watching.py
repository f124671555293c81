"""Watch vouchers: guesses in the routers' logs, codes on two devices, lists that differ from the database.

Routers are asked side by side; one that is dark leaves what was known of it as it is, and stops no other.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.alerts.episodes import Signal
from radiusbridge.domain.alerts.rules import Kind
from radiusbridge.domain.errors import RadiusbridgeError, UnknownName
from radiusbridge.domain.hotspot import HotspotRow, Listing
from radiusbridge.domain.records import Nas, Server
from radiusbridge.domain.refusals import read_line
from radiusbridge.domain.text import folded, safe
from radiusbridge.domain.vouchers import findings as told
from radiusbridge.domain.vouchers.census import Census, Counted, census
from radiusbridge.domain.vouchers.findings import KINDS, Finding
from radiusbridge.domain.vouchers.guessing import Guesser, Tries, guessers, hit_chance, is_guess
from radiusbridge.domain.vouchers.records import Keeper
from radiusbridge.domain.vouchers.sharing import Devices, Seen, Shared
from radiusbridge.gateways.following import LogLine
from radiusbridge.services.context import Context
from radiusbridge.services.following import Home
from radiusbridge.services.hotspot.lists import listed
from radiusbridge.services.router_log import RouterLog

CENSUS_EVERY = 900.0
"""Seconds between two readings of a whole list."""
SLIGHT = 0.25
"""Of what are too many tries; fewer are nobody's concern."""
DEADLINE = 120.0
"""Seconds for one list."""
Place = tuple[Keeper, int]
Open = Iterable[tuple[Kind, str]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _World:
    """What the database says of routers. places: those that vouchers are for. logs: which places each router's log
    tells of, by the name under which it is followed."""

    places: Mapping[Place, Server | Nas]
    logs: Mapping[str, tuple[Place, ...]]


@dataclass(frozen=True, slots=True)
class _Online:
    """A voucher that somebody is online with. most: devices at once; None: any number."""

    name: str
    batch_id: int
    row: int
    local: bool
    most: int | None


@dataclass(slots=True)
class VoucherWatch:
    """`look` now and then; `heard` whenever a router logs a line. unread: routers that could not be read, and why."""

    context: Context
    findings: tuple[Finding, ...] = ()
    unread: dict[str, str] = field(default_factory=dict)
    looked: bool = False
    _below: tuple[Finding, ...] = ()
    """Who tries codes, and not too many: a rule may say that they are."""
    _tries: dict[str, Tries] = field(default_factory=dict)
    _devices: Devices = field(default_factory=Devices)
    _lists: dict[Place, tuple[Finding, ...]] = field(default_factory=dict)
    _names: dict[Place, frozenset[str]] = field(default_factory=dict)
    """Of every user of a list."""
    _counted_at: dict[Place, float] = field(default_factory=dict)

    def clock(self, home: Home, ahead: float | None) -> None:
        """Others tell of wrong clocks."""

    def gap(self, home: Home) -> None:
        """Tries that were lost are fewer tries."""

    def line(self, home: Home, line: LogLine) -> None:
        """A line of a router's log (`services.following.Hearer`)."""
        self.heard(home.name, line.topics, line.message, line.at)

    def heard(self, router: str, topics: str, message: str, at: datetime) -> None:
        """The same."""
        refused = read_line(topics, message)
        if refused is not None and is_guess(refused) and "ppp" not in topics:
            self._tries.setdefault(router, Tries()).add(at, refused.host, refused.username)

    def signals(self, open_: Open) -> Iterator[Signal]:
        """For the alerts: all that is found, and what is found no more. open_: what is an alert already."""
        known = (*self.findings, *self._below)
        for each in known:
            yield Signal(each.kind, each.subject, each.level, f"{each.words}; radiusbridge voucher watch")
        found = {(each.kind, each.subject) for each in known}
        for kind, subject in open_:
            if kind in KINDS and (kind, subject) not in found:
                dark = not self.looked or any(
                    subject == name or subject.startswith(f"{name}/") for name in map(safe, self.unread)
                )
                yield Signal(kind, subject, None if dark else 0, "it is so no more")

    async def look(self) -> tuple[Finding, ...]:
        """One look at everything."""
        world = await self.context.database.read(_world)
        self.unread = {}
        await asyncio.gather(*(self._count(place, at) for place, at in world.places.items()))
        found = [each for place in world.places for each in self._lists.get(place, ())]
        found += await self._shared(world)
        found += await self._guessed(world)
        order = {kind: at for at, kind in enumerate(KINDS)}
        self.findings = tuple(sorted(found, key=lambda each: (order[each.kind], each.subject)))
        self.looked = True
        return self.findings

    # -- lists

    async def _count(self, place: Place, at: Server | Nas) -> None:
        clock = self.context.clock
        last = self._counted_at.get(place)
        if last is not None and clock.monotonic() - last < CENSUS_EVERY:
            return
        try:
            async with asyncio.timeout(DEADLINE):
                self._lists[place] = await self._counted(place, at)
        except TimeoutError:
            self.unread[at.name] = f"no answer within {DEADLINE:.0f} s"
        except UnknownName:
            self._lists.pop(place, None)
        except RadiusbridgeError as error:
            self.unread[at.name] = error.line()
        else:
            self._counted_at[place] = clock.monotonic()

    async def _counted(self, place: Place, at: Server | Nas) -> tuple[Finding, ...]:
        """What differs is looked at a second time: somebody may have been at work."""
        first, rows = await self._one_census(place, at)
        self._names[place] = frozenset(row.key for row in rows)
        if first.foreign or first.gone or first.altered:
            second, _ = await self._one_census(place, at)
            first = _both(first, second)
        return tuple(told.of_census(at.name, first, local=isinstance(at, Nas)))

    async def _one_census(self, place: Place, at: Server | Nas) -> tuple[Census, tuple[Counted, ...]]:
        began = self.context.clock.now()
        gateway = await self.context.gateways.voucher_census(at)
        if gateway is None:
            raise UnknownName("no API access is stored", target=at.name)
        rows = await gateway.read()
        keys = frozenset(row.key for row in rows)
        books = await self.context.database.read(lambda unit: unit.voucher_watch.books(*place, keys, unit.now))
        return census(rows, books, began), rows

    # -- devices

    async def _shared(self, world: _World) -> list[Finding]:
        if not world.places:
            return []
        readings = await listed(self.context, Listing.ACTIVE)
        self.unread |= {each.nas: each.error for each in readings if each.error}
        rows = [row for each in readings for row in each.rows]
        profiles = await listed(self.context, Listing.PROFILE) if rows else ()
        shares = {(row.nas, row.name): _devices_of(row) for each in profiles for row in each.rows}

        guests: list[Seen] = []

        def work(unit: UnitOfWork) -> dict[str, _Online]:
            plans = unit.voucher_watch.shared_users()
            nases = {nas.name: nas for nas in unit.nases.all()}
            found: dict[str, _Online] = {}
            carried = unit.voucher_watch.codes(folded(row.name) for row in rows)
            for row in rows:
                code = carried.get(folded(row.name))
                if code is None:
                    continue
                local = code.keeper is Keeper.HOTSPOT
                nas = nases.get(row.nas)
                if nas is None or code.router_id != (nas.id if local else nas.server_id):
                    continue  # another router's code of the same letters
                most = shares.get((row.nas, code.profile), 1) if local else plans.get(code.profile, 1)
                key = folded(row.name)
                found[key] = _Online(row.name, code.batch_id, code.row, local, most)
                guests.append(Seen(key, row.text("mac_address"), row.nas, "cookie" in row.text("login_by")))
            return found

        known = await self.context.database.read(work)
        most = {key: each.most for key, each in known.items()}
        found = self._devices.see(tuple(guests), most, self.context.clock.now())
        return [_of_shared(each, known[each.code]) for each in found]

    # -- guesses

    async def _guessed(self, world: _World) -> list[Finding]:
        now = self.context.clock.now()
        self._below = ()
        self._tries = {name: tries for name, tries in self._tries.items() if tries.codes(now)}
        if not self._tries:
            return []
        codes = frozenset().union(*(tries.codes(now) for tries in self._tries.values()))
        known = await self.context.database.read(lambda unit: unit.voucher_watch.somebodys(codes))
        risks = await self.context.database.read(lambda unit: unit.voucher_watch.risks())
        found: list[Finding] = []
        below: list[Finding] = []
        for name, tries in self._tries.items():
            places = world.logs.get(name, ())
            chance = hit_chance(risk for place in places for risk in risks.get(place, ()))
            if chance <= 0:
                continue  # nobody sells vouchers there
            users = (self._names.get(place, frozenset()) for place in places)
            names = known.union(*users, self._heard_by(name, world, now))
            for guesser in guessers(tries.lately(now), names, chance):
                each = told.of_guesser(name, guesser, await self._mac(name, guesser))
                if guesser.level >= 1:
                    found.append(each)
                elif guesser.level >= SLIGHT:
                    below.append(each)
        self._below = tuple(below)
        return found

    def _heard_by(self, name: str, world: _World, now: datetime) -> frozenset[str]:
        """What NASes tell of a server's refusals, for a server that is no NAS: they tell the host, too."""
        own = world.logs.get(name, ())
        if len(own) != 1 or own[0][0] is not Keeper.USER_MANAGER:
            return frozenset()
        others = [
            tries for other, tries in self._tries.items() if other != name and own[0] in world.logs.get(other, ())
        ]
        return frozenset().union(*(tries.codes(now) for tries in others))

    async def _mac(self, router: str, guesser: Guesser) -> str:
        if not guesser.host or guesser.level < 1:
            return ""
        for reading in await listed(self.context, Listing.HOST, name=guesser.host):
            if reading.nas == router:
                return next((safe(row.text("mac_address"), 40) for row in reading.rows), "")
        return ""


def _world(unit: UnitOfWork) -> _World:
    servers, nases = {each.id: each for each in unit.servers.all()}, unit.nases.all()
    wanted = unit.voucher_watch.places()
    by_id = {nas.id: nas for nas in nases}
    places: dict[Place, Server | Nas] = {}
    for keeper, router_id in wanted:
        found = by_id.get(router_id) if keeper is Keeper.HOTSPOT else servers.get(router_id)
        if found is not None and found.api is not None:
            places[keeper, router_id] = found
    logs: dict[str, tuple[Place, ...]] = {
        server.name: ((Keeper.USER_MANAGER, server.id),) for server in servers.values() if server.api is not None
    }
    for nas in nases:
        # a router that is server and NAS is followed under the server's name
        same = next((each.name for each in servers.values() if nas.api is not None and _same(each, nas)), nas.name)
        own = ((Keeper.HOTSPOT, nas.id), (Keeper.USER_MANAGER, nas.server_id))
        logs[same] = tuple(dict.fromkeys((*logs.get(same, ()), *own)))
    return _World(places, logs)


def _same(server: Server, nas: Nas) -> bool:
    assert nas.api is not None
    if server.api is None:
        return False
    return (server.api.host, server.api.port, server.api.user) == (nas.api.host, nas.api.port, nas.api.user)


def _both(first: Census, second: Census) -> Census:
    """What both say."""
    foreign = {row.key for row in first.foreign}
    gone = {batch: set(codes) for batch, codes in first.gone.items()}
    altered = {batch: {code for code, _ in changed} for batch, changed in first.altered.items()}
    return Census(
        tuple(row for row in second.foreign if row.key in foreign),
        {
            batch: some
            for batch, codes in second.gone.items()
            if (some := tuple(code for code in codes if code in gone.get(batch, ())))
        },
        {
            batch: kept
            for batch, changed in second.altered.items()
            if (kept := tuple(each for each in changed if each[0] in altered.get(batch, ())))
        },
    )


def _devices_of(row: HotspotRow) -> int | None:
    """How many devices a user profile allows at once; None: any number."""
    shared = row.values.get("shared_users")
    return shared if isinstance(shared, int) else None if shared == "unlimited" else 1


def _of_shared(shared: Shared, online: _Online) -> Finding:
    return told.of_shared(shared, online.name, online.batch_id, online.row, local=online.local)


async def watch_now(context: Context) -> VoucherWatch:
    """One look at everything, logs included, by a process that has not followed them."""
    watch, routers = VoucherWatch(context), RouterLog(context)
    await routers.read()
    for entry in routers.lines:
        watch.heard(entry.router, entry.topics, entry.message, entry.at)
    await watch.look()
    watch.unread = {**routers.errors, **watch.unread}
    return watch
