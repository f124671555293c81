"""What repositories of named things share."""

import difflib
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import Select, Table, Update, bindparam, delete, func, select, update
from sqlalchemy.engine import RowMapping

from radiusbridge.db.transaction import Transaction, insert_into, select_by_id
from radiusbridge.db.types import unstorable
from radiusbridge.domain.errors import AlreadyThere, BadInput, UnknownName
from radiusbridge.domain.text import folded, safe

SHOWN = 5
"""How many names a message lists."""


class Stored(Protocol):
    """A frozen record with an id."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def id(self) -> int:
        """0: not stored yet."""
        ...


class Named(Stored, Protocol):
    """A frozen record with a name of its own."""

    @property
    def name(self) -> str:
        """Unique among its kind, whatever the case."""
        ...


R = TypeVar("R", bound=Stored)
N = TypeVar("N", bound=Named)
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


@cache
def _update_by_id(table: Table) -> Update:
    return update(table).where(table.c.id == bindparam("wanted_id"))


def nearest(text: str, names: Iterable[str]) -> str:
    """A hint with the names that resemble `text`; empty if none does."""
    by_key = {folded(name): name for name in names}
    found = difflib.get_close_matches(folded(text)[:100], by_key, n=SHOWN, cutoff=0.5)
    return "nearest: " + ", ".join(safe(by_key[key], 60) for key in found) if found else ""


def listed(names: Sequence[str], total: int) -> str:
    """Some names, and how many more there are."""
    shown = ", ".join(safe(name, 60) for name in names[:SHOWN])
    more = total - min(total, SHOWN)
    return f"{shown} and {more} more" if more else shown


class Repository(Generic[R]):
    """Records by id."""

    table: ClassVar[Table]
    noun: ClassVar[str]
    few: ClassVar[bool] = False
    """Whether records that were read are kept for the rest of the transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def _values(self, record: R) -> dict[str, Any]:
        """The columns of a record, without `id`."""
        raise NotImplementedError

    def _record(self, row: RowMapping) -> R:
        """The record of a row."""
        raise NotImplementedError

    def _users(self, record_id: int) -> Iterable[tuple[str, Sequence[str], int]]:
        """Who uses the record: kind in the plural, some names, how many."""
        raise NotImplementedError

    def _title(self, record: R) -> str:
        """What the record is called in messages."""
        raise NotImplementedError

    def _check(self, record: R) -> None:
        """Refuse a record that collides with another."""
        raise NotImplementedError

    def add(self, record: R) -> R:
        """Store a new record. AlreadyThere: its name is taken; BadInput: it names what is not there."""
        self._check(record)
        self._transaction.forget(self.table)
        result = self._connection.execute(insert_into(self.table), self._values(record))
        primary_key = result.inserted_primary_key
        assert primary_key is not None
        return replace(record, id=int(primary_key[0]))

    def change(self, record: R) -> R:
        """Store a record anew under its id. UnknownName: it is not there; otherwise as `add`."""
        self._check(record)
        self._transaction.forget(self.table)
        values = {"wanted_id": record.id, **self._values(record)}
        if self._connection.execute(_update_by_id(self.table), values).rowcount != 1:
            raise self._unknown_id(record.id)
        return record

    def remove(self, record_id: int) -> R:
        """Delete a record and return what it was. UnknownName: not there; BadInput: in use, and by whom."""
        record = self.get(record_id)
        users = [f"{total} {kind} ({listed(names, total)})" for kind, names, total in self._users(record_id) if total]
        if users:
            raise BadInput(
                f"this {self.noun} is still used by {' and '.join(users)}", target=safe(self._title(record), 80)
            )
        self._transaction.forget(self.table)
        self._connection.execute(delete(self.table).where(self.table.c.id == record_id))
        return record

    def get(self, record_id: int) -> R:
        """The record of that id. UnknownName: none."""
        return self._kept(record_id, self._read)

    def _read(self, record_id: int) -> R:
        rows = self._rows(select_by_id(self.table), wanted_id=record_id)
        if not rows:
            raise self._unknown_id(record_id)
        return rows[0]

    def _kept(self, key: K, read: Callable[[K], T]) -> T:
        """What `read` gives for a key; asked once in a transaction where the records are few."""
        if not self.few:
            return read(key)
        known = self._transaction.known(self.table)
        if key not in known:
            known[key] = read(key)
        found: T = known[key]
        return found

    def count(self) -> int:
        """How many there are."""
        return self._connection.scalar(select(func.count()).select_from(self.table)) or 0

    def _rows(self, statement: Select[Any], **values: Any) -> tuple[R, ...]:
        return tuple(map(self._record, self._connection.execute(statement, values).mappings()))

    def _unknown_id(self, record_id: int) -> UnknownName:
        return UnknownName(f"no such {self.noun}", target=f"id {record_id}")

    def _instead(self, name: str, names: Sequence[str]) -> str:
        """What to do about a name that is not there."""
        if not names and not self.count():
            return f"there is none yet: see `radiusbridge {self.noun.lower()} add --help`"
        return nearest(name, names) or f"see `radiusbridge {self.noun.lower()} list`"

    def _sample(self, column: Any, *conditions: Any) -> tuple[list[str], int]:
        """Some values of a column where the conditions hold, and how many there are."""
        total = self._connection.scalar(select(func.count()).select_from(column.table).where(*conditions)) or 0
        names = self._connection.scalars(select(column).where(*conditions).order_by(column).limit(SHOWN))
        return [str(name) for name in names], total


class NamedRepository(Repository[N]):
    """Records by id and by name."""

    def _title(self, record: N) -> str:
        return record.name

    def _check(self, record: N) -> None:
        if not record.name:
            raise BadInput(f"a {self.noun} needs a name")
        # Without the rest of the row: what has lost its secrets can still be put right.
        same = self.table.c.name_key == folded(record.name)
        statement = select(self.table.c.name).where(same, self.table.c.id != record.id)
        other = self._connection.scalar(statement)
        if other is not None:
            raise AlreadyThere(
                f"there is a {self.noun} of that name already: {safe(other, 80)}",
                target=safe(record.name, 80),
                hint="take another name, or edit that one",
            )

    def _by_key(self, key: str) -> N | None:
        rows = self._rows(select(self.table).where(self.table.c.name_key == key))
        return rows[0] if rows else None

    def named(self, name: str) -> N:
        """The record of that name, whatever its case. UnknownName, with the nearest names."""
        found = self._by_key(folded(name)) if not unstorable(folded(name)) else None
        if found is None:
            names = self._connection.scalars(select(self.table.c.name)).all()
            raise UnknownName(f"no such {self.noun}", target=safe(name, 80), hint=self._instead(name, names))
        return found

    def all(self) -> tuple[N, ...]:
        """All, by name."""
        return self._kept("all", lambda _: self._rows(select(self.table).order_by(self.table.c.name_key)))

    def page(self, offset: int = 0, limit: int = 100) -> tuple[N, ...]:
        """A slice of `all()`."""
        return self._rows(select(self.table).order_by(self.table.c.name_key).offset(offset).limit(limit))
