"""What the ledger of vouchers comes to, by day: kept beside it in the transactions that write it, and its books' zone.

A day is one of the books' zone. In any other zone the ledger itself is added up, day by day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, insert, select, update

from radiusbridge.db.tables import meta
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.voucher_book_tables import voucher_day
from radiusbridge.db.voucher_tables import voucher, voucher_batch, voucher_sale
from radiusbridge.domain.days import day_of, start_of, zone_of
from radiusbridge.domain.vouchers.records import VoucherBatch
from radiusbridge.domain.vouchers.reports import ZONE, Scope
from radiusbridge.domain.vouchers.sales import Entry, Sale, Takings, taken

_ZONE = "voucher_zone"
_d, _s, _v, _b = voucher_day.c, voucher_sale.c, voucher.c, voucher_batch.c
_SUMS = tuple(item.name for item in fields(Takings))
_KEYS = ("profile", "router", "outlet", "cashier")
_OVER = ("expired", "unsold")
DAY = "day"
Names = tuple[str | date, ...]
"""What a group is of: a value for each column that was asked for."""


class VoucherTotals:
    """Sums by day, profile, router, outlet and cashier."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def zone(self) -> str:
        """Whose days the books have: an IANA name."""
        known = self._transaction.known(meta)
        if _ZONE not in known:
            known[_ZONE] = self._connection.scalar(select(meta.c.value).where(meta.c.name == _ZONE)) or ZONE
        name: str = known[_ZONE]
        return name

    def rebuild(self, zone: str) -> None:
        """Keep the books in that zone from here on, and add them all up anew. BadInput: there is no such zone."""
        place = zone_of(zone)
        changed = self._connection.execute(update(meta).where(meta.c.name == _ZONE).values(value=zone))
        if not changed.rowcount:
            self._connection.execute(insert(meta).values(name=_ZONE, value=zone))
        self._transaction.forget(meta)
        self._connection.execute(delete(voucher_day))
        everything = self._everything()
        if everything is None:
            return
        for (day, *names), sums in self._of_ledger(everything, place, (DAY, *_KEYS)):
            assert isinstance(day, date)
            self._put(day.toordinal(), dict(zip(_KEYS, names, strict=True)), _values(sums))
        for day, profile, router, outlet, expired, unsold in self._of_vouchers(everything, place):
            where = {"profile": profile, "router": router, "outlet": outlet, "cashier": ""}
            self._put(day.toordinal(), where, {"expired": expired, "unsold": unsold})

    def add(self, line: Sale) -> None:
        """Count a line of the ledger in."""
        day = day_of(line.at, zone_of(self.zone())).toordinal()
        self._put(day, {name: getattr(line, name) for name in _KEYS}, _values(taken(line)))

    def over(self, batch: VoucherBatch, at: datetime, expired: int, unsold: int) -> None:
        """Count vouchers of a batch in that were over at that moment; unsold: so many of them nobody had bought."""
        where = {"profile": batch.profile, "router": batch.router, "outlet": batch.outlet, "cashier": ""}
        day = day_of(at, zone_of(self.zone())).toordinal()
        self._put(day, where, {"expired": expired, "unsold": unsold})

    def _put(self, day: int, names: Mapping[str, object], more: Mapping[str, int]) -> None:
        """Add to a row; who writes is alone, so that looking first is enough."""
        here = and_(_d.day == day, *(_d[name] == value for name, value in names.items()))
        added = {name: _d[name] + value for name, value in more.items()}
        if not self._connection.execute(update(voucher_day).where(here).values(added)).rowcount:
            row = {"day": day, **names, **dict.fromkeys((*_SUMS, *_OVER), 0), **more}
            self._connection.execute(insert(voucher_day).values(row))

    # -- asked

    def grouped(self, scope: Scope, zone: str, columns: Sequence[str]) -> list[tuple[Names, Takings]]:
        """The sums by these columns (`day`, `profile`, `router`, `outlet`, `cashier`), where anything is."""
        if zone != self.zone():
            return list(self._of_ledger(scope, zone_of(zone), columns))
        keys = [_d[name] for name in columns]
        statement: Select[Any] = (
            select(*keys, *(func.sum(_d[name]) for name in _SUMS)).where(*_within(scope)).group_by(*keys)
        )
        some = func.sum(_d.sold + _d.returned) > 0
        rows = self._connection.execute(statement.having(some))
        return [(_names(columns, row[: len(keys)]), Takings(*map(int, row[len(keys) :]))) for row in rows]

    def expired(self, scope: Scope, zone: str) -> dict[str, tuple[int, int]]:
        """Profile -> (vouchers that were over, of them unsold), whoever sold them."""
        found: dict[str, tuple[int, int]] = {}
        if zone != self.zone():
            rows: Iterable[tuple[str, int, int]] = (
                (each[1], each[4], each[5]) for each in self._of_vouchers(scope, zone_of(zone), whole=True)
            )
        else:
            sums = (func.sum(_d.expired), func.sum(_d.unsold))
            statement = select(_d.profile, *sums).where(*_within(scope), _d.expired != 0).group_by(_d.profile)
            rows = ((row[0], int(row[1]), int(row[2])) for row in self._connection.execute(statement))
        for profile, expired, unsold in rows:
            known = found.get(profile, (0, 0))
            found[profile] = known[0] + expired, known[1] + unsold
        return found

    def differences(self) -> int:
        """Rows of the days that say something else than ledger and vouchers do; 0 always, unless somebody wrote past
        this program."""
        place = zone_of(self.zone())
        kept = {
            (row.day, row.profile, row.router, row.outlet, row.cashier): tuple(row[5:])
            for row in self._connection.execute(select(*(_d[name] for name in (DAY, *_KEYS, *_SUMS, *_OVER))))
        }
        everything = self._everything()
        if everything is None:
            return sum(any(sums) for sums in kept.values())
        true: dict[tuple[object, ...], list[int]] = {}
        for (day, *names), sums in self._of_ledger(everything, place, (DAY, *_KEYS)):
            assert isinstance(day, date)
            true[day.toordinal(), *names] = [*_values(sums).values(), 0, 0]
        for day, profile, router, outlet, expired, unsold in self._of_vouchers(everything, place):
            row = true.setdefault((day.toordinal(), profile, router, outlet, ""), [0] * (len(_SUMS) + 2))
            row[-2:] = [row[-2] + expired, row[-1] + unsold]
        none = (0,) * (len(_SUMS) + 2)
        return sum(kept.get(key, none) != tuple(true.get(key, none)) for key in {*kept, *true})

    def _of_ledger(self, scope: Scope, zone: tzinfo, columns: Sequence[str]) -> Iterator[tuple[Names, Takings]]:
        keys = [_s[name] for name in columns if name != DAY]
        named = [_s[name] == value for name, value in scope.names.items()]
        statement = select(*keys, *ledger_sums(), func.count()).where(*named).group_by(*keys)
        for day, row in self._by_day(statement, _s.at, scope, zone, whole=DAY not in columns):
            if row[-1]:
                names = iter(row[: len(keys)])
                yield (
                    tuple(day if name == DAY else next(names) for name in columns),
                    Takings(*map(int, row[len(keys) : -1])),
                )

    def _of_vouchers(
        self, scope: Scope, zone: tzinfo, *, whole: bool = False
    ) -> Iterator[tuple[date, str, str, str, int, int]]:
        """(day, profile, router, outlet, expired, unsold)."""
        named = [_b[name] == value for name, value in scope.names.items() if name != "cashier"]
        keys = (_b.profile, _b.router, _b.outlet)
        statement: Select[Any] = (
            select(*keys, func.count(), func.count() - func.count(_v.sold_at))
            .join_from(voucher, voucher_batch, _v.batch_id == _b.id)
            .where(_v.expired_at.is_not(None), *named)
            .group_by(*keys)
        )
        for day, row in self._by_day(statement, _v.expired_at, scope, zone, whole=whole):
            yield day, row[0], row[1], row[2], int(row[3]), int(row[4])

    def _by_day(
        self, statement: Select[Any], at: ColumnElement[datetime], scope: Scope, zone: tzinfo, *, whole: bool
    ) -> Iterator[tuple[date, Sequence[Any]]]:
        """What the statement finds in each day, or in the whole scope, with the day that it begins."""
        ends = [scope.first, scope.last + timedelta(days=1)]
        if not whole:
            everything = self._everything()
            if everything is None:
                return
            first, after = max(ends[0], everything.first), min(ends[1], everything.last + timedelta(days=1))
            ends = [first + timedelta(days=count) for count in range(max(0, (after - first).days) + 1)]
        for day, following in pairwise(ends):
            here = statement.where(at >= start_of(day, zone), at < start_of(following, zone))
            for row in self._connection.execute(here):
                yield day, row

    def _everything(self) -> Scope | None:
        """From the first day of which there is anything to the last; None: there is nothing."""
        moments = [
            moment
            for column in (_s.at, _v.expired_at)
            for end in (func.min(column), func.max(column))
            if (moment := self._connection.scalar(select(end).where(column.is_not(None)))) is not None
        ]
        if not moments:
            return None
        day = timedelta(days=1)  # whatever the zone
        return Scope(day_of(min(moments), UTC) - day, day_of(max(moments), UTC) + day)


def ledger_sums() -> tuple[ColumnElement[int], ...]:
    """The fields of `Takings`, in their order, over lines of the ledger."""
    sale = _s.entry == Entry.SALE
    figures: tuple[ColumnElement[int], ...] = (
        case((sale, 1), else_=0),
        case((sale, 0), else_=1),
        _s.amount,
        case((sale, _s.price), else_=-_s.price),
        case((sale, 0), else_=-_s.amount),
    )
    return tuple(func.coalesce(func.sum(each), 0) for each in figures)


def _values(sums: Takings) -> dict[str, int]:
    return {name: getattr(sums, name) for name in _SUMS}


def _within(scope: Scope) -> list[ColumnElement[bool]]:
    named = [_d[name] == value for name, value in scope.names.items()]
    return [_d.day >= scope.first.toordinal(), _d.day <= scope.last.toordinal(), *named]


def _names(columns: Sequence[str], row: Sequence[Any]) -> Names:
    return tuple(date.fromordinal(value) if name == DAY else value for name, value in zip(columns, row, strict=True))
