"""Cards as PDF 1.4 (ISO 32000-1) on A4: the standard fonts, lines and rectangles, by pydyf; see docs/decisions/0021.

A page is kept compressed once it is full, so that thousands of cards need little memory.
"""

import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice

from pydyf import PDF, Dictionary, Stream, String

from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.cards import Card
from radiusbridge.services.vouchers.cards.layout import Laid, Words, laid
from radiusbridge.services.vouchers.cards.metrics import FONTS
from radiusbridge.services.vouchers.cards.qr import matrix, runs

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
MARGIN, GAP = 28.35, 8.5
_DASHES = {"line": (), "dashed": (3, 2)}


def document(cards: Iterable[Card], *, columns: int, title: str) -> Iterator[bytes]:
    """The file, piece by piece."""
    file = PDF()
    file.info["Title"] = String(_encoded(title))
    file.info["Producer"] = String("radiusbridge")
    fonts = Dictionary()
    for short, name in FONTS.items():
        font = Dictionary(
            {"Type": "/Font", "Subtype": "/Type1", "BaseFont": f"/{name}", "Encoding": "/WinAnsiEncoding"}
        )
        file.add_object(font)
        fonts[short] = font.reference
    resources = Dictionary({"Font": fonts})
    file.add_object(resources)
    box = f"[0 0 {PAGE_WIDTH} {PAGE_HEIGHT}]"
    for drawn in _pages(cards, columns):
        content = Stream([drawn], {"Filter": "/FlateDecode"})
        file.add_object(content)
        page = {"Type": "/Page", "Parent": file.pages.reference, "MediaBox": box, "Contents": content.reference}
        file.add_page(Dictionary({**page, "Resources": resources.reference}))
    written = BytesIO()
    file.write(written, version=b"1.4")
    yield written.getvalue()


def _pages(cards: Iterable[Card], columns: int) -> Iterator[bytes]:
    """What is drawn on each page, compressed; there is one at least."""
    width = (PAGE_WIDTH - 2 * MARGIN - (columns - 1) * GAP) / columns
    waiting = iter(cards)
    page, top = Stream(), PAGE_HEIGHT - MARGIN
    while row := [laid(card, width) for card in islice(waiting, columns)]:
        height = max(each.height for each in row)
        if page.stream and top - height < MARGIN:
            yield _compressed(page)
            page, top = Stream(), PAGE_HEIGHT - MARGIN
        for at, each in enumerate(row):
            _draw(page, each, MARGIN + at * (width + GAP), top, width, height)
        top -= height + GAP
    yield _compressed(page)


def _compressed(page: Stream) -> bytes:
    return zlib.compress(b"\n".join(page.stream))


def _draw(page: Stream, each: Laid, x: float, top: float, width: float, height: float) -> None:
    """Nothing is drawn outside of its place."""
    page.push_state()
    page.rectangle(x - 0.5, top - height - 0.5, width + 1, height + 1)
    page.clip()
    page.end()
    dashes = _DASHES.get(each.card.border)
    if dashes is not None:
        page.set_line_width(0.7)
        page.set_dash(dashes, 0)
        page.rectangle(x, top - height, width, height)
        page.stroke()
    for words in each.words:
        _write(page, words, x, top)
    if each.qr is not None:
        left, down, side = each.qr
        _symbol(page, each.card.qr, x + left, top - down, side)
    page.pop_state()


def _write(page: Stream, words: Words, x: float, top: float) -> None:
    page.begin_text()
    page.set_font_size(words.font, words.size)
    page.move_text_to(x + words.x, top - words.y)
    page.show_text_string(_encoded(words.text))
    page.end_text()


def _symbol(page: Stream, content: str, left: float, top: float, side: float) -> None:
    rows = matrix(content)
    scale = side / len(rows)
    page.push_state()
    page.set_matrix(scale, 0, 0, -scale, left, top)
    for x, y, length in runs(rows):
        page.rectangle(x, y, length, 1)
    page.fill()
    page.pop_state()


def _encoded(text: str) -> bytes:
    """In the encoding of the fonts; what that lacks is a question mark."""
    return safe(text).encode("cp1252", "replace")
