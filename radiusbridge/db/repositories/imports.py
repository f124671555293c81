"""Customers written many at a time, and what an import changed of each. The rows leave memory as they are written."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import bindparam, insert, select, update

from radiusbridge.db.import_tables import import_row
from radiusbridge.db.repositories.customers import COUNTER, Customers
from radiusbridge.db.sealed import opened, sealed
from radiusbridge.db.tables import customer, meta, operation
from radiusbridge.db.transaction import Transaction, insert_into
from radiusbridge.domain.changes import Change
from radiusbridge.domain.records import Customer
from radiusbridge.domain.text import folded

_AT_ONCE = 500
"""Values in one IN."""
_ID_OF = select(customer.c.number_key, customer.c.id).where(
    customer.c.number_key.in_(bindparam("keys", expanding=True))
)
_TAKEN = select(customer.c.number_key, customer.c.username_key, customer.c.server_id).where(
    customer.c.number_key.in_(bindparam("keys", expanding=True))
)
_AFTER = (
    select(operation.c.id)
    .where(operation.c.customer_id.in_(bindparam("ids", expanding=True)), operation.c.id > bindparam("after"))
    .order_by(operation.c.id)
    .limit(1)
)
_ROWS = (
    select(import_row.c.sequence, import_row.c.customer_id, import_row.c.sealed)
    .where(import_row.c.operation_id == bindparam("operation"), import_row.c.sequence > bindparam("after"))
    .order_by(import_row.c.sequence)
    .limit(_AT_ONCE)
)


class Imports(Customers):
    """The customers of one import."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._sequence = 0

    def numbers_taken(self, numbers: Iterable[str]) -> dict[str, tuple[int, str]]:
        """Whose these numbers are, by folded number: server and folded user name."""
        keys = sorted({folded(number) for number in numbers})
        found: dict[str, tuple[int, str]] = {}
        for start in range(0, len(keys), _AT_ONCE):
            for number, username, server_id in self._connection.execute(
                _TAKEN, {"keys": keys[start : start + _AT_ONCE]}
            ):
                found[number] = (server_id, username)
        return found

    def add_customers(self, records: Sequence[Customer]) -> tuple[Customer, ...]:
        """Store new customers, of whom the caller has seen that nobody has their names and numbers; whoever has no
        number gets the next one."""
        numbered = self._numbered(records)
        if not numbered:
            return ()
        self._transaction.forget(customer)
        self._connection.execute(insert_into(customer), [self._values(record) for record in numbered])
        ids: dict[str, int] = {}
        keys = [folded(record.number) for record in numbered]
        for start in range(0, len(keys), _AT_ONCE):
            found = self._connection.execute(_ID_OF, {"keys": keys[start : start + _AT_ONCE]})
            ids |= {row.number_key: row.id for row in found}
        return tuple(replace(record, id=ids[key]) for record, key in zip(numbered, keys, strict=True))

    def _numbered(self, records: Sequence[Customer]) -> list[Customer]:
        lacking = sum(not record.number for record in records)
        if not lacking:
            return list(records)
        numbers = self._next_numbers(lacking, {folded(record.number) for record in records if record.number})
        return [record if record.number else replace(record, number=next(numbers)) for record in records]

    def _next_numbers(self, count: int, beside: set[str]) -> Iterator[str]:
        stored = self._connection.scalar(select(meta.c.value).where(meta.c.name == COUNTER))
        last, found = int(stored or 0), list[str]()
        while len(found) < count:
            drawn = [f"C-{number:04}" for number in range(last + 1, last + 1 + count - len(found))]
            taken = self.numbers_taken(drawn).keys() | beside
            found += [number for number in drawn if folded(number) not in taken]
            last += len(drawn)
        if stored is None:
            self._connection.execute(insert(meta).values(name=COUNTER, value=str(last)))
        else:
            self._connection.execute(update(meta).where(meta.c.name == COUNTER).values(value=str(last)))
        return iter(found)

    def keep(self, operation_id: int, changes: Iterable[Change]) -> None:
        """Keep what an import changed, so that it can be taken back, and write what waits."""
        rows = []
        for change in changes:
            self._sequence += 1
            about = change.after or change.before
            customer_id = about.id if about is not None else 0
            rows.append(
                {
                    "operation_id": operation_id,
                    "sequence": self._sequence,
                    "customer_id": customer_id,
                    "sealed": sealed(change),
                }
            )
        self._transaction.insert_later(import_row, rows)
        self._transaction.insert_waiting()

    def of(self, operation_id: int) -> Iterator[tuple[Change, ...]]:
        """What an import changed, some at a time, in its order."""
        self._transaction.settle()
        after = 0
        while rows := self._connection.execute(_ROWS, {"operation": operation_id, "after": after}).all():
            after = rows[-1].sequence
            yield tuple(opened(Change, row.sealed) for row in rows)

    def operation_after(self, operation_id: int, customer_ids: Iterable[int]) -> int | None:
        """The first operation about any of these customers that came after that one."""
        ids = sorted(set(customer_ids))
        for start in range(0, len(ids), _AT_ONCE):
            chosen = {"ids": ids[start : start + _AT_ONCE], "after": operation_id}
            found: int | None = self._connection.scalar(_AFTER, chosen)
            if found is not None:
                return found
        return None
