"""Query words of print: `?name`, `?-name`, `?name=x`, `?<name=x`, `?>name=x` and the operations `?#`."""

from collections.abc import Callable, Mapping

from radiusbridge.simulator.values import duration_seconds

Row = Mapping[str, str]
Bound = dict[str, frozenset[str]]
"""Values by property: rows in which none of the properties has one of its values cannot match."""
_BOOLEANS = {"yes": "true", "no": "false"}


def _order(left: str, right: str) -> int:
    """Compare as numbers, else as durations, else as text: -1, 0 or 1."""
    try:
        a, b = float(left), float(right)
    except ValueError:
        try:
            a, b = duration_seconds(left), duration_seconds(right)
        except ValueError:
            return (left > right) - (left < right)
    return (a > b) - (a < b)


def _equal(value: str | None, wanted: str) -> bool:
    if value is None:
        return False
    return value == wanted or (value in ("true", "false") and _BOOLEANS.get(wanted) == value)


def _condition(word: str) -> Callable[[Row], bool]:
    """The test that one query word (without `?`) stands for."""
    sign = word[:1]
    body = word[1:] if sign in ("-", "<", ">", "=") else word
    name, has_value, wanted = body.partition("=")
    if sign == "-":
        return lambda row: name not in row
    if not has_value:
        return lambda row: name in row
    if sign == "<":
        return lambda row: name in row and _order(row[name], wanted) < 0
    if sign == ">":
        return lambda row: name in row and _order(row[name], wanted) > 0
    return lambda row: _equal(row.get(name), wanted)


def _operate(stack: list[bool], operations: str) -> None:
    """Carry out the letters of one `?#` word on the stack."""
    index = ""
    for letter in operations:
        if letter.isdigit():
            index += letter
            continue
        if letter == ".":
            stack.append(stack[-1 - int(index)] if index else stack[-1])
        elif letter == "!":
            stack[-1] = not stack[-1]
        else:
            right, left = stack.pop(), stack.pop()
            stack.append(left and right if letter == "&" else left or right)
        index = ""


def compile_query(words: list[str]) -> Callable[[Row], bool] | None:
    """The filter that these query words make (each with its `?`), or None without any; IndexError for a bad `?#`."""
    if not words:
        return None
    steps: list[Callable[[Row], bool] | str] = [
        word[2:] if word.startswith("?#") else _condition(word[1:]) for word in words
    ]
    if len(steps) == 1 and not isinstance(steps[0], str):
        return steps[0]

    def matches(row: Row) -> bool:
        stack: list[bool] = []
        for step in steps:
            if isinstance(step, str):
                _operate(stack, step)
            else:
                stack.append(step(row))
        return all(stack)

    return matches


def bound_of(words: list[str]) -> Bound | None:
    """The narrowest bound that these query words put on rows, or None where they may let any row through.

    Booleans may be asked for by either spelling, so the other one is in the bound, too.
    """
    stack: list[Bound | None] = []
    for word in words:
        if word.startswith("?#"):
            if not _combine(stack, word[2:]):
                return None
            continue
        body = word[1:].removeprefix("=")
        name, has_value, wanted = body.partition("=")
        plain = has_value and word[1:2] not in ("-", "<", ">")
        stack.append({name: frozenset({wanted, _BOOLEANS.get(wanted, wanted)})} if plain else None)
    return min((bound for bound in stack if bound is not None), key=_size, default=None)


def _combine(stack: list[Bound | None], operations: str) -> bool:
    """Carry out one `?#` word on bounds; False for what only rows can tell: copies, indexes, a bad stack."""
    for letter in operations:
        if letter == "!" and stack:
            stack[-1] = None
        elif letter in "&|" and len(stack) > 1:
            right, left = stack.pop(), stack.pop()
            stack.append(_both(left, right) if letter == "&" else _either(left, right))
        else:
            return False
    return True


def _both(left: Bound | None, right: Bound | None) -> Bound | None:
    if left is None or right is None:
        return left if right is None else right
    return min(left, right, key=_size)


def _either(left: Bound | None, right: Bound | None) -> Bound | None:
    if left is None or right is None:
        return None
    return {name: left.get(name, frozenset()) | right.get(name, frozenset()) for name in left | right}


def _size(bound: Bound) -> tuple[bool, int]:
    """Few values are narrow, and a boolean never is."""
    values = frozenset[str]().union(*bound.values())
    return bool(values & _BOOLEANS.keys()), len(values)
