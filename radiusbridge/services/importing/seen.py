"""What was seen in a list of a million rows, and in which line: a few octets for each, where a dict takes a hundred."""

from array import array

_FULL = 0.6
_FIRST = 1 << 10
_MASK = (1 << 64) - 1


class Seen:
    """A table by the 64-bit hash of each text, with open addressing. Two texts of a million are taken for the same once
    in thirty million lists."""

    def __init__(self) -> None:
        self._clear(_FIRST)

    def _clear(self, size: int) -> None:
        self._keys = array("Q", bytes(8 * size))
        self._lines = array("L", bytes(array("L").itemsize * size))
        self._count = 0

    def first(self, text: str, line: int) -> int:
        """The line in which the text was seen first; 0: it is this one."""
        key = (hash(text) & _MASK) or 1
        at = self._place(key)
        if self._keys[at]:
            return self._lines[at]
        self._keys[at], self._lines[at] = key, line
        self._count += 1
        if self._count > _FULL * len(self._keys):
            self._grow()
        return 0

    def _place(self, key: int) -> int:
        keys, last = self._keys, len(self._keys) - 1
        at = key & last
        while keys[at] and keys[at] != key:
            at = (at + 1) & last
        return at

    def _grow(self) -> None:
        keys, lines, count = self._keys, self._lines, self._count
        self._clear(2 * len(keys))
        for key, line in zip(keys, lines, strict=True):
            if key:
                at = self._place(key)
                self._keys[at], self._lines[at] = key, line
        self._count = count
