"""Read servers and compare them with the database: the rows of a plan, one after the other."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError, Unreachable
from radiusbridge.domain.planned import Choice, Place, PlannedRow, Take, What
from radiusbridge.domain.profiles import profile_digest
from radiusbridge.domain.records import Server
from radiusbridge.gateways.accounts.rows import made_by_hand
from radiusbridge.services.comparing import AccountLine, compare_accounts
from radiusbridge.services.context import Context
from radiusbridge.services.planning.prints import account_here, profile_here
from radiusbridge.services.profile_sync import Line, Side, compare
from radiusbridge.services.servers import active, chosen

_PLACES = {Side.DIFFERS: Place.DIFFERS, Side.HERE: Place.HERE, Side.THERE: Place.THERE}
UNPRUNED = "not recorded here: --from server records it, --prune takes it away there"
_WHOLE = frozenset({"username", "profile", "shared_users"})
"""Fields without which an account cannot be written at all."""


@dataclass(slots=True)
class Tally:
    """What became of a reading."""

    same: Counter[str] = field(default_factory=Counter)
    """How many rows of a kind are alike."""
    rows: Counter[tuple[What, Take]] = field(default_factory=Counter)
    by_hand: int = 0
    """Accounts with attributes that were made by hand."""
    unread: dict[str, RadiusbridgeError] = field(default_factory=dict)
    """Why a server could not be read, by its name; nothing of it is in the plan, or only what came before."""

    @property
    def to_do(self) -> int:
        """Rows that `apply` would carry out."""
        return sum(count for (_, take), count in self.rows.items() if take is not Take.SKIP)

    @property
    def dark(self) -> bool:
        """Whether a server did not answer."""
        return any(isinstance(error, Unreachable) for error in self.unread.values())


async def chosen_servers(context: Context, names: Sequence[str]) -> tuple[Server, ...]:
    """The servers of these names, each once; all where none is named. UnknownName."""

    def work(unit: UnitOfWork) -> tuple[Server, ...]:
        found = [chosen(unit, name) for name in names] if names else active(unit)
        return tuple({server.id: server for server in found}.values())

    return await context.database.read(work)


async def planned_rows(
    context: Context, servers: Iterable[Server], choice: Choice, tally: Tally
) -> AsyncIterator[PlannedRow]:
    """Every row that differs, server by server, its profiles first. A server that cannot be read is in the tally."""
    for server in servers:
        try:
            async for row in _of_server(context, server, choice, tally):
                tally.rows[row.what, row.take] += 1
                yield row
        except RadiusbridgeError as error:
            tally.unread[server.name] = error


async def _of_server(context: Context, server: Server, choice: Choice, tally: Tally) -> AsyncIterator[PlannedRow]:
    for line in (await compare(context, server.name)).lines:
        if line.side is Side.SAME:
            tally.same[What.PROFILE] += 1
        else:
            yield directed(_profile(server, line), choice)

    def counted(number: int) -> None:
        tally.same[What.ACCOUNT] += number

    async for account in compare_accounts(context, server.name, counted):
        if account.voucher:
            continue
        if account.theirs is not None and account.theirs.attributes and made_by_hand(account.theirs.attributes):
            tally.by_hand += 1
        if account.side is Side.SAME:
            tally.same[What.ACCOUNT] += 1
        else:
            yield directed(_account(context, server, account), choice)


def _profile(server: Server, line: Line) -> PlannedRow:
    return PlannedRow(
        server.name,
        What.PROFILE,
        line.name,
        _PLACES[line.side],
        Take.SKIP,
        profile_here(line.ours) if line.ours is not None else "",
        profile_digest(line.theirs),
        line.differences,
        left_alone=line.theirs.extras if line.theirs is not None else (),
    )


def _account(context: Context, server: Server, line: AccountLine) -> PlannedRow:
    marks = context.database.marks
    here = there = ""
    if line.ours is not None and line.profile is not None:
        here = marks.fingerprint(account_here(line.ours, line.profile, line.holds))
    if line.listed is not None:
        there = marks.fingerprint(line.listed.lasting())
    return PlannedRow(
        server.name,
        What.ACCOUNT,
        line.username,
        _PLACES[line.side],
        Take.SKIP,
        here,
        there,
        line.differences,
        line.ours.number if line.ours is not None else "",
        line.hidden,
        made_by_hand(line.theirs.attributes) if line.theirs is not None else (),
    )


def directed(row: PlannedRow, choice: Choice) -> PlannedRow:
    """The row with the direction that was chosen for it, or why it is passed by."""
    if choice.leaves_out(row):
        return replace(row, note="this kind was left out")
    leave = choice.leaves(row)
    row = replace(row, take=choice.take(row), leave=leave)
    if row.take is Take.SKIP:
        return replace(row, note="it was left out")
    if row.differences and not row.differing:
        return replace(row, take=Take.SKIP, note="its fields were left out")
    if leave and row.what is What.PROFILE:
        return replace(row, take=Take.SKIP, note="a profile is written as a whole")
    if leave and row.take is Take.DATABASE and _WHOLE.intersection(leave):
        words = ", ".join(sorted(_WHOLE.intersection(leave))).replace("_", " ")
        return replace(row, take=Take.SKIP, note=f"an account cannot be written without its {words}")
    if row.take is Take.DATABASE and row.unrecorded and not choice.prune:
        if row.unrecorded == row.differing:
            return replace(row, take=Take.SKIP, note=UNPRUNED)
        return row.leaving(row.unrecorded)
    if row.deletes and not choice.prune:
        where = "the database" if row.place is Place.THERE else "the server"
        return replace(row, take=Take.SKIP, note=f"not in {where}; --prune deletes it")
    return row
