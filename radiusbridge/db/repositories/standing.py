"""How things stand, in a few figures for an overview: read, never written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, distinct, func, or_, select

from radiusbridge.db.probe_tables import probe_result
from radiusbridge.db.tables import customer, hold, operation
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.probe_runs import SINGLE, ProbeRecord
from radiusbridge.domain.records import UNHELD
from radiusbridge.domain.verdict import Status, Verdict

AMONG = 5_000
"""Newest operations among which failures are looked for: the journal may be long."""
_o, _c = operation.c, customer.c
_WAITING = (_o.finished_at.is_(None), or_(_o.status == Status.WAITING, _o.intent.in_(UNHELD)))


class Standing:
    """Sums and the newest rows."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def held(self) -> tuple[int, dict[str, int]]:
        """How many customers are held, and by each kind of hold; one may be held by several."""
        is_open = hold.c.closed_at.is_(None)
        customers = self._connection.scalar(select(func.count(distinct(hold.c.customer_id))).where(is_open)) or 0
        kinds = select(hold.c.kind, func.count()).where(is_open).group_by(hold.c.kind)
        return customers, {str(kind): count for kind, count in self._connection.execute(kinds)}

    def expiring(self, start: datetime, end: datetime) -> int:
        """How many are paid until a moment from `start` on and before `end`."""
        return self._connection.scalar(_between(select(func.count()).select_from(customer), start, end)) or 0

    def next_to_expire(self, start: datetime, end: datetime, limit: int) -> Sequence[tuple[str, str, datetime]]:
        """(number, user name, paid until) of the first of them."""
        columns = select(_c.number, _c.username, _c.paid_until)
        statement = _between(columns, start, end).order_by(_c.paid_until, _c.id).limit(limit)
        return [(number, username, until) for number, username, until in self._connection.execute(statement)]

    def failed(self, since: datetime, limit: int) -> tuple[int, ...]:
        """Ids of the newest operations that ended FAILED since then, among the newest `AMONG`."""
        last = self._connection.scalar(select(func.max(_o.id))) or 0
        statement = (
            select(_o.id)
            .where(_o.id > last - AMONG, _o.verdict == Verdict.FAILED, _o.finished_at >= since)
            .order_by(_o.id.desc())
            .limit(limit)
        )
        return tuple(self._connection.scalars(statement))

    def waiting(self) -> int:
        """How many operations wait for their server, or for a router to be back."""
        statement = select(func.count()).where(*_WAITING)
        return self._connection.scalar(statement) or 0

    def oldest_waiting(self, limit: int) -> tuple[int, ...]:
        """The ids of the first of them."""
        open_ = select(_o.id).where(*_WAITING)
        return tuple(self._connection.scalars(open_.order_by(_o.id).limit(limit)))

    def probes(self, since: datetime) -> tuple[ProbeRecord, ...]:
        """The newest kept result of each probe of a file since then."""
        kept = probe_result.c
        newest = (
            select(func.max(kept.id)).where(kept.at >= since, kept.suite != SINGLE).group_by(kept.suite, kept.probe)
        )
        rows = self._connection.execute(
            select(probe_result).where(kept.id.in_(newest)).order_by(kept.suite, kept.probe)
        ).mappings()
        return tuple(ProbeRecord(**{name: row[name] for name in row if name != "id"}) for row in rows)


def _between(statement: Select[Any], start: datetime, end: datetime) -> Select[Any]:
    return statement.where(_c.paid_until >= start, _c.paid_until < end)
