"""Kick chosen sessions of many customers: of each customer those that were chosen, and no others."""

from collections.abc import Iterable

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRow, BulkRun
from radiusbridge.domain.errors import BadInput, Refused, UnknownName
from radiusbridge.domain.records import Customer, Operation
from radiusbridge.domain.sagas.plan import DEADLINE
from radiusbridge.domain.session_fields import LiveSession
from radiusbridge.domain.text import beside
from radiusbridge.services import session_list
from radiusbridge.services.bulk.kinds import SESSIONS_KICK, Recorded
from radiusbridge.services.bulk.preview import LeftOut, Preview
from radiusbridge.services.bulk.selection import Selection
from radiusbridge.services.context import Context
from radiusbridge.services.kicking import check_deadline, enter_kick
from radiusbridge.services.permissions import require

_IDS = "sessions"


async def preview_of_filter(
    context: Context, words: str, *, deadline: float = DEADLINE, ignore_unread: bool = False
) -> Preview:
    """The live sessions that fit a filter of `session_fields.SESSIONS`.

    BadInput: the filter cannot be understood, or nobody fits. Refused: a NAS could not be read, and that was not to be
    ignored.
    """
    if not words.strip():
        raise BadInput("the filter is empty", target="--sessions")
    found = await session_list.listed(context, words=words)
    dark = [reading for reading in found.readings if reading.error]
    if dark and not ignore_unread:
        told = "; ".join(f"{each.nas}: {beside(each.nas, each.error)}" for each in dark[:3])
        hint = "try again, or --ignore-unread leaves them out; nothing was done"
        raise Refused(f"which sessions fit cannot be told ({told})", target="--sessions", hint=hint)
    if not found.sessions:
        raise BadInput("no live session fits; nothing was done", target="--sessions")
    return await preview_of(context, found.sessions, words=words, deadline=deadline)


async def preview_of(
    context: Context, sessions: Iterable[LiveSession], *, words: str = "", deadline: float = DEADLINE
) -> Preview:
    """Whom the kick of these sessions hits: each customer once. words: the filter that chose them, if one did."""
    require(context, "operation.kick")
    check_deadline(deadline)
    hit: dict[int, Customer] = {}
    ids: dict[int, list[str]] = {}
    left: list[LeftOut] = []
    for each in sessions:
        customer, why = each.customer, _why_not(each)
        if customer is None or why:
            stub = customer or Customer("", each.row.username, each.server_id, 0)
            left.append(LeftOut(stub, why))
            continue
        hit[customer.id] = customer
        ids.setdefault(customer.id, []).append(each.row.session_id)
    names = await context.database.read(lambda unit: {row.id: row.name for row in unit.servers.all()})
    selection = Selection(sessions=words) if words else Selection(listed=sum(map(len, ids.values())))
    details = {customer_id: {_IDS: list(dict.fromkeys(found))} for customer_id, found in ids.items()}
    wanted = {"deadline": deadline}
    return Preview(SESSIONS_KICK, selection, wanted, tuple(hit.values()), tuple(left), names, details=details)


def submit_row(unit: UnitOfWork, context: Context, run: BulkRun, row: BulkRow) -> Operation | Recorded | str:
    """Kick the sessions of one row."""
    require(context, "operation.kick")
    try:
        customer = unit.customers.get(row.customer_id)
    except UnknownName:
        return "the customer was removed"
    found = (row.detail or {}).get(_IDS)
    ids = [str(each) for each in found] if isinstance(found, list) else []
    deadline = run.wanted.get("deadline")
    if not ids or not isinstance(deadline, (int, float)):
        return "the row does not name its sessions"
    return enter_kick(unit, context, customer, session_ids=ids, deadline=float(deadline), reason=run.reason)


def _why_not(session: LiveSession) -> str:
    if "ghost" in session.marks:
        return "no NAS has the session"
    if session.whose is None:
        return "no customer has this user name"
    return "" if session.row.session_id else "the NAS does not tell the session's id"
