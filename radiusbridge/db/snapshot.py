"""How a record looks in the audit log: plain JSON values, secrets as `***`."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache

from radiusbridge.domain.secret import Secret


def snapshot(record: object) -> dict[str, object] | None:
    """The fields of a record, or a copy of a mapping, without secrets; None for None."""
    if record is None:
        return None
    plain = _plain(record)
    if not isinstance(plain, dict):
        raise TypeError(f"not a record: {type(record).__name__}")
    return plain


def changes(before: object, after: object) -> tuple[dict[str, object] | None, dict[str, object] | None]:
    """Both snapshots; of two records of one kind only the fields that differ, with `id`. A secret that was changed
    shows as `***` on both sides."""
    old, new = snapshot(before), snapshot(after)
    if old is None or new is None or type(before) is not type(after) or not is_dataclass(before):
        return old, new
    kept = {
        item.name
        for item in fields(before)
        if item.name == "id" or getattr(before, item.name) != getattr(after, item.name)
    }
    return {name: old[name] for name in old if name in kept}, {name: new[name] for name in new if name in kept}


_AS_IT_IS = frozenset((str, int, bool, float, type(None)))
"""Most values are of these: an import writes millions of them."""


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind))


def _plain(value: object) -> object:
    kind: type = type(value)
    if kind in _AS_IT_IS:
        return value
    if isinstance(value, Secret):
        return "***"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {name: _plain(getattr(value, name)) for name in _names(kind)}
    return value
