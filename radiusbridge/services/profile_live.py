"""What becomes of accounts and live sessions once a changed profile is on its server: rows of bulk runs."""

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRun
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.records import Customer, Intent, Operation
from radiusbridge.domain.sagas.plan import DEADLINE
from radiusbridge.services.bulk.kinds import FOLLOWING, PROFILE_ACCOUNTS, PROFILE_KICK, PROFILE_NOW, Submit
from radiusbridge.services.bulk.preview import LeftOut, Preview
from radiusbridge.services.bulk.selection import Selection
from radiusbridge.services.context import Context
from radiusbridge.services.journal import enter
from radiusbridge.services.permissions import require
from radiusbridge.services.profile_operations import having
from radiusbridge.services.provisioning import provision


def submit_of_kind(kind: str) -> Submit:
    """What such a run does to one customer."""
    return {PROFILE_ACCOUNTS: _account, PROFILE_NOW: _apply, PROFILE_KICK: _kick}[kind]


def _account(unit: UnitOfWork, context: Context, run: BulkRun, customer: Customer) -> Operation | str:
    require(context, "customer.edit")
    return _has_another(unit, run, customer) or provision(unit, context, customer, run.reason)


def _apply(unit: UnitOfWork, context: Context, run: BulkRun, customer: Customer) -> Operation | str:
    require(context, "profile.edit")
    return _passed_by(unit, run, customer) or _entered(unit, context, run, customer, Intent.APPLY)


def _kick(unit: UnitOfWork, context: Context, run: BulkRun, customer: Customer) -> Operation | str:
    require(context, "operation.kick")
    return _passed_by(unit, run, customer) or _entered(unit, context, run, customer, Intent.KICK)


def _entered(unit: UnitOfWork, context: Context, run: BulkRun, customer: Customer, intent: Intent) -> Operation:
    wanted: dict[str, object] = {"deadline": DEADLINE}
    operation = Operation(intent, customer.server_id, customer.id, customer.username, wanted, reason=run.reason)
    return enter(unit, context, operation)


def _has_another(unit: UnitOfWork, run: BulkRun, customer: Customer) -> str:
    has = unit.profiles.get(customer.profile_id).name
    return "" if has == run.wanted["profile"] else f"has {has} by now"


def _passed_by(unit: UnitOfWork, run: BulkRun, customer: Customer) -> str:
    holds = unit.holds.open_holds(customer.id)
    return _has_another(unit, run, customer) or (f"kept out ({holds[0].kind})" if holds else "")


async def preview(context: Context, name: str) -> Preview:
    """Whom a kick after a change of the profile hits, and whom it passes by. UnknownName."""

    def work(unit: UnitOfWork) -> Preview:
        customers = having(unit, unit.profiles.named(name).id)
        holds = unit.holds.open_of(row.id for row in customers)
        return Preview(
            PROFILE_KICK,
            Selection(profile=name),
            {"profile": name},
            tuple(row for row in customers if not holds.get(row.id)),
            tuple(LeftOut(row, f"kept out ({holds[row.id][0].kind})") for row in customers if holds.get(row.id)),
            {row.id: row.name for row in unit.servers.all()},
        )

    return await context.database.read(work)


async def following(context: Context, operation_id: int) -> tuple[int, ...]:
    """The bulk runs that an operation on a profile led to, in the order in which they are to be carried out."""

    def work(unit: UnitOfWork) -> tuple[int, ...]:
        try:
            unit.operations.get(operation_id)
        except UnknownName:
            return ()
        runs = [run for kind in FOLLOWING for run in unit.bulk.listed(kind=kind)]
        return tuple(sorted(run.id for run in runs if run.wanted.get("operation") == operation_id))

    return await context.database.read(work)
