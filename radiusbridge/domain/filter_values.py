"""What a filter compares: values by kind, and whether a row's value fits. Pure."""

import re
from datetime import date, timedelta

from radiusbridge.domain.days import parse_day
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import folded
from radiusbridge.domain.values import parse_duration, parse_rate, parse_size
from radiusbridge.domain.vocabulary import Kind as Kind

NONE = ("none", "-")
"""Words for: nothing is there."""
_RELATIVE = re.compile(r"([+-])([0-9]{1,5})d")
_NUMBER = re.compile(r"-?[0-9]{1,18}")

Value = str | int | date | timedelta | None
"""timedelta: a day relative to today. None: nothing is there."""


def parse_value(name: str, kind: Kind, choices: tuple[str, ...], text: str) -> Value:
    """The value of a field as it was typed. BadInput."""
    if text.lower() in NONE and text.lower() not in choices:
        return None
    match kind:
        case Kind.TEXT:
            return folded(text)
        case Kind.CHOICE:
            if text.lower() not in choices:
                raise BadInput(f"“{name}” knows no “{text[:30]}”", hint=f"one of {', '.join(choices)}")
            return text.lower()
        case Kind.NUMBER:
            if not _NUMBER.fullmatch(text):
                raise BadInput(f"“{name}” is compared with a number, not “{text[:30]}”", hint=f"like {name}>10")
            return int(text)
        case Kind.DURATION:
            return parse_duration(text)
        case Kind.RATE:
            return parse_rate(text)
        case Kind.SIZE:
            return parse_size(text)
        case Kind.DAY:
            return _day(text)


def _day(text: str) -> date | timedelta:
    if text.lower() == "today":
        return timedelta()
    relative = _RELATIVE.fullmatch(text)
    if relative:
        days = int(relative[2])
        return timedelta(days=days if relative[1] == "+" else -days)
    try:
        return parse_day(text)
    except BadInput:
        raise BadInput(f"“{text[:30]}” is not a day", hint="like 2026-12-31, today, +7d or -3d") from None


def resolved(value: Value, today: date) -> str | int | date | None:
    """The value with days that were relative made absolute; beyond the calendar its first or last day."""
    if not isinstance(value, timedelta):
        return value
    try:
        return today + value
    except OverflowError:
        return date.max if value > timedelta() else date.min


def like(pattern: str) -> re.Pattern[str]:
    """What a folded text field has to match whole, for a pattern with `*`."""
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def fits(op: str, wanted: str | int | date | None, seen: object) -> bool:
    """Whether what a row holds fits one wanted value. Text is folded here; a tuple fits if one of its items does."""
    if isinstance(seen, (tuple, frozenset)):
        return wanted is None if not seen else any(fits(op, wanted, each) for each in seen)
    if seen is None or seen == "":
        return wanted is None
    if wanted is None:
        return False
    if isinstance(seen, str):
        text, pattern = folded(seen), str(wanted)
        if op == "=" or not isinstance(wanted, str):
            return text == pattern
        return like(pattern).fullmatch(text) is not None if "*" in pattern else pattern in text
    return _compared(op, wanted, seen)


def _compared(op: str, wanted: object, seen: object) -> bool:
    if isinstance(seen, date) != isinstance(wanted, date) or isinstance(wanted, str):
        return False
    difference = _difference(seen, wanted)
    match op:
        case ">":
            return difference > 0
        case ">=":
            return difference >= 0
        case "<":
            return difference < 0
        case "<=":
            return difference <= 0
    return difference == 0


def _difference(seen: object, wanted: object) -> float:
    if isinstance(seen, date) and isinstance(wanted, date):
        return (seen - wanted).days
    assert isinstance(seen, (int, float))
    assert isinstance(wanted, (int, float))
    return seen - wanted
