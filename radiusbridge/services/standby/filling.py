"""Whether a standby is in step: its accounts, profiles and vouchers against the database; and bringing it there."""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from radiusbridge.domain.profiles import differences
from radiusbridge.domain.records import Intent, Operation, Profile, Server
from radiusbridge.domain.text import folded, safe
from radiusbridge.services.comparing import AccountLine, compare_accounts
from radiusbridge.services.permissions import require
from radiusbridge.services.profile_sync import Side
from radiusbridge.services.standby.mirroring import enter_mirror
from radiusbridge.services.standby.pairs import named
from radiusbridge.services.standby.seats import in_the_seat_of
from radiusbridge.services.standby.voucher_mirrors import enter_batch
from radiusbridge.services.standby.vouchers import VouchersCompared, compare_vouchers, kept_batches

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.domain.standby import Pair
    from radiusbridge.services.context import Context

SHOWN = 20
"""How many differences are told one by one."""
COMPARED = ("differs", "differences", "vouchers", "not_compared", "compared_at")
"""What a health check keeps of a comparison."""
AT_ONCE = 500
"""Operations that one transaction enters."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A standby beside the database. accounts: (user name, what differs). strangers: accounts of no customer."""

    same: int = 0
    accounts: tuple[tuple[str, str], ...] = ()
    profiles: tuple[tuple[str, str], ...] = ()
    strangers: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    """Fields that the standby does not show, so that nothing can be said of them."""
    vouchers: VouchersCompared = field(default_factory=VouchersCompared)

    @property
    def count(self) -> int:
        """How many things differ."""
        return len(self.accounts) + len(self.profiles) + len(self.strangers) + self.vouchers.count

    @property
    def words(self) -> str:
        """How many, in words."""
        return f"{self.count or 'nothing'} {'differ' if self.count > 1 else 'differs'}"

    @property
    def same_words(self) -> str:
        """What does not, in words, with its verb."""
        accounts, vouchers = self.same, self.vouchers.same
        words = f"{accounts} account{'' if accounts == 1 else 's'}"
        if vouchers:
            return f"{words} and {vouchers} voucher{'' if vouchers == 1 else 's'} are"
        return f"{words} {'is' if accounts == 1 else 'are'}"

    def told(self, most: int = SHOWN, *, vouchers: bool = True) -> tuple[str, ...]:
        """A sentence each, some of them; of vouchers one for each batch."""
        lines = [f"account {name}: {words}" for name, words in self.accounts]
        lines += [f"profile {name}: {words}" for name, words in self.profiles]
        lines += [f"account {name} is no customer's" for name in self.strangers]
        lines += self.vouchers.lines if vouchers else ()
        more = [f"and {len(lines) - most} more"] if len(lines) > most else []
        return (*lines[:most], *more)


@dataclass(frozen=True, slots=True)
class Filling:
    """What was found, and how many operations bring it in step."""

    compared: Compared
    entered: int


async def compare(context: "Context", name: str | None) -> Compared:
    """The standby of a pair beside the database; nothing is written anywhere. UnknownName; errors of the standby."""
    machine, seat, _pair = await context.database.read(lambda unit: _of(unit, name))
    return await compare_machine(context, in_the_seat_of(machine, seat))


def _of(unit: "UnitOfWork", name: str | None) -> "tuple[Server, Server, Pair]":
    pair = named(unit, name)
    return unit.servers.get(pair.standby_id), unit.servers.get(pair.server_id), pair


