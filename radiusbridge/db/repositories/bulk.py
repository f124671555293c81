"""Bulk runs and their rows. As with operations, whoever claimed a run last holds it, under the epoch of that claim."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Update, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.engine import RowMapping

from radiusbridge.db.bulk_tables import bulk_row, bulk_run
from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.repositories.leases import NOBODY
from radiusbridge.db.tables import operation
from radiusbridge.db.transaction import Transaction, select_by_id
from radiusbridge.domain.bulk import BulkRow, BulkRun, Outcome, RunStatus
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.records import Lease

_r = bulk_run.c
_w = bulk_row.c
_RUN = ("kind", "selection", "wanted", "brakes", "who", "channel", "reason", "status", "why", "size")
_REST = ("stop_requested", "created_at", "finished_at")
_ROW = ("run_id", "sequence", "customer_id", "server_id", "number", "username")
_ROW_REST = ("operation_id", "outcome", "words", "detail")
_HELD = (RunStatus.CANARY, RunStatus.RUNNING)
_IS_HELD = and_(_r.id == bindparam("run"), _r.lease_epoch == bindparam("epoch"), _r.status.in_(_HELD))
_HELD_RUN = update(bulk_run).where(_IS_HELD)
_STOP_REQUESTED = select(_r.stop_requested).where(_IS_HELD)
_OPEN_ROW = update(bulk_row).where(_w.run_id == bindparam("run"), _w.sequence == bindparam("row"), _w.outcome.is_(None))
_BEGIN_ROW = _OPEN_ROW.where(_w.operation_id.is_(None))


class Bulk:
    """All bulk runs."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def create(self, record: BulkRun, rows: Sequence[BulkRow], now: datetime) -> BulkRun:
        """Store a run as a draft, with its rows in that order, numbered from 1."""
        values = {name: getattr(record, name) for name in _RUN}
        values |= {"status": RunStatus.DRAFT, "size": len(rows), "created_at": now}
        statement = insert(bulk_run).values(stop_requested=False, lease_epoch=0, **values).returning(bulk_run)
        run = _run(self._connection.execute(statement).mappings().one())
        if rows:
            numbered = [
                {**{name: getattr(row, name) for name in (*_ROW, *_ROW_REST)}, "run_id": run.id, "sequence": sequence}
                for sequence, row in enumerate(rows, 1)
            ]
            self._connection.execute(insert(bulk_row), numbered)
        return run

    def get(self, run_id: int) -> BulkRun:
        """The run of that id. UnknownName: none."""
        row = self._connection.execute(select_by_id(bulk_run), {"wanted_id": run_id}).mappings().one_or_none()
        if row is None:
            raise UnknownName("no such bulk run", target=str(run_id), hint="see: radiusbridge bulk list")
        return _run(row)

    def listed(self, *, kind: str | None = None, limit: int = 50) -> tuple[BulkRun, ...]:
        """Runs, newest first."""
        statement = select(bulk_run).order_by(_r.id.desc()).limit(limit)
        return self._runs(statement if kind is None else statement.where(_r.kind == kind))

    def unattended(
        self, kinds: Iterable[str], whys: Iterable[str], now: datetime, dead: Iterable[str] = ()
    ) -> tuple[BulkRun, ...]:
        """Runs of these kinds that nobody has in hand, the oldest first: drafts, those whose process is gone, and those
        that were stopped for one of these reasons."""
        gone = _r.status.in_(_HELD) & or_(_r.lease_until <= now, _r.lease_owner.in_(sorted(set(dead))))
        stopped = (_r.status == RunStatus.STOPPED) & _r.why.in_(list(whys))
        free = or_(_r.status == RunStatus.DRAFT, gone, stopped)
        return self._runs(select(bulk_run).where(_r.kind.in_(list(kinds)), free).order_by(_r.id))

    def rows(self, run_id: int, *, unfinished: bool = False) -> tuple[BulkRow, ...]:
        """The rows in their order, with their operations as they stand; unfinished: only those without an outcome."""
        statement = (
            select(bulk_row, operation.c.status, operation.c.verdict, operation.c.reasons)
            .outerjoin(operation, _w.operation_id == operation.c.id)
            .where(_w.run_id == run_id)
            .order_by(_w.sequence)
        )
        if unfinished:
            statement = statement.where(_w.outcome.is_(None))
        return tuple(map(_row, self._connection.execute(statement).mappings()))

    def row(self, run_id: int, sequence: int) -> BulkRow:
        """One row, without its operation's state."""
        found = select(bulk_row).where(_w.run_id == run_id, _w.sequence == sequence)
        values = self._connection.execute(found).mappings().one()
        return BulkRow(**{name: values[name] for name in (*_ROW, *_ROW_REST)})

    def owners(self) -> frozenset[str]:
        """The owners of all leases, so that the caller can tell which of them are dead."""
        return frozenset(self._connection.scalars(select(_r.lease_owner).where(_r.status.in_(_HELD)).distinct()))

    def claim(
        self, run_id: int, owner: str, now: datetime, lease_seconds: float, dead: Iterable[str] = ()
    ) -> BulkRun | None:
        """Take a run: canary, epoch one higher, an earlier wish to stop forgotten. None: a living process has it."""
        free = or_(_r.status.not_in(_HELD), _r.lease_until <= now, _r.lease_owner.in_(sorted(set(dead))))
        statement = (
            update(bulk_run)
            .where(_r.id == run_id, free)
            .values(
                status=RunStatus.CANARY,
                lease_owner=owner,
                lease_epoch=_r.lease_epoch + 1,
                lease_until=now + timedelta(seconds=lease_seconds),
                stop_requested=False,
                why="",
                finished_at=None,
            )
            .returning(bulk_run)
        )
        self._transaction.forget(bulk_run)
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else _run(row)

    def renew(self, run_id: int, epoch: int, until: datetime) -> bool:
        """Hold the lease longer. False: it is lost."""
        return self._set_held(run_id, epoch, lease_until=until)

    def go_on(self, run_id: int, epoch: int) -> None:
        """The canary lives: running. LeaseLost."""
        if not self._set_held(run_id, epoch, status=RunStatus.RUNNING):
            raise _lost(run_id)

    def finish(self, run_id: int, epoch: int, status: RunStatus, why: str, now: datetime) -> bool:
        """Let go: stopped or done. False: the lease is lost, and nothing was written."""
        return self._set_held(run_id, epoch, status=status, why=why, finished_at=now, **NOBODY)

    def request_stop(self, run_id: int, now: datetime, dead: Iterable[str] = ()) -> BulkRun:
        """Ask the process that has the run to begin no more rows; where none has it any more, stop it at once."""
        self._transaction.forget(bulk_run)
        alive = (_r.status.in_(_HELD), _r.lease_until > now, _r.lease_owner.not_in(sorted(set(dead))))
        asked = update(bulk_run).where(_r.id == run_id, *alive).values(stop_requested=True)
        if not self._connection.execute(asked).rowcount:
            idle = update(bulk_run).where(_r.id == run_id, _r.status != RunStatus.DONE)
            self._connection.execute(idle.values(status=RunStatus.STOPPED, why="asked to", finished_at=now, **NOBODY))
        return self.get(run_id)

    def stop_requested(self, run_id: int, epoch: int) -> bool:
        """Whether no more rows shall be begun. LeaseLost."""
        known = self._transaction.known(bulk_run)
        if (run_id, epoch) not in known:
            known[run_id, epoch] = self._connection.scalar(_STOP_REQUESTED, {"run": run_id, "epoch": epoch})
        found = known[run_id, epoch]
        if found is None:
            raise _lost(run_id)
        return bool(found)

    def begin(self, run_id: int, sequence: int, operation_id: int) -> bool:
        """Give a row its operation. False: it has one, or an outcome, already."""
        return self._set_row(_BEGIN_ROW, run_id, sequence, operation_id=operation_id)

    def end(self, run_id: int, sequence: int, outcome: Outcome, words: str = "") -> bool:
        """Write how a row ended, once. False: it had ended."""
        return self._set_row(_OPEN_ROW, run_id, sequence, outcome=outcome, words=words)

    def _set_row(self, statement: Update, run_id: int, sequence: int, **values: Any) -> bool:
        return self._connection.execute(statement, {"run": run_id, "row": sequence, **values}).rowcount == 1

    def _set_held(self, run_id: int, epoch: int, **values: Any) -> bool:
        self._transaction.forget(bulk_run)
        return self._connection.execute(_HELD_RUN, {"run": run_id, "epoch": epoch, **values}).rowcount == 1

    def _runs(self, statement: Select[Any]) -> tuple[BulkRun, ...]:
        return tuple(map(_run, self._connection.execute(statement).mappings()))

    def states(self, run_ids: Iterable[int]) -> dict[int, dict[str, int]]:
        """How many rows of each of these runs are in which state (`BulkRow.state`)."""
        statement = (
            select(_w.run_id, _w.outcome, operation.c.status, operation.c.verdict, func.count())
            .outerjoin(operation, _w.operation_id == operation.c.id)
            .where(_w.run_id.in_(list(run_ids)))
            .group_by(_w.run_id, _w.outcome, operation.c.status, operation.c.verdict)
        )
        found: dict[int, dict[str, int]] = {}
        for run_id, outcome, status, verdict, count in self._connection.execute(statement):
            state = BulkRow(0, 0, "", "", outcome=outcome, status=status, verdict=verdict).state
            counts = found.setdefault(run_id, {})
            counts[state] = counts.get(state, 0) + count
        return found


def _run(row: RowMapping) -> BulkRun:
    lease = None
    if row["lease_owner"] is not None:
        lease = Lease(row["lease_owner"], row["lease_epoch"], row["lease_until"])
    return BulkRun(id=row["id"], lease=lease, **{name: row[name] for name in (*_RUN, *_REST)})


def _row(row: RowMapping) -> BulkRow:
    same: Mapping[str, Any] = {name: row[name] for name in (*_ROW, *_ROW_REST, "status", "verdict")}
    return BulkRow(reasons=tuple(row["reasons"] or ()), **same)


def _lost(run_id: int) -> LeaseLost:
    return LeaseLost("the bulk run is in other hands or ended", target=f"bulk run {run_id}")
