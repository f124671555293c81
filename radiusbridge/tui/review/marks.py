"""The rows that an operator has marked."""

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from radiusbridge.tui.rows import WARN, Cell

R = TypeVar("R")


class Marks(Generic[R]):
    """By what makes a row the same row again. of: that of a line; several lines may be one row."""

    def __init__(self, of: Callable[[R], Hashable]) -> None:
        self._of = of
        self._marked: dict[Hashable, R] = {}

    def __len__(self) -> int:
        return len(self._marked)

    def __contains__(self, row: R) -> bool:
        return self._of(row) in self._marked

    def toggle(self, row: R) -> None:
        """Mark it, or unmark it."""
        if self._marked.pop(self._of(row), None) is None:
            self._marked[self._of(row)] = row

    def all_or_none(self, rows: Iterable[R]) -> None:
        """Mark all of these; where all are marked, unmark them."""
        by_key = {self._of(row): row for row in rows}
        if by_key.keys() <= self._marked.keys():
            for key in by_key:
                del self._marked[key]
        else:
            self._marked |= by_key

    def clear(self) -> None:
        """Unmark everything."""
        self._marked.clear()

    def rows(self, otherwise: R | None) -> list[R]:
        """The marked ones, each once; where none is marked, the one that is given."""
        return list(self._marked.values()) or ([] if otherwise is None else [otherwise])

    def cell(self, row: R) -> Cell:
        """The sign in the list."""
        return ("■", WARN) if row in self else (" ", WARN)
