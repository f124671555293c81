"""Records, with their secrets, as the text that an encrypted column holds."""

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any

from radiusbridge.domain.secret import Secret


def sealed(record: object) -> Secret:
    """A dataclass of records, written out."""
    return Secret(json.dumps(_plain(record)))


def opened(kind: type, text: Secret) -> Any:
    """What `sealed` was given. Fields that were added since have their defaults."""
    return _build(kind, json.loads(text.reveal()))


_AS_IT_IS = frozenset((str, int, bool, float, type(None)))


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(item.name for item in dataclasses.fields(kind))


def _plain(value: Any) -> Any:
    kind: type = type(value)
    if kind in _AS_IT_IS:
        return value
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {name: _plain(getattr(value, name)) for name in _names(kind)}
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _build(kind: type, values: Mapping[str, Any]) -> Any:
    return kind(**{name: _typed(hint, values[name]) for name, hint in _hints(kind).items() if name in values})


def _typed(hint: Any, value: Any) -> Any:
    if isinstance(hint, types.UnionType):
        inner = next(arg for arg in typing.get_args(hint) if arg is not types.NoneType)
        return None if value is None else _typed(inner, value)
    if typing.get_origin(hint) is tuple:
        return tuple(_typed(typing.get_args(hint)[0], item) for item in value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if dataclasses.is_dataclass(hint):
        return _build(typing.cast("type", hint), value)
    if isinstance(hint, type) and issubclass(hint, Secret | Enum):
        return hint(value)
    return value
