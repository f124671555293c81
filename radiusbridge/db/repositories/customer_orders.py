"""The orders of lists of customers. Equal ones stand by their ids; where a value is missing they are last anyway."""

from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, exists, func, select

from radiusbridge.db.tables import customer, hold, operation, profile

Order = Literal["id", "number", "username", "name", "paid"]
"""With an index, so that a page comes without sorting."""
By = Literal["id", "number", "username", "name", "paid", "area", "profile", "access", "last"]
"""`access`: the held ones last; `last`: by the newest operation."""

KEYS = {
    "id": customer.c.id,
    "number": customer.c.number_key,
    "username": customer.c.username_key,
    "name": customer.c.name_key,
    "paid": customer.c.paid_until,
}
HELD = exists(select(hold.c.id).where(hold.c.customer_id == customer.c.id, hold.c.closed_at.is_(None)))
"""Whether a hold keeps the customer out."""
_ORDERS: dict[str, ColumnElement[Any]] = {
    **KEYS,
    "area": func.nullif(func.lower(customer.c.area), ""),
    "profile": select(profile.c.name_key).where(profile.c.id == customer.c.profile_id).scalar_subquery(),
    "access": HELD,
    "last": select(func.max(operation.c.id)).where(operation.c.customer_id == customer.c.id).scalar_subquery(),
}
_MISSING = frozenset({"paid", "area", "last"})


class Sorting(NamedTuple):
    """By what, and which way."""

    by: By
    descending: bool = False


Way = Order | Sorting


def sorted_by(order: Way) -> tuple[ColumnElement[Any], ...]:
    """What a statement is ordered by."""
    by, descending = order if isinstance(order, Sorting) else Sorting(order)
    key = _ORDERS[by].desc() if descending else _ORDERS[by]
    if by in _MISSING:
        key = key.nulls_last()
    return (key,) if by == "id" else (key, customer.c.id)
