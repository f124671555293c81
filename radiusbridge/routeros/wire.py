"""The RouterOS API's framing: octets in, replies out; sentences out as octets. No I/O.

A word is its length and its octets, a sentence is words and a zero length. Lengths are librouteros's, and the
five-octet form that it leaves out. Values stay text: what a property means is the menu's business (`menus`).
Source: MikroTik manual, "API".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from sys import intern

from librouteros.protocol import decode_length, determine_length, encode_length

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.routeros.errors import FrameError
from radiusbridge.routeros.octets import AMBIGUOUS_LEAD, to_octets, to_text

MAX_SENTENCE = 4 * 1024 * 1024
"""The longest sentence, and so the longest word, that is believed: RouterOS's own stay below 64 KiB."""

_FIVE_OCTET_FORM = 0xF0
_SLACK = 1024  # a longest word and the few short ones around it
_BANG = ord("!")


@dataclass(slots=True)
class Row:
    """`!re`: one row."""

    tag: str
    attributes: dict[str, str]


@dataclass(slots=True)
class Done:
    """`!done`: the end of a command; `ret` is what it returned (a new `.id`, a count, a login challenge)."""

    tag: str
    ret: str | None
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Trap:
    """`!trap`: an error; `!done` still follows, and more traps may come before it."""

    tag: str
    message: str
    category: int | None


@dataclass(slots=True)
class Empty:
    """`!empty` (since 7.18), or a reply word not known yet: nothing to keep; `!done` still follows."""

    tag: str


@dataclass(slots=True)
class Fatal:
    """`!fatal`: the router closes the connection."""

    reason: str


Reply = Row | Done | Trap | Empty | Fatal


def encode_word(word: str) -> bytes:
    """One word with its length. Raises BadInput for an empty word, which would end the sentence, and one too long."""
    octets = to_octets(word)
    if not octets:
        raise BadInput("an empty word cannot be sent")
    if len(octets) > MAX_SENTENCE:
        raise BadInput(f"a value of {len(octets)} octets is too long for the RouterOS API")
    length: bytes = encode_length(len(octets))
    return length + octets


def encode_sentence(words: Sequence[str]) -> bytes:
    """The words as one sentence."""
    return b"".join([encode_word(word) for word in words]) + b"\x00"


