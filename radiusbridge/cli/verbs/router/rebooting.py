"""`router reboot`: start a router anew, and say what did not come back."""

import sys
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.options import SECONDS, json_option, key_option, reason_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.router_desk.rebooting import Foretold


@click.command()
@click.argument("router")
@click.option("--yes-count", type=int, metavar="N", help="The typed confirmation, for scripts: how many sessions drop.")
@click.option("--dry-run", is_flag=True, help="Only show what would drop.")
@click.option("--within", type=SECONDS, metavar="TIME", help="It has to answer again within that time; default: 5m.")
@click.option("--settle", type=SECONDS, metavar="TIME", help="Then everything has to be back within that; default: 3m.")
@reason_option
@key_option
@click.option("--no-wait", is_flag=True, help="Print the operation's id, and leave the work to a process of its own.")
@json_option
@database_verb
async def reboot(
    context: "Context",
    router: str,
    yes_count: int | None,
    dry_run: bool,
    within: float | None,
    settle: float | None,
    reason: str,
    key: str,
    no_wait: bool,
    as_json: bool,
) -> int:
    """Start ROUTER anew, watch it come back, and say what did not return.

    Its sessions are counted first, and their number has to be typed. It is an operation of the journal: interrupted, it
    goes on in a process of its own. Exit status: 0 PROVEN: it was started anew and everything is back; 1 FAILED; 3 it
    did not answer, so nothing was done; 4 not confirmed; 5 UNPROVEN.
    """
    from radiusbridge.cli.operations import settle as settled
    from radiusbridge.services.router_desk.rebooting import Patience, foretell, submit

    foretold = await foretell(context, router)
    _foretell(foretold, as_json)
    if dry_run:
        return 0
    typed = _typed(foretold, yes_count)
    operation = await submit(context, foretold, typed, Patience(within, settle), reason=reason, key=key)
    return await settled(context, operation, number="", no_wait=no_wait, as_json=as_json)


def _typed(foretold: "Foretold", given: int | None) -> int:
    if given is not None:
        return given
    if sys.stdin.isatty() and sys.stderr.isatty():
        typed: str = click.prompt("Type how many sessions drop", err=True, default="", show_default=False)
        if typed.isdecimal() and len(typed) < 10:
            return int(typed)
    hint = f"look at the number, then add --yes-count {foretold.count}"
    raise Refused("not confirmed; nothing was done", target=foretold.home.name, hint=hint)


def _foretell(foretold: "Foretold", as_json: bool) -> None:
    before = foretold.before
    if as_json:
        counts = {"sessions": before.sessions, "guests": before.guests, "count": foretold.count}
        names = {_key(kind): len(found) for kind, found in before.names.items()}
        view = {"type": "preview", "router": foretold.home.name, "version": before.version, **counts, "before": names}
        output.json_line({**view, "uptime": before.uptime, "unread": dict(before.unread)})
        return
    output.live_line(f"reboot of {safe(foretold.home.name, 60)} at {safe(foretold.home.endpoint, 80)}")
    for words in foretold.effects:
        output.live_line(f"  {safe(words, 300)}")


def _key(kind: str) -> str:
    """A kind as a name of a field."""
    return kind.lower().replace(" ", "_")
