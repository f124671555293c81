"""A server's accounts and the database's customers side by side, field by field, one after the other.

The accounts come as a stream and are looked up in the database chunk by chunk, so that memory does not grow with them;
of the customers whose accounts came only their ids are kept.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import Access, AccessChange, AccountRow
from radiusbridge.domain.profiles import NONE, UNRECORDED, Difference
from radiusbridge.domain.records import Customer, Hold, Profile, Server
from radiusbridge.domain.text import folded
from radiusbridge.domain.vouchers.records import Keeper
from radiusbridge.gateways.accounts.aside import read as set_aside
from radiusbridge.gateways.ports import ListedAccount, WantedAccount
from radiusbridge.routeros.attributes import AttributeList
from radiusbridge.services.context import Context
from radiusbridge.services.profile_sync import Side
from radiusbridge.services.usual import Met, unusual

STATIC_ADDRESS = "Framed-IP-Address"
CHUNK = 500
"""Accounts that are looked up in one transaction."""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One user name. differences: `wanted` is the database's.

    Fields are those of the customer and of its profile, and `access`: open, or kept out by a hold.
    """

    username: str
    side: Side
    ours: Customer | None
    theirs: AccountRow | None
    differences: tuple[Difference, ...] = ()
    hidden: tuple[str, ...] = ()
    """Fields that the server does not show."""
    listed: ListedAccount | None = None
    """As the server listed it; None: only here."""
    profile: Profile | None = None
    """The customer's."""
    holds: tuple[Hold, ...] = ()
    """The customer's open ones."""
    voucher: bool = False
    """It is no customer's, but a voucher of that server, of which `voucher watch` tells."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says about the accounts of one chunk. vouchers: the folded names of those that are vouchers."""

    customers: dict[str, Customer]
    vouchers: frozenset[str]
    holds: dict[int, tuple[Hold, ...]]
    profiles: dict[int, Profile]


async def compare_accounts(
    context: Context, server: str | Server, counted: Callable[[int], None] | None = None
) -> AsyncIterator[AccountLine]:
    """Every account of the server in its order, then the customers who have none there; the isolation left out.

    server: its name; or its record, whose id says whose customers are meant.
    counted: is told how many accounts are plainly alike on both sides, instead of a line for each of them.
    Errors: UnknownName for the server; Unreachable, PeerRefused as the server answers, also half-way.
    """
    home = (
        server if isinstance(server, Server) else await context.database.read(lambda unit: unit.servers.named(server))
    )
    met = Met()
    accounts = context.gateways.account_server(home)
    listed_ones = accounts.accounts() if counted is None else unusual(context, home, accounts, met, counted)
    async for chunk in _chunks(listed_ones):
        names = [listed.account.username for listed in chunk]

        def work(unit: UnitOfWork, names: Sequence[str] = names) -> _Known:
            return _known(unit, home, names)

        known = await context.database.read(work)
        for listed in chunk:
            customer = known.customers.get(folded(listed.account.username))
            if (
                customer is None or customer.id in met.seen
            ):  # the latter: a second account whose name differs in case alone
                username = listed.account.username
                voucher = customer is None and folded(username) in known.vouchers
                yield AccountLine(username, Side.THERE, None, listed.account, listed=listed, voucher=voucher)
            else:
                met.seen.add(customer.id)
                holds = known.holds.get(customer.id, ())
                yield compared(home, listed, customer, known.profiles[customer.profile_id], holds)
    async for line in _without_account(context, home, met):
        yield line


async def _chunks(accounts: AsyncIterator[ListedAccount]) -> AsyncIterator[list[ListedAccount]]:
    chunk: list[ListedAccount] = []
    async for listed in accounts:
        chunk.append(listed)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _known(unit: UnitOfWork, home: Server, names: Sequence[str]) -> _Known:
    customers = unit.customers.by_usernames(home.id, names)
    holds = unit.holds.open_of(customer.id for customer in customers.values())
    others = {folded(name) for name in names} - customers.keys()
    vouchers = unit.vouchers.taken(Keeper.USER_MANAGER, home.id, others)
    return _Known(customers, vouchers, holds, {profile.id: profile for profile in unit.profiles.all()})


