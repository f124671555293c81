"""Whether a row fits a filter. Pure: the same answer as the database gives for what it can be asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from radiusbridge.domain.filter_values import fits, resolved
from radiusbridge.domain.filters import All, Either, Node, Not, Op, Term, Word
from radiusbridge.domain.text import folded

Look = Callable[[str], object]
"""A field's value of one row: text, number, day, a tuple of these, None, or `Partly`; under `""` all its words as one
text."""


@dataclass(frozen=True, slots=True)
class Partly:
    """A field that was not read to its end: it holds these, and may hold more."""

    seen: tuple[object, ...] = ()


def matches(node: Node, look: Look, today: date) -> bool:
    """Whether the row holds what the filter asks for; False as well where that cannot be told."""
    return decided(node, look, today) is True


def decided(node: Node, look: Look, today: date) -> bool | None:
    """Whether the row holds what the filter asks for; None: it hangs on what was not read (Kleene's three values)."""
    match node:
        case Word(text):
            return folded(text) in folded(str(look("") or ""))
        case Term():
            return _term(node, look(node.field.name), today)
        case Not(inner):
            said = decided(inner, look, today)
            return None if said is None else not said
        case All(nodes):
            answers = [decided(each, look, today) for each in nodes]
            return False if False in answers else None if None in answers else True
        case Either(nodes):
            answers = [decided(each, look, today) for each in nodes]
            return True if True in answers else None if None in answers else False


def _term(term: Term, seen: object, today: date) -> bool | None:
    exact = Op.IS if term.op is Op.HOLDS and term.field.choices else term.op
    wanted = [resolved(value, today) for value in term.values]
    if not isinstance(seen, Partly):
        return any(fits(exact, value, seen) for value in wanted)
    if any(value is not None and fits(exact, value, seen.seen) for value in wanted):
        return True
    return False if seen.seen and all(value is None for value in wanted) else None
