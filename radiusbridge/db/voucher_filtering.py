"""What a filter of vouchers asks, as far as SQL tells it: every voucher that fits meets it, and others may."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import ColumnElement, and_, literal_column, or_

from radiusbridge.db.search import ESCAPE, escaped
from radiusbridge.db.voucher_count_tables import state_of
from radiusbridge.db.voucher_tables import voucher
from radiusbridge.domain.days import start_of
from radiusbridge.domain.filter_values import Kind, resolved
from radiusbridge.domain.filters import All, Node, Op, Term, Word
from radiusbridge.domain.text import folded
from radiusbridge.domain.verdict import Verdict

_v = voucher.c
_DATES: Mapping[str, ColumnElement[datetime]] = {
    "drawn": _v.drawn_at,
    "written": _v.written_at,
    "read": _v.read_at,
    "printed": _v.printed_at,
    "sold": _v.sold_at,
    "login": _v.first_login_at,
    "expires": _v.expires_at,
    "expired": _v.expired_at,
    "void": _v.void_at,
}
_STATE: ColumnElement[str] = literal_column(state_of("voucher"))
_FAILED: ColumnElement[bool] = _v.verdict == literal_column("'FAILED'")
"""Also of a state, but for void ones. The word stands in the statement, so that the index of these serves it; a
condition written out whole would be compared with 1 on SQLite, which no index knows."""
_DAY = timedelta(days=1)


def necessary(node: Node, words: str, today: date, zone: tzinfo | None) -> tuple[ColumnElement[bool], ...]:
    """Conditions on the vouchers of a batch whose own words are these. today: of that zone."""
    nodes = node.nodes if isinstance(node, All) else (node,)
    return tuple(condition for each in nodes for condition in _of(each, folded(words), today, zone))


def _of(node: Node, words: str, today: date, zone: tzinfo | None) -> Iterator[ColumnElement[bool]]:
    if isinstance(node, Word) and folded(node.text) not in words:
        yield from _code(node.text)
    if not isinstance(node, Term):
        return
    values = [resolved(value, today) for value in node.values]
    name = node.field.name
    exact = node.op in {Op.HOLDS, Op.IS}
    if name in {"state", "verdict"} and exact and values == ["failed"]:
        yield _FAILED
    elif name == "state" and exact:
        yield _STATE.in_([str(value) for value in values])
    elif name == "verdict" and exact and None not in values:
        yield _v.verdict.in_([Verdict(str(value).upper()) for value in values])
    elif name == "code" and len(values) == 1 and isinstance(values[0], str):
        yield from _code(values[0])
    elif node.field.kind is Kind.DAY and all(type(value) is date for value in values):
        days = [value for value in values if type(value) is date]
        yield or_(*(_on(_DATES[name], node.op, value, zone) for value in days))


def _code(text: str) -> Iterator[ColumnElement[bool]]:
    """What is shown of a code has blanks or dashes between its signs; letters and digits are looked for in the code."""
    if text.isalnum() and text.isascii():
        yield _v.code_key.like(f"%{escaped(folded(text))}%", escape=ESCAPE)


def _on(column: ColumnElement[datetime], op: Op, day: date, zone: tzinfo | None) -> ColumnElement[bool]:
    if not date.min + _DAY < day < date.max - _DAY:
        return column.is_not(None)
    begins, after = start_of(day, zone), start_of(day + _DAY, zone)
    match op:
        case Op.MORE:
            return column >= after
        case Op.LEAST:
            return column >= begins
        case Op.LESS:
            return column < begins
        case Op.MOST:
            return column < after
    return and_(column >= begins, column < after)
