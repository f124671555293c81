"""Customers written many at a time, and what an import changed of each. The rows leave memory as they are written."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from radiusbridge.db.import_tables import import_row
from radiusbridge.db.repositories.customers import COUNTER, Customers
from radiusbridge.db.sealed import opened, sealed
from radiusbridge.db.snapshot import snapshot
from radiusbridge.db.tables import audit_entry, customer, meta, operation, outbox_event
from radiusbridge.db.transaction import Transaction, insert_into
from radiusbridge.db.types import Encoded, as_json
from radiusbridge.domain.changes import Change
from radiusbridge.domain.records import Customer, Hold, Operation
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import folded

_ADDED = "customer.add"
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
        if not records:
            return ()
        numbers = self._numbers_of(records)
        rows = [self._numbered(record, number) for record, number in zip(records, numbers, strict=True)]
        self._transaction.forget(customer)
        self._connection.execute(insert_into(customer), rows)
        ids: dict[str, int] = {}
        keys = [row["number_key"] for row in rows]
        for start in range(0, len(keys), _AT_ONCE):
            found = self._connection.execute(_ID_OF, {"keys": keys[start : start + _AT_ONCE]})
            ids |= {row.number_key: row.id for row in found}
        return tuple(
            replace(record, number=number, id=ids[key])
            for record, number, key in zip(records, numbers, keys, strict=True)
        )

    def _numbered(self, record: Customer, number: str) -> dict[str, Any]:
        """The columns of a record that may have no number yet: it is the first line of the haystack."""
        values = self._values(record)
        if not record.number:
            key = folded(number)
            values |= {"number": number, "number_key": key, "haystack": key + values["haystack"]}
        return values

    def _numbers_of(self, records: Sequence[Customer]) -> list[str]:
        lacking = sum(not record.number for record in records)
        if not lacking:
            return [record.number for record in records]
        drawn = self._next_numbers(lacking, {folded(record.number) for record in records if record.number})
        return [record.number or next(drawn) for record in records]

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

    def keep_added(
        self, operation: Operation, added: Iterable[tuple[Customer, tuple[Hold, ...]]], now: datetime
    ) -> None:
        """Note new customers, with the holds that were opened, and keep them: as `note` and `keep` do, but each is
        written out once."""
        audit, events, kept = [], [], []
        told = as_json({"operation": operation.id, "who": operation.who})[1:]
        for record, holds in added:
            plain = snapshot(record)
            assert plain is not None
            text = Encoded(as_json(plain))
            password = record.password.reveal() if record.password is not None else None
            whole = {"after": {**plain, "password": password}, "holds_after": [snapshot(hold) for hold in holds]}
            self._sequence += 1
            row = {"operation_id": operation.id, "sequence": self._sequence, "customer_id": record.id}
            kept.append({**row, "sealed": Secret(as_json(whole))})
            audit.append(
                {
                    "at": now,
                    "who": operation.who,
                    "channel": operation.channel,
                    "action": _ADDED,
                    "subject": record.username,
                    "before": None,
                    "after": text,
                    "operation_id": operation.id,
                    "reason": operation.reason,
                }
            )
            body = Encoded(f'{{"before":null,"after":{text},{told}')
            events.append({"at": now, "kind": _ADDED, "subject": record.username, "body": body})
        for table, rows in ((audit_entry, audit), (outbox_event, events), (import_row, kept)):
            self._transaction.insert_later(table, rows)

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
