"""Kick: end a customer's live sessions, as an operation of the journal."""

from collections.abc import Sequence

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, Intent, Operation
from radiusbridge.domain.sagas.plan import DEADLINE
from radiusbridge.services.context import Context
from radiusbridge.services.journal import enter
from radiusbridge.services.permissions import require


async def kick(
    context: Context,
    who: str,
    *,
    session_ids: Sequence[str] = (),
    deadline: float = DEADLINE,
    reason: str = "",
    key: str = "",
) -> Operation:
    """Submit the kick of a customer (number, user name or name): of these sessions, or of all of that name.

    session_ids: as the NAS lists them; `0x` and upper case are taken away. Errors: UnknownName, BadInput.
    """
    require(context, "operation.kick")
    check_deadline(deadline)
    ids = tuple(_plain(one) for one in session_ids)
    return await context.database.write(
        lambda unit: enter_kick(
            unit, context, unit.customers.find(who), session_ids=ids, deadline=deadline, reason=reason, key=key
        )
    )


def enter_kick(
    unit: UnitOfWork,
    context: Context,
    customer: Customer,
    *,
    session_ids: Sequence[str] = (),
    deadline: float,
    reason: str = "",
    key: str = "",
) -> Operation:
    """`kick` inside the caller's transaction, which has asked for the permission."""
    wanted = {"session_ids": list(session_ids), "deadline": deadline}
    operation = Operation(
        Intent.KICK, customer.server_id, customer.id, customer.username, wanted, key=key, reason=reason
    )
    return enter(unit, context, operation)


def check_deadline(seconds: float) -> None:
    """BadInput: no such deadline."""
    if not 1 <= seconds <= 3600:
        raise BadInput("the deadline is out of range", hint="1 to 3600 s")


def _plain(session_id: str) -> str:
    plain = session_id.strip().lower().removeprefix("0x")
    if not plain or not plain.isprintable():
        raise BadInput(f"“{session_id[:40]}” is not a session id", hint="take it from: radiusbridge sessions USER")
    return plain
