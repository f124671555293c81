"""Users of routers that are vouchers which nobody has bought or used: they go by their number, not by their code."""

import re
from collections.abc import Iterable
from dataclasses import replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.hotspot import HotspotRow
from radiusbridge.domain.text import folded
from radiusbridge.domain.vouchers.records import Keeper, Voucher
from radiusbridge.services.context import Context

_LABEL = re.compile(r"voucher ([0-9]{1,9})/([0-9]{1,9})")


def label(voucher: Voucher) -> str:
    """`voucher 12/37`: as operations about it have it for a user name."""
    return f"voucher {voucher.number}"


async def fresh(context: Context, nas_id: int, names: Iterable[str]) -> dict[str, Voucher]:
    """Of these names of users those that are such vouchers of that NAS, by the folded name."""
    keys = {folded(each) for each in names if each}
    found = await context.database.read(lambda unit: unit.vouchers.of_keys(Keeper.HOTSPOT, nas_id, keys))
    return {key: each for key, each in found.items() if each.fresh}


def veiled(rows: Iterable[HotspotRow], vouchers: dict[str, Voucher]) -> tuple[HotspotRow, ...]:
    """The rows, of which those of these vouchers are called by their label."""
    return tuple(_veiled(row, vouchers.get(folded(row.name))) for row in rows)


async def veiled_row(context: Context, nas_id: int, row: HotspotRow) -> HotspotRow:
    """One row, as `veiled` has it."""
    return veiled((row,), await fresh(context, nas_id, (row.name,)))[0]


def _veiled(row: HotspotRow, voucher: Voucher | None) -> HotspotRow:
    if voucher is None:
        return row
    name = label(voucher)
    return replace(row, name=name, values={**row.values, "name": name, "voucher": voucher.number})


async def name_of(context: Context, nas_id: int, name: str) -> str:
    """What a user is called on that NAS: the code where the label of such a voucher is given, else the name itself."""
    told = _LABEL.fullmatch(name)
    if told is None:
        return name
    batch_id, row = map(int, told.groups())

    def work(unit: UnitOfWork) -> str:
        try:
            batch = unit.vouchers.get(batch_id)
        except UnknownName:
            return name
        if (batch.keeper, batch.router_id) != (Keeper.HOTSPOT, nas_id):
            return name
        return next((each.code for each in unit.vouchers.rows(batch_id) if each.row == row and each.fresh), name)

    return await context.database.read(work)
