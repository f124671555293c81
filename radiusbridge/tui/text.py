"""Text in cells: hostile text neutralised, cut and padded by the width that a terminal gives it."""

import unicodedata

from rich.cells import cell_len, set_cell_size

from radiusbridge.domain.text import REPLACEMENT, safe

MARKS = 2
"""Combining marks that one character keeps; more only serve to paint over other lines."""


def cell(text: str, limit: int = 200) -> str:
    """The text on one line as `domain.text.safe` shows it, without invisible characters or heaps of marks.

    Terminals do not agree on the width of joined emoji and zero-width characters, and a row must not shift.
    """
    shown = safe(text, limit)
    if shown.isascii():
        return shown
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", shown):
        category = unicodedata.category(char)
        if category in {"Mn", "Me", "Mc"}:
            marks += 1
            if marks <= MARKS and kept and not "\ufe00" <= char <= "\ufe0f":
                kept.append(char)
            continue
        marks = 0
        kept.append(REPLACEMENT if category == "Cf" else char)
    return "".join(kept)


def fit(text: str, width: int) -> str:
    """The text in exactly `width` cells; what is cut ends in `…`."""
    if text.isascii():
        return text.ljust(width) if len(text) <= width else text[: max(0, width - 1)] + "…"[:width]
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…" if width else ""


def short_duration(seconds: float) -> str:
    """`42s`, `7m`, `3h02m`, `12d4h`: coarse, so that a screen does not change each second."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if minutes < 60:
        return f"{minutes}m"
    if hours < 24:
        return f"{hours}h{minutes % 60:02}m"
    return f"{days}d{hours % 24}h" if days < 100 else f"{days}d"
