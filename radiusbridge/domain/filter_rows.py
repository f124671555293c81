"""Whether a row fits a filter. Pure: the same answer as the database gives for what it can be asked."""

from collections.abc import Callable
from datetime import date

from radiusbridge.domain.filter_values import fits, resolved
from radiusbridge.domain.filters import All, Either, Node, Not, Op, Term, Word
from radiusbridge.domain.text import folded

Look = Callable[[str], object]
"""A field's value of one row: text, number, day, a tuple of these, or None; under `""` all its words as one text."""


def matches(node: Node, look: Look, today: date) -> bool:
    """Whether the row holds what the filter asks for."""
    match node:
        case Word(text):
            return folded(text) in folded(str(look("") or ""))
        case Term(field, op, values):
            seen = look(field.name)
            exact = Op.IS if op is Op.HOLDS and field.choices else op
            return any(fits(exact, resolved(value, today), seen) for value in values)
        case Not(inner):
            return not matches(inner, look, today)
        case All(nodes):
            return all(matches(each, look, today) for each in nodes)
        case Either(nodes):
            return any(matches(each, look, today) for each in nodes)
