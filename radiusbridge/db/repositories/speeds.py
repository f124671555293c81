"""Speeds for a while: at most one open period a customer."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.engine import RowMapping

from radiusbridge.db.line_tables import speed_period as period
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.speeds import SpeedPeriod

_COLUMNS = tuple(item.name for item in fields(SpeedPeriod))
_SAME = tuple(name for name in _COLUMNS if name != "id")


class Speeds:
    """The periods of all customers."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add(self, record: SpeedPeriod) -> SpeedPeriod:
        """Begin a period; the customer has no open one."""
        values = {name: getattr(record, name) for name in _SAME}
        primary_key = self._connection.execute(insert(period).values(values)).inserted_primary_key
        assert primary_key is not None
        return replace(record, id=int(primary_key[0]))

    def change(self, record: SpeedPeriod) -> None:
        """Write all of a period."""
        values = {name: getattr(record, name) for name in _SAME}
        self._connection.execute(update(period).where(period.c.id == record.id).values(values))

    def of(self, customer_id: int) -> SpeedPeriod | None:
        """The customer's open period."""
        return next(iter(self._some(_OPEN.where(period.c.customer_id == customer_id))), None)

    def brought_back_by(self, operation_id: int) -> SpeedPeriod | None:
        """The open period that an operation takes back."""
        return next(iter(self._some(_OPEN.where(period.c.back_id == operation_id))), None)

    def open(self) -> tuple[SpeedPeriod, ...]:
        """All open ones, the soonest over first."""
        return self._some(_OPEN.order_by(period.c.next_at))

    def due(self, now: datetime) -> tuple[SpeedPeriod, ...]:
        """Open ones whose return is due, or is to be tried again."""
        return self._some(_OPEN.where(period.c.next_at <= now).order_by(period.c.next_at))

    def _some(self, statement: Select[Any]) -> tuple[SpeedPeriod, ...]:
        return tuple(map(_record, self._connection.execute(statement).mappings()))


_OPEN = select(period).where(period.c.ended_at.is_(None))


def _record(row: RowMapping) -> SpeedPeriod:
    return SpeedPeriod(**{name: row[name] for name in _COLUMNS})
