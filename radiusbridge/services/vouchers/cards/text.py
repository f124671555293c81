"""Cards as plain text, for a terminal or a file."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

from radiusbridge.domain.text import cells, safe
from radiusbridge.domain.vouchers.cards import Card

WIDTH = 40
"""Columns inside a card's border, where its QR code needs no more."""
Draw = Callable[[str], Sequence[str]]
"""The lines of a QR code."""


def lines(card: Card, draw: Draw, *, ascii_only: bool = False) -> tuple[list[str], list[str]]:
    """(the card, its QR code), as lines of text that acts on no terminal."""
    code = list(draw(card.qr)) if card.qr else []
    words = [safe(each) for each in (card.brand, card.subtitle) if each]
    words += [card.code]
    if card.password:
        words.append(f"{card.password_label}: {card.password}")
    size = max((len(label) for label, _ in card.lines), default=0)
    words += [f"{safe(label):<{size}}  {safe(value)}" for label, value in card.lines]
    words += [safe(each) for each in (card.login, card.note) if each]
    if ascii_only:
        words = [plain(each) for each in words]
    wrapped = [part for each in words for part in broken(each, WIDTH)]
    return wrapped, code


def sheet(cards: Iterable[Card], draw: Draw, *, ascii_only: bool = False) -> Iterator[str]:
    """Each card with its border, the QR code below the words, and an empty line after it."""
    for each in cards:
        words, code = lines(each, draw, ascii_only=ascii_only)
        width = max(map(cells, (*words, *code)), default=0)
        body = [f"{line}{' ' * (width - cells(line))}" for line in (*words, *code)]
        if each.border != "none":
            edge = "+" + ("-" if each.border == "line" else "- ") * (width + 2)
            edge = edge[: width + 3] + "+"
            body = [edge, *(f"| {line} |" for line in body), edge]
        yield "\n".join(line.rstrip() for line in body) + "\n\n"


def plain(text: str) -> str:
    """In ASCII: accents dropped, what is left over a question mark."""
    bare = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in bare if not unicodedata.combining(sign)).encode("ascii", "replace").decode()


def broken(text: str, width: int) -> list[str]:
    """In lines of at most so many columns, broken at blanks where there are any."""
    found, rest = [], text
    while cells(rest) > width:
        end = width
        while cells(rest[:end]) > width:
            end -= 1
        blank = rest.rfind(" ", 0, end + 1)
        cut = blank if blank > width // 3 else max(1, end)
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest] if rest or not found else found
