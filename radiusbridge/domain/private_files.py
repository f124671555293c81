"""Who may read a file that holds a secret."""

from collections.abc import Mapping
from pathlib import Path

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd puts what LoadCredential names (systemd.exec(5))."""


def too_open(path: Path, mode: int, environment: Mapping[str, str]) -> bool:
    """Whether others than its owner may read or change a file of that mode.

    A credential of the service may have the mode 0440: it belongs to root, an ACL lets the service's user read it, and
    the mask of an ACL stands where the group's bits do. systemd lets nobody else into that directory.
    """
    directory = environment.get(CREDENTIALS, "")
    credential = bool(directory) and path.absolute().parent == Path(directory)
    return bool(mode & (0o037 if credential else 0o077))
