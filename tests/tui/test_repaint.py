"""What the canvas sends leads to the same screen as what Textual would send, in far fewer octets."""

import re
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from radiusbridge.tui.repaint import Canvas

SIZE = Size(20, 4)
CONSOLE = Console(color_system="truecolor", force_terminal=True)
_TOKEN = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|(\n)|(.)", re.DOTALL)

Shown = dict[tuple[int, int], tuple[str, frozenset[str]]]


def perform(octets: str, shown: Shown) -> None:
    """What a terminal does with them (ECMA-48): CUP, CUF, SGR, text."""
    row = column = 0
    look: dict[str, str] = {}
    for words, final, newline, char in _TOKEN.findall(octets):
        if final == "H":
            row, column = (int(each) - 1 for each in words.split(";"))
        elif final == "C":
            column += int(words)
        elif final == "m":
            _turn(look, words.split(";"))
        elif char and get_character_cell_size(char):
            _overwrite(shown, row, column, char, frozenset(look.values()))
            column += get_character_cell_size(char)
        elif char:
            back = next(each for each in (1, 2) if shown[row, column - each][0])
            shown[row, column - back] = shown[row, column - back][0] + char, frozenset(look.values())
        assert not final or final in "HCm"
        assert newline in {"", "\n"}


def _overwrite(shown: Shown, row: int, column: int, char: str, look: frozenset[str]) -> None:
    """The half of a wide character whose other half is overwritten becomes a blank."""
    end = column + get_character_cell_size(char)
    for half, blank in ((column, column - 1), (end, end)):
        if shown.get((row, half), ("x", look))[0] == "":
            shown[row, blank] = " ", shown[row, blank][1]
    shown.update({(row, at): ("", look) for at in range(column, end)})
    shown[row, column] = char, look


def _turn(look: dict[str, str], words: list[str]) -> None:
    while words:
        word = words.pop(0)
        if word in {"", "0"}:
            look.clear()
        elif word in {"38", "48"}:
            look[word] = ";".join([word, *(words.pop(0) for _ in range(4))])
        elif word in {"39", "49"}:
            look.pop({"39": "38", "49": "48"}[word], None)
        elif word[0] in "34" and len(word) == 2:
            look["38" if word[0] == "3" else "48"] = word
        else:
            look[word] = word


styles = st.sampled_from(
    [None, *map(Style.parse, ("bold red", "#102030 on #405060", "on #405060", "reverse", "dim underline", "white"))]
)
words = st.text(st.sampled_from("ab ●…日e\u0301"), max_size=24)
strips = st.lists(st.tuples(words, styles), max_size=4).map(
    lambda parts: Strip([Segment(text.lstrip("\u0301"), style) for text, style in parts])
)


@st.composite
def updates(draw: st.DrawFn) -> LayoutUpdate:
    x, y = draw(st.integers(0, 12)), draw(st.integers(0, 3))
    width, height = SIZE.width - x, draw(st.integers(1, SIZE.height - y))
    lines: list[Iterable[Strip]] = [[draw(strips).adjust_cell_length(width)] for _ in range(height)]
    return LayoutUpdate(lines, Region(x, y, width, height))


def _whole(character: str) -> LayoutUpdate:
    return LayoutUpdate([[Strip([Segment(character * SIZE.width)])] for _ in range(SIZE.height)], Region(0, 0, *SIZE))


@given(st.lists(updates(), max_size=6))
def test_the_screen_is_the_one_that_textual_draws(found: list[LayoutUpdate]) -> None:
    canvas, ours, theirs = Canvas(), Shown(), Shown()
    for update in (_whole("x"), *found):
        perform(canvas.paint(update, SIZE, ColorSystem.TRUECOLOR), ours)
        perform(update.render_segments(CONSOLE), theirs)
        assert ours == theirs


def test_what_is_shown_already_is_not_sent_again() -> None:
    canvas = Canvas()
    first = canvas.paint(_whole("x"), SIZE, ColorSystem.TRUECOLOR)
    assert first.count("x") == SIZE.width * SIZE.height
    assert canvas.paint(_whole("x"), SIZE, ColorSystem.TRUECOLOR) == ""
    row = LayoutUpdate([[Strip([Segment("xxxxxxx42xxxxxxxxxxx")])]], Region(0, 2, SIZE.width, 1))
    assert canvas.paint(row, SIZE, ColorSystem.TRUECOLOR) == "\x1b[3;8H42"
    canvas.forget()
    assert canvas.paint(_whole("x"), SIZE, ColorSystem.TRUECOLOR) == first
    assert canvas.paint(_whole("x"), Size(30, 4), ColorSystem.TRUECOLOR) == first
