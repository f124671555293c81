"""What is taken from every line before it is painted: colours, or all that is not ASCII."""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("─━═╌┄┈╴╶╼╾╸╺▔⎺⎽", "-"),
        **dict.fromkeys("│┃║╎┆┊╵╷▏▎▍▌▐▕", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬┏┓┗┛", "+"),
        **dict(zip("▁▂▃▄▅▆▇█", "_.-=+*##", strict=True)),
        **dict.fromkeys("▀▋▊▉■", "#"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("–—−", "-"),
        "✔": "+",
        "✓": "+",
        "✖": "x",
        "✗": "x",
        "●": "@",  # `*` marks a row
        "◉": "*",
        "○": "o",
        "▸": ">",
        "▾": "v",
        "▴": "^",
        "▼": "v",
        "▲": "^",
        "…": "~",
        "·": ".",
        "•": "-",
        "×": "x",
        "⚠": "!",
        "↑": "^",
        "↓": "v",
        "←": "<",
        "→": ">",
        "⏎": "<",
        "↵": "<",
        "≥": ">",
        "≤": "<",
        "\N{NO-BREAK SPACE}": " ",
    }
)
"""Each takes one cell, and so does what stands for it."""


class Colourless(LineFilter):
    """Takes every colour away and keeps bold, reverse and the like: what NO_COLOR asks for."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The segments without colours."""
        return [Segment(text, None if style is None else _bare(style), control) for text, style, control in segments]


@lru_cache(1024)
def _bare(style: Style) -> Style:
    return style.without_color


class AsciiOnly(LineFilter):
    """Puts ASCII in the place of everything else, cell by cell."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The segments in ASCII, as wide as before."""
        return [
            Segment(text if text.isascii() else in_ascii(text), style, control) for text, style, control in segments
        ]


@lru_cache(4096)
def in_ascii(text: str) -> str:
    """The text in as many cells: borders and signs as such, letters without their marks, `?` for the rest."""
    return "".join(char if char.isascii() else _stand_in(char) for char in text.translate(_SIGNS))


def _stand_in(char: str) -> str:
    room = cell_len(char)
    plain = "".join(each for each in unicodedata.normalize("NFKD", char) if each.isascii() and each.isprintable())
    return plain if plain and len(plain) == room else "?" * room
