"""Requests, or filters, out of a file's octets as they come: a blank line between two of them."""

from typing import NamedTuple

from radiusbridge.domain.errors import BadInput
from radiusbridge.radius.radclient.lines import Pair, parse_line

LONGEST_LINE = 65_536
MOST_PAIRS = 2048
"""Of one request: more than fit into a packet."""

_REMEMBERED = 4096
_LONGEST_REMEMBERED = 256


class Listed(NamedTuple):
    """One request as it is listed: its pairs with the number of their line (from 1)."""

    line: int
    pairs: list[tuple[int, Pair]]


def at_line(error: BadInput, name: str, line: int) -> BadInput:
    """The error, with the place."""
    return type(error)(error.summary, target=f"{name}:{line}", hint=error.hint)


class Reader:
    """Feed it octets; it gives what is whole, and for what cannot be read the error in its place.

    After an error it goes on behind the next blank line. name: of the file, for errors. Blank and comment lines may be
    indented, and lines may end with CR LF: radclient reads no further there, or refuses the file.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._rest = b""
        self._line = 0
        self._pairs: list[tuple[int, Pair]] = []
        self._skipping = False
        self._known: dict[bytes, tuple[Pair, ...]] = {}

    def feed(self, octets: bytes) -> list[Listed | BadInput]:
        """What these octets complete."""
        *lines, rest = (self._rest + octets).split(b"\n")
        self._rest = rest[: LONGEST_LINE + 1]  # a longer one is refused whatever follows
        return self._take(lines)

    def end(self) -> list[Listed | BadInput]:
        """What the end of the file completes."""
        last, self._rest = self._rest, b""
        return self._take([last, b""])

    def _take(self, lines: list[bytes]) -> list[Listed | BadInput]:
        found: list[Listed | BadInput] = []
        known = self._known
        for line in lines:
            self._line += 1
            pairs = known.get(line)
            if pairs is None:
                if not line or line.isspace():
                    if self._pairs:
                        found.append(Listed(self._pairs[0][0], self._pairs))
                        self._pairs = []
                    self._skipping = False
                    continue
                if self._skipping:
                    continue
                try:
                    pairs = self._parsed(line)
                except BadInput as error:
                    found.append(self._refused(error))
                    continue
            if not self._skipping:
                for pair in pairs:
                    self._pairs.append((self._line, pair))
                if len(self._pairs) > MOST_PAIRS:
                    found.append(self._refused(BadInput(f"more than {MOST_PAIRS} attributes in one request")))
        return found

    def _parsed(self, line: bytes) -> tuple[Pair, ...]:
        if len(line) > LONGEST_LINE:
            raise BadInput(f"the line has more than {LONGEST_LINE} octets")
        pairs = parse_line(line)
        if len(line) <= _LONGEST_REMEMBERED:  # most lines of a long file repeat, but not all
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[line] = pairs
        return pairs

    def _refused(self, error: BadInput) -> BadInput:
        self._pairs, self._skipping = [], True
        return at_line(error, self.name, self._line)
