"""Customers: by number, user name or name, and searched by any word."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from sys import intern
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    func,
    insert,
    literal_column,
    not_,
    select,
    update,
)

from radiusbridge.db.crypt import opener
from radiusbridge.db.repositories.base import SHOWN, listed
from radiusbridge.db.repositories.customer_lists import CustomerLists
from radiusbridge.db.repositories.customer_orders import HELD
from radiusbridge.db.tables import customer, meta, operation, profile, server
from radiusbridge.db.types import unstorable
from radiusbridge.domain.errors import AlreadyThere, BadInput, UnknownName
from radiusbridge.domain.records import Customer, Sketch
from radiusbridge.domain.text import folded, safe

COUNTER = "customer_number"
"""Of the last number that was given, in `meta`."""
_AT_ONCE = 500
"""Values in one IN."""
_NAMED = select(customer).where(
    customer.c.server_id == bindparam("server"), customer.c.username_key.in_(bindparam("keys", expanding=True))
)
_SKETCHES = select(
    customer.c.username_key,
    customer.c.number,
    customer.c.username,
    customer.c.profile_id,
    customer.c.id,
    customer.c.name,
    customer.c.area,
).where(customer.c.server_id == bindparam("server"), customer.c.username_key.in_(bindparam("keys", expanding=True)))
_PLAIN = (
    customer.c.username,
    customer.c.id,
    customer.c.password,
    customer.c.profile_id,
    customer.c.caller_id,
    customer.c.static_address,
)
_PLAIN_OF_SERVER = select(*_PLAIN).where(customer.c.server_id == bindparam("server"), not_(HELD))
_OF_IDS = select(customer).where(customer.c.id.in_(bindparam("ids", expanding=True)))
_HELD_OF_SERVER = select(customer.c.id).where(customer.c.server_id == bindparam("server"), HELD)
_ROUTED_OF_SERVER = select(customer.c.id).where(
    customer.c.server_id == bindparam("server"), customer.c.routes.is_not(None)
)
_IDS_OF_SERVER = select(customer.c.id).where(customer.c.server_id == bindparam("server"))
_PROTECTED = select(customer.c.username_key).where(
    customer.c.server_id == bindparam("server"), customer.c.test_account.is_(False)
)
_TESTER = (
    select(customer)
    .where(
        customer.c.server_id == bindparam("server"), customer.c.test_account.is_(True), customer.c.password.is_not(None)
    )
    .order_by(customer.c.id)
    .limit(1)
)
_OTHER: Select[Any] = select(literal_column("1")).where(customer.c.id != bindparam("id")).limit(1)
_COLLISIONS = select(
    _OTHER.where(customer.c.number_key == bindparam("number")).scalar_subquery(),
    _OTHER.where(
        customer.c.username_key == bindparam("username"), customer.c.server_id == bindparam("server")
    ).scalar_subquery(),
    select(literal_column("1")).where(server.c.id == bindparam("server")).scalar_subquery(),
    select(literal_column("1")).where(profile.c.id == bindparam("profile")).scalar_subquery(),
)
"""Whose number or user name it is already, and whether its server and profile are there: all in one statement."""
_NEAREST_AMONG = 2000
"""Names that are compared for a hint; comparing 100,000 would take seconds."""


@cache
def _called(column: str, on_server: bool) -> Select[Any]:
    """Those whose `column` is `key`, on any server or on `server`; one more than a message lists."""
    found = select(customer).where(customer.c[column] == bindparam("key"))
    if on_server:
        found = found.where(customer.c.server_id == bindparam("server"))
    return found.order_by(customer.c.id).limit(SHOWN + 1)


Plain = tuple[str, int, bytes | None, int, str | None, str | None]
"""What the server has to know of a customer whom no hold keeps out: user name, id, password (still encrypted:
`password_opener`), profile, caller-id, static address."""


class Customers(CustomerLists):
    """The customers and their accounts."""

    def _title(self, record: Customer) -> str:
        return record.username

    def _users(self, record_id: int) -> Iterable[tuple[str, Sequence[str], int]]:
        unfinished = (operation.c.customer_id == record_id, operation.c.finished_at.is_(None))
        yield "unfinished operations", *self._sample(operation.c.id, *unfinished)

    def _check(self, record: Customer) -> None:
        target = safe(record.username, 80)
        if not record.username:
            raise BadInput("a customer needs a user name")
        if not record.number:
            raise BadInput("a customer needs a number", target=target)
        keys = {"number": folded(record.number), "username": folded(record.username), "id": record.id}
        places = {"server": record.server_id, "profile": record.profile_id}
        if tuple(self._connection.execute(_COLLISIONS, keys | places).one()) == (None, None, 1, 1):
            return
        self._check_taken(record, "number", customer.c.number_key == folded(record.number))
        same_name = customer.c.username_key == folded(record.username)
        self._check_taken(record, "user name", same_name & (customer.c.server_id == record.server_id))
        for table, wanted in ((server, record.server_id), (profile, record.profile_id)):
            if self._connection.scalar(select(table.c.id).where(table.c.id == wanted)) is None:
                raise BadInput(f"the customer's {table.name} is not there (id {wanted})", target=target)

    def _check_taken(self, record: Customer, what: str, condition: ColumnElement[bool]) -> None:
        statement = select(customer.c.number, customer.c.username).where(condition, customer.c.id != record.id)
        other = self._connection.execute(statement.limit(1)).one_or_none()
        if other is not None:
            raise AlreadyThere(
                f"the {what} is taken by customer {_label(other.number, other.username)}",
                target=safe(record.username, 80),
                hint="take another, or edit that customer",
            )

    def add(self, record: Customer) -> Customer:
        """Store a new customer; without a number it gets the next `C-0001`. Errors as in `Repository.add`."""
        if not record.number:
            record = replace(record, number=self._next_number())
        return super().add(record)

    def _next_number(self) -> str:
        stored = self._connection.scalar(select(meta.c.value).where(meta.c.name == COUNTER))
        last = int(stored or 0)
        taken = True
        while taken:
            last += 1
            number = f"C-{last:04}"
            key = customer.c.number_key == folded(number)
            taken = self._connection.scalar(select(customer.c.id).where(key)) is not None
        if stored is None:
            self._connection.execute(insert(meta).values(name=COUNTER, value=str(last)))
        else:
            self._connection.execute(update(meta).where(meta.c.name == COUNTER).values(value=str(last)))
        return number

    def by_username(self, server_id: int, username: str) -> Customer | None:
        """The customer who dials with that user name, whatever its case, on that server."""
        rows = self._rows(_called("username_key", True), key=folded(username), server=server_id)
        return rows[0] if rows else None

    def by_usernames(self, server_id: int, usernames: Iterable[str]) -> dict[str, Customer]:
        """The customers of a server with these user names, by their folded names (`folded`)."""
        keys = sorted({folded(name) for name in usernames})
        found: dict[str, Customer] = {}
        for start in range(0, len(keys), _AT_ONCE):
            rows = self._rows(_NAMED, server=server_id, keys=keys[start : start + _AT_ONCE])
            found |= {folded(row.username): row for row in rows}
        return found

    def sketches(self, server_id: int, usernames: Iterable[str]) -> dict[str, Sketch]:
        """The same with no more than what a list of sessions shows. Of equal words the caller's are kept."""
        spelled = {folded(name): name for name in usernames}
        keys = sorted(spelled)
        found: dict[str, Sketch] = {}
        for start in range(0, len(keys), _AT_ONCE):
            rows = self._connection.execute(_SKETCHES, {"server": server_id, "keys": keys[start : start + _AT_ONCE]})
            for key, number, username, profile_id, identifier, name, area in rows:
                who = spelled[key] if spelled[key] == username else username
                found[key] = Sketch(number, who, server_id, profile_id, identifier, name, intern(area))
        return found

    def plain_of_server(self, server_id: int) -> dict[str, Plain]:
        """Those of a server's customers whom no hold keeps out, by user name as it is spelled. They may be many: few
        columns, just as the driver gives them."""
        found = self._connection.execute(_PLAIN_OF_SERVER, {"server": server_id})
        rows: Sequence[Plain] = found.cursor.fetchall()
        return {row[0]: row for row in rows}

    def password_opener(self) -> Callable[[bytes], bytes]:
        """What opens a sealed password (`Plain.sealed`), also after this transaction. It raises Damaged."""
        return opener(customer.c.password, self._connection.dialect)

    def by_ids(self, customer_ids: Iterable[int]) -> dict[int, Customer]:
        """Those of these customers that are there, by id."""
        ids = sorted(set(customer_ids))
        found: dict[int, Customer] = {}
        for start in range(0, len(ids), _AT_ONCE):
            found |= {row.id: row for row in self._rows(_OF_IDS, ids=ids[start : start + _AT_ONCE])}
        return found

    def ids_of_server(self, server_id: int) -> set[int]:
        """The ids of a server's customers."""
        found = self._connection.execute(_IDS_OF_SERVER, {"server": server_id})
        return {number for (number,) in found.cursor.fetchall()}

    def held_of_server(self, server_id: int) -> set[int]:
        """The ids of those of a server's customers whom a hold keeps out: all who are not in `plain_of_server`."""
        return set(self._connection.scalars(_HELD_OF_SERVER, {"server": server_id}))

    def routed_of_server(self, server_id: int) -> set[int]:
        """The ids of those of a server's customers with routes of their own."""
        return set(self._connection.scalars(_ROUTED_OF_SERVER, {"server": server_id}))

    def protected_usernames(self, server_id: int) -> frozenset[str]:
        """The folded user names (`folded`) of a server's customers who are no test accounts."""
        return frozenset(self._connection.scalars(_PROTECTED, {"server": server_id}))

    def tester(self, server_id: int) -> Customer | None:
        """The first of a server's test accounts whose password is known."""
        return next(iter(self._rows(_TESTER, server=server_id)), None)

    def find(self, text: str, server_id: int | None = None) -> Customer:
        """The one customer whose number, else user name, else name is `text`, whatever its case.

        UnknownName, with the nearest; BadInput: several, listed.
        """
        key = folded(text)
        if key and not unstorable(key):
            for column in ("number_key", "username_key", "name_key"):
                rows = self._rows(_called(column, server_id is not None), key=key, server=server_id)
                if len(rows) == 1:
                    return rows[0]
                if rows:
                    conditions = [customer.c[column] == key]
                    conditions += [] if server_id is None else [customer.c.server_id == server_id]
                    raise self._ambiguous(text, conditions)
        raise UnknownName("no such customer", target=safe(text, 80), hint=self._nearest(text))

    def _ambiguous(self, text: str, conditions: Sequence[ColumnElement[bool]]) -> BadInput:
        total = self._connection.scalar(select(func.count()).select_from(customer).where(*conditions)) or 0
        statement = (
            select(customer.c.number, customer.c.username, server.c.name)
            .join_from(customer, server, customer.c.server_id == server.c.id)
            .where(*conditions)
            .order_by(customer.c.id)
            .limit(SHOWN)
        )
        names = [f"{number} {username} on {name}" for number, username, name in self._connection.execute(statement)]
        return BadInput(
            f"{total} customers are called so: {listed(names, total)}",
            target=safe(text, 80),
            hint="use the customer's number",
        )

    def _nearest(self, text: str) -> str:
        found = self.search(text, limit=SHOWN) if text.strip() else ()
        if found:
            return "nearest: " + ", ".join(_label(one.number, one.username) for one in found)
        statement = select(customer.c.username, customer.c.name)
        if self.count() > _NEAREST_AMONG:
            start = customer.c.username_key.startswith(folded(text)[:2], autoescape=True)
            statement = statement.where(start).limit(_NEAREST_AMONG)
        names = [name for row in self._connection.execute(statement) for name in row if name]
        return self._instead(text, names)

    def paid_before(self, moment: datetime) -> tuple[Customer, ...]:
        """Those whose paid-until lies before a moment, longest ago first."""
        return self._rows(
            select(customer).where(customer.c.paid_until < moment).order_by(customer.c.paid_until, customer.c.id)
        )

    def without_paid_until(self) -> int:
        """How many have no paid-until, and therefore are never due."""
        return self._sample(customer.c.id, customer.c.paid_until.is_(None))[1]

    def all(self) -> tuple[Customer, ...]:
        """All, by id. For a list on a screen use `page`."""
        return self._rows(select(customer).order_by(customer.c.id))


def _label(number: str, username: str) -> str:
    return f"{safe(number, 40)} ({safe(username, 60)})"
