"""The closer look: everything about some user names, read now, as one view of each."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.days import day_of
from radiusbridge.domain.drift.finding import TOLD_BY, Place, Unread
from radiusbridge.domain.drift.view import View
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.lateness import standing
from radiusbridge.domain.records import Customer, Hold, Nas, Operation, Profile, Server
from radiusbridge.domain.text import folded
from radiusbridge.gateways.ports import ListedAccount
from radiusbridge.services.access import is_paid
from radiusbridge.services.comparing import compared
from radiusbridge.services.context import Context
from radiusbridge.services.drift.reading import Lists, batches, read_lists

BATCH = 200
STRANGERS = 1000
"""Operations without a customer that are looked through."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One user name, and the operation that is about to change it, if any."""

    view: View
    operation: Operation | None


@dataclass(frozen=True, slots=True)
class _Records:
    """What the database says of some names."""

    at: datetime
    customers: dict[str, Customer]
    holds: dict[int, tuple[Hold, ...]]
    profiles: dict[int, Profile]
    lives_on: dict[str, tuple[Server, ...]]
    paid: frozenset[int]
    grace: int


@dataclass(slots=True)
class CloseLook:
    """One closer look at a server. strangers: unknown accounts of the other servers, by server id."""

    context: Context
    server: Server
    nases: tuple[Nas, ...]
    left_out: frozenset[str]
    learnt: frozenset[str]
    others: tuple[Server, ...] = ()
    strangers: dict[int, set[str]] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)

    async def at(self, names: Sequence[str]) -> AsyncIterator[Looked]:
        """Look at these names. What could not be read is in `unread` afterwards."""
        began = self.context.clock.now()
        lists = await read_lists(self.context, self.server, self.nases, names=names, left_out=self.left_out)
        self.unread += lists.unread
        for some in batches(sorted(names), BATCH):
            records = await self.context.database.read(partial(self._records, names=some))
            views = await asyncio.gather(*(self._view(name, lists, records) for name in some))
            hands = await self.context.database.read(partial(self._in_hand, views=views, since=began))
            for view in views:
                yield Looked(view, hands.get(view.username))

    def _records(self, unit: UnitOfWork, names: Sequence[str]) -> _Records:
        customers = unit.customers.by_usernames(self.server.id, names)
        lives_on: dict[str, tuple[Server, ...]] = {}
        if len(customers) < len(names):
            for other in self.others:
                for name in unit.customers.by_usernames(other.id, names):
                    lives_on[name] = (*lives_on.get(name, ()), other)
        return _Records(
            unit.now,
            customers,
            unit.holds.open_of(row.id for row in customers.values()),
            {profile.id: profile for profile in unit.profiles.all()},
            lives_on,
            frozenset(row.id for row in customers.values() if is_paid(unit, self.context, row)),
            unit.renewals.grace(),
        )

    async def _view(self, name: str, lists: Lists, records: _Records) -> View:
        context, customer = self.context, records.customers.get(folded(name))
        holds = records.holds.get(customer.id, ()) if customer else ()
        today = day_of(context.clock.now(), context.zone)
        ground = replace(lists.ground, database_at=records.at, learnt=self.learnt)
        view = View(
            ground,
            name,
            customer,
            records.profiles[customer.profile_id] if customer else None,
            holds,
            standing(customer, holds, today, grace=records.grace, zone=context.zone) if customer else None,
            customer is not None and customer.id in records.paid,
            live=lists.live.get(name, ()),
        )
        if customer is None:
            view = replace(view, lives_on=tuple(each.name for each in records.lives_on.get(folded(name), ())))
        return await self._with_account(view, records)

    async def _with_account(self, view: View, records: _Records) -> View:
        at = self.context.clock.now()
        try:
            account, listed = await self._account(view.username)
        except RadiusbridgeError as error:
            self._failed(Place.ACCOUNTS, error.line())
            return view
        view = replace(view, account=account, account_at=at, remembered_at=at)
        customer, profile = view.customer, view.profile
        if listed is None or account is None:
            return view
        if customer is not None and profile is not None:
            line = compared(self.server, listed, customer, profile, view.holds)
            return replace(view, differences=line.differences)
        elsewhere = await self._elsewhere(view.username, records)
        return replace(view, elsewhere=elsewhere)

    async def _account(self, name: str) -> tuple[AccountRow | None, ListedAccount | None]:
        port = self.context.gateways.account_server(self.server)
        return await asyncio.gather(port.read_account(name), port.listed_account(name))

    async def _elsewhere(self, name: str, records: _Records) -> tuple[str, ...]:
        """Other servers, none of them a standby, where an account of that name is."""
        asked = {each.id: each for each in records.lives_on.get(folded(name), ())}
        asked |= {each.id: each for each in self.others if name in self.strangers.get(each.id, ())}
        found = []
        for other in asked.values():
            try:
                if await self.context.gateways.account_server(other).read_account(name) is not None:
                    found.append(other.name)
            except RadiusbridgeError as error:
                self._failed(Place.ACCOUNTS, error.line(), other)
        return tuple(found)

    def _failed(self, place: Place, error: str, server: Server | None = None) -> None:
        name = (server or self.server).name
        if all((each.where, each.place) != (name, place) for each in self.unread):
            kinds = tuple(sorted(TOLD_BY[place]))
            self.unread.append(Unread(self.server.name, name, place, error, self.context.clock.now(), kinds))

    def _in_hand(self, unit: UnitOfWork, views: Sequence[View], since: datetime) -> dict[str, Operation]:
        """The operations about these names that are not over, or were not when the look began."""
        names = {view.customer.id: view.username for view in views if view.customer}
        found = {names[key]: row for key, row in unit.operations.newest_of(names).items() if _moves(row, since)}
        if len(names) < len(views):
            rest = {view.username for view in views if view.customer is None}
            rows = unit.operations.listed(customer_id=0, server_id=self.server.id, limit=STRANGERS)
            found |= {row.username: row for row in rows[::-1] if row.username in rest and _moves(row, since)}
        return found


def _moves(operation: Operation, since: datetime) -> bool:
    return not operation.status.final or (operation.finished_at is not None and operation.finished_at >= since)
