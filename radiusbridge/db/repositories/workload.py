"""How much work there is, for metrics: read, never written."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from radiusbridge.db.tables import operation
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.verdict import Status

_o = operation.c


@dataclass(frozen=True, slots=True)
class Waiting:
    """The unfinished operations of one server. oldest: when the oldest was submitted; due: since when the one that is
    due longest could have been claimed; None: none is due."""

    server_id: int
    count: int
    oldest: datetime
    due: datetime | None


class Workload:
    """Sums over the journal."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def ended(self) -> dict[tuple[str, str], int]:
        """(status, verdict or nothing) -> how many operations; all of the journal."""
        statement = select(_o.status, _o.verdict, func.count()).group_by(_o.status, _o.verdict)
        return {
            (str(status), str(verdict or "")): count for status, verdict, count in self._connection.execute(statement)
        }

    def waiting(self, now: datetime) -> tuple[Waiting, ...]:
        """By server."""
        open_ = _o.finished_at.is_(None)
        statement = select(_o.server_id, func.count(), func.min(_o.created_at)).where(open_).group_by(_o.server_id)
        since = func.coalesce(_o.not_before, _o.created_at)
        due = dict(
            self._connection.execute(
                select(_o.server_id, func.min(since))
                .where(open_, _o.status != Status.RUNNING, since <= now)
                .group_by(_o.server_id)
            )
            .tuples()
            .all()
        )
        return tuple(
            Waiting(server, count, oldest, due.get(server))
            for server, count, oldest in self._connection.execute(statement)
        )
