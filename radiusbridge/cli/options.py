"""Options that several verbs share, and values that are parsed by the domain."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from radiusbridge.domain.days import parse_day
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.values import (
    parse_duration,
    parse_endpoint,
    parse_rate,
    parse_rate_pair,
    parse_seconds,
    parse_size,
)

F = TypeVar("F", bound=Callable[..., Any])


class Parsed(click.ParamType[Any]):
    """A value that a parser of the domain reads; what it refuses is bad input to that option."""

    def __init__(self, name: str, parse: Callable[[str], object]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, _ctx: click.Context | None) -> Any:
        """The parsed value. BadInput."""
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value)
        except BadInput as error:
            option = max(param.opts, key=len) if param is not None else ""
            raise BadInput(error.summary, target=error.target or option, hint=error.hint) from error


RATE = Parsed("rate", parse_rate)
RATES = Parsed("up/down", parse_rate_pair)
SIZE = Parsed("size", parse_size)
DURATION = Parsed("time", parse_duration)
SECONDS = Parsed("time", parse_seconds)
DAY = Parsed("date", parse_day)
"""A whole day of the operator's zone."""
HOST_PORT = Parsed("host[:port]", parse_endpoint)
"""(host, port or None)."""


def in_words(seconds: float) -> str:
    """A default of `SECONDS` as it would be typed: 60 -> `60s`."""
    return f"{seconds:g}s"


def json_option(function: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON with stable field names.")(function)


def codes_option(function: F) -> F:
    """`--codes`, where vouchers that nobody has bought or used go by their number otherwise."""
    words = "Codes of unsold and unused vouchers, too; audited."
    return click.option("--codes", is_flag=True, help=words)(function)


def record_option(function: F) -> F:
    """`--record`, of verbs that need no database."""
    return click.option(
        "--record",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Keep the packets in FILE, without credentials; see: radiusbridge packets.",
    )(function)


def reason_option(function: F) -> F:
    """`--reason`."""
    return click.option("--reason", default="", metavar="TEXT", help="Why; kept in journal and audit log.")(function)


def waiting_options(function: F) -> F:
    """`--no-wait` and `--json` of verbs that wait for a verdict."""
    wait = click.option(
        "--no-wait",
        is_flag=True,
        help="Print the operation's id, and leave the work to a process of its own.",
    )
    return wait(json_option(function))


def key_option(function: F) -> F:
    """`--key`."""
    return click.option(
        "--key", default="", metavar="KEY", help="A key of yours: the same key again is the same operation."
    )(function)


def stacked(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one decorator; `--help` shows them in this order."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate
