"""Where recorded packets are kept: a ring of segment files in one folder, or one file that is named for it.

Several processes append side by side: each write is whole records on a descriptor in append mode, and a new segment is
made by whoever comes first. A segment is deleted when all of them together outgrow the ring; whoever still writes to
it notices by its link count. Nothing is flushed to disk on purpose: losing the last packets in a power cut is fine.
"""

import errno
import os
import re
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from radiusbridge.domain.errors import BadInput
from radiusbridge.radius.recording import MAGIC

MEBIBYTE = 1 << 20
DEFAULT_SIZE = 64 * MEBIBYTE
SMALLEST_SIZE = 1 << 18
LARGEST_FILE = 256 * MEBIBYTE
"""Octets of a named file: whoever records into it forgets about it."""

_SEGMENTS = 16
_LARGEST_SEGMENT = 4 * MEBIBYTE
_CHUNK = 1 << 16
"""Octets of one write, unless one record is larger."""
_NAME = re.compile(r"(\d{10})\.packets")
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW


class PacketStore(Protocol):
    """What records are appended to and read from. All of it blocks."""

    def append(self, records: Sequence[bytes]) -> None:
        """Append encoded records. Raises OSError, after which some of them may be there."""
        ...

    def segments(self) -> list[tuple[int, Path]]:
        """The files with their numbers, oldest first. Raises BadInput for what cannot be read."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class PacketRing:
    """A ring of `size` octets in a folder, which is made at the first record. BadInput: a size below 256 KiB."""

    def __init__(self, folder: Path, size: int = DEFAULT_SIZE) -> None:
        if size < SMALLEST_SIZE:
            raise BadInput(f"{size} octets are too few to keep packets in", hint=f"at least {SMALLEST_SIZE}")
        self.folder = folder
        self.size = size
        self._segment = min(size // _SEGMENTS, _LARGEST_SEGMENT)
        self._file = -1

    def append(self, records: Sequence[bytes]) -> None:
        """See `PacketStore`."""
        for chunk in _chunks(records, min(_CHUNK, self._segment)):
            if not self._fits(len(chunk)):
                self._next(len(chunk))
            _write(self._file, chunk)

    def segments(self) -> list[tuple[int, Path]]:
        """See `PacketStore`."""
        try:
            found = [(_NAME.fullmatch(path.name), path) for path in self.folder.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise BadInput(f"the recorded packets cannot be read: {error.strerror}", target=str(self.folder)) from error
        return sorted((int(match[1]), path) for match, path in found if match)

    def close(self) -> None:
        """See `PacketStore`."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def _fits(self, more: int) -> bool:
        if self._file < 0:
            return False
        state = os.fstat(self._file)
        return state.st_nlink > 0 and state.st_size + more <= self._segment

    def _next(self, more: int) -> None:
        """Open the newest segment if there is room in it, else a new one, and delete what is too old."""
        self.close()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            known = self.segments()
            newest = known[-1][0] if known else 0
            try:
                if known:
                    self._file = os.open(known[-1][1], _FLAGS)
                    if self._fits(more):
                        return
                    self.close()
                self._file = os.open(self._path(newest + 1), _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
            except (FileExistsError, FileNotFoundError):
                continue  # another process was faster: at making it, or at deleting it
            os.fchmod(self._file, 0o600)
            self._prune(known)
            return

    def _prune(self, known: Sequence[tuple[int, Path]]) -> None:
        """Delete the oldest segments until what is left and a full new one fit into the ring."""
        sizes = [(path, _size(path)) for _, path in known]
        total = sum(size for _, size in sizes)
        for path, size in sizes:
            if total <= self.size - self._segment:
                return
            path.unlink(missing_ok=True)
            total -= size

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:010d}.packets"


class PacketFile:
    """One file that was named for recording; what is in it already stays. BadInput: it is something else."""

    def __init__(self, path: Path, size: int = LARGEST_FILE) -> None:
        self.path = path
        self._size = size
        self._file = -1

    def open_for_writing(self) -> None:
        """Make or open it now, mode 0600. BadInput: it cannot be written, or holds something else."""
        try:
            self._file = os.open(self.path, _FLAGS | os.O_CREAT | os.O_NONBLOCK, 0o600)
            ordinary = stat.S_ISREG(os.fstat(self._file).st_mode)
            begins = _beginning(self.path) if ordinary else b"?"
        except OSError as error:
            self.close()
            raise BadInput(f"packets cannot be recorded there: {error.strerror}", target=str(self.path)) from error
        if begins and begins != MAGIC:
            self.close()
            raise BadInput("holds something else than recorded packets", target=str(self.path), hint="name a new file")
        os.fchmod(self._file, 0o600)

    def append(self, records: Sequence[bytes]) -> None:
        """See `PacketStore`."""
        if self._file < 0:
            self.open_for_writing()
        for chunk in _chunks(records, _CHUNK):
            if os.fstat(self._file).st_size + len(chunk) > self._size:
                raise OSError(errno.EFBIG, f"the file has {self._size} octets, which is as large as it may get")
            _write(self._file, chunk)

    def segments(self) -> list[tuple[int, Path]]:
        """See `PacketStore`."""
        if not self.path.is_file():
            raise BadInput("there is no such file", target=str(self.path))
        return [(0, self.path)]

    def close(self) -> None:
        """See `PacketStore`."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)


def _chunks(records: Sequence[bytes], most: int) -> Iterable[bytes]:
    """The records joined, as many at a time as fit into `most` octets."""
    batch: list[bytes] = []
    size = 0
    for record in records:
        if batch and size + len(record) > most:
            yield b"".join(batch)
            batch, size = [], 0
        batch.append(record)
        size += len(record)
    if batch:
        yield b"".join(batch)


def _write(file: int, octets: bytes) -> None:
    # a rest written later would stand behind what another process appended meanwhile, so a short write is an error
    if os.write(file, octets) != len(octets):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(MAGIC))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
