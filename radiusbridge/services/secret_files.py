"""Secrets from files that only their owner may read, and what a secret may look like."""

import os
import stat
from pathlib import Path

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret

LIMIT = 4096


def secret_from_file(file: str, what: str) -> Secret:
    """The secret in a file; one line break at the end is not part of it. what: what it is, for the words of errors.

    BadInput: unreadable, readable by others, empty, several lines, too long, not UTF-8.
    """
    return checked_secret(decoded_secret(_content(file, what), file), what)


def _content(file: str, what: str) -> bytes:
    path = Path(file)
    try:
        with path.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or "not a file name"
        raise BadInput(f"the file with the {what} cannot be read: {told}", target=file) from error
    if stat.S_ISREG(mode) and mode & 0o077:
        told = f"others may read the file with the {what} (mode {stat.S_IMODE(mode):04o})"
        raise BadInput(told, target=file, hint=f"run: chmod 600 {file}")
    return content


def decoded_secret(content: bytes, target: str) -> str:
    """The text of octets that were read. BadInput: too many, not UTF-8."""
    if len(content) > LIMIT:
        raise BadInput(f"more than {LIMIT} octets are no password", target=target)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise BadInput("the text is not UTF-8", target=target, hint="save it as UTF-8") from error


def checked_secret(text: str, what: str) -> Secret:
    """The secret in a text without its line break. BadInput: empty, or several lines."""
    plain = text.removesuffix("\n").removesuffix("\r")
    if not plain:
        raise BadInput(f"the {what} is empty")
    if any(ord(char) < 32 or ord(char) == 127 for char in plain):
        raise BadInput(f"the {what} holds a line break or control character", hint="one line of text")
    return Secret(plain)
