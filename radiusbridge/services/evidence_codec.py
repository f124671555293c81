"""Observations as the journal keeps them: plain JSON values, read back into the same frozen values."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

from radiusbridge.domain import observations
from radiusbridge.domain.errors import Damaged
from radiusbridge.domain.observations import Observation

_KINDS: dict[str, type] = {kind.__name__: kind for kind in typing.get_args(Observation)}

_AS_THEY_ARE = (str, float, bool, int)


def encode(observation: Observation) -> dict[str, object]:
    """JSON values, with the observation's kind under `kind`."""
    return {"kind": type(observation).__name__, **{k: _plain(v) for k, v in _items(observation)}}


def decode(detail: Mapping[str, object]) -> Observation:
    """The observation that `encode` was given; Damaged if the journal holds something else."""
    kind = _KINDS.get(str(detail.get("kind")))
    if kind is None:
        raise Damaged(f"the journal holds an unknown observation {detail.get('kind')!r}")
    try:
        return typing.cast("Observation", _build(kind, detail))
    except (TypeError, ValueError, KeyError) as error:
        raise Damaged(f"the journal holds a damaged observation {kind.__name__}: {error}") from error


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _items(value: Any) -> list[tuple[str, Any]]:
    kind: type = type(value)
    return [(name, getattr(value, name)) for name in _names(kind)]


def _plain(value: Any) -> object:
    if value is None or type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value):
        return {name: _plain(item) for name, item in _items(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind, vars(observations))


def _build(kind: type, values: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    return kind(**{name: _typed(hints[name], values[name]) for name in hints if name in values})


def _typed(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in {types.UnionType, typing.Union}:
        if value is None:
            return None
        return _typed(next(arg for arg in typing.get_args(hint) if arg is not types.NoneType), value)
    if origin is tuple:
        args = typing.get_args(hint)
        if args[-1] is Ellipsis:
            return tuple(_typed(args[0], item) for item in value)
        return tuple(_typed(arg, item) for arg, item in zip(args, value, strict=True))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _build(hint, value)
    return value
