"""Drift patrol: servers side by side; a finding is told when two readings, some seconds apart, agree on it."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.drift.finding import Finding, Hidden, InHand, Kind, LookedAt, Place, Unread
from radiusbridge.domain.drift.judge import judged
from radiusbridge.domain.drift.sessions import silent_nases
from radiusbridge.domain.drift.view import View
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.records import Customer, Nas, Operation, Server
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import parse_username
from radiusbridge.services import servers as servers_
from radiusbridge.services.context import Context
from radiusbridge.services.drift.close import CloseLook
from radiusbridge.services.drift.coarse import Coarse, look

APART = 5.0
"""Seconds between the two readings: a redial, a Stop that is late, a list that is behind are over by then."""
ALL_KINDS = frozenset(Kind)
SIDE_BY_SIDE = 16
"""Servers that are looked at at once: more would not end sooner, and would keep more in memory."""

Item = Finding | InHand | Unread | Hidden | LookedAt


@dataclass(frozen=True, slots=True)
class Asked:
    """What a patrol is about. Nothing given: all."""

    servers: tuple[str, ...] = ()
    nas: str | None = None
    """Only sessions and local secrets of this NAS; its server's others are not asked."""
    user: str | None = None
    """Only this customer (number, user name or name), or this user name."""
    kinds: frozenset[Kind] = ALL_KINDS
    apart: float = APART

    def __post_init__(self) -> None:
        if not 0 < self.apart <= 600:
            raise BadInput("the time between two readings is out of range", hint="more than 0, up to 600 s")


@dataclass(frozen=True, slots=True)
class _Home:
    server: Server
    nases: tuple[Nas, ...]
    left_out: frozenset[str]
    username: str | None

    @property
    def readings(self) -> int:
        """How many of NASes are made: of each its sessions and its secrets; a server without a NAS lacks one."""
        return 2 * sum(nas.name not in self.left_out for nas in self.nases) or 1


@dataclass(slots=True)
class _Shared:
    """What the servers' patrols have in common."""

    context: Context
    asked: Asked
    servers: tuple[Server, ...]
    items: "asyncio.Queue[Item | None]" = field(default_factory=lambda: asyncio.Queue(1000))
    strangers: dict[int, set[str]] = field(default_factory=dict)
    told: set[tuple[str, str, str]] = field(default_factory=set)

    async def tell(self, item: Item) -> None:
        if isinstance(item, Unread):
            kinds = tuple(kind for kind in item.kinds if kind in self.asked.kinds)
            key = (item.server, item.where, str(item.place))
            if not kinds or key in self.told:
                return
            self.told.add(key)
            item = replace(item, kinds=kinds)
        await self.items.put(item)


async def patrol(context: Context, asked: Asked | None = None) -> AsyncIterator[Item]:
    """What is found, as it is found; of each server also that it was looked at.

    Errors: UnknownName, BadInput for what was asked; what a router fails with is an `Unread`.
    """
    wanted = asked or Asked()
    homes, servers = await context.database.read(lambda unit: _homes(unit, wanted))
    shared = _Shared(context, wanted, servers)
    work = asyncio.create_task(_all(shared, homes))
    try:
        while (item := await shared.items.get()) is not None:
            yield item
        await work
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


def customer_of(unit: UnitOfWork, user: str, servers: Sequence[str]) -> Customer:
    """Whom a patrol is about; of one named server first. Errors: UnknownName; BadInput: several are called so."""
    if len(servers) == 1:
        try:
            return unit.customers.find(user, unit.servers.named(servers[0]).id)
        except UnknownName:
            pass
    return unit.customers.find(user)


def _homes(unit: UnitOfWork, asked: Asked) -> tuple[list[_Home], tuple[Server, ...]]:
    servers = unit.servers.all()
    # a standby has no customers of its own: `standby check` holds it against those of the active server
    chosen = {servers_.chosen(unit, name).id for name in asked.servers} or {each.id for each in servers_.active(unit)}
    left_out: frozenset[str] = frozenset()
    if asked.nas is not None:
        nas = unit.nases.named(asked.nas)
        chosen &= {nas.server_id}
        if not chosen:
            raise BadInput("that NAS is of another server", target=safe(asked.nas, 80))
        left_out = frozenset(each.name for each in unit.nases.of_server(nas.server_id) if each.name != nas.name)
    username = None
    if asked.user is not None:
        try:
            customer = customer_of(unit, asked.user, asked.servers)
        except UnknownName:
            username = parse_username(asked.user)
        else:
            username = customer.username
            if not asked.servers:
                chosen &= {customer.server_id}
    homes = [
        _Home(server, tuple(unit.nases.of_server(server.id)), left_out, username)
        for server in servers
        if server.id in chosen
    ]
    return homes, tuple(servers)


