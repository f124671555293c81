"""The first, coarse reading of a server: which user names deserve a closer look.

Accounts, the server's session rows and the NASes' lists stream in side by side, so that it takes as long as the slowest
of them. Of each account that is as it should be only a few shared values are kept.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import PlanState, ServerSession, SessionRow
from radiusbridge.domain.days import day_of
from radiusbridge.domain.drift.finding import TOLD_BY, Place, Unread
from radiusbridge.domain.drift.view import Ground
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.lateness import standing
from radiusbridge.domain.local_access import in_ranges
from radiusbridge.domain.records import Customer, Hold, Nas, Server, StartsAt
from radiusbridge.domain.text import folded
from radiusbridge.services.comparing import CHUNK, AccountLine, compare_accounts
from radiusbridge.services.context import Context
from radiusbridge.services.drift.reading import STALL, Lists, batches, flowing, read_lists
from radiusbridge.services.profile_sync import Side


class _Known(NamedTuple):
    """What matters of an account that is as it should be."""

    held: bool
    due: bool
    shared: int | None


@dataclass(slots=True)
class Coarse:
    """What the first reading showed."""

    lists: Lists
    suspects: set[str] = field(default_factory=set)
    """User names that deserve a closer look."""
    strangers: set[str] = field(default_factory=set)
    """Accounts that no customer here has."""
    hidden: Counter[str] = field(default_factory=Counter)
    unread: list[Unread] = field(default_factory=list)
    learnt: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Accounts:
    known: dict[str, _Known] = field(default_factory=dict)
    suspects: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)
    hidden: Counter[str] = field(default_factory=Counter)
    error: str = ""


@dataclass(slots=True)
class _Remembered:
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    """By user name: NAS address by plain session id."""
    error: str = ""


async def look(context: Context, server: Server, nases: tuple[Nas, ...], left_out: Iterable[str] = ()) -> Coarse:
    """Read a server once. What fails is in `unread`."""
    left_out = frozenset(left_out)
    accounts, remembered, lists = await asyncio.gather(
        _accounts(context, server),
        _remembered(context, server),
        read_lists(context, server, nases, left_out=left_out),
    )
    found = Coarse(lists, accounts.suspects, accounts.strangers, accounts.hidden, list(lists.unread))
    for place, error in ((Place.ACCOUNTS, accounts.error), (Place.REMEMBERED, remembered.error)):
        if error:
            kinds = tuple(sorted(TOLD_BY[place]))
            found.unread.append(Unread(server.name, server.name, place, error, context.clock.now(), kinds))
    known = accounts.known
    if accounts.error:
        known = known | await _from_database(context, server, [*lists.live, *_secret_names(lists)])
    found.learnt = _learnt(lists.live, remembered)
    found.suspects |= _by_sessions(lists, known, remembered, complete=not accounts.error)
    return found


async def _accounts(context: Context, server: Server) -> _Accounts:
    found = _Accounts()
    grace = await context.database.read(lambda unit: unit.renewals.grace())
    try:
        async for line in flowing(compare_accounts(context, server.name)):
            found.hidden.update(line.hidden)
            if line.side is Side.THERE and not line.voucher:
                found.strangers.add(line.username)
            if not line.voucher and (line.ours is None or line.side is not Side.SAME or _odd_plan(line)):
                found.suspects.add(line.username)
            if line.theirs is not None:
                due = line.ours is not None and _due(context, line.ours, line.holds, grace)
                found.known[line.username] = _Known(bool(line.holds), due, line.theirs.shared_users)
    except TimeoutError:
        found.error = f"nothing came for {STALL:.0f} s"
    except RadiusbridgeError as error:
        found.error = error.line()
    return found


def _due(context: Context, customer: Customer, holds: tuple[Hold, ...], grace: int) -> bool:
    today = day_of(context.clock.now(), context.zone)
    return standing(customer, holds, today, grace=grace, zone=context.zone).due


def _odd_plan(line: AccountLine) -> bool:
    account, profile = line.theirs, line.profile
    if account is None or profile is None or line.holds or not account.plans_count:
        return False
    fine = {PlanState.RUNNING, PlanState.RUNNING_ACTIVE}
    fine |= {PlanState.WAITING} if profile.starts_at is not StartsAt.ASSIGNED else set()
    return not fine & {plan.state for plan in account.plans if plan.profile == profile.name}


async def _remembered(context: Context, server: Server) -> _Remembered:
    found = _Remembered()
    try:
        async for username, session in flowing(context.gateways.account_server(server).sessions()):
            found.ids.setdefault(username, {})[_plain(session)] = session.nas_address
    except TimeoutError:
        found.error = f"nothing came for {STALL:.0f} s"
    except RadiusbridgeError as error:
        found.error = error.line()
    return found


async def _from_database(context: Context, server: Server, names: list[str]) -> dict[str, _Known]:
    """What the database alone says of these names; nothing is known of their accounts."""
    known: dict[str, _Known] = {}
    for some in batches(names, CHUNK):

        def work(unit: UnitOfWork, some: Iterable[str] = some) -> None:
            customers = unit.customers.by_usernames(server.id, some)
            holds = unit.holds.open_of(row.id for row in customers.values())
            grace = unit.renewals.grace()
            for name in some:
                customer = customers.get(folded(name))
                if customer is not None:
                    open_ones = holds.get(customer.id, ())
                    known[name] = _Known(bool(open_ones), _due(context, customer, open_ones, grace), None)

        await context.database.read(work)
    return known


def _secret_names(lists: Lists) -> list[str]:
    return sorted({secret.name for local in lists.ground.local.values() for secret in local.secrets if secret.lets_in})


def _learnt(live: Mapping[str, tuple[SessionRow, ...]], remembered: _Remembered) -> frozenset[str]:
    return frozenset(
        address
        for name, rows in live.items()
        for row in rows
        if (address := remembered.ids.get(name, {}).get(row.session_id.lower()))
    )


def _by_sessions(lists: Lists, known: Mapping[str, _Known], remembered: _Remembered, *, complete: bool) -> set[str]:
    """Names whose sessions or local secrets are not as the accounts say. complete: every account was read."""
    suspects = {name for name in _secret_names(lists) if name in known}
    for name, rows in lists.live.items():
        account = known.get(name)
        if account is None:
            if complete:
                suspects.add(name)
            continue
        too_many = account.shared is not None and len(rows) > max(1, account.shared)
        moving = account.due or (account.held and not all(_in_isolation(lists.ground, row) for row in rows))
        if too_many or moving:
            suspects.add(name)
    if not remembered.error and complete:
        for name in {*lists.live, *remembered.ids}:
            ids = {row.session_id.lower() for row in lists.live.get(name, ())}
            if ids != remembered.ids.get(name, {}).keys():
                suspects.add(name)
    return suspects


def _in_isolation(ground: Ground, row: SessionRow) -> bool:
    pool = ground.server.isolation_pool
    if ground.server.isolation_name not in row.lists:
        return False
    ranges = ground.local[row.nas].pools.get(pool) if pool and row.nas in ground.local else None
    return ranges is None or in_ranges(row.address or "", ranges)


def _plain(session: ServerSession) -> str:
    return session.session_id.lower().removeprefix("0x")
