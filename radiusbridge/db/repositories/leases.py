"""Who carries an operation out: claiming by compare-and-set, and the ways to let go.

An operation is held by whoever claimed it last, under the epoch of that claim; every later write names the epoch, so
that a process that lost its lease can write nothing more.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, bindparam, case, exists, literal_column, or_, select, update
from sqlalchemy.engine import RowMapping

from radiusbridge.db.repositories.steps import asked_to_stop
from radiusbridge.db.tables import operation
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.records import Intent, Lease, Operation
from radiusbridge.domain.verdict import Status, Verdict

_o = operation.c
_e = operation.alias("earlier").c
_FIRST: ColumnElement[bool] = ~exists(
    select(_e.id)
    .where(
        _e.server_id == _o.server_id,
        _e.subject == _o.subject,
        _e.sequence < _o.sequence,
        _e.finished_at.is_(None),
    )
    .correlate(operation)
)
"""No earlier operation of the same subject is unfinished."""
NOBODY: dict[str, object] = {"lease_owner": None, "lease_until": None}
_HELD = update(operation).where(
    _o.id == bindparam("of"), _o.lease_epoch == bindparam("epoch"), _o.status == Status.RUNNING
)
_OWNERS = select(_o.lease_owner).where(_o.status == literal_column("'running'")).distinct()
"""The word stands in the statement, so that the index of what runs serves it: beside ten thousand that wait."""
_SERVERS = select(_o.server_id).where(_o.finished_at.is_(None)).distinct()
_STOP = select(_o.cancel_requested, _o.superseded_by).where(_o.id == bindparam("of"))


@cache
def _due(dead: bool) -> ColumnElement[bool]:
    """Of `now`, and of the owners that are `dead` where there are any."""
    lease_over: ColumnElement[bool] = _o.lease_until <= bindparam("now")
    if dead:
        lease_over = or_(lease_over, _o.lease_owner.in_(bindparam("dead", expanding=True)))
    return case(
        (_o.status == Status.RUNNING, lease_over),
        else_=or_(_o.not_before.is_(None), _o.not_before <= bindparam("now")),
    )


@cache
def _claimable(dead: bool, of_server: bool, of_intents: bool) -> Select[Any]:
    due: tuple[ColumnElement[bool], ...] = (_o.finished_at.is_(None), _FIRST, _due(dead))
    if of_server:
        due = (_o.server_id == bindparam("server"), *due)
    if of_intents:
        due = (_o.intent.in_(bindparam("intents", expanding=True)), *due)
    return select(operation).where(*due).order_by(_o.id).limit(bindparam("most"))


@cache
def _claim(dead: bool) -> Update:
    return (
        update(operation)
        .where(_o.id == bindparam("of"), _o.finished_at.is_(None), _FIRST, _due(dead))
        .values(lease_epoch=_o.lease_epoch + 1, attempts=_o.attempts + 1)
        .returning(operation)
    )


def record_of(row: RowMapping) -> Operation:
    """The record of a row."""
    lease = None
    if row["lease_owner"] is not None:
        lease = Lease(row["lease_owner"], row["lease_epoch"], row["lease_until"])
    same = ("intent", "server_id", "customer_id", "username", "wanted", "id", "sequence", "rows_before", "status")
    rest = ("verdict", "attempts", "not_before", "who", "channel", "reason", "created_at", "finished_at")
    return Operation(
        key=row["key"] or "",
        reasons=tuple(row["reasons"]),
        lease=lease,
        **{name: row[name] for name in (*same, *rest)},
    )


class Leases:
    """Claiming, and what only the holder of a lease may do."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def claimable(
        self,
        now: datetime,
        limit: int = 100,
        dead: Iterable[str] = (),
        server_id: int | None = None,
        intents: Collection[Intent] = (),
    ) -> tuple[Operation, ...]:
        """Operations that may be claimed, oldest first, of one server or any, for these intents or any: the first
        unfinished one of each subject.

        It is queued or waiting and due, or running under a lease that has expired or whose owner is in `dead`.
        """
        values = {"now": now, "dead": sorted(set(dead)), "most": limit, "server": server_id}
        if intents:
            values["intents"] = list(intents)
        statement = _claimable(bool(values["dead"]), server_id is not None, bool(intents))
        rows = self._connection.execute(statement, values).mappings()
        return tuple(map(record_of, rows))

    def awaited_servers(self) -> frozenset[int]:
        """The servers that unfinished operations are for."""
        return frozenset(self._connection.scalars(_SERVERS))

    def owners(self) -> frozenset[str]:
        """The owners of all leases, so that the caller can tell which of them are dead."""
        return frozenset(owner for owner in self._connection.scalars(_OWNERS) if owner is not None)

    def claim(
        self, operation_id: int, owner: str, now: datetime, lease_seconds: float, take_over: Iterable[str] = ()
    ) -> Operation | None:
        """Take an operation: running, epoch and attempts one higher. None: it is not claimable (any more)."""
        due = {"of": operation_id, "now": now, "dead": sorted(set(take_over))}
        taken = {
            "status": Status.RUNNING,
            "lease_owner": owner,
            "lease_until": now + timedelta(seconds=lease_seconds),
            "not_before": None,
            "reasons": [],
        }
        row = self._connection.execute(_claim(bool(due["dead"])), due | taken).mappings().one_or_none()
        return None if row is None else record_of(row)

    def renew(self, operation_id: int, epoch: int, until: datetime) -> bool:
        """Hold the lease longer. False: it is lost."""
        return self._set_held(operation_id, epoch, lease_until=until)

    def finish(self, operation_id: int, epoch: int, verdict: Verdict, reasons: Sequence[str], now: datetime) -> bool:
        """Write the one final verdict. False: the lease is lost, and nothing was written."""
        return self._set_held(
            operation_id, epoch, status=Status.DONE, verdict=verdict, reasons=list(reasons), finished_at=now, **NOBODY
        )

    def wait(self, operation_id: int, epoch: int, reason: str, not_before: datetime, now: datetime) -> bool:
        """Let go until `not_before`, since the server does not answer. One that was asked to stop ends instead, as
        cancelled or superseded. False: the lease is lost."""
        return self._let_go(operation_id, epoch, Status.WAITING, now, reasons=[reason], not_before=not_before)

    def release(self, operation_id: int, epoch: int, now: datetime, reason: str = "") -> bool:
        """Let go at once: queued again, or, where it was asked to stop, cancelled or superseded. False: lease lost."""
        return self._let_go(operation_id, epoch, Status.QUEUED, now, reasons=[reason] if reason else [])

    def stop_requested(self, operation_id: int) -> Status | None:
        """What the operation shall end as when its holder lets go: CANCELLED, SUPERSEDED, or None: go on."""
        row = self._connection.execute(_STOP, {"of": operation_id}).one_or_none()
        return None if row is None else asked_to_stop(row.cancel_requested, row.superseded_by)

    def _let_go(self, operation_id: int, epoch: int, status: Status, now: datetime, **values: Any) -> bool:
        stop = self.stop_requested(operation_id)
        if stop is not None:
            return self._set_held(operation_id, epoch, status=stop, finished_at=now, reasons=[], **NOBODY)
        return self._set_held(operation_id, epoch, status=status, **values, **NOBODY)

    def _set_held(self, operation_id: int, epoch: int, **values: Any) -> bool:
        return self._connection.execute(_HELD, {"of": operation_id, "epoch": epoch, **values}).rowcount == 1
