"""Passwords and secrets: from a file, standard input, the environment or a prompt; never from the command line."""

import os
import sys

import click

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.services.secret_files import LIMIT, checked_secret, decoded_secret, secret_from_file

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
        return checked_secret(click.prompt(what[0].upper() + what[1:], hide_input=True, err=True), what)
    raise BadInput(f"no {what} was given", hint=f"{option} FILE (- is standard input), or {environment}")


def read_optional(file: str | None, *, what: str, option: str, environment: str) -> Secret | None:
    """As `read_secret`, without the prompt; None where nothing is given."""
    if file == "-":
        return checked_secret(_from_stdin(option), what)
    if file is not None:
        return secret_from_file(file, what)
    named = os.environ.get(environment)
    return checked_secret(named, what) if named is not None else None


def take_stdin(option: str) -> None:
    """Reserve standard input for an option. BadInput: another has it."""
    meta = click.get_current_context().find_root().meta
    if meta.get(_STDIN_TAKEN):
        raise BadInput("standard input can be read once only", target=option, hint="use a file for the other")
    meta[_STDIN_TAKEN] = True


def _from_stdin(option: str) -> str:
    take_stdin(option)
    return decoded_secret(sys.stdin.buffer.read(LIMIT + 1), "standard input")
