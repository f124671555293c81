"""The filter language as SQL, for the fields that the database knows (`domain.customer_fields`)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from radiusbridge.db import search
from radiusbridge.db.search import ESCAPE, escaped
from radiusbridge.db.tables import customer, hold, profile, server
from radiusbridge.db.types import NAME_LIMIT
from radiusbridge.domain.days import start_of
from radiusbridge.domain.filter_values import Value, resolved
from radiusbridge.domain.filters import All, Either, Node, Not, Op, Term, Word
from radiusbridge.domain.records import Customer
from radiusbridge.domain.text import folded as fold

Texts = tuple[str, ...]
"""Texts that have to occur together."""
NONE: Mapping[Texts, str] = {}
HAYSTACK = (
    "number",
    "username",
    "name",
    "phone",
    "address",
    "area",
    "odp",
    "vlan",
    "note",
    "caller_id",
    "static_address",
    "exempt",
)
"""The customer's fields in which words are looked for: the lines of the haystack, in this order."""
HAYSTACK_FIELDS = {
    "phone": "phone",
    "address": "address",
    "area": "area",
    "odp": "odp",
    "vlan": "vlan",
    "note": "note",
    "caller": "caller_id",
    "static": "static_address",
    "exempt": "exempt",
}


class line_of(GenericFunction[str]):  # noqa: N801 - its name in SQL
    """line_of(haystack, number, column): the line of that column, counted from 0; `db.engines` teaches it to SQLite."""

    inherit_cache = True


@compiles(line_of, "postgresql")
def _split_part(element: Any, compiler: Any, **options: Any) -> str:
    text, number, _ = (compiler.process(clause, **options) for clause in element.clauses)
    return f"split_part({text}, chr(10), {number} + 1)"


@compiles(line_of, "sqlite")
def _native(element: Any, compiler: Any, **options: Any) -> str:
    """What is printable ASCII is folded by SQLite itself, ten times faster than by asking Python."""
    text, number, raw = (compiler.process(clause, **options) for clause in element.clauses)
    value = f"coalesce({raw}, '')"
    return f"CASE WHEN {value} GLOB '*[^ -~]*' THEN line_of({text}, {number}) ELSE lower({value}) END"


_KEYS: Mapping[str, ColumnElement[Any]] = {
    "number": customer.c.number_key,
    "user": customer.c.username_key,
    "name": customer.c.name_key,
}
_LINES = {name: HAYSTACK.index(column) for name, column in HAYSTACK_FIELDS.items()}
_DAYS: Mapping[str, ColumnElement[Any]] = {"paid": customer.c.paid_until, "promise": customer.c.promise_until}


def haystack(record: Customer) -> str:
    """The lines in which a customer is looked for, folded."""
    return "\n".join(fold(getattr(record, name) or "").replace("\n", " ") for name in HAYSTACK) + search.AFTER


def texts(node: Node) -> frozenset[Texts]:
    """What the filter looks for in the haystack and an index can find; texts that have to occur together, together."""
    match node:
        case Not(inner):
            return texts(inner)
        case Word():
            return frozenset({_together((node,))} - {()})
        case All(nodes):
            return frozenset({_together(nodes)} - {()}).union(*map(texts, nodes))
        case Either(nodes):
            return frozenset().union(*map(texts, nodes))
        case Term():
            return frozenset((piece,) for value in node.values if (piece := _piece(node, value)))


def words_only(node: Node) -> Texts:
    """The texts, if the filter asks for nothing but these; none, if it asks for anything else."""
    nodes = node.nodes if isinstance(node, All) else (node,)
    return _together(nodes) if all(isinstance(each, Word) and search.indexable(_word(each)) for each in nodes) else ()


def _together(nodes: tuple[Node, ...]) -> Texts:
    """The texts that have to be there where all the nodes hold."""
    found = {_word(each) for each in nodes if isinstance(each, Word)}
    found |= {_piece(each, each.values[0]) for each in nodes if isinstance(each, Term) and len(each.values) == 1}
    return search.together(found)


def _word(word: Word) -> str:
    return fold(word.text)[:NAME_LIMIT]


