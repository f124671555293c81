"""A series of figures as a graph of several lines of blocks. Pure."""

from collections.abc import Sequence

from radiusbridge.domain.spark import BLOCKS, GAP

IN_ASCII = str.maketrans(BLOCKS + GAP, "__::||##.")
"""For terminals that have no blocks."""


def graph(series: Sequence[float | None], width: int, height: int, most: float) -> list[str]:
    """`height` lines of `width` characters, the highest first; a column for each figure, the newest at the right.

    most: the figure that reaches the top. None: nothing was measured; a dot at the bottom.
    """
    shown = [*series[-width:]] if width > 0 else []
    columns = [*([-1.0] * (width - len(shown))), *(-2.0 if value is None else value for value in shown)]
    return ["".join(_block(value, most, height, row) for value in columns) for row in range(height - 1, -1, -1)]


def _block(value: float, most: float, height: int, row: int) -> str:
    """The part of a column in one line; row 0 is the lowest."""
    if value < 0:
        return GAP if row == 0 and value < -1 else " "
    steps = len(BLOCKS)
    full = round(value / most * height * steps) if most > 0 else 0
    full = max(full, 1)  # 0 is a figure, too
    part = min(steps, max(0, full - row * steps))
    return BLOCKS[part - 1] if part else " "
