"""What a terminal shows: the few control sequences that the dashboard paints with, put into lines of text."""

import codecs
import re

_PIECE = re.compile(
    r"\x1b\[(?P<args>[?<=>]?[0-9;:]*)(?P<final>[@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[^\[\]]|[^\x1b]"
)
_BEGUN = re.compile(r"\x1b(?:\[[?<=>0-9;:]*|\][^\x07\x1b]*\x1b?)?$")


class Grid:
    """80x24 characters. touched: the lines that were written to since it was emptied."""

    def __init__(self, width: int = 80, height: int = 24) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._cells = [[" "] * width for _ in range(height)]
        self._x = self._y = 0
        self._rest = ""
        self.touched: set[int] = set()

    @property
    def lines(self) -> list[str]:
        """As they are now."""
        return ["".join(row) for row in self._cells]

    def feed(self, octets: bytes) -> None:
        """Write what came."""
        text = self._rest + self._decode(octets)
        begun = _BEGUN.search(text)
        self._rest = "" if begun is None else begun[0]
        for piece in _PIECE.finditer(text, 0, len(text) - len(self._rest)):
            if piece["final"] is not None:
                self._move(piece["final"], piece["args"])
            elif piece[0][0] != "\x1b":
                self._put(piece[0])

    def _move(self, final: str, args: str) -> None:
        numbers = [int(each) if each else 1 for each in args.split(";")] if args[:1] not in {*"?<=>"} else [1]
        if final == "H":
            self._y, self._x = numbers[0] - 1, (numbers[1] if len(numbers) > 1 else 1) - 1
        elif final == "C":
            self._x += numbers[0]

    def _put(self, char: str) -> None:
        if char in "\r\n":
            self._x, self._y = (0, self._y) if char == "\r" else (self._x, self._y + 1)
        elif self._y < len(self._cells) and self._x < len(self._cells[0]):
            self._cells[self._y][self._x] = char
            self.touched.add(self._y)
            self._x += 1
