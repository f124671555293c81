"""Vouchers and sales that were read from a router which Mikhmon kept."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import bindparam, case, func, insert, select, update

from radiusbridge.db.repositories.voucher_sales import SALE_COLUMNS
from radiusbridge.db.repositories.voucher_totals import VoucherTotals
from radiusbridge.db.repositories.vouchers import Vouchers, voucher_of
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.voucher_tables import voucher, voucher_batch, voucher_sale
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.importing import Booking, Group, ImportPlan, Known, KnownVoucher
from radiusbridge.domain.vouchers.origins import Origin
from radiusbridge.domain.vouchers.records import Keeper, Voucher

_b, _v, _s = voucher_batch.c, voucher.c, voucher_sale.c
_CHANGED = (
    "written_at", "read_at", "sold_at", "first_login_at", "first_login_off", "first_login_by", "expires_at",
    "expired_at", "gone_at", "verdict", "words",
)  # fmt: skip
_TOGETHER = 5_000
_ASKED_TOGETHER = 500


class VoucherImports:
    """Imports."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._vouchers = Vouchers(transaction)
        self._totals = VoucherTotals(transaction)

    def known(self, nas_id: int, keys: Iterable[str]) -> Known:
        """What there is of a NAS's own hotspot users, without passwords; and those of these sales that are booked."""
        columns = [column for column in _v if column.name != "password"]
        statement = (
            select(*columns, _b.origin)
            .join_from(voucher, voucher_batch, _v.batch_id == _b.id)
            .where(_v.keeper == Keeper.HOTSPOT, _v.router_id == nas_id)
        )
        here = select(_s.voucher_id).where(_s.origin == Origin.HERE, _s.voucher_id.in_(select(_v.id).where(
            _v.keeper == Keeper.HOTSPOT, _v.router_id == nas_id)))  # fmt: skip
        sold_here = set(self._connection.scalars(here))
        found = {
            row["code_key"]: KnownVoucher(voucher_of({**row, "password": None}), row["origin"], row["id"] in sold_here)
            for row in self._connection.execute(statement).mappings()
        }
        return Known(found, frozenset(self._booked(tuple(keys))))

    def _booked(self, keys: Sequence[str]) -> Iterator[str]:
        for at in range(0, len(keys), _ASKED_TOGETHER):
            some = _s.key.in_(keys[at : at + _ASKED_TOGETHER])
            yield from filter(None, self._connection.scalars(select(_s.key).where(some)))

    def store(self, plan: ImportPlan, nas_id: int) -> None:
        """All that a plan says, in the transaction in which it was made."""
        touched = {self._grown(group) for group in plan.groups}
        touched |= {each.batch_id for each in plan.changes}
        self._change(plan.changes)
        self._book(plan.bookings, nas_id)
        for batch_id in touched:
            self._judge(batch_id)
        if touched or plan.bookings:  # of the past, and what was sold may be over by now
            self._totals.rebuild(self._totals.zone())

    def _grown(self, group: Group) -> int:
        batch_id = self._connection.scalar(select(_b.id).where(_b.label == group.batch.label))
        batch = None if batch_id is None else self._vouchers.get(int(batch_id))
        if batch is None:
            assert group.batch.finished_at is not None
            batch = self._vouchers.create(group.batch, group.batch.finished_at)
        have = self._connection.scalar(select(func.coalesce(func.max(_v.row), 0)).where(_v.batch_id == batch.id)) or 0
        rows = [replace(each, batch_id=batch.id, row=have + at) for at, each in enumerate(group.vouchers, 1)]
        for at in range(0, len(rows), _TOGETHER):
            self._vouchers.add(batch, rows[at : at + _TOGETHER])
        return batch.id

    def _change(self, changes: Iterable[Voucher]) -> None:
        values = [
            {"voucher_id": each.id, **{f"new_{name}": getattr(each, name) for name in _CHANGED}} for each in changes
        ]
        if values:
            statement = update(voucher).where(_v.id == bindparam("voucher_id"))
            statement = statement.values({name: bindparam(f"new_{name}") for name in _CHANGED})
            self._connection.execute(statement, values)

    def _book(self, bookings: Iterable[Booking], nas_id: int) -> None:
        """Each takes the next turn at which its voucher can be sold: another sale may have come without a return."""
        todo = tuple(bookings)
        if not todo:
            return
        place = (_v.keeper == Keeper.HOTSPOT, _v.router_id == nas_id)
        known = select(_v.code_key, _v.id, _v.batch_id).where(*place)
        ids = {key: (number, batch) for key, number, batch in self._connection.execute(known)}
        turns: Counter[int] = Counter()
        last = select(_s.voucher_id, func.max(_s.turn)).join_from(voucher_sale, voucher, _s.voucher_id == _v.id)
        for number, turn in self._connection.execute(last.where(*place).group_by(_s.voucher_id)):
            turns[number] = turn
        lines = []
        for booking in todo:
            number, batch = ids[booking.code_key]
            turns[number] += 1 + turns[number] % 2
            line = replace(booking.line, voucher_id=number, batch_id=batch, turn=turns[number])
            lines.append({name: getattr(line, name) for name in SALE_COLUMNS})
        for at in range(0, len(lines), _TOGETHER):
            self._connection.execute(insert(voucher_sale), lines[at : at + _TOGETHER])

    def _judge(self, batch_id: int) -> None:
        """How many of a batch were seen on the router, and the worst that was seen of one."""
        seen = func.sum(case((_v.read_at.is_not(None), 1), else_=0))
        rank = case((_v.verdict == Verdict.FAILED, 2), (_v.verdict == Verdict.PROVEN, 0), else_=1)
        counts = select(func.count(), seen, func.max(rank)).where(_v.batch_id == batch_id)
        size, counted, worst = self._connection.execute(counts).one()
        verdict = (Verdict.PROVEN, Verdict.UNPROVEN, Verdict.FAILED)[worst]
        values = {"size": size, "counted": int(counted), "verdict": verdict, "why": "imported from Mikhmon"}
        self._connection.execute(update(voucher_batch).where(_b.id == batch_id).values(values))
