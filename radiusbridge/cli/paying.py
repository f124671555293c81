"""Options of `customer add` and `edit` that say until when somebody has paid, and how long a due run is patient."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

import click

from radiusbridge.cli.options import DAY, Parsed, stacked
from radiusbridge.cli.reaching import none_is_empty
from radiusbridge.domain.days import parse_day, start_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer

F = TypeVar("F", bound=Callable[..., Any])
_DEFAULT = -1


def _grace(text: str) -> int:
    """Days; `default` is -1."""
    if text == "default":
        return _DEFAULT
    if not (text.isascii() and text.isdecimal()) or len(text) > 4:
        raise BadInput(f"“{text[:20]}” is no number of days", hint="a number, or default")
    return int(text)


def _day_or_none(text: str) -> date | str:
    return "" if text == "none" else parse_day(text)


paying_options: Callable[[F], F] = stacked(
    click.option("--paid-until", type=DAY, metavar="DATE", help="The last paid day."),
    click.option(
        "--grace-days", type=Parsed("days", _grace), metavar="N", help="Days before they are due; default: the usual."
    ),
    click.option("--exempt", metavar="REASON", help="No due run isolates them; none: it may again."),
    click.option(
        "--promise-until", type=Parsed("date", _day_or_none), metavar="DATE", help="Promised to pay by then; none."
    ),
)


def with_paying(old: Customer, options: dict[str, Any]) -> Customer:
    """The customer with what was typed; what was not stays."""
    values: dict[str, Any] = {}
    if options["exempt"] is not None:
        values["exempt"] = none_is_empty(options["exempt"])
    if options["grace_days"] is not None:
        values["grace_days"] = None if options["grace_days"] == _DEFAULT else options["grace_days"]
    for name in ("paid_until", "promise_until"):
        if options[name] is not None:
            values[name] = start_of(options[name]) if options[name] else None
    return replace(old, **values)


def day_text(moment: datetime | None) -> str:
    """The day of a moment in the operator's zone."""
    return "-" if moment is None else moment.astimezone().date().isoformat()
