"""The ledger of vouchers, and what is left to sell. A line and its voucher's dates are written in one transaction."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, insert, literal_column, or_, select, update
from sqlalchemy.engine import RowMapping

from radiusbridge.db.repositories.voucher_totals import VoucherTotals
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.voucher_count_tables import stock_of, voucher_count
from radiusbridge.db.voucher_tables import voucher, voucher_batch, voucher_sale
from radiusbridge.domain.days import start_of
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.records import Voucher, VoucherBatch, expiry
from radiusbridge.domain.vouchers.reports import Reported, Scope
from radiusbridge.domain.vouchers.sales import Sale

_b, _v, _s, _c = voucher_batch.c, voucher.c, voucher_sale.c, voucher_count.c
SALE_COLUMNS = tuple(item.name for item in fields(Sale) if item.name != "id")
# UNPROVEN, it was seen there as well: but for its password, which the router hides
# written out in the statement: else SQLite does not see that the index of a part has them
_GOOD = bindparam(None, (Verdict.PROVEN, Verdict.UNPROVEN), _v.verdict.type, expanding=True, literal_execute=True)
_SEEN = and_(_v.verdict.in_(_GOOD), _v.read_at.is_not(None))
_UNSOLD = and_(_v.sold_at.is_(None), _v.first_login_at.is_(None), _v.expired_at.is_(None), _v.void_at.is_(None))
FOR_SALE = and_(_SEEN, _UNSOLD)
"""Of vouchers that may be sold."""
_USED = or_(_v.first_login_at.is_not(None), _v.expired_at.is_not(None))
_REPORTED = and_(_v.sold_at.is_(None), _v.void_at.is_(None), or_(FOR_SALE, _USED))
"""Of those whose sale may be told later."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is of one profile at one outlet. ready, others: unsold, and seen on the router, or not."""

    profile: str
    outlet: str
    ready: int
    others: int
    sold: int


