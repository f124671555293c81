"""`undo`: take an operation back, after a look at what that means."""

import sys
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.options import reason_option, waiting_options
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.undoing import UndoPlan


@click.command()
@click.argument("operation", type=int)
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@reason_option
@waiting_options
@database_verb
async def undo(
    context: "Context", operation: int, yes: bool, dry_run: bool, reason: str, no_wait: bool, as_json: bool
) -> int:
    """Take OPERATION back: show what that does and what does not come back, then do it as an operation of its own.

    Exit status: that of the verdict; 4 it cannot be undone, or was not confirmed.
    """
    from radiusbridge.cli.profile_live import carried
    from radiusbridge.services.undoing import plan_undo
    from radiusbridge.services.undoing import undo as submit

    planned = await plan_undo(context, operation)
    _show(planned, as_json)
    if dry_run:
        return 0
    _confirm(planned, yes)
    return await carried(context, await submit(context, planned, reason=reason), no_wait=no_wait, as_json=as_json)


def _show(planned: "UndoPlan", as_json: bool) -> None:
    found = planned.operation
    if as_json:
        view = {"operation": found.id, "intent": str(found.intent), "user": found.username}
        output.json_line({"type": "undo", **view, "does": list(planned.does), "lost": list(planned.lost)})
        return
    output.line(f"undo of operation {found.id}, {found.intent} {safe(found.username, 60)}")
    for head, lines in (("", planned.does), ("does not come back: ", planned.lost)):
        for words in lines:
            for at, part in enumerate(output.wrapped(f"{head}{words}", output.width() - 4)):
                output.line(f"  {'  ' if at else ''}{part}")


def _confirm(planned: "UndoPlan", yes: bool) -> None:
    if yes:
        return
    if sys.stdin.isatty() and sys.stderr.isatty() and click.confirm("Do it?", err=True):
        return
    target = f"undo {planned.operation.id}"
    raise Refused("not confirmed; nothing was done", target=target, hint="look at the list, then add --yes")