async def compare_machine(context: "Context", machine: Server) -> Compared:
    """A machine in the seat of the active server beside the database."""
    same, hidden = 0, set[str]()
    accounts: list[tuple[str, str]] = []
    strangers: dict[str, AccountLine] = {}
    async for line in compare_accounts(context, machine):
        hidden.update(line.hidden)
        if line.side is Side.SAME:
            same += 1
        elif line.side is Side.THERE:
            strangers[line.username] = line
        elif line.side is Side.HERE:
            accounts.append((line.username, "is not there"))
        else:
            accounts.append((line.username, safe(", ".join(map(str, line.differences)), 300)))
    profiles = await _profiles(context, machine)
    left = {name: line.listed.comment if line.listed is not None else "" for name, line in strangers.items()}
    vouchers, codes = await compare_vouchers(context, machine, left)
    unknown = tuple(safe(name, 80) for name in strangers if name not in codes)
    return Compared(same, tuple(accounts), profiles, unknown, tuple(sorted(hidden)), vouchers)


async def _profiles(context: "Context", machine: Server) -> tuple[tuple[str, str], ...]:
    wanted = await context.database.read(lambda unit: _in_use(unit, machine.id))
    there = {row.name: row for row in await context.gateways.account_server(machine).read_profiles()}
    found = []
    for profile in wanted:
        row = there.get(profile.name)
        words = "is not there" if row is None else ", ".join(map(str, differences(profile, row)))
        if words:
            found.append((profile.name, safe(words, 300)))
    return tuple(found)


def _in_use(unit: "UnitOfWork", server_id: int) -> tuple[Profile, ...]:
    """The profiles of a server's customers and vouchers."""
    ids = {row.profile_id for row in unit.customers.all() if row.server_id == server_id}
    names = {folded(batch.profile) for batch in kept_batches(unit, server_id)}
    return tuple(each for each in unit.profiles.all() if each.id in ids or folded(each.name) in names)


async def fill(context: "Context", name: str | None, *, reason: str = "") -> Filling:
    """Have what differs on the standby brought there: an operation for each account, profile and batch of vouchers.

    Accounts that are no customer's stay. Errors as `compare`.
    """
    require(context, "standby.fill")
    machine, seat, pair = await context.database.read(lambda unit: _of(unit, name))
    compared = await compare_machine(context, in_the_seat_of(machine, seat))
    why = reason or "brought in step"
    await context.database.write(lambda unit: _enter_profiles(unit, context, pair, compared, why))
    names = [each for each, _ in compared.accounts]
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        await context.database.write(partial(_enter, context=context, pair=pair, names=some, why=why))
    batches = [each.batch_id for each in compared.vouchers.batches]
    if batches:
        await context.database.write(lambda unit: _enter_vouchers(unit, context, pair, batches, why))
    return Filling(compared, len(names) + len(compared.profiles) + len(batches))


def _enter_vouchers(unit: "UnitOfWork", context: "Context", pair: "Pair", batches: list[int], why: str) -> None:
    for batch_id in batches:
        enter_batch(unit, pair.standby_id, unit.vouchers.get(batch_id), context, why)


def _enter_profiles(unit: "UnitOfWork", context: "Context", pair: "Pair", compared: Compared, why: str) -> None:
    for name, _ in compared.profiles:
        profile = unit.profiles.named(name)
        wanted: dict[str, object] = {"profile_id": profile.id}
        of = Operation(Intent.PROFILE_ENSURE, pair.server_id, 0, name, wanted, who=context.who, channel=context.channel)
        enter_mirror(unit, pair.standby_id, replace(of, reason=why), name)
    # what was seen of it before is not so any more
    seen = {name: value for name, value in pair.seen.items() if name not in COMPARED}
    unit.standbys.change(pair.server_id, seen=seen)
    words = {"accounts": len(compared.accounts), "profiles": len(compared.profiles)}
    words["vouchers"] = compared.vouchers.count
    machine = unit.servers.get(pair.standby_id)
    unit.note("standby.fill", machine.name, who=context.who, channel=context.channel, after=words, reason=why)


def _enter(unit: "UnitOfWork", context: "Context", pair: "Pair", names: list[str], why: str) -> None:
    for name in names:
        of = Operation(Intent.PROVISION, pair.server_id, 0, name, {}, who=context.who, channel=context.channel)
        enter_mirror(unit, pair.standby_id, replace(of, reason=why), name)