class VoucherSales:
    """Sales and returns."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._totals = VoucherTotals(transaction)

    def next_ready(
        self,
        profile: str,
        now: datetime,
        outlet: str | None = None,
        batch_id: int | None = None,
        *,
        router: str | None = None,
        unprinted: bool = False,
    ) -> int | None:
        """The id of the voucher of a profile that is to be sold next, the oldest first, those before that are on no
        paper yet; None: none is left. unprinted: only those."""
        wanted: list[ColumnElement[bool]] = [FOR_SALE, _lasts(now), _b.profile == profile]
        if outlet is not None:
            wanted.append(_b.outlet == outlet)
        if batch_id is not None:
            wanted.append(_b.id == batch_id)
        if router is not None:
            wanted.append(_b.router == router)
        statement = select(_v.id).join_from(voucher, voucher_batch, _v.batch_id == _b.id).where(*wanted)
        first = statement.order_by(_v.batch_id, _v.row).limit(1)
        found = self._connection.scalar(first.where(_v.printed_at.is_(None)))
        return found if found is not None or unprinted else self._connection.scalar(first)

    def routers(self, profile: str, now: datetime, outlet: str | None = None) -> tuple[str, ...]:
        """The routers for which there are vouchers of a profile that can be sold."""
        of = select(_b.router).where(_b.profile == profile).distinct().order_by(_b.router)
        every = tuple(self._connection.scalars(of))
        if len(every) < 2:
            return every
        return tuple(each for each in every if self.next_ready(profile, now, outlet, router=each) is not None)

    def sell(self, batch: VoucherBatch, sold: Voucher, line: Sale) -> Sale | None:
        """Sell a voucher as the line says. None: it is sold already, void, or not seen on its router; or used or over,
        unless it was sold before, and that is only told now."""
        at = line.sold_at or line.at
        values = {"sold_at": at, "expires_at": _end(batch, sold, at)}
        allowed = and_(FOR_SALE, _lasts(line.at)) if line.sold_at is None else _REPORTED
        return self._turned(allowed, values, line, sold, -1)

    def take_back(self, batch: VoucherBatch, sold: Voucher, line: Sale, *, used_too: bool = False) -> Sale | None:
        """Take a sold voucher back. None: it is not sold, or void; or used or over, unless that is allowed, too."""
        allowed = and_(_v.sold_at.is_not(None), _v.void_at.is_(None))
        if not used_too:
            allowed = and_(allowed, _v.first_login_at.is_(None), _v.expired_at.is_(None), _lasts(line.at))
        return self._turned(allowed, {"sold_at": None, "expires_at": _end(batch, sold, None)}, line, sold, 1)

    def _turned(
        self, allowed: ColumnElement[bool], values: Mapping[str, datetime | None], line: Sale, sold: Voucher, more: int
    ) -> Sale | None:
        """more: vouchers that nobody has bought of those that are over, if this one is over."""
        turned = self._turn(allowed, values, line)
        if turned is not None and sold.expired_at is not None:
            self._totals.over(line.batch_id, sold.expired_at, 0, more)
        return turned

    def _turn(self, allowed: ColumnElement[bool], values: Mapping[str, datetime | None], line: Sale) -> Sale | None:
        changed = update(voucher).where(_v.id == line.voucher_id, allowed).values(dict(values))
        if self._connection.execute(changed).rowcount != 1:
            return None
        turn = (self._connection.scalar(select(func.max(_s.turn)).where(_s.voucher_id == line.voucher_id)) or 0) + 1
        return self.append(replace(line, turn=turn))

    def append(self, line: Sale) -> Sale:
        """Write a line, and add it to its day."""
        record = {name: getattr(line, name) for name in SALE_COLUMNS}
        made = self._connection.execute(insert(voucher_sale).values(record).returning(_s.id)).scalar_one()
        self._totals.add(line)
        return replace(line, id=int(made))

    def last_sale(self, voucher_id: int) -> Sale | None:
        """The newest line about a voucher."""
        found = select(voucher_sale).where(_s.voucher_id == voucher_id).order_by(_s.turn.desc()).limit(1)
        row = self._connection.execute(found).mappings().one_or_none()
        return None if row is None else _sale(row)

    def keyed(self, key: str) -> Sale | None:
        """The line of that key."""
        row = self._connection.execute(select(voucher_sale).where(_s.key == key)).mappings().one_or_none()
        return None if row is None else _sale(row)

    def lines(self, since: datetime | None = None, until: datetime | None = None) -> tuple[Sale, ...]:
        """The ledger from `since` to before `until`, in the order of writing."""
        statement = select(voucher_sale).order_by(_s.id)
        if since is not None:
            statement = statement.where(_s.at >= since)
        if until is not None:
            statement = statement.where(_s.at < until)
        return tuple(map(_sale, self._connection.execute(statement).mappings()))

    def reported(self, scope: Scope, zone: tzinfo) -> Reported:
        """The sales of a period that were told only later."""
        since, until = start_of(scope.first, zone), start_of(scope.last + timedelta(days=1), zone)
        named = [_s[name] == value for name, value in scope.names.items()]
        figures = (func.count(), func.coalesce(func.sum(_s.amount), 0), func.min(_s.sold_at), func.max(_s.sold_at))
        statement = select(*figures).where(_s.sold_at.is_not(None), _s.at >= since, _s.at < until, *named)
        row = self._connection.execute(statement).one()
        return Reported(int(row[0]), int(row[1]), row[2], row[3])

    def stock(self, now: datetime) -> tuple[Stock, ...]:
        """What there is, by profile and outlet; void vouchers, and batches of which nothing is left, are not in it."""

        here = (_b.profile, _b.outlet)
        kept: Select[Any] = (
            select(*here, _c.stock, func.sum(_c.count))
            .join_from(voucher_count, voucher_batch, _c.batch_id == _b.id)
            .where(_c.state != "void")
            .group_by(*here, _c.stock)
            .having(func.sum(_c.count) > 0)
        )
        kind: ColumnElement[str] = literal_column(stock_of("voucher"))
        over: Select[Any] = (
            select(*here, kind, -func.count())
            .join_from(voucher, voucher_batch, _v.batch_id == _b.id)
            # one of a part of the table's indexes has these, where it is said that there is an end
            .where(_v.expires_at.is_not(None), _v.expires_at <= now, _UNSOLD)
            .group_by(*here, kind)
        )
        found: dict[tuple[str, str], Counter[str]] = {}
        for statement in (kept, over):
            for profile, outlet, stock, count in self._connection.execute(statement):
                found.setdefault((profile, outlet), Counter())[stock] += int(count)
        return tuple(
            Stock(*place, counts["ready"], counts["others"], counts["sold"]) for place, counts in sorted(found.items())
        )


def _end(batch: VoucherBatch, sold: Voucher, at: datetime | None) -> datetime | None:
    """When it is over if it was sold then. What was used or is over keeps its end: nobody's time changes by a book."""
    if sold.first_login_at is not None or sold.expired_at is not None:
        return sold.expires_at
    return expiry(batch, replace(sold, sold_at=at))


def _lasts(now: datetime) -> ColumnElement[bool]:
    """Its time is not over, whether or not anybody has noted that."""
    return or_(_v.expires_at.is_(None), _v.expires_at > now)


def _sale(row: RowMapping) -> Sale:
    return Sale(id=row["id"], **{name: row[name] for name in SALE_COLUMNS})
