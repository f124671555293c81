"""What one list shows: its fields by name, its columns, and the text of a line. Pure."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from radiusbridge.tui import formats
from radiusbridge.tui.language import Noun, _
from radiusbridge.tui.looks import BREAKPOINTS, PANE
from radiusbridge.tui.rows import PLAIN, Cell, Column, Whole
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.domain.filters import Vocabulary

R = TypeVar("R")


def list_room(width: int) -> int:
    """Cells of a list on a screen of that width, beside the detail (`looks`) and the scroll bar."""
    return (max(width - PANE, width * 3 // 5) if width >= BREAKPOINTS[-1][0] else width) - 1


@dataclass(frozen=True, slots=True)
class Col(Generic[R]):
    """A column. name: the field that it is sorted by; draw: the cell, where it is not just the field's text.

    from_width, to_width: the columns of the screen from which on, and below which, it is shown.
    """

    name: str
    title: str
    width: int
    share: int = 0
    from_width: int = 0
    to_width: int = 10_000
    draw: Callable[[R], Cell] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """By which field, and which way."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Sheet(Generic[R]):
    """look: a field's value of a row, as `domain.filter_rows.Look`. key: what makes a row the same row again."""

    noun: Noun
    vocabulary: "Vocabulary"
    look: Callable[[R, str], object]
    key: Callable[[R], Hashable]
    columns: tuple[Col[R], ...]
    order: Order
    empty: str = ""
    """What stands in the list when there is nothing at all."""
    sortable: tuple[str, ...] = ()
    """Fields that it can be sorted by; empty: all that have a column."""
    weigh: Callable[[R, str], object] | None = None
    """What a field is sorted by, where that is not its value."""
    moments: Mapping[str, Callable[[R], datetime | None]] = field(default_factory=dict)
    """Of fields that are filtered by the day: the moment, which they are sorted by and which files have."""
    whole: Callable[[R], Whole | None] | None = None
    """The line of a row that keeps to no columns."""
    marked_by: Callable[[R], Hashable] | None = None
    """What is marked with a row, where several lines are marked as one."""
    chosen: dict[str, bool] = field(default_factory=dict)
    """Columns that the operator wants to see (True) where the width of the screen would leave them out, or not to see
    at all."""
    _shown: dict[object, tuple[Col[R], ...]] = field(default_factory=dict)
    """What `shown` found last: every line asks."""

    def mark_key(self, row: R) -> Hashable:
        """What a mark of that row holds."""
        return (self.marked_by or self.key)(row)

    def shown(self, width: int) -> tuple[Col[R], ...]:
        """The columns that a screen of that width shows: the usual ones, less those that are hidden, and those that are
        chosen beside them."""
        key = width, tuple(self.chosen.items())
        if key not in self._shown:
            self._shown.clear()
            self._shown[key] = self._fitted(self._wanted(width), width)
        return self._shown[key]

    def _wanted(self, width: int) -> list[Col[R]]:
        """Whether there is room for them or not."""
        usual = [each for each in self.columns if each.from_width <= width < each.to_width]
        found = [each for each in usual if self.chosen.get(each.name, True)] or usual
        names = {each.name for each in usual}
        for each in self.columns:
            if self.chosen.get(each.name) and each.name not in names:
                found.append(each)
                names.add(each.name)
        return sorted(found, key=self.columns.index)

    def _fitted(self, found: list[Col[R]], width: int) -> tuple[Col[R], ...]:
        """As many of them as there is room for: what needs the widest screen goes first, then wide forms get narrow."""
        while sum(each.width + 1 for each in found) - 1 > list_room(width):
            least = max(found, key=lambda each: (self._least_width(each, width), found.index(each)))
            wide = [each for each in found if self._narrow(each).width < each.width]
            if self._least_width(least, width):
                found.remove(least)
            elif wide:
                found[found.index(wide[-1])] = self._narrow(wide[-1])
            else:
                break
        return tuple(found)

    def _narrow(self, column: Col[R]) -> Col[R]:
        return min((each for each in self.columns if each.name == column.name), key=lambda each: each.width)

    def _least_width(self, column: Col[R], width: int) -> int:
        """The columns of a screen from which on it is shown in any form; 0: always, or because it was chosen there."""
        least = min(each.from_width for each in self.columns if each.name == column.name)
        return 0 if self.chosen.get(column.name) and least <= width else least

    def line(self, row: R, width: int) -> tuple[Cell, ...]:
        """The cells of a row."""
        if self.whole is not None and (found := self.whole(row)) is not None:
            return found
        return tuple(
            each.draw(row) if each.draw is not None else (cell(shown(self.look(row, each.name)), 120), PLAIN)
            for each in self.shown(width)
        )

    def sorted(self, rows: list[R], order: Order) -> list[R]:
        """The rows in that order; where the field is empty they are the last either way."""
        weights = [self._weight(row, order.name) for row in rows]
        said = [at for at, weight in enumerate(weights) if not _nothing(weight)]
        empty = [rows[at] for at, weight in enumerate(weights) if _nothing(weight)]
        if not _comparable({type(weights[at]) for at in said}):
            weights = [text(weight).casefold() for weight in weights]
        said.sort(key=weights.__getitem__, reverse=order.descending)
        return [rows[at] for at in said] + empty

    def _weight(self, row: R, name: str) -> Any:
        found = (self.weigh or self.look)(row, name)
        return self.moments[name](row) if isinstance(found, date) and name in self.moments else found

    def exported(self, row: R, name: str) -> str:
        """A field as a file has it."""
        moment = self.moments.get(name)
        found = self.look(row, name) if moment is None else moment(row)
        return text(found.astimezone() if isinstance(found, datetime) else found)

    def sorts_by(self, name: str) -> bool:
        """Whether it can be sorted by that field."""
        return name in self.sortable if self.sortable else any(each.name == name for each in self.columns)

    def next_order(self, order: Order, width: int) -> Order:
        """By the next column that is shown."""
        names = [each.name for each in self.shown(width) if not self.sortable or each.name in self.sortable]
        at = names.index(order.name) + 1 if order.name in names else 0
        return Order(names[at % len(names)])

    def heads(self, width: int, order: Order | None) -> tuple[Column, ...]:
        """The columns as a table draws them; the one that is sorted by carries an arrow."""
        sign = "" if order is None else "▾" if order.descending else "▴"
        return tuple(
            Column(_(each.title), each.width, each.share, sign if order and each.name == order.name else "")
            for each in self.shown(width)
        )


_BY_WORDS = (str, tuple, bool)


def _nothing(value: object) -> bool:
    return value is None or value == "" or value == ()


def _comparable(kinds: set[type]) -> bool:
    """Whether such values are in order by themselves; else by their words."""
    return kinds <= {int, float} or (len(kinds) == 1 and not any(issubclass(each, _BY_WORDS) for each in kinds))


def shown(value: object) -> str:
    """A field's value as a screen writes it; files have it as `text` does."""
    if isinstance(value, StrEnum):
        return term(value)
    if isinstance(value, datetime):
        return formats.moment(value)
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, bool):
        return term("yes") if value else ""
    return text(value)


def text(value: object) -> str:
    """A field's value in words."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "+".join(map(text, value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds" if value.microsecond else "seconds")
    return ("yes" if value else "") if isinstance(value, bool) else str(value)