class ReplyDecoder:
    """Octets as they arrive, in pieces of any size, to replies.

    Once something comes that is no RouterOS reply, `damage` says what, and nothing more is decoded; the replies before
    it are still given. `tap`, if given, sees each sentence's words.
    """

    __slots__ = ("_first", "_held", "_kept", "_need", "_tap", "_words", "damage")

    def __init__(self, tap: Callable[[Sequence[str]], None] | None = None) -> None:
        self.damage: FrameError | None = None
        self._tap = tap
        self._kept = bytearray()  # an unfinished word
        self._need = 0  # how many octets `_kept` must hold before it is worth looking again
        self._words: list[str] = []  # the words of an unfinished sentence
        self._held = 0  # how many octets those were
        self._first = b""  # the first octets of all, to name a peer that is no router

    @property
    def heard(self) -> bool:
        """Whether any octet came."""
        return bool(self._first)

    @property
    def between_sentences(self) -> bool:
        """Whether everything that came was whole sentences."""
        return not self._kept and not self._words

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that these octets complete, in order."""
        if self.damage is not None or not data:
            return []
        if len(self._first) < 8:
            self._first += data[: 8 - len(self._first)]
        if self._kept:
            self._kept += data
            if len(self._kept) < self._need:
                return self._looked_at_start([])
            data = bytes(self._kept)
            self._kept.clear()
        replies: list[Reply] = []
        self._decode(data, replies)
        return self._looked_at_start(replies)

    def _decode(self, data: bytes, replies: list[Reply]) -> None:
        words, tap, size = self._words, self._tap, len(data)
        position, begin, self._need = 0, -self._held, 0
        plain = AMBIGUOUS_LEAD not in data
        while position < size:
            length = data[position]
            if not length:
                position += 1
                begin = position
                if words:
                    if words[0][0] != "!":
                        self._damaged(words[0][:40])
                        return
                    if tap is not None:
                        tap(words)
                    replies.append(_reply(words))
                    words = []
                continue
            start = position + 1
            if length >= 0x80:
                start, length = self._long_length(data, position)
                if self.damage is not None:
                    return
                if length < 0:
                    break
            end = start + length
            if end > size:
                self._need = end - position
                break
            try:
                words.append(data[start:end].decode() if plain else to_text(data[start:end]))
            except UnicodeDecodeError:
                words.append(to_text(data[start:end]))
            position = end
        self._words = words
        self._held = position - begin
        self._kept += data[position:]
        if words and self._held + self._need > MAX_SENTENCE + _SLACK:
            self._damaged("a sentence without an end")

    def _long_length(self, data: bytes, position: int) -> tuple[int, int]:
        """Where the word starts and its length, from a length of two octets or more; length -1: not all there yet."""
        lead = data[position]
        if lead > _FIVE_OCTET_FORM:  # 0xF1 to 0xF7 are no length, from 0xF8 on they are control octets
            self._damaged(f"control octet 0x{lead:02x}")
            return position, -1
        count = 5 if lead == _FIVE_OCTET_FORM else 1 + determine_length(data[position : position + 1])
        form = data[position : position + count]
        if len(form) < count:
            self._need = count
            return position, -1
        length = int.from_bytes(form[1:], "big") if count == 5 else decode_length(form)
        if length > MAX_SENTENCE:
            self._damaged(f"a word of {length} octets")
            return position, -1
        return position + count, length

    def _looked_at_start(self, replies: list[Reply]) -> list[Reply]:
        """Look at the first octet of an unfinished sentence at once: a peer that is no router may never finish it."""
        if self._words and self._words[0][0] != "!":
            self._damaged(self._words[0][:40])
        elif not self._words and len(self._kept) > 1 and self._kept[0] < 0x80 and self._kept[1] != _BANG:
            self._damaged(to_text(bytes(self._kept[1:40])))
        return replies

    def _damaged(self, what: str) -> None:
        if self.damage is None:
            summary, hint = _stranger(self._first, what)
            self.damage = FrameError(summary, hint=hint)
        self._kept.clear()
        self._words = []


def _stranger(first: bytes, what: str) -> tuple[str, str]:
    """A summary and a hint for a peer that is no RouterOS API, from the first octets that it ever sent."""
    check_port = "check the port (api is 8728, api-ssl 8729)"
    if first.startswith(b"\x15\x03"):
        return "the port speaks TLS, and plain was spoken to it", "turn TLS on for it"
    for mark, name in _STRANGERS:
        if first.startswith(mark):
            return f"{name} answers there, not the RouterOS API", check_port
    if not first.startswith(b"!", 1):
        return f"what answers there is not the RouterOS API ({safe(what, 40)})", check_port
    return f"the RouterOS API sent what cannot be a reply ({safe(what, 40)})", "connect again"


_STRANGERS = ((b"HTTP/", "a web server"), (b"SSH-", "an SSH server"))


def _reply(words: list[str]) -> Reply:
    tag = ""
    attributes: dict[str, str] = {}
    for word in words:
        if word[0] == "=":
            name, _, value = word[1:].partition("=")
            attributes[intern(name)] = value  # thousands of rows have the same few names
        elif word.startswith(".tag="):
            tag = word[5:]
    kind = words[0]
    if kind == "!re":
        return Row(tag, attributes)
    if kind == "!done":
        return Done(tag, attributes.get("ret"), attributes)
    if kind == "!trap":
        category = attributes.get("category", "")
        return Trap(tag, attributes.get("message", ""), int(category) if category in _CATEGORIES else None)
    if kind == "!fatal":
        return Fatal(attributes.get("message") or ", ".join(word for word in words[1:] if not word.startswith(".tag=")))
    return Empty(tag)


_CATEGORIES = frozenset("01234567")
