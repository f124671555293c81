"""Cards as PDF 1.4 (ISO 32000-1) on A4: the standard fonts, lines and rectangles; see docs/decisions/0021.

Pages leave one by one, so that a thousand cards need no more memory than a page of them.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.cards import Card
from radiusbridge.services.vouchers.cards.layout import Laid, laid
from radiusbridge.services.vouchers.cards.metrics import FONTS
from radiusbridge.services.vouchers.cards.qr import matrix, runs

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
MARGIN, GAP = 28.35, 8.5
_BORDERS = {"line": "[] 0 d", "dashed": "[3 2] 0 d"}
_CATALOG, _PAGES, _INFO, _FIRST_FONT = 1, 2, 3, 4


def document(cards: Iterable[Card], *, columns: int, title: str) -> Iterator[bytes]:
    """The file, piece by piece."""
    file = _File()
    fonts = range(_FIRST_FONT, _FIRST_FONT + len(FONTS))
    yield file.begin()
    for number, name in zip(fonts, FONTS.values(), strict=True):
        yield file.put(number, f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>")
    named = " ".join(f"/{short} {number} 0 R" for short, number in zip(FONTS, fonts, strict=True))
    pages: list[int] = []
    for drawn in _pages(cards, columns):
        number = _FIRST_FONT + len(FONTS) + 2 * len(pages)
        pages.append(number)
        yield file.put(
            number,
            f"<< /Type /Page /Parent {_PAGES} 0 R /MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] "
            f"/Resources << /Font << {named} >> >> /Contents {number + 1} 0 R >>",
        )
        stream = zlib.compress(drawn)
        head = f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode()
        yield file.put(number + 1, head + stream + b"\nendstream")
    kids = " ".join(f"{number} 0 R" for number in pages)
    yield file.put(_PAGES, f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>")
    yield file.put(_INFO, b"<< /Title (" + _literal(title) + b") /Producer (radiusbridge) >>")
    yield file.put(_CATALOG, f"<< /Type /Catalog /Pages {_PAGES} 0 R >>")
    yield file.end()


class _File:
    """Objects, and where each begins."""

    def __init__(self) -> None:
        self._at = 0
        self._places: dict[int, int] = {}

    def begin(self) -> bytes:
        return self._count(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")

    def put(self, number: int, body: str | bytes) -> bytes:
        self._places[number] = self._at
        octets = body.encode("ascii") if isinstance(body, str) else body
        return self._count(b"%d 0 obj\n%b\nendobj\n" % (number, octets))

    def end(self) -> bytes:
        """The table of places (7.5.4) and the trailer."""
        size = max(self._places) + 1
        rows = b"".join(b"%010d 00000 n \n" % self._places[number] for number in range(1, size))
        trailer = b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>" % (size, _CATALOG, _INFO)
        return b"xref\n0 %d\n0000000000 65535 f \n%b%b\nstartxref\n%d\n%%%%EOF\n" % (size, rows, trailer, self._at)

    def _count(self, octets: bytes) -> bytes:
        self._at += len(octets)
        return octets


def _pages(cards: Iterable[Card], columns: int) -> Iterator[bytes]:
    """What is drawn on each page; there is one at least."""
    width = (PAGE_WIDTH - 2 * MARGIN - (columns - 1) * GAP) / columns
    waiting = iter(cards)
    drawn: list[bytes] = []
    top = PAGE_HEIGHT - MARGIN
    while row := [laid(card, width) for card in islice(waiting, columns)]:
        height = max(each.height for each in row)
        if drawn and top - height < MARGIN:
            yield b"".join(drawn)
            drawn, top = [], PAGE_HEIGHT - MARGIN
        for at, each in enumerate(row):
            drawn.append(_card(each, MARGIN + at * (width + GAP), top, width, height))
        top -= height + GAP
    yield b"".join(drawn)


def _card(each: Laid, x: float, top: float, width: float, height: float) -> bytes:
    """Nothing is drawn outside of its place."""
    parts: list[bytes] = [b"q %.2f %.2f %.2f %.2f re W n\n" % (x - 0.5, top - height - 0.5, width + 1, height + 1)]
    if border := _BORDERS.get(each.card.border):
        parts.append(f"0.7 w {border} {x:.2f} {top - height:.2f} {width:.2f} {height:.2f} re S\n".encode())
    for words in each.words:
        place = f"BT /{words.font} {words.size:.2f} Tf {x + words.x:.2f} {top - words.y:.2f} Td (".encode()
        parts.append(place + _literal(words.text) + b") Tj ET\n")
    if each.qr is not None:
        left, down, side = each.qr
        parts.append(_symbol(each.card.qr, x + left, top - down, side))
    parts.append(b"Q\n")
    return b"".join(parts)


def _symbol(content: str, left: float, top: float, side: float) -> bytes:
    rows = matrix(content)
    scale = side / len(rows)
    placed = f"q {scale:.4f} 0 0 {-scale:.4f} {left:.2f} {top:.2f} cm\n"
    squares: Sequence[str] = [f"{x} {y} {length} 1 re" for x, y, length in runs(rows)]
    return f"{placed}{' '.join(squares)} f Q\n".encode()


def _literal(text: str) -> bytes:
    """A string (7.3.4.2) in the encoding of the fonts; what that lacks is a question mark."""
    octets = safe(text).encode("cp1252", "replace")
    return octets.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
