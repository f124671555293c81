"""Hostile text: what routers, webhooks and files say is data, and must not act on a terminal."""

import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_BREAKS = frozenset("\u2028\u2029")


def _visible(char: str) -> str:
    if char in _BIDI or char in _LINE_BREAKS:
        return REPLACEMENT
    category = unicodedata.category(char)
    if category == "Cc":
        return chr(0x2400 + ord(char)) if ord(char) < 0x20 else REPLACEMENT
    return REPLACEMENT if category in {"Cs", "Co", "Cn"} else char


def folded(text: str) -> str:
    """The form in which names and words are compared: without case, composed."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def beside(name: str, words: str) -> str:
    """The words of an error where `name` stands before them already, so that they need not begin with it again."""
    return words.removeprefix(f"{name}: ")


def safe(text: str, limit: int = 400) -> str:
    """The text on one line, with control, bidirectional and unassigned characters made visible, cut at `limit`.

    C0 controls become their picture (U+2400 block), so that an operator sees that something was there.
    """
    shown = text[: limit + 1]
    if not shown.isascii() or not shown.isprintable():
        shown = "".join(map(_visible, shown))
    return shown if len(text) <= limit else shown[: limit - 1] + "…"


def cells(text: str) -> int:
    """How many columns of a terminal a safe text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}
        else 2
        if unicodedata.east_asian_width(char) in {"W", "F"}
        else 1
        for char in text
    )
