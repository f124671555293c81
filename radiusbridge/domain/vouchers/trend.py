"""The trend of a report as a plot for a terminal: sixty columns, a scale, the days below. Pure."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from radiusbridge.domain.graph import IN_ASCII, graph
from radiusbridge.domain.vouchers.sales import Takings, short_rupiah

HEIGHT = 8
_SCALE = 9
"""Columns of the scale, with its line."""


def plot(
    trend: Sequence[Takings | None],
    first: date,
    *,
    ascii_only: bool = False,
    height: int = HEIGHT,
    day: Callable[[date], str] = date.isoformat,
) -> list[str]:
    """`height` lines and two of days; a column for each day, as high as its amount. A dot: nothing sold or returned.

    first: the day of the first column. What went out is no higher than nothing. ascii_only: no blocks.
    """
    amounts = [None if each is None else float(max(0, each.amount)) for each in trend]
    most = max((amount for amount in amounts if amount is not None), default=0.0)
    columns = graph(amounts, len(amounts), height, most)
    marks = {0: short_rupiah(most), height // 2: short_rupiah(most / 2), height - 1: "0"} if most else {}
    lines = [f"{marks.get(row, ''):>{_SCALE - 2}} |{text}" for row, text in enumerate(columns)]
    lines.append(" " * (_SCALE - 1) + "+" + _ticks(first, len(trend)))
    last = day(first + timedelta(days=len(trend) - 1))
    lines.append(" " * _SCALE + day(first).ljust(len(trend) - len(last)) + last)
    return [line.translate(IN_ASCII) for line in lines] if ascii_only else lines


def _ticks(first: date, count: int) -> str:
    """A sign at each Monday."""
    return "".join("'" if (first + timedelta(days=at)).weekday() == 0 else "-" for at in range(count))
