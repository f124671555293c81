"""Repair what a patrol found: customers by bulk runs, one for each verb; what has no customer, singly."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRun
from radiusbridge.domain.drift.finding import Action, Finding, Kind
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.records import Customer, Intent, Operation
from radiusbridge.domain.sagas.plan import DEADLINE
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services.bulk.pacing import Brakes
from radiusbridge.services.bulk.preview import LeftOut, Preview, create
from radiusbridge.services.bulk.selection import Selection
from radiusbridge.services.carrying import carry_out
from radiusbridge.services.context import Context
from radiusbridge.services.drift.rows import kind_of
from radiusbridge.services.journal import enter
from radiusbridge.services.permissions import require
from radiusbridge.services.provisioning import Handling

ORDER = (Action.PROVISION, Action.CLEAR, Action.ISOLATE, Action.ACTIVATE, Action.KICK)
AT_ONCE = 4
"""Accounts and sessions without a customer that are mended side by side."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a repair would do."""

    previews: tuple[Preview, ...]
    """One for each verb, in the order in which they are carried out."""
    strangers: tuple[Finding, ...]
    """Kicks and removals of what has no customer here."""
    left: tuple[Finding, ...]
    """Findings of the kinds asked for that only a person can mend, or that need --prune."""

    @property
    def size(self) -> int:
        """The count that has to be typed: customers, each once, and what has no customer."""
        return len({row.id for preview in self.previews for row in preview.rows}) + len(self.strangers)


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of one account or session without a customer. error: why nothing was submitted."""

    finding: Finding
    operation: Operation | None
    error: str = ""


async def choose(context: Context, findings: Iterable[Finding], kinds: Collection[Kind], *, prune: bool) -> Chosen:
    """What a repair of these kinds does; prune: what is unknown here may be removed there."""
    wanted = [each for each in findings if each.kind in kinds]
    mendable = [each for each in wanted if each.action is not None and (not each.action.prunes or prune)]
    left = tuple(each for each in wanted if each not in mendable)
    of_customers = [each for each in mendable if each.customer_id]
    strangers = {(each.server_id, each.username, each.action): each for each in mendable if not each.customer_id}

    def work(unit: UnitOfWork) -> tuple[Preview, ...]:
        customers = unit.customers.by_ids(each.customer_id for each in of_customers)
        servers = {row.id: row.name for row in unit.servers.all()}
        previews = (_preview(action, of_customers, customers, servers) for action in ORDER)
        return tuple(preview for preview in previews if preview.rows)

    return Chosen(await context.database.read(work), _whole(strangers.values()), left)


def _whole(strangers: Iterable[Finding]) -> tuple[Finding, ...]:
    """A name that is removed is kicked by that."""
    found = list(strangers)
    removed = {(each.server_id, each.username) for each in found if each.action is Action.REMOVE}
    return tuple(
        each for each in found if each.action is Action.REMOVE or (each.server_id, each.username) not in removed
    )


def _preview(
    action: Action, findings: Sequence[Finding], customers: dict[int, Customer], servers: dict[int, str]
) -> Preview:
    mine = [each for each in findings if each.action is action]
    isolated = {each.customer_id for each in findings if each.action is Action.ISOLATE}
    gone = {each.customer_id for each in mine} & isolated if action is Action.KICK else set()
    sessions: dict[str, list[str]] = {}
    for each in mine:
        sessions.setdefault(str(each.customer_id), []).extend(each.sessions)
    ids = [key for key in dict.fromkeys(each.customer_id for each in mine) if key in customers and key not in gone]
    wanted: dict[str, object] = {"kinds": sorted({str(each.kind) for each in mine})}
    if action is Action.KICK:
        wanted["sessions"] = {str(key): sorted(set(sessions[str(key)])) for key in ids}
    return Preview(
        kind_of(action),
        Selection(numbers=tuple(customers[key].number for key in ids)),
        wanted,
        tuple(customers[key] for key in ids),
        tuple(LeftOut(customers[key], "isolated, which ends the session") for key in gone if key in customers),
        servers,
    )


def check_count(chosen: Chosen, typed: int | None) -> None:
    """Refused unless the typed count is that of the choice."""
    if chosen.size and typed != chosen.size:
        given = "no count was given" if typed is None else f"the typed count is {typed}"
        raise Refused(
            f"{given}, but {chosen.size} would be hit; nothing was done",
            target="drift",
            hint=f"look at the list, then type the count, or --yes-count {chosen.size}",
        )


async def begin(context: Context, preview: Preview, brakes: Brakes, reason: str) -> BulkRun:
    """Store the run of one verb, whose count was confirmed with the others'."""
    return await create(context, preview, typed=len(preview.rows), brakes=brakes, reason=reason)


async def mend(context: Context, strangers: Sequence[Finding], brakes: Brakes, reason: str) -> tuple[Mended, ...]:
    """Carry out what has no customer, each as an operation of its own; so many FAILED end the beginning of more."""
    failed = 0
    places = asyncio.Semaphore(AT_ONCE)

    async def one(finding: Finding) -> Mended:
        nonlocal failed
        async with places:
            if brakes.failure_limit and failed >= brakes.failure_limit:
                return Mended(finding, None, f"not begun: {failed} FAILED")
            try:
                submitted = await context.database.write(lambda unit: _submitted(unit, context, finding, reason))
            except Refused as error:
                return Mended(finding, None, error.summary)
            operation = await carry_out(context, submitted.id)
            failed += operation.verdict is Verdict.FAILED
            return Mended(finding, operation)

    return tuple(await asyncio.gather(*(one(finding) for finding in strangers)))


def _submitted(unit: UnitOfWork, context: Context, finding: Finding, reason: str) -> Operation:
    removes = finding.action is Action.REMOVE
    require(context, "customer.remove" if removes else "operation.kick")
    if unit.customers.by_username(finding.server_id, finding.username) is not None:
        raise Refused("a customer has that user name by now", target=finding.username[:80])
    wanted: dict[str, object]
    if removes:
        intent, wanted = Intent.REMOVE, Handling().wanted() | {"live": "kick"}
    else:
        intent, wanted = Intent.KICK, {"session_ids": list(finding.sessions), "deadline": DEADLINE}
    why = reason or f"drift: {finding.kind}"
    return enter(unit, context, Operation(intent, finding.server_id, 0, finding.username, wanted, reason=why))
