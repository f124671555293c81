"""Rows of a list that are marked: what an action then hits, whatever the filter shows meanwhile."""

from collections.abc import Hashable, Iterable, Sequence

from radiusbridge.tui.rows import WARN, Cell, Column
from radiusbridge.tui.table import Line

SIGN = "*"
_HEAD = Column(SIGN, 1)


class Marks:
    """Keys of rows, in the order in which they were marked.

    whole: the filter whose whole view they are, as long as nothing else was marked or unmarked since.
    """

    def __init__(self) -> None:
        self._keys: dict[Hashable, None] = {}
        self.whole: str | None = None

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._keys

    @property
    def keys(self) -> tuple[Hashable, ...]:
        """The marked rows."""
        return tuple(self._keys)

    def toggle(self, key: Hashable) -> None:
        """Mark a row, or unmark it."""
        self.whole = None
        if key in self._keys:
            del self._keys[key]
        else:
            self._keys[key] = None

    def add_all(self, keys: Iterable[Hashable], query: str) -> None:
        """Mark all that a filter shows."""
        self.whole = None if self._keys else query
        self._keys |= dict.fromkeys(keys)

    def clear(self) -> None:
        """Unmark all."""
        self._keys.clear()
        self.whole = None

    def heads(self, columns: Sequence[Column]) -> Sequence[Column]:
        """The columns, with one for the marks while there are any."""
        return (_HEAD, *columns) if self._keys else columns

    def drawn(self, line: Line, key: Hashable) -> Line:
        """A line with its mark."""
        sign: Cell = (SIGN if key in self._keys else " ", WARN)
        return (sign, *line)
