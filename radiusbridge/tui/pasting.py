"""Tells what was pasted from what was typed (bracketed paste, ESC [ 200 ~ … ESC [ 201 ~), and the key esc from a
sequence that begins with it.

Textual's parser looks for keys inside of a paste, too, and hands over those that it finds: on a list, letters after an
escape sequence in a copied text would be actions. Here it never sees what was pasted.
"""

import os
from collections.abc import Iterator

from textual import constants
from textual._time import get_time
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.events import Paste
from textual.message import Message

MOST = 100_000
"""Characters of one paste; what is longer is cut off."""
ALONE = constants.ESCAPE_DELAY if "ESCDELAY" in os.environ else 0.01
"""Seconds after which an escape that nothing followed is the key, as in tmux: terminals write a sequence in one go."""
_ESC = "\x1b"


class PasteAwareParser:
    """Octets of the terminal, decoded, to messages of Textual."""

    def __init__(self) -> None:
        self._keys = _Restartable()
        self._pasting = False
        self._pasted = ""
        self._part = ""
        """What may be the beginning of a marker: of the start, which the parser has got already; of the end, held."""

    def feed(self, data: str) -> Iterator[Message]:
        """What came in one go.

        What a copied text itself says to be the end of the paste is none, if the terminal's own end comes with it:
        up to the last end that came in one go everything was pasted.
        """
        if not self._pasting:
            before, found, after = (self._part + data).partition(BRACKETED_PASTE_START)
            if not found:
                yield from self._keys.feed(data)
                self._part = _beginning(before, BRACKETED_PASTE_START)
                return
            yield from self._keys.feed(before[len(self._part) :])
            self._keys.restart()
            self._pasting, self._part, data = True, "", after
        text, ended, rest = (self._part + data).rpartition(BRACKETED_PASTE_END)
        if not ended:
            self._part = _beginning(rest, BRACKETED_PASTE_END)
            self._keep(rest[: len(rest) - len(self._part)])
            return
        self._keep(text)
        pasted, self._pasted, self._part, self._pasting = self._pasted, "", "", False
        for marker in (BRACKETED_PASTE_START, BRACKETED_PASTE_END, "\0"):
            pasted = pasted.replace(marker, "")
        yield Paste(pasted)
        yield from self.feed(rest)

    @property
    def unsure(self) -> bool:
        """Whether `tick` wants to be called after `ALONE` seconds without anything more."""
        return self._keys.alone_since is not None

    @property
    def begun(self) -> bool:
        """Whether `tick` wants to be called now and then: the rest of a sequence has not come."""
        return self._keys.waits

    def tick(self) -> Iterator[Message]:
        """Now and then: an escape that nothing followed is a key."""
        yield from self._keys.tick()

    def _keep(self, text: str) -> None:
        self._pasted += text[: MOST - len(self._pasted)]


def _beginning(text: str, marker: str) -> str:
    """The end of the text, as far as the marker may begin there."""
    return next((marker[:size] for size in range(len(marker) - 1, 0, -1) if text.endswith(marker[:size])), "")


class _Restartable(XTermParser):
    """Textual's, which does not outlive a sequence that it cannot read, like a key of code point 99999999, and takes
    a tenth of a second to see that an escape is the key."""

    alone_since: float | None = None
    """When the escape came that nothing has followed so far."""
    _given_at = float("-inf")
    """When the escape came that was given as the key."""

    @property
    def waits(self) -> bool:
        """Whether a sequence was begun."""
        return self._timeout_time is not None

    def restart(self) -> None:
        """Forget a sequence that was begun."""
        self._tokens.clear()
        self._timeout_time = self.alone_since = None
        self._gen = self.parse(self._tokens.append)
        self._awaiting = next(self._gen)

    def feed(self, data: str) -> Iterator[Message]:
        """As Textual's; the rest of what cannot be read is passed over.

        The rest of a sequence that a slow link tore apart after its escape is no letters, as it would not be Textual's.
        """
        if data and data[0] in "[O" and get_time() < self._given_at + constants.ESCAPE_DELAY:
            data = _ESC + data
        self._given_at = float("-inf") if data else self._given_at
        try:
            yield from super().feed(data) if data else ()
        except (ValueError, OverflowError):
            self.restart()
        if data:
            self.alone_since = get_time() if data[-1] == _ESC and self._timeout_time is not None else None

    def tick(self) -> Iterator[Message]:
        """As Textual's, but for an escape alone."""
        since = self.alone_since
        if since is not None and get_time() >= since + ALONE:
            self.alone_since, self._timeout_time, self._given_at = None, since, since
        try:
            yield from super().tick()
        except (ValueError, OverflowError):
            self.restart()
