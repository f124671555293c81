"""What the terminal shows already is not sent again: of each update only the cells that differ, in the fewest octets.

Textual sends whole lines with the full style of every segment: 7 KB for one line of scrolling at 80x24, which is felt
over SSH. A canvas remembers what was sent and where.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size

_NEAR = 5
"""Unchanged cells that cost less to send again than to step over."""
_TAIL = ""
"""What stands in the second cell of a wide character."""

Look = tuple[str, str, str]
"""SGR parameters: attributes, foreground, background."""
Cell = tuple[str, Look]
_PLAIN: Look = ("", "", "")


class Ready(CompositorUpdate):
    """An update of which the octets are known."""

    def __init__(self, octets: str) -> None:
        self._octets = octets

    def render_segments(self, console: object) -> str:  # noqa: ARG002 - as Textual's
        """They."""
        return self._octets


class Canvas:
    """The cells of a terminal, as far as they are known."""

    def __init__(self) -> None:
        self._size = Size(0, 0)
        self._rows: list[list[Cell | None]] = []

    def forget(self) -> None:
        """Something else may have written there."""
        self._rows = [[None] * self._size.width for _ in range(self._size.height)]

    def paint(self, update: LayoutUpdate | ChopsUpdate, size: Size, colours: ColorSystem) -> str:
        """What has to be sent for it; from then on it counts as shown."""
        if size != self._size:
            self._size = size
            self.forget()
        changed: dict[int, list[Cell | None]] = {}
        for x, y, segments in _pieces(update):
            if 0 <= y < size.height:
                row = changed.setdefault(y, list(self._rows[y]))
                _put(row, x, _cells(segments, colours)[: size.width - x])
        pen = _Pen()
        for y in sorted(changed):
            before, after = self._rows[y], changed[y]
            if before != after:
                for start, end in _runs(before, after):
                    pen.write(y, start, after[start:end])
                self._rows[y] = after
        return pen.done()


def _pieces(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Iterable[Segment]]]:
    """(x, y, segments) as Textual's own `render_segments` places them."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            yield update.region.x, y, [segment for strip in line for segment in strip]
        return
    for y, left, right in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > right or end <= left:
                continue
            yield x, y, strip if end <= right else strip.crop(0, min(end, right) - x)


def _put(row: list[Cell | None], x: int, cells: list[Cell]) -> None:
    """As a terminal does: the other half of a wide character that is overwritten becomes a blank."""
    end = x + len(cells)
    for half, at in ((x, x - 1), (end, end)):
        cell, blank = (row[half], row[at]) if half < len(row) and cells else (None, None)
        if cell is not None and blank is not None and cell[0] == _TAIL:
            row[at] = " ", blank[1]
    row[x:end] = cells


def _cells(segments: Iterable[Segment], colours: ColorSystem) -> list[Cell]:
    """One for each column."""
    cells: list[Cell] = []
    for text, style, control in segments:
        look = _look(style, colours)
        if control:
            continue
        if text.isascii():
            cells += [(char, look) for char in text]
            continue
        for char in text:
            width = get_character_cell_size(char)
            if width:
                cells += [(char, look), *[(_TAIL, look)] * (width - 1)]
            elif cells:
                last = -1 if cells[-1][0] or len(cells) == 1 else -2
                cells[last] = (cells[last][0] + char, look)
    return cells


def _odd(row: list[Cell | None]) -> bool:
    """Whether terminals may disagree about where its characters stand."""
    return any(cell is not None and len(cell[0]) != 1 for cell in row)


def _runs(before: list[Cell | None], after: list[Cell | None]) -> Iterator[tuple[int, int]]:
    """(start, end) of what differs; a row with wide or combined characters as a whole."""
    if _odd(before) or _odd(after):
        yield 0, len(after)
        return
    start = end = -1
    for at, (old, new) in enumerate(zip(before, after, strict=True)):
        if old == new:
            continue
        like = None if new is None else new[1]
        if start >= 0 and at - end <= _NEAR and all(cell is not None and cell[1] == like for cell in after[end:at]):
            end = at + 1
            continue
        if start >= 0:
            yield start, end
        start, end = at, at + 1
    if start >= 0:
        yield start, end


class _Pen:
    """Octets, with no more changes of style and place than are needed."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._look = _PLAIN
        self._at = (-1, -1)

    def write(self, y: int, x: int, cells: list[Cell | None]) -> None:
        """Cells from (x, y) on."""
        self._go(y, x)
        for char, look in (cell or (" ", _PLAIN) for cell in cells):
            self._take(look)
            self._said.append(char)
        self._at = (y, x + len(cells))

    def _go(self, y: int, x: int) -> None:
        row, column = self._at
        if row == y and column <= x:
            self._said.append(f"\x1b[{x - column}C" if x > column else "")
        else:
            self._said.append(f"\x1b[{y + 1};{x + 1}H")

    def _take(self, look: Look) -> None:
        if look is self._look or look == self._look:
            return
        words = []
        if look[0] != self._look[0]:
            words = [each for each in ("0", *look) if each]
        else:
            words += [look[1] or "39"] if look[1] != self._look[1] else []
            words += [look[2] or "49"] if look[2] != self._look[2] else []
        self._look = look
        self._said.append(f"\x1b[{';'.join(words)}m")

    def done(self) -> str:
        """All of it; the style is as it was."""
        self._take(_PLAIN)
        return "".join(self._said)


@lru_cache(4096)
def _look(style: Style | None, colours: ColorSystem) -> Look:
    if style is None:
        return _PLAIN
    fore = () if style.color is None else style.color.downgrade(colours).get_ansi_codes()
    back = () if style.bgcolor is None else style.bgcolor.downgrade(colours).get_ansi_codes(foreground=False)
    return style.without_color._make_ansi_codes(colours), ";".join(fore), ";".join(back)  # noqa: SLF001 - as Textual's
