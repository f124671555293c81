"""Cards as a 58 or 80 mm printer takes them."""

from functools import cache

from radiusbridge.domain.vouchers.cards import Card
from radiusbridge.gateways.printers import commands
from radiusbridge.services.vouchers.cards.qr import matrix
from radiusbridge.services.vouchers.cards.text import broken

PAPERS = {58: (32, 384), 80: (48, 576)}
"""By millimetres: (characters of font A in a line, dots)."""
_DENSEST = 6
"""Dots of a QR code's module, at most: 0.75 mm."""


def octets(card: Card, paper: int, *, code_page: str, raster: bool) -> bytes:
    """One card, cut off. raster: its QR code as dots, for printers that draw none themselves."""
    columns, dots = PAPERS[paper]
    parts = [commands.begin(code_page), commands.centred(True)]

    def put(text: str, wide: int = 1) -> None:
        parts.extend(commands.line(each, code_page) for each in broken(text, columns // wide))

    if card.brand:
        parts += [commands.bold(True)]
        put(card.brand)
        parts += [commands.bold(False)]
    if card.subtitle:
        put(card.subtitle)
    _large(parts, card.code, columns, code_page)
    if card.password:
        put(card.password_label)
        _large(parts, card.password, columns, code_page)
    if card.qr:
        parts.append(_symbol(card.qr, dots, raster))
    parts.append(commands.centred(False))
    for label, value in card.lines:
        put(f"{label}: {value}")
    for text in (card.login, card.note):
        if text:
            put(text)
    parts += [commands.feed(2), commands.cut()]
    return b"".join(parts)


def _large(parts: list[bytes], code: str, columns: int, code_page: str) -> None:
    wide = 2 if len(code) * 2 <= columns else 1
    lines = broken(code, columns // wide)
    parts.append(commands.bold(True) + commands.size(wide, 2))
    parts.extend(commands.line(each, code_page) for each in lines)
    parts.append(commands.size(1, 1) + commands.bold(False))


def _symbol(content: str, dots: int, raster: bool) -> bytes:
    scale = max(1, min(_DENSEST, dots // _modules(len(content))))
    drawn = commands.raster(matrix(content), scale) if raster else commands.symbol(content, scale)
    return drawn + b"\n"


@cache
def _modules(length: int) -> int:
    """In a row of a symbol that holds so many octets; none of that length is wider."""
    return len(matrix("x" * length))
