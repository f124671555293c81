"""Octets and text: UTF-8 where it is UTF-8, and every other octet kept.

RouterOS passes octets through unchanged; WinBox on version 6 wrote in the operator's Windows code page, so a comment
may hold `0xE9` alone. Such an octet becomes one private-use character, U+EF80 to U+EFFF (octet 0x80 to 0xFF), and
becomes the same octet again when the text is sent: a value that was read, cut or merged is written back byte for byte.
Unlike lone surrogates these characters fit into SQLite, PostgreSQL, JSON and a terminal. `readable` shows them as
Latin-1.
"""

import re

from radiusbridge.domain.errors import BadInput

_BASE = 0xEF00
_KEPT = re.compile("[\uef80-\uefff]")
_KEPT_AS_UTF8 = re.compile(rb"\xee[\xbe\xbf][\x80-\xbf]")
_SURROGATE = re.compile("[\udc80-\udcff]")
AMBIGUOUS_LEAD = 0xEE
"""The first octet of the private-use characters above: octets without it need no care when they are valid UTF-8."""


def _keep_utf8(match: re.Match[str]) -> str:
    return "".join(chr(_BASE + octet) for octet in match[0].encode())


def _keep_octet(match: re.Match[str]) -> str:
    return chr(_BASE + (ord(match[0]) & 0xFF))


def to_text(octets: bytes) -> str:
    """The octets as text; `to_octets` gives back the same octets, whatever they were."""
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        text = octets.decode("utf-8", "surrogateescape")
    if AMBIGUOUS_LEAD in octets:
        text = _KEPT.sub(_keep_utf8, text)
    return text if text.isascii() else _SURROGATE.sub(_keep_octet, text)


def _restore(match: re.Match[bytes]) -> bytes:
    return bytes((ord(match[0].decode()) & 0xFF,))


def to_octets(text: str) -> bytes:
    """The text as UTF-8, with kept octets as they came. Raises BadInput for lone surrogates."""
    try:
        octets = text.encode()
    except UnicodeEncodeError:  # which would carry the text along, and it may be a password
        raise BadInput("text holds half a surrogate pair and cannot be sent") from None
    return _KEPT_AS_UTF8.sub(_restore, octets) if AMBIGUOUS_LEAD in octets else octets


def readable(text: str) -> str:
    """The text for reading: kept octets as Latin-1 letters (`caf\\xe9` as `café`)."""
    return text if text.isascii() else _KEPT.sub(lambda match: chr(ord(match[0]) & 0xFF), text)
