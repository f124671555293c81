"""Secrets from files that only their owner may read, one or many to a file, and what a secret may look like."""

import os
import stat
from pathlib import Path

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.private_files import too_open
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.values import parse_host_port

LIMIT = 4096
MANY_LIMIT = 1 << 20
_NO_PORT = 65535


def secret_from_file(file: str, what: str) -> Secret:
    """The secret in a file; one line break at the end is not part of it. what: what it is, for the words of errors.

    BadInput: unreadable, readable by others, empty, several lines, too long, not UTF-8.
    """
    return checked_secret(decoded_secret(_content(file, what), file), what)


def secrets_from_file(file: str) -> dict[tuple[str, int | None], Secret]:
    """Secrets of several peers, by (host, port or None): lines `HOST[:PORT] SECRET`; # begins a comment line.

    BadInput with the line: unreadable, readable by others, no address, no secret, or twice the same address.
    """
    found: dict[tuple[str, int | None], Secret] = {}
    text = decoded_secret(_content(file, "secrets", MANY_LIMIT), file, MANY_LIMIT)
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        where, _, secret = line.strip().partition(" ")
        try:
            host, port = parse_host_port(where, _NO_PORT)
            key = host, None if port == _NO_PORT else port
            if key in found:
                raise BadInput("that address is there already")
            found[key] = checked_secret(secret.strip(), "shared secret")
        except BadInput as error:
            hint = error.hint or "a line is HOST[:PORT] SECRET"
            raise BadInput(error.summary, target=f"{file}:{number}", hint=hint) from None
    return found


def _content(file: str, what: str, limit: int = LIMIT) -> bytes:
    path = Path(file)
    try:
        with path.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read(limit + 1)
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or "not a file name"
        raise BadInput(f"the file with the {what} cannot be read: {told}", target=file) from error
    if stat.S_ISREG(mode) and too_open(path, stat.S_IMODE(mode), os.environ):
        told = f"others may read the file with the {what} (mode {stat.S_IMODE(mode):04o})"
        raise BadInput(told, target=file, hint=f"run: chmod 600 {file}")
    return content


def decoded_secret(content: bytes, target: str, limit: int = LIMIT) -> str:
    """The text of octets that were read. BadInput: too many, not UTF-8."""
    if len(content) > limit:
        raise BadInput(f"more than {limit} octets are no password", target=target)
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
