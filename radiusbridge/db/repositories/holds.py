"""Holds: why customers are kept out."""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select, update

from radiusbridge.db.tables import hold
from radiusbridge.db.transaction import Transaction, insert_into
from radiusbridge.domain.errors import AlreadyThere, UnknownName
from radiusbridge.domain.records import Hold, HoldKind

_SAME = tuple(item.name for item in fields(Hold) if item.name != "id")
_OPEN = (
    select(hold)
    .where(hold.c.customer_id.in_(bindparam("customer_ids", expanding=True)), hold.c.closed_at.is_(None))
    .order_by(hold.c.id)
)


class Holds:
    """The holds of all customers, open and closed. Access = no open hold."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def open(self, record: Hold) -> Hold:
        """Open a hold. AlreadyThere: one of that kind is open for that customer (`find_open` tells)."""
        if self.find_open(record.customer_id, record.kind) is not None:
            raise AlreadyThere(f"a hold of the kind {record.kind} is open already")
        return self.open_another(record)

    def open_another(self, record: Hold) -> Hold:
        """Open a hold of a kind that the caller has seen is not open."""
        values = {name: getattr(record, name) for name in _SAME}
        primary_key = self._connection.execute(insert_into(hold), values).inserted_primary_key
        assert primary_key is not None
        return replace(record, id=int(primary_key[0]))

    def close(self, customer_id: int, kind: HoldKind, *, by: str, at: datetime) -> Hold:
        """Close the open hold of that kind and return it. UnknownName: none is open."""
        found = self.find_open(customer_id, kind)
        if found is None:
            raise UnknownName(f"no hold of the kind {kind} is open")
        closed = replace(found, closed_at=at, closed_by=by)
        self._connection.execute(update(hold).where(hold.c.id == found.id).values(closed_at=at, closed_by=by))
        return closed

    def find_open(self, customer_id: int, kind: HoldKind) -> Hold | None:
        """The open hold of that kind, if there is one."""
        return next((found for found in self.open_holds(customer_id) if found.kind is kind), None)

    def open_holds(self, customer_id: int) -> tuple[Hold, ...]:
        """The customer's open holds, oldest first."""
        return self._rows(_OPEN, customer_ids=[customer_id])

    def open_of(self, customer_ids: Iterable[int]) -> dict[int, tuple[Hold, ...]]:
        """The open holds of several customers, for a list; customers without one are left out."""
        found: dict[int, tuple[Hold, ...]] = {}
        ids = sorted(set(customer_ids))
        for start in range(0, len(ids), 500):
            for record in self._rows(_OPEN, customer_ids=ids[start : start + 500]):
                found[record.customer_id] = (*found.get(record.customer_id, ()), record)
        return found

    def history(self, customer_id: int) -> tuple[Hold, ...]:
        """All holds of a customer, newest first."""
        return self._rows(select(hold).where(hold.c.customer_id == customer_id).order_by(hold.c.id.desc()))

    def _rows(self, statement: Select[Any], **values: object) -> tuple[Hold, ...]:
        rows = self._connection.execute(statement, values).mappings()
        return tuple(Hold(id=row["id"], **{name: row[name] for name in _SAME}) for row in rows)
