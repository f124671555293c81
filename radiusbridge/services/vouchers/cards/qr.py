"""QR codes (ISO/IEC 18004) as rows of dark and light, and as text for a terminal."""

from functools import lru_cache

QUIET = 4
"""Light modules around a symbol, as ISO/IEC 18004 asks for them."""
NARROW = 2
"""The same on a screen, where every column counts; cameras do with it."""
Matrix = tuple[bytes, ...]
"""Rows of modules, 1 is dark."""


@lru_cache(maxsize=4)
def matrix(content: str, quiet: int = QUIET) -> Matrix:
    """The symbol, error correction M, with its quiet zone."""
    import segno

    rows = segno.make_qr(content, error="m", boost_error=False).matrix
    edge = bytes(quiet)
    blank = bytes(len(rows) + 2 * quiet)
    return (*[blank] * quiet, *(edge + bytes(row) + edge for row in rows), *[blank] * quiet)


def runs(rows: Matrix) -> list[tuple[int, int, int]]:
    """(column, row, length) of the dark stretches."""
    found = []
    for y, row in enumerate(rows):
        at = row.find(1)
        while at >= 0:
            end = row.find(0, at)
            end = len(row) if end < 0 else end
            found.append((at, y, end - at))
            at = row.find(1, end)
    return found


_HALVES = " ▀▄█"


def half_blocks(content: str, *, light_ink: bool = False) -> list[str]:
    """Two rows of modules in each line of text. light_ink: for a terminal that writes light on dark, and no colours."""
    rows = matrix(content, NARROW)
    if len(rows) % 2:
        rows = (*rows, bytes(len(rows[0])))
    flip = 3 if light_ink else 0
    return [
        "".join(_HALVES[(top | bottom << 1) ^ flip] for top, bottom in zip(rows[at], rows[at + 1], strict=True))
        for at in range(0, len(rows), 2)
    ]


def ascii_blocks(content: str, *, light_ink: bool = False) -> list[str]:
    """The same where there are no blocks: two signs for each module."""
    dark, light = ("  ", "##") if light_ink else ("##", "  ")
    return ["".join(dark if module else light for module in row) for row in matrix(content, NARROW)]
