"""`server sweep`: takes sessions off a server that it counts and no NAS has."""

import sys
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import json_option, reason_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.ghosts import Counted, Haunted, Swept


@click.command()
@click.argument("name")
@click.option("--yes-count", type=int, metavar="N", help="The typed confirmation, for scripts: how many sessions.")
@click.option("--dry-run", is_flag=True, help="Only show them.")
@reason_option
@json_option
@database_verb
async def sweep(context: "Context", name: str, yes_count: int | None, dry_run: bool, reason: str, as_json: bool) -> int:
    """Take sessions off the server NAME that it counts and no NAS has.

    They fill the shared-users limit of their customers: Stops that were lost, and sessions that were going when the
    NASes were turned to another server. A User Manager removes the row, a FreeRADIUS gives it a stop. Read back. Exit
    status: 0 none is left; 1 some are, or with --dry-run there are some; 3 the server does not answer, or a NAS could
    not be read, whose sessions stay; 4 not confirmed.
    """
    from radiusbridge.services import ghosts

    found = await ghosts.look(context, name)
    if not as_json:
        _show(found)
    swept = None
    if found.ghosts and not dry_run:
        swept = await ghosts.sweep(context, found, _typed(found, yes_count), reason=reason)
    if as_json:
        output.json_value(_view(found, swept))
    elif swept is not None:
        output.line(f"{len(swept.ended)} taken off, read back; {len(swept.left) or 'none'} left")
    for error in swept.errors if swept is not None else ():
        note("sweep", safe(error, 400))
    left = found.ghosts if swept is None else swept.left
    return 1 if left else 3 if found.unread else 0


def _show(found: "Haunted") -> None:
    output.line(f"{safe(found.server.name, 60)}: {found.words}")
    for username, session in found.ghosts:
        at = f"{session.nas_address}, {session.user_address or 'no address'}"
        output.line(f"  {safe(username, 40)}  {safe(session.session_id, 60)} on {safe(at, 100)}")
    for nas, why in found.unread:
        output.line(f"  {safe(nas, 40)} could not be read, and its sessions are left: {safe(why, 200)}")


def _typed(found: "Haunted", given: int | None) -> int:
    if given is not None:
        return given
    if sys.stdin.isatty() and sys.stderr.isatty():
        typed: str = click.prompt("Type how many sessions are taken off", err=True, default="", show_default=False)
        if typed.isdecimal() and len(typed) < 10:
            return int(typed)
    hint = f"look at them, then add --yes-count {len(found.ghosts)}"
    raise Refused("not confirmed; nothing was done", target=safe(found.server.name, 60), hint=hint)


def _view(found: "Haunted", swept: "Swept | None") -> dict[str, object]:
    def rows(sessions: "tuple[Counted, ...]") -> list[dict[str, str]]:
        return [
            {"user": name, "session_id": row.session_id, "nas_address": row.nas_address, "address": row.user_address}
            for name, row in sessions
        ]

    return {
        "server": found.server.name,
        "counted": found.counted,
        "ghosts": rows(found.ghosts),
        "unread": [{"nas": nas, "error": why} for nas, why in found.unread],
        "ended": None if swept is None else rows(swept.ended),
        "left": None if swept is None else rows(swept.left),
    }
