"""Kick: end a customer's live sessions, as an operation of the journal."""

from collections.abc import Sequence

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Intent, Operation
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
    if not 1 <= deadline <= 3600:
        raise BadInput("the deadline is out of range", hint="1 to 3600 s")
    wanted = {"session_ids": [_plain(one) for one in session_ids], "deadline": deadline}

    def work(unit: UnitOfWork) -> Operation:
        customer = unit.customers.find(who)
        operation = Operation(
            Intent.KICK, customer.server_id, customer.id, customer.username, wanted, key=key, reason=reason
        )
        return enter(unit, context, operation)

    return await context.database.write(work)


def _plain(session_id: str) -> str:
    plain = session_id.strip().lower().removeprefix("0x")
    if not plain or not plain.isprintable():
        raise BadInput(f"“{session_id[:40]}” is not a session id", hint="take it from: radiusbridge sessions USER")
    return plain
