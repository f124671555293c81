"""Files of one router on this host: mode 0600, whole or not at all, the newest few kept. Everything here blocks."""

import errno
import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from radiusbridge.db.draft_files import sync_directory
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

_OURS = re.compile(r"[0-9]{8}-[0-9]{6}(-[0-9]+)?\.[A-Za-z0-9]{1,16}")
"""After the name of router and kind."""
_LEFT_BEHIND = timedelta(hours=6)
"""After which a draft is nobody's any more."""
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


def neutral(name: str) -> str:
    """A name that is one plain file name, whatever it was: letters, digits, dots, dashes; never empty, never hidden."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name)[:80].lstrip(".-_")
    return plain or "router"


@dataclass(slots=True)
class Draft:
    """A file that is being written beside the place where it will stand."""

    folder: Path
    stem: str
    """Of router, kind and time."""
    ending: str
    octets: int = 0
    _hash: Any = field(default_factory=sha256, repr=False)
    _file: int = -1

    @property
    def path(self) -> Path:
        """Where it is while it is written."""
        return self.folder / f".{self.stem}.{self.ending}.part"

    @property
    def digest(self) -> str:
        """SHA-256 of what was written, hexadecimal."""
        return str(self._hash.hexdigest())

    def open(self) -> None:
        """Begin. BadInput: it cannot be written."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(self.path, _FLAGS, 0o600)
            os.fchmod(self._file, 0o600)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def add(self, piece: bytes) -> None:
        """Write on. BadInput: the disk is full, or the like."""
        try:
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self.octets += len(piece)
        self._hash.update(piece)

    def finish(self) -> Path:
        """Put it in its place, under a name that is free. BadInput: it cannot be."""
        try:
            self.close()
            for count in range(1, 1000):
                number = "" if count == 1 else f"-{count}"
                place = self.folder / f"{self.stem}{number}.{self.ending}"
                try:
                    os.link(self.path, place, follow_symlinks=False)
                except FileExistsError:
                    continue
                self.path.unlink()
                sync_directory(self.folder)
                return place
        except OSError as error:
            raise _unwritable(self.path, error) from error
        raise BadInput("there are too many files of this name", target=safe(str(self.folder / self.stem), 200))

    def close(self) -> None:
        """All of it is on the disk, under its draft's name. BadInput: it is not."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self._close()

    def drop(self) -> None:
        """Leave nothing."""
        self._close()
        self.path.unlink(missing_ok=True)

    def _close(self) -> None:
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)


def rotate(folder: Path, prefix: str, keep: int, now: datetime) -> tuple[Path, ...]:
    """Delete all but the `keep` newest files of that router and kind, by the time in their names, and drafts that were
    left behind. keep 0: all stay. What was deleted. BadInput: it cannot be."""
    try:
        entries = sorted(folder.iterdir())
        for path in entries:
            if path.name.startswith(f".{prefix}-") and path.name.endswith(".part") and _old(path, now):
                path.unlink(missing_ok=True)
        ours = [each for each in entries if each.is_file() and _is_ours(each.name, prefix)]
        ours.sort(key=lambda path: _order(path.name, prefix))
        gone = ours[:-keep] if keep else []
        for path in gone:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return tuple(gone)


def _is_ours(name: str, prefix: str) -> bool:
    return name.startswith(f"{prefix}-") and _OURS.fullmatch(name.removeprefix(f"{prefix}-")) is not None


def _order(name: str, prefix: str) -> tuple[str, str, int]:
    stem = name.removeprefix(f"{prefix}-").partition(".")[0]
    day, time, *number = stem.split("-")
    return day, time, int(number[0]) if number else 1


def _old(path: Path, now: datetime) -> bool:
    return now - datetime.fromtimestamp(path.lstat().st_mtime, UTC) > _LEFT_BEHIND


def _unwritable(path: Path, error: OSError) -> BadInput:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    hint = "make room there, or name another folder with --to" if full else ""
    told = "the disk is full" if full else f"it cannot be written: {error.strerror}"
    return BadInput(told, target=safe(str(path), 200), hint=hint)
