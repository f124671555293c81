"""Requests out of files, as they are asked for: nothing but what is read ahead stands in memory."""

import asyncio
import os
import stat
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from radiusbridge.domain.clock import Entropy
from radiusbridge.domain.errors import BadInput
from radiusbridge.radius.packet import Code
from radiusbridge.radius.radclient.building import Builder, Sending
from radiusbridge.radius.radclient.filters import Filter
from radiusbridge.radius.radclient.reader import Listed, Reader

STANDARD_INPUT = "-"
_CHUNK = 65_536


class FilePair(NamedTuple):
    """A file of requests (`-`: standard input) and, where there is one, the file with a filter for each of them."""

    requests: str
    filters: str | None = None

    @classmethod
    def parse(cls, text: str) -> "FilePair":
        """`FILE` or `FILE:FILTERS`; the name of a file that exists may hold a colon."""
        requests, colon, filters = text.partition(":")
        return cls(requests, filters) if colon and filters and not Path(text).exists() else cls(text)


class Entry(NamedTuple):
    """One request of a file."""

    file: str
    sending: Sending
    filter: Filter | None = None

    @property
    def place(self) -> str:
        """`FILE:LINE`."""
        return f"{self.file}:{self.sending.line}"


class _Octets:
    """A file's octets in turn. What may keep us waiting (a pipe, a terminal) is read when there is something."""

    def __init__(self, name: str, on_more: Callable[[], None] | None) -> None:
        self.name = "standard input" if name == STANDARD_INPUT else name
        self._file: BinaryIO = sys.stdin.buffer if name == STANDARD_INPUT else _opened(name)
        self._on_more = on_more if _keeps_waiting(self._file.fileno()) else None
        self._ready = self._on_more is None
        self._listening = False

    def read(self) -> bytes | None:
        """More of them, none at the end; None: nothing at the moment, and `on_more` is called when there is."""
        if not self._ready:
            if not self._listening:
                self._listening = True
                asyncio.get_running_loop().add_reader(self._file.fileno(), self._heard)
            return None
        self._ready = self._on_more is None
        try:
            return os.read(self._file.fileno(), _CHUNK)
        except OSError as error:
            raise _unreadable(self.name, error) from error

    def close(self) -> None:
        self._deafen()
        if self._file is not sys.stdin.buffer:
            self._file.close()

    def _heard(self) -> None:
        self._deafen()
        self._ready = True
        assert self._on_more is not None
        self._on_more()

    def _deafen(self) -> None:
        if self._listening:
            self._listening = False
            asyncio.get_running_loop().remove_reader(self._file.fileno())


class _ListedFile:
    """What a file lists, one after the other."""

    def __init__(self, name: str, on_more: Callable[[], None] | None) -> None:
        self._octets = _Octets(name, on_more)
        self.name = self._octets.name
        self._reader = Reader(self.name)
        self._found: deque[Listed | BadInput] = deque()
        self._ended = False

    def next(self) -> Listed | BadInput | None:
        """The next one or the error in its place; None: not at the moment. StopIteration at the end."""
        while not self._found:
            if self._ended:
                raise StopIteration
            octets = self._octets.read()
            if octets is None:
                return None
            if octets:
                self._found.extend(self._reader.feed(octets))
            else:
                self._ended = True
                self._found.extend(self._reader.end())
        return self._found.popleft()

    def close(self) -> None:
        self._octets.close()


class RequestFiles:
    """The requests of several files, one file after the other, each request `count` times.

    Raises BadInput at once for a file that cannot be opened.

    code: of requests that do not say; None is `auto`. port: by which `auto` may tell. on_more: called when `next` has
    something again after it gave None; without it `next` waits.
    """

    def __init__(
        self,
        files: Sequence[FilePair],
        code: Code | None,
        port: int | None,
        entropy: Entropy,
        *,
        count: int = 1,
        on_more: Callable[[], None] | None = None,
    ) -> None:
        self._code = code
        self._port = port
        self._entropy = entropy
        self._count = count
        self._files = deque(
            (_ListedFile(file.requests, on_more), _ListedFile(file.filters, None) if file.filters else None)
            for file in files
        )
        self._builder: Builder | None = None
        self._repeated: Entry | None = None
        self._left = 0

    def next(self) -> Entry | BadInput | None:
        """The next request, or the error in its place; None: none at the moment. StopIteration when all were given."""
        if self._left and self._repeated is not None:
            self._left -= 1
            return self._repeated
        while self._files:
            requests, filters = self._files[0]
            try:
                listed = requests.next()
            except StopIteration:
                self._builder = None
                self._files.popleft()
                requests.close()
                surplus = self._surplus(requests.name, filters)
                if surplus is not None:
                    return surplus
                continue
            if not isinstance(listed, Listed):
                return listed
            return self._entry(requests.name, listed, filters)
        raise StopIteration

    def close(self) -> None:
        """Close what is open."""
        for requests, filters in self._files:
            requests.close()
            if filters is not None:
                filters.close()
        self._files.clear()

    def _entry(self, name: str, listed: Listed, filters: _ListedFile | None) -> Entry | BadInput:
        if self._builder is None:
            self._builder = Builder(name, self._code, self._port, self._entropy)
        try:
            wanted = self._filter(name, listed, filters) if filters is not None else None
            entry = Entry(name, self._builder.build(listed), wanted)
        except BadInput as error:
            return error
        self._repeated, self._left = entry, self._count - 1
        return entry

    def _filter(self, name: str, listed: Listed, filters: _ListedFile) -> Filter:
        try:
            found = filters.next()
        except StopIteration:
            where = f"{name}:{listed.line}"
            raise BadInput(f"{filters.name} has no filter for this request", target=where, hint=_PAIRED) from None
        if not isinstance(found, Listed):
            raise found if found is not None else BadInput("the filters cannot be read", target=filters.name)
        return Filter(filters.name, found)

    def _surplus(self, name: str, filters: _ListedFile | None) -> BadInput | None:
        if filters is None:
            return None
        try:
            found = filters.next()
        except StopIteration:
            return None
        finally:
            filters.close()
        if isinstance(found, BadInput):
            return found
        where = f"{filters.name}:{found.line}" if found is not None else filters.name
        return BadInput(f"{name} has no request for this filter", target=where, hint=_PAIRED)


_PAIRED = "each request has one filter, at least Packet-Type == …"


def _opened(name: str) -> BinaryIO:
    try:
        return Path(name).open("rb", buffering=0)
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from error


def _keeps_waiting(fileno: int) -> bool:
    """Whether it is a pipe, a socket or a terminal, and so can be listened to."""
    mode = os.fstat(fileno).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(fileno)


def _unreadable(name: str, error: Exception) -> BadInput:
    told = getattr(error, "strerror", None) or "not a file name"
    return BadInput(f"the file of requests cannot be read: {told}", target=name)
