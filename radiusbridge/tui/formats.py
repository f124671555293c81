"""Numbers, rates, money, days, times and ages as the operator's language writes them.

Files, filters, headless lines and what is typed into a form stay as the verbs write them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from radiusbridge.tui.language import ENGLISH, _, current
from radiusbridge.tui.text import short_duration


@dataclass(frozen=True, slots=True)
class _Style:
    """group: between thousands; point: before decimals; clock: between hours and minutes; months: short."""

    group: str
    point: str
    clock: str
    months: Sequence[str]


_STYLES = {
    ENGLISH: _Style(
        ",", ".", ":", ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    ),
    "id": _Style(".", ",", ".", ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"]),
}
STYLED = frozenset(_STYLES)
"""Languages whose way to write numbers is known; the others are written as English does."""
_RUPIAH = "IDR"


def _style() -> _Style:
    return _STYLES.get(current(), _STYLES[ENGLISH])


def number(value: float, digits: int = 0) -> str:
    """`1,234` or `1.234`; with digits after the point `1,234.5` or `1.234,5`."""
    style = _style()
    return f"{value:,.{digits}f}".translate({ord(","): style.group, ord("."): style.point})


def rate(bits: int) -> str:
    """`3.4M` or `3,4M`: bits a second, in five characters at most."""
    from radiusbridge.domain.session_rates import short_rate

    return short_rate(bits).replace(".", _style().point)


def money(currency: str, amount: int) -> str:
    """`Rp1,250,000` or `Rp1.250.000`; another currency by its code."""
    return f"Rp{number(amount)}" if currency == _RUPIAH else f"{currency} {number(amount)}"


def day(of: date) -> str:
    """`22 Nov 2026` or `22 Nov 2026`, May as `Mei`."""
    return f"{of.day} {_style().months[of.month - 1]} {of.year}"


def clock(at: datetime, zone: tzinfo | None = None) -> str:
    """`14:05:09` or `14.05.09`."""
    return f"{at.astimezone(zone):%H:%M:%S}".replace(":", _style().clock)


def moment(at: datetime, zone: tzinfo | None = None) -> str:
    """`22 Nov 2026 14:05` or `22 Nov 2026 14.05`."""
    return f"{day(at.astimezone(zone))} {clock(at, zone)[:-3]}"


def stamp(at: datetime, zone: tzinfo | None = None) -> str:
    """`22 Nov 14:05:09` or `22 Nov 14.05.09`: 15 cells, for lists of what happened lately."""
    local = at.astimezone(zone)
    return f"{local.day:2} {_style().months[local.month - 1]} {clock(at, zone)}"


def ago(seconds: float) -> str:
    """`14m ago` or `14m lalu`; units as RouterOS writes them in every language."""
    return _("{age} ago").format(age=short_duration(seconds))
