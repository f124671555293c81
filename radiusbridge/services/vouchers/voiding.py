"""What is known before vouchers are made void: who is online with them."""

from dataclasses import replace

from radiusbridge.db.repositories.voucher_ends import Place
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.text import folded
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers.guests import Guests, guests_at


async def online_with(context: Context, batch_id: int, code: str | None = None) -> Guests:
    """Who is logged in with the vouchers of a batch, or with one of them. UnknownName: there is no such batch; that a
    NAS cannot be read, or is not recorded any more, is told in the answer."""

    def work(unit: UnitOfWork) -> tuple[Place, frozenset[str]]:
        batch = unit.vouchers.get(batch_id)
        keys = frozenset({folded(code)} if code is not None else {row.key for row in unit.vouchers.rows(batch_id)})
        return Place(batch.keeper, batch.router_id), keys

    place, keys = await context.database.read(work)
    try:
        guests = await guests_at(context, place)
    except UnknownName as error:
        return Guests(unread=(error.line(),))
    rows = tuple(row for row in guests.rows if folded(row.user) in keys)
    return replace(guests, rows=rows, cookies=frozenset(name for name in guests.cookies if folded(name) in keys))
