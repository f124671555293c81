"""Cards as octets of one form."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from radiusbridge.domain.vouchers.cards import Card
from radiusbridge.domain.vouchers.prints import Form
from radiusbridge.domain.vouchers.templates import Template
from radiusbridge.services.vouchers.cards import html, pdf, qr, text, thermal


@dataclass(frozen=True, slots=True)
class Making:
    """How cards are made. code_page, raster: of ESC/POS. light_ink: text for a terminal that writes light on dark."""

    form: Form
    template: Template
    code_page: str = "pc437"
    raster: bool = False
    ascii_only: bool = False
    light_ink: bool = False
    title: str = "voucher"


def octets_of(making: Making, card: Card) -> bytes:
    """One card, for what takes them one by one: text or ESC/POS."""
    if making.form.paper:
        return thermal.octets(card, making.form.paper, code_page=making.code_page, raster=making.raster)
    return text_of(making, card).encode()


def text_of(making: Making, card: Card) -> str:
    """One card as text."""
    draw = partial(qr.ascii_blocks if making.ascii_only else qr.half_blocks, light_ink=making.light_ink)
    return next(text.sheet([card], draw, ascii_only=making.ascii_only))


def pieces(making: Making, cards: Iterable[Card]) -> Iterator[bytes]:
    """A whole file, piece by piece."""
    template = making.template
    if making.form is Form.PDF:
        yield from pdf.document(cards, columns=template.columns, title=making.title)
    elif making.form is Form.HTML:
        page = html.page(cards, columns=template.columns, border=template.border, title=making.title)
        yield from (piece.encode() for piece in page)
    else:
        yield from (octets_of(making, card) for card in cards)