def condition(node: Node, today: date, zone: tzinfo | None, rare: Mapping[Texts, str] = NONE) -> ColumnElement[bool]:
    """The customers that fit. today: of that zone, for relative days; rare: of `texts`, those to look up in SQLite's
    index instead of in the rows, and how (`search.found_by`)."""
    match node:
        case Word():
            wanted = (_word(node),)
            return search.by_index(wanted, rare[wanted]) if wanted in rare else search.by_rows(wanted)
        case Not(inner):
            return not_(condition(inner, today, zone, rare))
        case All(nodes):
            together = _together(nodes)
            if together not in rare:
                return and_(true(), *(condition(each, today, zone, rare) for each in nodes))
            rest = [each for each in nodes if not isinstance(each, Word) or _word(each) not in together]
            return and_(search.by_index(together, rare[together]), *(condition(each, today, zone) for each in rest))
        case Either(nodes):
            return or_(false(), *(condition(each, today, zone, rare) for each in nodes))
        case Term():
            return or_(false(), *(_narrowed(node, value, today, zone, rare) for value in node.values))


def _narrowed(
    term: Term, value: Value, today: date, zone: tzinfo | None, rare: Mapping[Texts, str]
) -> ColumnElement[bool]:
    found = _term(term, value, today, zone)
    piece = _piece(term, value)
    return search.by_index((piece,), rare[piece,]) & found if (piece,) in rare else found


def _piece(term: Term, value: Value) -> str:
    """The longest text that has to stand in the haystack where this field holds the value; empty: none, or short."""
    name = term.field.name
    if value is None or (name not in _LINES and name not in _KEYS):
        return ""
    text = str(value)
    piece = text if term.op is Op.IS else max(text.split("*"), key=len)
    # A haystack's lines are the fields, so that a line's end in a name is a space there.
    return piece if search.indexable(piece) and "\n" not in piece else ""


def _term(term: Term, value: Value, today: date, zone: tzinfo | None) -> ColumnElement[bool]:
    name = term.field.name
    exact = term.op is Op.IS or bool(term.field.choices)
    wanted = resolved(value, today)
    if name in _DAYS:
        return _day(_DAYS[name], term.op, wanted, zone)
    if name == "hold":
        open_hold = hold.c.closed_at.is_(None) & (hold.c.customer_id == customer.c.id)
        any_hold = exists().where(open_hold)
        return not_(any_hold) if wanted is None else exists().where(open_hold, hold.c.kind == wanted)
    if name == "access":
        held = exists().where(hold.c.closed_at.is_(None), hold.c.customer_id == customer.c.id)
        return held if wanted == "held" else not_(held)
    if name in {"profile", "server"}:
        table, column = (profile, customer.c.profile_id) if name == "profile" else (server, customer.c.server_id)
        return column.in_(select(table.c.id).where(_text(table.c.name_key, wanted, exact=exact)))
    if name in _KEYS:
        return _text(_KEYS[name], wanted, exact=exact)
    if name == "service":
        return customer.c.service == wanted if wanted is not None else false()
    return _line(_LINES[name], wanted, exact=exact)


def _line(number: int, wanted: object, *, exact: bool) -> ColumnElement[bool]:
    """What a line of the haystack says; looked at only where the haystack holds the text at all."""
    found = _text(func.line_of(customer.c.haystack, number, customer.c[HAYSTACK[number]]), wanted, exact=exact)
    pieces = max(str(wanted).split("*"), key=len) if wanted is not None and not exact else str(wanted or "")
    return customer.c.haystack.like(f"%{escaped(pieces)}%", escape=ESCAPE) & found if pieces else found


def _text(key: ColumnElement[Any], wanted: object, *, exact: bool) -> ColumnElement[bool]:
    if wanted is None:
        return key == ""
    pattern = str(wanted)
    if exact:
        return key == pattern
    if "*" in pattern:
        return key.like("%".join(map(escaped, pattern.split("*"))), escape=ESCAPE) & (key != "")
    return key.like(f"%{escaped(pattern)}%", escape=ESCAPE) & (key != "")


def _day(column: ColumnElement[Any], op: Op, wanted: object, zone: tzinfo | None) -> ColumnElement[bool]:
    """Compare the day that a moment falls in: from its first moment to the next day's."""
    if not isinstance(wanted, date):
        return column.is_(None)
    first, after = _moment(wanted, zone), _moment(wanted + timedelta(days=1) if wanted < date.max else wanted, zone)
    known = column.is_not(None)
    match op:
        case Op.MORE:
            return known & (column >= after)
        case Op.LEAST:
            return known & (column >= first)
        case Op.LESS:
            return known & (column < first)
        case Op.MOST:
            return known & (column < after)
    return known & (column >= first) & (column < after)


def _moment(day: date, zone: tzinfo | None) -> datetime:
    try:
        return start_of(day, zone)
    except (OverflowError, ValueError):  # the first or last day of the calendar, east or west of Greenwich
        return start_of(min(max(day, date(2, 1, 1)), date(9998, 12, 31)), zone)