async def _without_account(context: Context, home: Server, met: Met) -> AsyncIterator[AccountLine]:
    known = met.known
    if known is None:
        known = await context.database.read(lambda unit: unit.customers.ids_of_server(home.id))
    missing = sorted(known - met.seen)
    for start in range(0, len(missing), CHUNK):
        ids = missing[start : start + CHUNK]

        def work(unit: UnitOfWork, ids: Sequence[int] = ids) -> list[AccountLine]:
            found = unit.customers.by_ids(ids)
            holds = unit.holds.open_of(found)
            profiles = {profile.id: profile for profile in unit.profiles.all()}
            return [
                AccountLine(
                    customer.username,
                    Side.HERE,
                    customer,
                    None,
                    profile=profiles[customer.profile_id],
                    holds=holds.get(customer.id, ()),
                )
                for customer in found.values()
            ]

        for line in await context.database.read(work):
            yield line


def compared(
    home: Server, listed: ListedAccount, customer: Customer, profile: Profile, holds: tuple[Hold, ...]
) -> AccountLine:
    """One account beside its customer; holds: the open ones."""
    account = listed.account
    told = listed.compare(
        WantedAccount(
            customer.username,
            customer.password,
            profile,
            customer.caller_id,
            customer.static_address,
            routes=customer.routes,
        )
    )
    found = [*told.fields]
    if customer.username != account.username:
        found.insert(0, Difference("username", customer.username, account.username))
    held = bool(holds)
    found += _unrecorded(listed, customer)
    found += _plan(home, profile, account, held=held)
    found += _access(home, profile, account, held=held)
    side = Side.DIFFERS if found else Side.SAME
    return AccountLine(account.username, side, customer, account, tuple(found), told.hidden, listed, profile, holds)


def own_address(listed: ListedAccount) -> str:
    """The account's own static address; of a walled account the one that was set aside."""
    own = AttributeList.parse(listed.account.attributes).get(STATIC_ADDRESS)
    return own or set_aside(listed.comment)[1].get(STATIC_ADDRESS) or ""


def _unrecorded(listed: ListedAccount, customer: Customer) -> Iterator[Difference]:
    """What the account has of its own, of the fields that a customer may have and of which nothing is recorded."""
    if customer.caller_id is None and listed.account.caller_id:
        yield Difference("caller_id", UNRECORDED, listed.account.caller_id)
    if customer.static_address is None and (address := own_address(listed)):
        yield Difference("static_address", UNRECORDED, address)


def _plan(home: Server, profile: Profile, account: AccountRow, *, held: bool) -> list[Difference]:
    """Whether the plan is assigned. Whoever is kept out may do without: it comes back with the activation."""
    if not account.plans_count or held or not account.lacks(profile.name):
        return []
    others = sorted({plan.profile for plan in account.plans} - {home.isolation_name})
    return [Difference("profile", profile.name, ", ".join(others) or NONE)]


def _access(home: Server, profile: Profile, account: AccountRow, *, held: bool) -> list[Difference]:
    """Whether the account is open or kept out as the holds say; of the two ways to keep out either is right."""
    isolation, plan = home.isolation_name, account.in_force
    if account.disabled:
        have = "disabled"
    elif account.group != isolation and (plan is None or plan.profile != isolation):
        have = str(Access.OPEN)
    else:
        walled, _ = AccessChange(Access.WALLED, isolation, profile.name).reached(account)
        have = "walled" if walled else "half walled"
    if have in ({"disabled", "walled"} if held else {str(Access.OPEN)}):
        return []
    return [Difference("access", "held" if held else str(Access.OPEN), have)]
