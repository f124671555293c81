"""What is known before vouchers are made void: who is online with them."""

from dataclasses import replace

from radiusbridge.db.repositories.voucher_ends import Place
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.text import folded
from radiusbridge.domain.vouchers.records import Voucher
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers.guests import Guests, guests_at


async def online_with(context: Context, batch_id: int, code: str | None = None, row: int | None = None) -> Guests:
    """Who is logged in with the vouchers of a batch, or with one of them. UnknownName: there is no such batch; that a
    NAS cannot be read, or is not recorded any more, is told in the answer."""

    def work(unit: UnitOfWork) -> tuple[Place, frozenset[str]]:
        batch = unit.vouchers.get(batch_id)
        rows: tuple[Voucher, ...] = unit.vouchers.rows(batch_id) if code is None and row is None else ()
        some = rows or (unit.vouchers.of_batch(batch_id, code=code, row=row),)
        return Place(batch.keeper, batch.router_id), frozenset(each.key for each in some)

    place, keys = await context.database.read(work)
    try:
        guests = await guests_at(context, place)
    except UnknownName as error:
        return Guests(unread=(error.line(),))
    found = tuple(each for each in guests.rows if folded(each.user) in keys)
    return replace(guests, rows=found, cookies=frozenset(name for name in guests.cookies if folded(name) in keys))
