"""Prints of vouchers, and the trace of each card, which only grows. A card and its trace are written together.

Whoever claimed a print last holds it, under the epoch of that claim; only they may write how it stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, literal, or_, select, update
from sqlalchemy.engine import RowMapping

from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.repositories.leases import NOBODY
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.voucher_print_tables import voucher_print, voucher_trace
from radiusbridge.db.voucher_tables import voucher
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.records import Lease
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.prints import Act, PrintRun, Trace

_p, _t, _v = voucher_print.c, voucher_trace.c, voucher.c
_RUN = tuple(item.name for item in fields(PrintRun) if item.name not in {"id", "lease"})
_TRACE = tuple(item.name for item in fields(Trace) if item.name != "id")
SEEN = and_(
    _v.verdict.in_((Verdict.PROVEN, Verdict.UNPROVEN)),
    _v.read_at.is_not(None),
    _v.void_at.is_(None),
    _v.expired_at.is_(None),
)
"""A card of it is worth something: it was seen on its router, and is neither void nor over."""
FRESH = and_(SEEN, _v.printed_at.is_(None), _v.first_login_at.is_(None))
_TOGETHER = 500


class VoucherPrints:
    """Print runs and traces."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    # -- runs

    def begin(self, run: PrintRun, now: datetime, seconds: float) -> PrintRun:
        """Store a print that begins, held by its process for so long."""
        lease = Lease(run.owner, 1, now + timedelta(seconds=seconds))
        held = {"lease_owner": lease.owner, "lease_epoch": lease.epoch, "lease_until": lease.until}
        values = {name: getattr(run, name) for name in _RUN} | held
        made = self._connection.execute(insert(voucher_print).values(values).returning(_p.id)).scalar_one()
        return replace(run, id=int(made), lease=lease)

    def renew(self, run_id: int, epoch: int, until: datetime) -> bool:
        """Hold the lease longer. False: it is lost."""
        held = update(voucher_print).where(*_held(run_id, epoch))
        return self._connection.execute(held.values(lease_until=until)).rowcount == 1

    def end(self, run: PrintRun) -> PrintRun:
        """Store how it ended, and let go of it. LeaseLost."""
        self._check(run)
        values = {name: getattr(run, name) for name in _RUN}
        self._connection.execute(update(voucher_print).where(_p.id == run.id).values(values | NOBODY))
        return replace(run, lease=None)

    def owners(self) -> frozenset[str]:
        """The owners of all leases, so that the caller can tell which of them are dead."""
        held = select(_p.lease_owner).where(_p.ended_at.is_(None)).distinct()
        return frozenset(owner for owner in self._connection.scalars(held) if owner is not None)

    def left(self, now: datetime, dead: Iterable[str] = ()) -> tuple[int, ...]:
        """Prints that nobody holds any more, the oldest first."""
        return tuple(self._connection.scalars(select(_p.id).where(*_left(now, dead)).order_by(_p.id)))

    def take_over(
        self, run_id: int, owner: str, now: datetime, seconds: float, dead: Iterable[str] = ()
    ) -> PrintRun | None:
        """Hold one that nobody holds any more, epoch one higher. None: somebody does, or it ended."""
        taken = {"lease_owner": owner, "lease_until": now + timedelta(seconds=seconds)}
        statement = update(voucher_print).where(_p.id == run_id, *_left(now, dead))
        claimed = statement.values(lease_epoch=_p.lease_epoch + 1, **taken).returning(voucher_print)
        row = self._connection.execute(claimed).mappings().one_or_none()
        return None if row is None else _run(row)

    def _check(self, run: PrintRun) -> None:
        """Who writes is alone, so that this stays true until the transaction ends."""
        held = run.lease is not None and select(_p.id).where(*_held(run.id, run.lease.epoch))
        if held is False or self._connection.scalar(held) is None:
            raise LeaseLost("the print is in other hands or ended", target=f"print {run.id}")

    def get(self, run_id: int) -> PrintRun:
        """The print of that id. UnknownName."""
        row = self._connection.execute(select(voucher_print).where(_p.id == run_id)).mappings().one_or_none()
        if row is None:
            raise UnknownName("no such print", target=str(run_id), hint="radiusbridge voucher prints")
        return _run(row)

    def listed(self, limit: int = 50) -> tuple[PrintRun, ...]:
        """Prints, newest first."""
        statement = select(voucher_print).order_by(_p.id.desc()).limit(limit)
        return tuple(map(_run, self._connection.execute(statement).mappings()))

    # -- cards

    def claim(self, run: PrintRun, voucher_ids: Sequence[int], now: datetime) -> tuple[int, ...]:
        """Begin cards: those of them that may still be printed, in their order. From here on they count as printed.
        LeaseLost, here and below."""
        self._check(run)
        allowed = and_(SEEN, _v.printed_at.is_not(None)) if run.again else FRESH
        found: dict[int, int] = {}
        for some in _batches(voucher_ids):
            which = and_(_v.id.in_(some), allowed)
            if run.again:
                rows = self._connection.execute(select(_v.id, _v.batch_id).where(which))
            else:
                changed = update(voucher).where(which).values(printed_at=now).returning(_v.id, _v.batch_id)
                rows = self._connection.execute(changed)
            found |= {row[0]: row[1] for row in rows}
        begun = tuple(each for each in voucher_ids if each in found)
        act = Act.REPRINT if run.again else Act.PRINT
        self._add(Trace(now, act, each, found[each], run.who, run.channel, run.reason, run.id) for each in begun)
        return begun

    def unsent(self, run: PrintRun, voucher_ids: Sequence[int], now: datetime, why: str) -> None:
        """Nothing of these cards left: they may be printed as if they had not been begun."""
        self._check(run)
        if not run.again:
            for some in _batches(voucher_ids):
                self._connection.execute(update(voucher).where(_v.id.in_(some)).values(printed_at=None))
        self.told(run, Act.UNSENT, voucher_ids, now, why)

    def told(self, run: PrintRun, act: Act, voucher_ids: Sequence[int], now: datetime, why: str) -> None:
        """Add a line about each of these cards."""
        self._check(run)
        for some in _batches(voucher_ids):
            rows = self._connection.execute(select(_v.id, _v.batch_id).where(_v.id.in_(some)))
            self._add(Trace(now, act, row[0], row[1], run.who, run.channel, why, run.id) for row in rows.all())

    def void(self, batch_id: int, now: datetime, who: str, channel: str, reason: str) -> None:
        """Add a line about each card of a batch that was made void at that moment."""
        values: dict[str, Any] = {"at": now, "act": Act.VOID, "who": who, "channel": channel, "reason": reason}
        columns = [literal(value, voucher_trace.c[name].type) for name, value in values.items()]
        told = select(_t.id).where(_t.voucher_id == _v.id, _t.act == Act.VOID).exists()
        chosen = select(_v.id, _v.batch_id, *columns).where(_v.batch_id == batch_id, _v.void_at == now, ~told)
        self._connection.execute(insert(voucher_trace).from_select(["voucher_id", "batch_id", *values], chosen))

    def begun(self, run_id: int) -> tuple[int, ...]:
        """The vouchers that a print began, in that order."""
        acts = _t.act.in_((Act.PRINT, Act.REPRINT))
        return tuple(self._connection.scalars(select(_t.voucher_id).where(_t.run_id == run_id, acts).order_by(_t.id)))

    def traces(
        self, *, voucher_ids: Sequence[int] | None = None, batch_id: int | None = None, limit: int = 1000
    ) -> tuple[Trace, ...]:
        """Of some vouchers, or of a batch, or all; the newest first."""
        wanted: list[ColumnElement[bool]] = []
        if voucher_ids is not None:
            wanted.append(_t.voucher_id.in_(list(voucher_ids)))
        if batch_id is not None:
            wanted.append(_t.batch_id == batch_id)
        statement = select(voucher_trace).where(*wanted).order_by(_t.id.desc()).limit(limit)
        rows = self._connection.execute(statement).mappings()
        return tuple(Trace(id=row["id"], **{name: row[name] for name in _TRACE}) for row in rows)

    def _add(self, traces: Iterable[Trace]) -> None:
        rows = [{name: getattr(trace, name) for name in _TRACE} for trace in traces]
        if rows:
            self._connection.execute(insert(voucher_trace), rows)


def _batches(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[at : at + _TOGETHER] for at in range(0, len(ids), _TOGETHER))


def _run(row: RowMapping) -> PrintRun:
    lease = None
    if row["lease_owner"] is not None:
        lease = Lease(row["lease_owner"], row["lease_epoch"], row["lease_until"])
    return PrintRun(id=row["id"], lease=lease, **{name: row[name] for name in _RUN})


def _held(run_id: int, epoch: int) -> tuple[ColumnElement[bool], ...]:
    return _p.id == run_id, _p.lease_epoch == epoch, _p.ended_at.is_(None)


def _left(now: datetime, dead: Iterable[str]) -> tuple[ColumnElement[bool], ...]:
    return _p.ended_at.is_(None), or_(_p.lease_until <= now, _p.lease_owner.in_(sorted(set(dead))))
