"""Where the texts of a card stand on paper: in points, from the card's upper left corner."""

from collections.abc import Sequence
from dataclasses import dataclass

from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.cards import Card
from radiusbridge.services.vouchers.cards.metrics import BOLD, CODE, PLAIN, broken, width

PADDING = 6.0
_QR = 76.0
"""27 mm."""
_BESIDE = 140.0
"""From this width of a card on the QR code stands beside the texts; else below them."""
_SMALLEST, _LARGEST = 4.0, 13.0


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text; y: its baseline."""

    x: float
    y: float
    font: str
    size: float
    text: str


@dataclass(frozen=True, slots=True)
class Laid:
    """A card's lines, its QR code (x, y, side; None: none), and how high it is."""

    card: Card
    words: Sequence[Words]
    qr: tuple[float, float, float] | None
    height: float


def laid(card: Card, card_width: float) -> Laid:
    """A card in a place of that width."""
    inner = card_width - 2 * PADDING
    beside = bool(card.qr) and card_width >= _BESIDE
    side = min(_QR, inner * (0.45 if beside else 0.8)) if card.qr else 0.0
    column = _Column(PADDING, inner - (side + 4 if beside else 0))
    column.add(card.brand, BOLD, 10)
    column.add(card.subtitle, PLAIN, 8)
    column.one_line(card.code, CODE)
    if card.password:
        column.add(card.password_label, PLAIN, 7)
        column.one_line(card.password, CODE)
    for label, value in card.lines:
        column.add(f"{label}: {value}", PLAIN, 8)
    qr = None
    if beside:
        qr = (card_width - PADDING - side, PADDING, side)
        column.y = max(column.y, PADDING + side)
    elif card.qr:
        qr = ((card_width - side) / 2, column.y + 3, side)
        column.y += side + 3
    column.room = inner
    column.add(card.login, PLAIN, 7)
    column.add(card.note, PLAIN, 7)
    return Laid(card, column.words, qr, column.y + PADDING)


class _Column:
    def __init__(self, x: float, room: float) -> None:
        self.x, self.room, self.y = x, room, PADDING
        self.words: list[Words] = []

    def add(self, text: str, font: str, size: float) -> None:
        for line in broken(safe(text), font, size, self.room):
            self._put(line, font, size)

    def one_line(self, text: str, font: str) -> None:
        """As large as fits: a code is not broken."""
        size = _LARGEST * min(1.0, self.room / max(1.0, width(text, font, _LARGEST)))
        self._put(text, font, max(_SMALLEST, size))

    def _put(self, line: str, font: str, size: float) -> None:
        self.y += size * 1.2
        self.words.append(Words(self.x, self.y - size * 0.25, font, size, line))
