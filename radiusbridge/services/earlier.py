"""What earlier operations of a customer show for a later one."""

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import Access
from radiusbridge.domain.effects import Purpose
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import LoginAnswer, LoginSeen
from radiusbridge.domain.records import Intent, Operation
from radiusbridge.domain.sagas.plan import EarlierLogin
from radiusbridge.domain.verdict import Status
from radiusbridge.services.evidence_codec import decode

UNFINISHED = (Status.QUEUED, Status.RUNNING, Status.WAITING)
LOOKED_BACK = 50
LOGINS_BACK = 20


def same_intent(unit: UnitOfWork, wanted: Operation) -> Operation | None:
    """The newest unfinished operation of the subject, if it wants just that access and was not told to stop.

    Whoever asks for the same again waits for it, instead of breaking off what is half proved.
    """
    newest = next(
        iter(
            unit.operations.listed(
                status=UNFINISHED, customer_id=wanted.customer_id, server_id=wanted.server_id, limit=1
            )
        ),
        None,
    )
    if newest is None or newest.intent is not wanted.intent or dict(newest.wanted) != dict(wanted.wanted):
        return None
    return newest if unit.operations.stop_requested(newest.id) is None else None


def earlier_control(unit: UnitOfWork, operation: Operation) -> str:
    """Where the customer is isolated already: which operation saw the login accepted before the account was disabled.

    Empty unless it saw the same login refused after its write, whatever else it saw, only such isolations lie between,
    and the customer was not edited since.
    """
    for row in unit.operations.earlier(operation, LOOKED_BACK):
        if row.intent in {Intent.KICK, Intent.SPEED, Intent.RENEW}:
            continue
        if row.intent is not Intent.ISOLATE or row.wanted.get("access") != Access.REJECT:
            return ""
        if row.verdict is not None and _saw_control(unit, row):
            return "" if _edited_since(unit, row) else f"operation {row.id}"
    return ""


def earlier_login(unit: UnitOfWork, operation: Operation, server_id: int, username: str) -> EarlierLogin | None:
    """The newest login of that account that an earlier operation saw accepted; None where it may be another by now."""
    listed = unit.operations.listed(customer_id=operation.customer_id, server_id=server_id, limit=LOGINS_BACK)
    for row in listed:
        if row.id >= operation.id or row.username != username:
            continue
        seen = [decode(step.detail) for step in unit.operations.steps(row.id, 0)]
        accepted = [each for each in seen if isinstance(each, LoginSeen) and each.answer is LoginAnswer.ACCEPTED]
        own = [each for each in accepted if not each.former]
        if own:
            same = not _edited_since(unit, row)
            return EarlierLogin(f"operation {row.id}", own[-1].calling_station_id) if same else None
    return None


def _saw_control(unit: UnitOfWork, row: Operation) -> bool:
    """Whether the login was accepted before the write, and in the end refused after it."""
    seen = [decode(step.detail) for step in unit.operations.steps(row.id, 0)]
    proofs = [each for each in seen if isinstance(each, LoginSeen) and each.purpose is Purpose.PROOF]
    refused = bool(proofs) and proofs[-1].answer is LoginAnswer.REJECTED
    return refused and Evidence(seen).control is not None


def _edited_since(unit: UnitOfWork, row: Operation) -> bool:
    """Whether the customer or the server was edited after that operation began: it may be another login by now."""
    server = unit.servers.get(row.server_id)
    changes = (
        *unit.audit.recent(LOOKED_BACK, subject=row.username),
        *unit.audit.recent(LOOKED_BACK, subject=server.name),
    )
    return any(
        entry.action in {"customer.edit", "server.edit"} and (row.created_at is None or entry.at >= row.created_at)
        for entry in changes
    )
