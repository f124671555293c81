"""Shifts at the cash drawers. Nothing of them is ever changed: the end of a shift is a row of its own."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select
from sqlalchemy.engine import RowMapping

from radiusbridge.db.repositories.voucher_totals import ledger_sums
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.voucher_book_tables import voucher_shift, voucher_shift_end
from radiusbridge.db.voucher_tables import voucher_sale
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.vouchers.sales import Takings
from radiusbridge.domain.vouchers.shifts import Drawer, Shift, ShiftEnd

_o, _e, _s = voucher_shift.c, voucher_shift_end.c, voucher_sale.c
_SHIFT = tuple(item.name for item in fields(Shift) if item.name != "id")
_SUMS = tuple(item.name for item in fields(Takings))
_END = ("shift_id", "closed_at", "who", "expected", "counted", "reason")


class VoucherShifts:
    """Opened, closed, listed."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def open(self, shift: Shift) -> Shift | None:
        """Open it. None: the cashier has one open."""
        if self.current(shift.cashier) is not None:
            return None
        last = self._connection.scalar(select(func.max(_o.turn)).where(_o.cashier == shift.cashier))
        opened = replace(shift, turn=(last or 0) + 1)
        values = {name: getattr(opened, name) for name in _SHIFT}
        made = self._connection.execute(insert(voucher_shift).values(values).returning(_o.id)).scalar_one()
        return replace(opened, id=int(made))

    def current(self, cashier: str) -> Shift | None:
        """The cashier's open shift."""
        last = _open().where(_o.cashier == cashier).order_by(_o.turn.desc()).limit(1)
        row = self._connection.execute(last).mappings().one_or_none()
        return None if row is None else _shift(row)

    def get(self, shift_id: int) -> Drawer:
        """One, with what it comes to. UnknownName."""
        found = self._drawers(_whole().where(_o.id == shift_id))
        if not found:
            raise UnknownName(
                "there is no such shift", target=f"shift {shift_id}", hint="radiusbridge voucher shift list"
            )
        return found[0]

    def close(self, end: ShiftEnd) -> bool:
        """Write the count down. False: it is closed already."""
        if self._connection.scalar(select(_e.shift_id).where(_e.shift_id == end.shift_id)) is not None:
            return False
        values = {name: getattr(end, name) for name in _END} | {name: getattr(end.takings, name) for name in _SUMS}
        self._connection.execute(insert(voucher_shift_end).values(values))
        return True

    def listed(
        self, limit: int, *, only_open: bool = False, since: datetime | None = None, cashier: str | None = None
    ) -> tuple[Drawer, ...]:
        """The newest first. since: opened then or later."""
        statement = _whole().order_by(_o.opened_at.desc(), _o.id.desc()).limit(limit)
        if only_open:
            statement = statement.where(_e.shift_id.is_(None))
        if since is not None:
            statement = statement.where(_o.opened_at >= since)
        if cashier is not None:
            statement = statement.where(_o.cashier == cashier)
        return tuple(self._drawers(statement))

    def _drawers(self, statement: Select[Any]) -> list[Drawer]:
        rows = self._connection.execute(statement).mappings().all()
        going = self._takings([row["id"] for row in rows if row["shift_id"] is None])
        drawers = []
        for row in rows:
            shift = _shift(row)
            if row["shift_id"] is None:
                drawers.append(Drawer(shift, going.get(shift.id, Takings())))
                continue
            takings = Takings(**{name: int(row[name]) for name in _SUMS})
            drawers.append(Drawer(shift, takings, ShiftEnd(takings=takings, **{name: row[name] for name in _END})))
        return drawers

    def _takings(self, shift_ids: Sequence[int]) -> dict[int, Takings]:
        statement = select(_s.shift_id, *ledger_sums()).where(_s.shift_id.in_(shift_ids)).group_by(_s.shift_id)
        return {row[0]: Takings(*map(int, row[1:])) for row in self._connection.execute(statement)}


def _whole() -> Select[Any]:
    return select(voucher_shift, voucher_shift_end).join_from(
        voucher_shift, voucher_shift_end, _e.shift_id == _o.id, isouter=True
    )


def _open() -> Select[Any]:
    return _whole().where(_e.shift_id.is_(None))


def _shift(row: RowMapping) -> Shift:
    return Shift(id=row["id"], **{name: row[name] for name in _SHIFT})
