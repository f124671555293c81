"""What a repairing bulk run does to one customer. Each looks again first: since the patrol it may have been mended."""

from collections.abc import Mapping

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRun
from radiusbridge.domain.days import day_of
from radiusbridge.domain.drift.finding import Action
from radiusbridge.domain.records import Customer, HoldKind, Intent, Operation
from radiusbridge.domain.sagas.plan import DEADLINE
from radiusbridge.services.access import Manner, enter_activation, enter_isolation
from radiusbridge.services.bulk.kinds import DRIFT, Submit
from radiusbridge.services.context import Context
from radiusbridge.services.journal import enter
from radiusbridge.services.keeping_out import held_by
from radiusbridge.services.lateness import stands_now
from radiusbridge.services.permissions import require
from radiusbridge.services.provisioning import provision


def kind_of(action: Action) -> str:
    """The kind of a bulk run that repairs so."""
    return f"{DRIFT}{action}"


def submit_of_kind(kind: str) -> Submit:
    """What such a run does to one customer."""
    action = Action(kind.removeprefix(DRIFT))
    rows: dict[Action, Submit] = {
        Action.ISOLATE: _isolate,
        Action.ACTIVATE: _activate,
        Action.PROVISION: _provision,
        Action.CLEAR: _clear,
        Action.KICK: _kick,
    }
    return rows[action]


def _isolate(unit: UnitOfWork, context: Context, run: BulkRun, customer: Customer) -> Operation | str:
    require(context, "customer.isolate")
    holds = unit.holds.open_holds(customer.id)
    today = day_of(unit.now, context.zone)
    if not holds and not stands_now(unit, customer, today, context.zone).due:
        return "neither held nor due by now"
    submitted = enter_isolation(
        unit,
        context,
        customer,
        policy=held_by(unit, customer.id, unit.servers.get(customer.server_id)),
        hold=holds[0].kind if holds else HoldKind.UNPAID,
        reason=_reason(run),
        ticket=f"bulk {run.id}",
        manner=Manner(),
    )
    assert submitted.operation is not None
    return submitted.operation


def _activate(unit: UnitOfWork, context: Context, run: BulkRun, customer: Customer) -> Operation | str:
    require(context, "customer.activate")
    holds = unit.holds.open_holds(customer.id)
    if holds:
        return f"kept out by now ({holds[0].kind})"
    submitted = enter_activation(unit, context, customer, hold=None, reason=_reason(run), manner=Manner())
    assert submitted.operation is not None
    return submitted.operation


def _provision(unit: UnitOfWork, context: Context, run: BulkRun, customer: Customer) -> Operation | str:
    require(context, "customer.edit")
    return provision(unit, context, customer, _reason(run))


def _clear(unit: UnitOfWork, context: Context, run: BulkRun, customer: Customer) -> Operation | str:
    """Take away what is there of fields that are not recorded; what was recorded meanwhile is brought there."""
    require(context, "customer.edit")
    return provision(unit, context, customer, _reason(run), {"clear": ["caller_id", "static_address"]})


def _kick(unit: UnitOfWork, context: Context, run: BulkRun, customer: Customer) -> Operation | str:
    require(context, "operation.kick")
    sessions = run.wanted["sessions"]
    assert isinstance(sessions, Mapping)
    wanted = {"session_ids": list(sessions[str(customer.id)]), "deadline": DEADLINE}
    operation = Operation(Intent.KICK, customer.server_id, customer.id, customer.username, wanted, reason=_reason(run))
    return enter(unit, context, operation)


def _reason(run: BulkRun) -> str:
    return run.reason or f"drift: {', '.join(map(str, _kinds(run.wanted)))}"


def _kinds(wanted: Mapping[str, object]) -> list[object]:
    kinds = wanted.get("kinds")
    return list(kinds) if isinstance(kinds, list) else []
