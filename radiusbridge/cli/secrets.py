"""Passwords and secrets: from a file, standard input, the environment or a prompt; never from the command line."""

import os
import stat
import sys
from pathlib import Path

import click

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret

LIMIT = 4096
_STDIN_TAKEN = "radiusbridge.stdin"


def read_secret(file: str | None, *, what: str, option: str, environment: str) -> Secret:
    """The secret from `file` (`-`: standard input), else from the environment, else from a prompt on a terminal.

    One line break at the end is not part of it. BadInput: nowhere, unreadable, readable
    by others, empty, or several lines.
    """
    found = read_optional(file, what=what, option=option, environment=environment)
    if found is not None:
        return found
    if sys.stdin.isatty() and sys.stderr.isatty():
        return _checked(click.prompt(what[0].upper() + what[1:], hide_input=True, err=True), what)
    raise BadInput(f"no {what} was given", hint=f"{option} FILE (- is standard input), or {environment}")


def read_optional(file: str | None, *, what: str, option: str, environment: str) -> Secret | None:
    """As `read_secret`, without the prompt; None where nothing is given."""
    if file == "-":
        return _checked(_from_stdin(option), what)
    if file is not None:
        return _checked(_from_file(file, what), what)
    named = os.environ.get(environment)
    return _checked(named, what) if named is not None else None


def _from_stdin(option: str) -> str:
    meta = click.get_current_context().find_root().meta
    if meta.get(_STDIN_TAKEN):
        raise BadInput("standard input can give one secret only", target=option, hint="use a file for the other")
    meta[_STDIN_TAKEN] = True
    return _decoded(sys.stdin.buffer.read(LIMIT + 1), "standard input")


def _from_file(file: str, what: str) -> str:
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
    return _decoded(content, file)


def _decoded(content: bytes, target: str) -> str:
    if len(content) > LIMIT:
        raise BadInput(f"more than {LIMIT} octets are no password", target=target)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise BadInput("the text is not UTF-8", target=target, hint="save it as UTF-8") from error


def _checked(text: str, what: str) -> Secret:
    plain = text.removesuffix("\n").removesuffix("\r")
    if not plain:
        raise BadInput(f"the {what} is empty")
    if any(ord(char) < 32 or ord(char) == 127 for char in plain):
        raise BadInput(f"the {what} holds a line break or control character", hint="one line of text")
    return Secret(plain)
