"""A series of figures as one line of blocks. Pure."""

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
GAP = "·"
"""Where nothing is known."""


def spark(series: Sequence[float | None], width: int) -> str:
    """The series in `width` characters, the newest at the right. The height is that of the highest; 0 is the lowest.

    A longer series is drawn in equal pieces, each with the mean of what is known of it.
    """
    if width <= 0 or not series:
        return GAP * max(0, width)
    pieces = [_mean(piece) for piece in _pieces(series, width)]
    most = max((value for value in pieces if value is not None), default=0.0)
    return "".join(GAP if value is None else _block(value, most) for value in pieces)


def _pieces(series: Sequence[float | None], width: int) -> list[Sequence[float | None]]:
    count = len(series)
    if count <= width:
        return [(None,)] * (width - count) + [(value,) for value in series]
    return [series[at * count // width : (at + 1) * count // width] for at in range(width)]


def _mean(piece: Sequence[float | None]) -> float | None:
    known = [value for value in piece if value is not None]
    return sum(known) / len(known) if known else None


def _block(value: float, most: float) -> str:
    if most <= 0 or value <= 0:
        return BLOCKS[0]
    return BLOCKS[min(len(BLOCKS) - 1, int(value / most * len(BLOCKS)))]
