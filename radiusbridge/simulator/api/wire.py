"""Words and sentences of the RouterOS API as bytes.

Lengths are written by librouteros's own function; they are read here, so that bytes may arrive in any pieces.
"""

from collections.abc import Iterable

from librouteros.protocol import encode_length

_SHORT = [bytes([length]) for length in range(0x80)]
_FORMS = ((0x80, 0, 0x7F), (0xC0, 1, 0x3F), (0xE0, 2, 0x1F), (0xF0, 3, 0x0F), (0xF8, 4, 0x00))

MAX_WORD = 16 * 1024 * 1024


class BadStreamError(Exception):
    """The bytes are no API words; a router closes the connection."""


def to_bytes(text: str) -> bytes:
    """Text to the bytes that it came from; bytes that are no UTF-8 pass unchanged."""
    return text.encode("utf-8", "surrogateescape")


def encode_sentence(words: Iterable[str]) -> bytes:
    """One sentence: its words and the empty word at the end."""
    parts = []
    for word in words:
        raw = to_bytes(word)
        size = len(raw)
        parts.append(_SHORT[size] if size < 0x80 else encode_length(size))
        parts.append(raw)
    parts.append(b"\x00")
    return b"".join(parts)


class Decoder:
    """Collects bytes and gives whole sentences, each a list of words."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._words: list[str] = []

    def feed(self, data: bytes) -> list[list[str]]:
        """The sentences that these bytes complete; empty sentences are left out. BadStreamError for control bytes."""
        buffer = self._buffer
        buffer += data
        sentences = []
        at = 0
        size = len(buffer)
        while at < size:
            first = buffer[at]
            if first < 0x80:
                start, length = at + 1, first
            else:
                extra, length = self._long(first, at)
                start = at + 1 + extra
                if start > size:
                    break
            if start + length > size:
                break
            at = start + length
            if length:
                self._words.append(buffer[start:at].decode("utf-8", "surrogateescape"))
            elif self._words:
                sentences.append(self._words)
                self._words = []
        del buffer[:at]
        return sentences

    def _long(self, first: int, at: int) -> tuple[int, int]:
        """The number of further length bytes and, as far as they are there, the length."""
        for limit, extra, mask in _FORMS:
            if first < limit:
                length = first & mask
                for byte in self._buffer[at + 1 : at + 1 + extra]:
                    length = length << 8 | byte
                if length > MAX_WORD:
                    raise BadStreamError(f"a word of {length} bytes")
                return extra, length
        raise BadStreamError(f"control byte {first:#x}")
