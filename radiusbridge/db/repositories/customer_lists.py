"""Customers as lists: searched, filtered, sorted, counted and in pages."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date, tzinfo
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, select, tuple_
from sqlalchemy.engine import RowMapping

from radiusbridge.db import search
from radiusbridge.db.filtering import condition, haystack, texts, words_only
from radiusbridge.db.repositories.base import Repository
from radiusbridge.db.repositories.customer_orders import HELD, KEYS, Order, Sorting, Way, sorted_by
from radiusbridge.db.search import RARE
from radiusbridge.db.tables import customer
from radiusbridge.db.types import NAME_LIMIT
from radiusbridge.domain.filters import Node
from radiusbridge.domain.records import Customer
from radiusbridge.domain.text import folded

_SAME = tuple(item.name for item in fields(Customer) if item.name != "id")


class Outline(NamedTuple):
    """A customer, as a long list is chosen by. held: by any open hold."""

    id: int
    server_id: int
    username: str
    held: bool


class CustomerLists(Repository[Customer]):
    """What lists are made of."""

    table = customer
    noun = "customer"

    def _values(self, record: Customer) -> dict[str, Any]:
        return {
            **{name: getattr(record, name) for name in _SAME},
            "number_key": folded(record.number),
            "username_key": folded(record.username),
            "name_key": folded(record.name),
            "haystack": haystack(record),
        }

    def _record(self, row: RowMapping) -> Customer:
        return Customer(id=row["id"], **{name: row[name] for name in _SAME})

    def search(self, text: str, limit: int = 50, offset: int = 0) -> tuple[Customer, ...]:
        """Customers that hold every word of `text` in number, names, phone, address, area, ODP, VLAN, note, MAC."""
        return self.page(offset, limit, text=text, order="username")

    def page(
        self, offset: int = 0, limit: int = 100, *, text: str = "", server_id: int | None = None, order: Way = "id"
    ) -> tuple[Customer, ...]:
        """A slice of the customers that match."""
        return self._slice(self._matching(text, server_id), offset, limit, order)

    def _slice(
        self, conditions: Sequence[ColumnElement[bool]], offset: int, limit: int, order: Way, after: int | None = None
    ) -> tuple[Customer, ...]:
        """The rows are read only for the slice: what is skipped is not."""
        ids = select(customer.c.id).where(*conditions)
        if after is not None:
            ids = ids.where(_behind(_indexed(order), after))
        ids = ids.order_by(*sorted_by(order)).offset(offset).limit(limit)
        return self._rows(select(customer).where(customer.c.id.in_(ids)).order_by(*sorted_by(order)))

    def outlines(self, where: Node, today: date, zone: tzinfo | None, *, order: Way = "number") -> Iterator[Outline]:
        """Those that fit in outline: without the rest of the row, and without opening a secret."""
        statement = select(customer.c.id, customer.c.server_id, customer.c.username, HELD.label("held"))
        statement = statement.where(self._fitting(where, today, zone)).order_by(*sorted_by(order))
        return (Outline(*row) for row in self._connection.execute(statement))

    def filtered(
        self,
        where: Node,
        today: date,
        zone: tzinfo | None,
        *,
        offset: int = 0,
        limit: int = 100,
        order: Way = "id",
        after: int | None = None,
    ) -> tuple[Customer, ...]:
        """A slice of the customers that fit a filter whose fields the database knows; `after`: of those who come
        behind this customer, by id, so that a page deep in a list costs no more than the first."""
        return self._slice([self._fitting(where, today, zone)], offset, limit, order, after)

    def filtered_ids(self, where: Node, today: date, zone: tzinfo | None, order: Way = "id") -> tuple[int, ...]:
        """The ids of all that fit."""
        statement = select(customer.c.id).where(self._fitting(where, today, zone))
        return tuple(self._connection.scalars(statement.order_by(*sorted_by(order))))

    def filtered_count(self, where: Node, today: date, zone: tzinfo | None, most: int | None = None) -> int:
        """How many fit; counting may end at `most`."""
        words = words_only(where)
        counted = search.count(self._connection, words, most) if words else None
        if counted is None:
            counted = self._counted([self._fitting(where, today, zone, search.FEW_TO_COUNT)], most)
        return counted if most is None else min(counted, most)

    def _counted(self, conditions: Sequence[ColumnElement[bool]], most: int | None = None) -> int:
        fitting = select(customer.c.id).where(*conditions).limit(most)
        statement = select(func.count()).select_from(fitting.subquery() if most is not None else customer)
        return self._connection.scalar(statement if most is not None else statement.where(*conditions)) or 0

    def filtered_slice(
        self,
        where: Node,
        today: date,
        zone: tzinfo | None,
        *,
        offset: int = 0,
        limit: int = 100,
        order: Way = "id",
    ) -> tuple[tuple[Customer, ...], int | None]:
        """(`filtered`, how many fit in all), or None for that: the slice does not tell it, and counting takes longer
        than the slice."""
        found = self.filtered(where, today, zone, offset=offset, limit=limit, order=order)
        return found, _total(found, offset, limit)

    def _fitting(self, where: Node, today: date, zone: tzinfo | None, up_to: int = RARE) -> ColumnElement[bool]:
        looked_up = {each: search.found_by(self._connection, each, up_to) for each in texts(where)}
        rare = {each: words for each, words in looked_up.items() if words is not None}
        return condition(where, today, zone, rare)

    def servers_of(self, where: Node, today: date, zone: tzinfo | None) -> frozenset[int]:
        """The ids of the servers of all that fit."""
        statement = select(customer.c.server_id).where(self._fitting(where, today, zone)).distinct()
        return frozenset(self._connection.scalars(statement))

    def count(self, text: str = "", server_id: int | None = None) -> int:
        """How many match."""
        words = _words(text)
        if words and server_id is None and all(map(search.indexable, words)):
            counted = search.count(self._connection, words)
            if counted is not None:
                return counted
        return self._counted(self._matching(text, server_id))

    def _matching(self, text: str, server_id: int | None) -> list[ColumnElement[bool]]:
        words = _words(text)
        together = search.together(words)
        found_by = search.found_by(self._connection, together) if together else None
        if found_by is not None:
            rest = [word for word in words if word not in together]
            conditions = [search.by_index(together, found_by), search.by_rows(rest)]
        else:
            conditions = [search.by_rows(words)]
        return conditions if server_id is None else [*conditions, customer.c.server_id == server_id]


def _total(found: Sequence[Customer], offset: int, limit: int) -> int | None:
    """How many there are in all, if the slice is their end."""
    return offset + len(found) if len(found) < limit and (found or not offset) else None


def _words(text: str) -> tuple[str, ...]:
    whole = folded(text)[:NAME_LIMIT].encode("utf-8", "replace").decode()
    return tuple(sorted(set(whole.replace("\0", "\ufffd").split())))


def _indexed(order: Way) -> Order:
    if isinstance(order, Sorting):
        raise TypeError("only an order with an index goes on behind a customer")
    return order


def _behind(order: Order, after: int) -> ColumnElement[bool]:
    """Those who come behind a customer in that order; if it is gone, none."""
    if order == "id":
        return customer.c.id > after
    key = KEYS[order]
    last = customer.alias("last")
    theirs = select(last.c[key.name]).where(last.c.id == after).scalar_subquery()
    behind = tuple_(key, customer.c.id) > tuple_(theirs, after)
    if order != "paid":
        return behind
    return case((theirs.is_(None), key.is_(None) & (customer.c.id > after)), else_=behind | key.is_(None))
