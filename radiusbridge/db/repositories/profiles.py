"""Bandwidth profiles."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy.engine import RowMapping

from radiusbridge.db.repositories.base import NamedRepository
from radiusbridge.db.tables import customer, profile
from radiusbridge.domain.records import Profile
from radiusbridge.domain.text import folded

_SAME = tuple(item.name for item in fields(Profile) if item.name != "id")


class Profiles(NamedRepository[Profile]):
    """The bandwidth profiles."""

    table = profile
    noun = "profile"
    few = True

    def _values(self, record: Profile) -> dict[str, Any]:
        return {"name_key": folded(record.name), **{name: getattr(record, name) for name in _SAME}}

    def _record(self, row: RowMapping) -> Profile:
        return Profile(id=row["id"], **{name: row[name] for name in _SAME})

    def _users(self, record_id: int) -> Iterable[tuple[str, Sequence[str], int]]:
        yield "customers", *self._sample(customer.c.username, customer.c.profile_id == record_id)
