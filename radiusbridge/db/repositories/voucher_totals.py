"""What the ledger of vouchers comes to, by day: kept beside it in the transactions that write it, and its books' zone.

A day is one of the books' zone. In any other zone the ledger itself is added up, day by day.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, case, delete, func, insert, select, update

from radiusbridge.db.tables import meta
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.voucher_book_tables import voucher_day, voucher_day_part
from radiusbridge.db.voucher_tables import voucher, voucher_batch, voucher_sale
from radiusbridge.domain.days import day_of, start_of, zone_of
from radiusbridge.domain.vouchers.reports import ZONE, Scope
from radiusbridge.domain.vouchers.sales import Entry, Sale, Takings, taken

_ZONE = "voucher_zone"
_s, _v, _b = voucher_sale.c, voucher.c, voucher_batch.c
_SUMS = tuple(item.name for item in fields(Takings))
_KEYS = ("profile", "router", "outlet", "cashier")
DAY = "day"
_FIGURES = (*_SUMS, "expired", "unsold")
_WHOLE, _PART = (DAY, *_KEYS), ("part", DAY, "name")
_NONE = (0,) * len(_FIGURES)
Sums = dict[tuple[Any, ...], tuple[int, ...]]
"""A row's key -> its figures."""
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
        whole = self._true(place)
        for table, keys, sums in ((voucher_day, _WHOLE, whole), (voucher_day_part, _PART, _parts(whole))):
            self._connection.execute(delete(table))
            names = (*keys, *_FIGURES)
            rows = [dict(zip(names, (*key, *figures), strict=True)) for key, figures in sums.items()]
            self._transaction.insert_later(table, rows)
        self._transaction.settle()

    def add(self, line: Sale) -> None:
        """Count a line of the ledger in."""
        self._put(line.at, tuple(getattr(line, name) for name in _KEYS), (*_figures(taken(line)), 0, 0))

    def over(self, batch_id: int, at: datetime, expired: int, unsold: int) -> None:
        """Count in so many vouchers of a batch that were written down to be over at that moment, or that somebody turns
        out to have bought before (expired 0, unsold -1)."""
        if expired or unsold:
            names = self._connection.execute(select(_b.profile, _b.router, _b.outlet).where(_b.id == batch_id)).one()
            self._put(at, (*names, ""), (*_figures(Takings()), expired, unsold))

    def _put(self, at: datetime, names: Sequence[str], figures: Sequence[int]) -> None:
        key = (day_of(at, zone_of(self.zone())).toordinal(), *names)
        _add(self._connection, voucher_day, _WHOLE, key, figures)
        for part, sums in _parts({key: figures}).items():
            _add(self._connection, voucher_day_part, _PART, part, sums)

    # -- asked

    def grouped(self, scope: Scope, zone: str, columns: Sequence[str]) -> list[tuple[Names, Takings]]:
        """The sums by these columns (`day`, `profile`, `router`, `outlet`, `cashier`), where anything is."""
        if zone != self.zone():
            return list(self._of_ledger(scope, zone_of(zone), columns))
        table, where = _within(scope, columns)
        keys = [table.c["name"] if table is voucher_day_part and name != DAY else table.c[name] for name in columns]
        sums = [func.sum(table.c[name]) for name in _SUMS]
        statement: Select[Any] = select(*keys, *sums).where(*where).group_by(*keys)
        rows = self._connection.execute(statement.having(sums[0] + sums[1] > 0))
        return [(_names(columns, row[: len(keys)]), Takings(*map(int, row[len(keys) :]))) for row in rows]

    def expired(self, scope: Scope, zone: str) -> dict[str, tuple[int, int]]:
        """Profile -> (vouchers that were over, of them unsold), whoever sold them."""
        found: dict[str, tuple[int, int]] = {}
        if zone != self.zone():
            for _, profile, _, _, expired, unsold in self._of_vouchers(scope, zone_of(zone), whole=True):
                known = found.get(profile, (0, 0))
                found[profile] = known[0] + expired, known[1] + unsold
            return found
        table, where = _within(scope, ("profile",))
        name = table.c["name" if table is voucher_day_part else "profile"]
        sums = (func.sum(table.c.expired), func.sum(table.c.unsold))
        statement: Select[Any] = select(name, *sums).where(*where, table.c.expired != 0).group_by(name)
        return {row[0]: (int(row[1]), int(row[2])) for row in self._connection.execute(statement)}

    def differences(self) -> int:
        """Rows of the days that say something else than ledger and vouchers do; 0 always, unless somebody wrote past
        this program."""
        whole = self._true(zone_of(self.zone()))
        found = 0
        for table, keys, true in ((voucher_day, _WHOLE, whole), (voucher_day_part, _PART, _parts(whole))):
            rows = self._connection.execute(select(table))
            kept = {tuple(row[: len(keys)]): tuple(row[len(keys) :]) for row in rows}
            found += sum(kept.get(key, _NONE) != true.get(key, _NONE) for key in {*kept, *true})
        return found

    def _true(self, zone: tzinfo) -> Sums:
        """The days of that zone by ledger and vouchers."""
        everything = self._everything()
        found: Sums = {}
        if everything is None:
            return found
        for (day, *names), sums in self._of_ledger(everything, zone, _WHOLE):
            assert isinstance(day, date)
            found[day.toordinal(), *names] = (*_figures(sums), 0, 0)
        for day, profile, router, outlet, expired, unsold in self._of_vouchers(everything, zone):
            key = (day.toordinal(), profile, router, outlet, "")
            found[key] = _added(found.get(key, _NONE), (*_figures(Takings()), expired, unsold))
        return found

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


