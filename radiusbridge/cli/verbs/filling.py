"""`server fill`: accounts for all customers of a server who have none there, in one operation."""

import sys
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.options import json_option, key_option, reason_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.filling import Foretold


@click.command()
@click.argument("name")
@click.option("--yes-count", type=int, metavar="N", help="The typed confirmation, for scripts: how many accounts.")
@click.option("--dry-run", is_flag=True, help="Only show how many accounts would be made.")
@reason_option
@key_option
@click.option("--no-wait", is_flag=True, help="Print the operation's id, and leave the work to a process of its own.")
@json_option
@database_verb
async def fill(
    context: "Context",
    name: str,
    yes_count: int | None,
    dry_run: bool,
    reason: str,
    key: str,
    no_wait: bool,
    as_json: bool,
) -> int:
    """Make accounts on the server NAME for all its customers who have none.

    All of them are one operation of the journal, written in large transactions and read back; only a FreeRADIUS takes
    them so. Accounts that are there stay as they are: plan and apply are for those. Exit status: 0 PROVEN; 1 FAILED; 3
    the server does not answer, and the operation waits; 4 not confirmed; 5 UNPROVEN.
    """
    from radiusbridge.cli.operations import settle as settled
    from radiusbridge.services.filling import foretell, submit

    foretold = await foretell(context, name)
    _show(foretold, as_json)
    if dry_run or not foretold.count:
        return 0
    operation = await submit(context, foretold, _typed(foretold, yes_count), reason=reason, key=key)
    return await settled(context, operation, number="", no_wait=no_wait, as_json=as_json)


def _typed(foretold: "Foretold", given: int | None) -> int:
    if given is not None:
        return given
    if sys.stdin.isatty() and sys.stderr.isatty():
        typed: str = click.prompt("Type how many accounts are made", err=True, default="", show_default=False)
        if typed.isdecimal() and len(typed) < 10:
            return int(typed)
    hint = f"look at the number, then add --yes-count {foretold.count}"
    raise Refused("not confirmed; nothing was done", target=foretold.server.name, hint=hint)


def _show(foretold: "Foretold", as_json: bool) -> None:
    from radiusbridge.services.profile_sync import Side

    found, name = foretold.found, foretold.server.name
    same, differ, there = found[Side.SAME], found[Side.DIFFERS], found[Side.THERE]
    if as_json:
        counts = {"count": foretold.count, "same": same, "differ": differ, "not_here": there}
        view = {"type": "preview", "server": name, **counts, "without_password": foretold.without_password}
        output.json_line(view)
        return
    output.live_line(f"{foretold.count} accounts would be made on {safe(name, 60)}")
    told = [(same, "are there as the database says"), (differ, "are there otherwise, and stay so: radiusbridge plan")]
    told += [(there, "belong to nobody here, and stay"), (foretold.without_password, "customers have no password here")]
    for count, words in told:
        if count:
            output.live_line(f"  {count} {words}")
