"""Holds: why customers are kept out."""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import Connection, Select, insert, select, update

from radiusbridge.db.tables import hold
from radiusbridge.domain.errors import AlreadyThere, UnknownName
from radiusbridge.domain.records import Hold, HoldKind

_SAME = tuple(item.name for item in fields(Hold) if item.name != "id")


class Holds:
    """The holds of all customers, open and closed. Access = no open hold."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, record: Hold) -> Hold:
        """Open a hold. AlreadyThere: one of that kind is open for that customer (`find_open` tells)."""
        if self.find_open(record.customer_id, record.kind) is not None:
            raise AlreadyThere(f"a hold of the kind {record.kind} is open already")
        values = {name: getattr(record, name) for name in _SAME}
        primary_key = self._connection.execute(insert(hold).values(values)).inserted_primary_key
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
        found = self._rows(_open_of((customer_id,)).where(hold.c.kind == kind))
        return found[0] if found else None

    def open_holds(self, customer_id: int) -> tuple[Hold, ...]:
        """The customer's open holds, oldest first."""
        return self._rows(_open_of((customer_id,)))

    def open_of(self, customer_ids: Iterable[int]) -> dict[int, tuple[Hold, ...]]:
        """The open holds of several customers, for a list; customers without one are left out."""
        found: dict[int, tuple[Hold, ...]] = {}
        ids = sorted(set(customer_ids))
        for start in range(0, len(ids), 500):
            for record in self._rows(_open_of(ids[start : start + 500])):
                found[record.customer_id] = (*found.get(record.customer_id, ()), record)
        return found

    def history(self, customer_id: int) -> tuple[Hold, ...]:
        """All holds of a customer, newest first."""
        return self._rows(select(hold).where(hold.c.customer_id == customer_id).order_by(hold.c.id.desc()))

    def _rows(self, statement: Select[tuple[object, ...]]) -> tuple[Hold, ...]:
        rows = self._connection.execute(statement).mappings()
        return tuple(Hold(id=row["id"], **{name: row[name] for name in _SAME}) for row in rows)


def _open_of(customer_ids: Iterable[int]) -> Select[tuple[object, ...]]:
    return select(hold).where(hold.c.customer_id.in_(customer_ids), hold.c.closed_at.is_(None)).order_by(hold.c.id)
