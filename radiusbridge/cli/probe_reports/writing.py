"""Files that others read while they are written anew: whole at every moment."""

import os
import tempfile
from pathlib import Path

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

MODE = 0o644
"""The collector runs as another user, and nothing in these files is secret."""


def check_place(path: Path) -> None:
    """Whether a file can be written there. BadInput."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise BadInput("there is no such folder", target=safe(str(folder)))
    if path.exists() and not path.is_file():
        raise BadInput("this is no file that can be replaced", target=safe(str(path)))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput("this folder cannot be written to", target=safe(str(folder)))


def write_whole(path: Path, text: str) -> None:
    """Replace the file at once, on disk when this returns; a reader sees the old one or the new one. BadInput."""
    target = path.absolute()
    draft = None
    try:
        descriptor, draft = tempfile.mkstemp(".tmp", f".{target.name}.", target.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), MODE)
            os.fsync(file.fileno())
        Path(draft).replace(target)
        draft = None
        _sync(target.parent)
    except OSError as error:
        raise BadInput(f"the file cannot be written: {error.strerror}", target=safe(str(path))) from error
    finally:
        if draft is not None:
            Path(draft).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
