"""A file that appears under its name whole or not at all, and never over another one."""

import errno
import os
from pathlib import Path

_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS})


def give_name(draft: Path, path: Path) -> None:
    """Name a draft that is on disk already. FileExistsError: there is such a file; OSError."""
    try:
        os.link(draft, path, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # a stick with FAT has no second names: the place is taken with an empty file, which the draft replaces
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        draft.replace(path)
    else:
        draft.unlink()


def sync_directory(directory: Path) -> None:
    """The names in a directory are on disk when this returns. OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
