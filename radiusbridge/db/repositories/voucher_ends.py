"""First logins and ends of vouchers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from radiusbridge.db.repositories.voucher_totals import VoucherTotals
from radiusbridge.db.repositories.vouchers import LIVE
from radiusbridge.db.tables import operation
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.voucher_tables import voucher, voucher_batch
from radiusbridge.domain.records import Intent
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.domain.vouchers.first_login import Span
from radiusbridge.domain.vouchers.origins import Origin
from radiusbridge.domain.vouchers.records import Keeper, Starts, Voucher, VoucherBatch, expiry

_b, _v, _o = voucher_batch.c, voucher.c, operation.c
_TOGETHER = 500
_OVER = or_(_v.expired_at.is_not(None), _v.void_at.is_not(None))
_FINAL = tuple(each for each in Status if each.final)
_DUE = and_(_v.expires_at.is_not(None), _v.expired_at.is_(None), _v.void_at.is_(None))


@dataclass(frozen=True, slots=True)
class Place:
    """A list of codes: of one router's hotspot, or one User Manager."""

    keeper: Keeper
    router_id: int


class VoucherEnds:
    """Of all vouchers."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._totals = VoucherTotals(transaction)

    # -- first logins

    def places(self) -> tuple[Place, ...]:
        """Where there are vouchers that may be used first some day."""
        there = (_v.batch_id == _b.id, _v.written_at.is_not(None), _v.first_login_at.is_(None), *LIVE)
        ours = (_b.origin == Origin.HERE, select(_v.id).where(*there).exists())
        statement = select(_b.keeper, _b.router_id).where(*ours).distinct()
        return tuple(Place(Keeper(row[0]), row[1]) for row in self._connection.execute(statement))

    def unused(self, place: Place, keys: Collection[str], vague: float | None = None) -> dict[str, int]:
        """Those of these keys of codes that are ours there and have no first login yet, or one that is known by no less
        than so many seconds: key -> id of the voucher."""
        unknown: ColumnElement[bool] = _v.first_login_at.is_(None)
        if vague is not None:
            unknown = or_(unknown, _v.first_login_off > vague)
        found: dict[str, int] = {}
        wanted = list(keys)
        for at in range(0, len(wanted), _TOGETHER):
            same = (_v.keeper == place.keeper, _v.router_id == place.router_id)
            statement = select(_v.code_key, _v.id).where(*same, _v.code_key.in_(wanted[at : at + _TOGETHER]), unknown)
            found |= {row[0]: row[1] for row in self._connection.execute(statement)}
        return found

    def looked(self, place: Place, at: datetime, ahead: float | None) -> None:
        """Every voucher there that has no first login was unused at that moment. ahead: seconds, of its clock."""
        same = (_b.keeper == place.keeper, _b.router_id == place.router_id)
        later = or_(_b.looked_at.is_(None), _b.looked_at < at)
        self._connection.execute(update(voucher_batch).where(*same, later).values(looked_at=at, looked_ahead=ahead))

    def other_clock(self, server_id: int) -> None:
        """A User Manager is another machine from now on, whose clock was not read before."""
        same = (_b.keeper == Keeper.USER_MANAGER, _b.router_id == server_id)
        self._connection.execute(update(voucher_batch).where(*same).values(looked_ahead=None))

    def first_login(self, batch: VoucherBatch, used: Voucher, span: Span) -> datetime | None:
        """Note a first login; the end that follows from it. What has ended keeps its end."""
        values = {"first_login_at": span.first, "first_login_off": span.off, "first_login_by": span.by}
        ends = used.expires_at
        if batch.starts is not Starts.GENERATION and not used.over:
            ends = expiry(batch, replace(used, first_login_at=span.first, first_login_off=span.off))
        self._connection.execute(update(voucher).where(_v.id == used.id).values({**values, "expires_at": ends}))
        return ends

    # -- ends

    def due(self, now: datetime, limit: int) -> tuple[tuple[int, int], ...]:
        """(id, batch) of vouchers whose time is over and that nobody has ended, in the order in which it was over."""
        ours = voucher.join(voucher_batch, _v.batch_id == _b.id)
        wanted = (_DUE, _v.expires_at <= now, _b.origin == Origin.HERE)
        statement = select(_v.id, _v.batch_id).select_from(ours).where(*wanted).order_by(_v.expires_at, _v.id)
        return tuple((row[0], row[1]) for row in self._connection.execute(statement.limit(limit)))

    def next_due(self, now: datetime) -> datetime | None:
        """When the next one is over; None: none has an end that is known."""
        statement = select(_v.expires_at).where(_DUE, _v.expires_at > now).order_by(_v.expires_at).limit(1)
        return self._connection.scalar(statement)

    def unfinished(self, before: datetime, limit: int, batch_id: int | None = None) -> tuple[tuple[int, int], ...]:
        """(id, batch) of vouchers that are over and were not seen off their router, and that nobody is at work on:
        their operation ended before that moment, or there is none. In the order in which they were over; of one batch,
        or all."""
        idle = or_(_v.ended_by.is_(None), and_(_o.finished_at.is_not(None), _o.finished_at < before))
        wanted = [_v.gone_at.is_(None), _OVER, _b.origin == Origin.HERE, idle]
        if batch_id is not None:
            wanted.append(_b.id == batch_id)
        tables = voucher.join(voucher_batch, _v.batch_id == _b.id).outerjoin(operation, _v.ended_by == _o.id)
        statement = select(_v.id, _v.batch_id).select_from(tables).where(*wanted)
        rows = self._connection.execute(
            statement.order_by(func.coalesce(_v.void_at, _v.expires_at), _v.id).limit(limit)
        )
        return tuple((row[0], row[1]) for row in rows)

    def pending(self, server_id: int) -> dict[int, tuple[int, ...]]:
        """By batch of a User Manager: the vouchers that are over and were not seen off it."""
        same = (_v.keeper == Keeper.USER_MANAGER, _v.router_id == server_id, _v.gone_at.is_(None), _OVER)
        statement = select(_v.batch_id, _v.id).join_from(voucher, voucher_batch, _v.batch_id == _b.id)
        found: dict[int, tuple[int, ...]] = {}
        for batch_id, voucher_id in self._connection.execute(statement.where(*same, _b.origin == Origin.HERE)):
            found[batch_id] = (*found.get(batch_id, ()), voucher_id)
        return found

    def reopen(self, ids: Collection[int]) -> int:
        """Vouchers that were seen off their server could be used all the same: they are to be ended once more; how
        many. Those that are not ended yet will be anyway."""
        again = update(voucher).where(_v.id.in_(list(ids)), _OVER, _v.gone_at.is_not(None))
        return self._connection.execute(again.values(gone_at=None, ended_by=None, verdict=None, words="")).rowcount

    def left(self, now: datetime) -> tuple[tuple[int, int], ...]:
        """(id of the voucher, operation) of those that are due to go on; somebody may be at them."""
        open_ = (_o.intent == Intent.VOUCHER_END, _o.finished_at.is_(None))
        due = or_(_o.not_before.is_(None), _o.not_before <= now)
        statement = select(_v.id, _o.id).join_from(operation, voucher, _v.ended_by == _o.id).where(*open_, due)
        return tuple((row[0], row[1]) for row in self._connection.execute(statement.order_by(_o.id)))

    def expire(self, batch_id: int, ids: Collection[int], now: datetime) -> int:
        """Vouchers of a batch are over; how many: not those that are not due, or where somebody was quicker."""
        sold: list[bool] = []
        wanted = list(ids)
        for at in range(0, len(wanted), _TOGETHER):
            some = (_v.batch_id == batch_id, _v.id.in_(wanted[at : at + _TOGETHER]), _DUE, _v.expires_at <= now)
            statement = update(voucher).where(*some).values(expired_at=now, verdict=None, words="")
            rows = self._connection.execute(statement.returning(_v.sold_at))
            sold += [row[0] is not None for row in rows]
        self._totals.over(batch_id, now, len(sold), sold.count(False))
        return len(sold)

    def ends_by(self, voucher_id: int, operation_id: int) -> bool:
        """An operation ends it; False: another, which is not over, does."""
        running = select(_o.id).where(_o.id == _v.ended_by, _o.status.not_in(_FINAL)).exists()
        statement = update(voucher).where(_v.id == voucher_id, _OVER, _v.gone_at.is_(None), ~running)
        return self._connection.execute(statement.values(ended_by=operation_id)).rowcount == 1

    def under_way(self, voucher_id: int) -> bool:
        """Whether an operation that is not over ends it."""
        statement = (
            select(_o.id)
            .select_from(voucher.join(operation, _v.ended_by == _o.id))
            .where(_v.id == voucher_id, _o.status.not_in(_FINAL))
        )
        return self._connection.scalar(statement) is not None

    def ended(self, operation_id: int, verdict: Verdict, words: str, now: datetime) -> None:
        """What its operation came to. PROVEN: it is off the router, and nobody is online with it."""
        values: dict[str, object] = {"verdict": verdict, "words": words}
        if verdict is not Verdict.FAILED:
            values["gone_at"] = now
        self._connection.execute(update(voucher).where(_v.ended_by == operation_id).values(values))

    def failed(self) -> tuple[tuple[str, int, int], ...]:
        """(router, batch, how many) of vouchers that are over, and whose end FAILED."""
        which = (_v.gone_at.is_(None), _OVER, _v.verdict == Verdict.FAILED)
        counts = select(_v.batch_id, func.count().label("count")).where(*which).group_by(_v.batch_id).subquery()
        statement = select(_b.router, _b.id, counts.c.count).join_from(
            counts, voucher_batch, counts.c.batch_id == _b.id
        )
        return tuple((row[0], row[1], row[2]) for row in self._connection.execute(statement.order_by(_b.id)))

    def cleared(self, ids: Iterable[int], now: datetime, verdict: Verdict, words: str) -> None:
        """They were read back to be off the router. PROVEN: and nobody was online with them."""
        wanted = list(ids)
        for at in range(0, len(wanted), _TOGETHER):
            some = (_v.id.in_(wanted[at : at + _TOGETHER]), _OVER)
            values = {"gone_at": now, "verdict": verdict, "words": words}
            self._connection.execute(update(voucher).where(*some).values(values))
