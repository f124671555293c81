"""Writing an intent: the operation, its audit row and its event, inside the caller's transaction."""

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Operation


def written(unit: UnitOfWork, operation: Operation) -> Operation:
    """Submit an operation that says who wants it and through which channel; it is returned as it was stored."""
    from radiusbridge.services.standby.mirroring import mirror

    known = bool(operation.key) and unit.operations.by_key(operation.key) is not None
    stored = unit.operations.submit(operation, unit.now)
    unit.note(
        f"operation.{stored.intent}",
        stored.username,
        who=operation.who,
        channel=operation.channel,
        after={"intent": str(stored.intent), "wanted": dict(stored.wanted)},
        reason=stored.reason,
        operation_id=stored.id,
        event="operation.submitted",
    )
    if not known:
        mirror(unit, stored)
    return stored