async def _all(shared: _Shared, homes: list[_Home]) -> None:
    room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(home: _Home) -> None:
        async with room:
            await _server(shared, home)

    tasks = [asyncio.create_task(one(home)) for home in homes]
    try:
        await asyncio.gather(*tasks)
    except Exception:
        await shared.items.put(None)
        raise
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await shared.items.put(None)


async def _server(shared: _Shared, home: _Home) -> None:
    context, server = shared.context, home.server
    if home.username is None:
        coarse = await _coarse(shared, home)
        # what failed is not asked again: nothing it would say now makes two readings
        suspects, learnt, left_out = coarse.suspects, coarse.learnt, home.left_out | coarse.lists.ground.unlisted
    else:
        suspects, learnt, left_out = {home.username}, frozenset(), home.left_out
    first = _Round(shared, home, left_out, learnt)
    keys = {finding.key async for finding, _ in first.findings(suspects)}
    for unread in first.look.unread:
        await shared.tell(unread)
    if home.username is not None:
        own = [each for each in first.look.unread if each.place is not Place.ACCOUNTS or each.where == server.name]
        await shared.tell(LookedAt(server.name, 1 + home.readings - len(own)))
    if not keys:
        return
    await context.clock.sleep(shared.asked.apart)
    second = _Round(shared, home, left_out | first.unlisted(), learnt)
    async for finding, operation in second.findings({key[1] for key in keys}):
        if finding.key in keys:
            await shared.tell(finding if operation is None else _in_hand(finding, operation))
    for unread in second.look.unread:
        await shared.tell(unread)


async def _coarse(shared: _Shared, home: _Home) -> Coarse:
    """Read everything of a server once, and tell what needs no second look."""
    server, kinds = home.server, shared.asked.kinds
    coarse = await look(shared.context, server, home.nases, home.left_out)
    shared.strangers[server.id] = coarse.strangers
    for name, count in sorted(coarse.hidden.items()):
        kind = Kind.CHANGED_PASSWORD if name == "password" else Kind.CHANGED_ATTRIBUTE
        if kind in kinds:
            await shared.tell(Hidden(server.name, name, count))
    for unread in coarse.unread:
        await shared.tell(unread)
    await shared.tell(LookedAt(server.name, 2 + home.readings - len(coarse.unread)))
    if Kind.UNACCOUNTED_SESSION in kinds:
        for finding in silent_nases(coarse.lists.ground, coarse.lists.count()):
            await shared.tell(finding)
    return coarse


class _Round:
    """One closer look."""

    def __init__(self, shared: _Shared, home: _Home, left_out: frozenset[str], learnt: frozenset[str]) -> None:
        self._shared = shared
        others = tuple(each for each in shared.servers if each.id != home.server.id and not each.standby)
        if home.server.standby:
            others = ()
        self.look = CloseLook(
            shared.context, home.server, home.nases, left_out, learnt, others, strangers=shared.strangers
        )

    async def findings(self, names: Collection[str]) -> AsyncIterator[tuple[Finding, Operation | None]]:
        """What is found at these names, with the operation that is about to change it."""
        if not names:
            return
        async for looked in self.look.at(sorted(names)):
            if self._of_interest(looked.view):
                for finding in judged(looked.view, self._shared.asked.kinds):
                    yield finding, looked.operation

    def unlisted(self) -> frozenset[str]:
        """NASes that failed in this look."""
        return frozenset(each.where for each in self.look.unread if each.place is Place.SESSIONS)

    def _of_interest(self, view: View) -> bool:
        """With one NAS asked for: only who has a session or a local secret there, or had one as the server sees it."""
        nas = self._shared.asked.nas
        there = view.ground.hosts.get(nas or "", frozenset())
        return nas is None or bool(view.live or view.secrets or {row.nas_address for row in view.remembered} & there)


def _in_hand(finding: Finding, operation: Operation) -> InHand:
    return InHand(finding, operation.id, f"{operation.intent} is {operation.status}")
