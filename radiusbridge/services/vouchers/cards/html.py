"""Cards as one HTML page for A4: nothing is loaded from elsewhere, nothing in it runs, every text is escaped."""

from collections.abc import Iterable, Iterator
from html import escape

from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.cards import Card
from radiusbridge.services.vouchers.cards.qr import matrix, runs

_BORDERS = {"line": "1px solid #000", "dashed": "1px dashed #000", "none": "none"}
_STYLE = """
@page { size: A4; margin: 10mm; }
body { margin: 0; font: 9pt/1.25 Helvetica, Arial, sans-serif; color: #000; }
main { display: grid; grid-template-columns: repeat(%(columns)d, 1fr); gap: 3mm; }
article { border: %(border)s; padding: 2mm; break-inside: avoid; overflow-wrap: anywhere; }
h1 { font-size: 11pt; margin: 0; }
p { margin: 0; }
.code { font: bold 13pt/1.4 Courier, monospace; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 0 2mm; margin: 0; }
dt { color: #444; } dd { margin: 0; }
svg { width: 100%%; max-width: 27mm; float: right; }
.note { font-size: 8pt; clear: both; }
"""


def page(cards: Iterable[Card], *, columns: int, border: str, title: str) -> Iterator[str]:
    """The page, piece by piece."""
    style = _STYLE % {"columns": columns, "border": _BORDERS[border]}
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    yield (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        f'content="{policy}"><title>{_text(title)}</title><style>{style}</style></head><body><main>\n'
    )
    for card in cards:
        yield _article(card)
    yield "</main></body></html>\n"


def _article(card: Card) -> str:
    parts = [f"<h1>{_text(card.brand)}</h1>"] if card.brand else []
    if card.qr:
        parts.append(_svg(card.qr))
    if card.subtitle:
        parts.append(f"<p>{_text(card.subtitle)}</p>")
    parts.append(f'<p class="code">{_text(card.code)}</p>')
    if card.password:
        parts.append(f'<p>{_text(card.password_label)}</p><p class="code">{_text(card.password)}</p>')
    rows = "".join(f"<dt>{_text(label)}</dt><dd>{_text(value)}</dd>" for label, value in card.lines)
    parts.append(f"<dl>{rows}</dl>" if rows else "")
    below = "<br>".join(_text(each) for each in (card.login, card.note) if each)
    parts.append(f'<p class="note">{below}</p>' if below else "")
    return f"<article>{''.join(parts)}</article>\n"


def _svg(content: str) -> str:
    rows = matrix(content)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs(rows))
    size = len(rows)
    return f'<svg viewBox="0 0 {size} {size}" shape-rendering="crispEdges"><path d="{path}"/></svg>'


def _text(text: str) -> str:
    return escape(safe(text))