def _figures(sums: Takings) -> tuple[int, ...]:
    return tuple(getattr(sums, name) for name in _SUMS)


def _added(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    return tuple(map(add, one, other))


def _parts(whole: Mapping[tuple[Any, ...], Sequence[int]]) -> Sums:
    """What days come to by one of the four keys; what expired has no cashier."""
    found: Sums = {}
    for (day, *names), figures in whole.items():
        sums, over = (*figures[: len(_SUMS)], 0, 0), figures
        for part, name in zip(_KEYS, names, strict=True):
            more = sums if part == "cashier" else over
            if any(more):
                key = (part, day, name)
                found[key] = _added(found.get(key, _NONE), more)
    return found


def _add(connection: Connection, table: Table, keys: Sequence[str], key: Sequence[Any], figures: Sequence[int]) -> None:
    """To a row; who writes is alone, so that looking first is enough."""
    names = dict(zip(keys, key, strict=True))
    here = [table.c[name] == value for name, value in names.items()]
    more = {name: table.c[name] + value for name, value in zip(_FIGURES, figures, strict=True) if value}
    if more and not connection.execute(update(table).where(*here).values(more)).rowcount:
        connection.execute(insert(table).values({**names, **dict(zip(_FIGURES, figures, strict=True))}))


def _within(scope: Scope, columns: Sequence[str]) -> tuple[Table, list[ColumnElement[bool]]]:
    """Where to look for sums by these columns: where one of the four alone is asked for there are few rows."""
    named = scope.names
    parts = {*named, *columns} - {DAY}
    table = voucher_day_part if len(parts) <= 1 else voucher_day
    where = [table.c.day >= scope.first.toordinal(), table.c.day <= scope.last.toordinal()]
    if table is voucher_day:
        return table, [*where, *(table.c[name] == value for name, value in named.items())]
    where.append(table.c.part == (parts.pop() if parts else "profile"))
    return table, [*where, *(table.c["name"] == value for value in named.values())]


def _names(columns: Sequence[str], row: Sequence[Any]) -> Names:
    return tuple(date.fromordinal(value) if name == DAY else value for name, value in zip(columns, row, strict=True))
