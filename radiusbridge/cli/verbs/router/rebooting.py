"""`router reboot`: start a router anew, and say what did not come back."""

import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.options import SECONDS, json_option, reason_option
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import time_of
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.domain.reboot import Over
    from radiusbridge.services.context import Context
    from radiusbridge.services.router_desk.rebooting import Foretold, Step


@click.command()
@click.argument("router")
@click.option("--yes-count", type=int, metavar="N", help="The typed confirmation, for scripts: how many sessions drop.")
@click.option("--dry-run", is_flag=True, help="Only show what would drop.")
@click.option("--within", type=SECONDS, metavar="TIME", help="It has to answer again within that time; default: 5m.")
@click.option("--settle", type=SECONDS, metavar="TIME", help="Then everything has to be back within that; default: 3m.")
@reason_option
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
    as_json: bool,
) -> int:
    """Start ROUTER anew, watch it come back, and say what did not return.

    Its sessions are counted first, and their number has to be typed. Exit status: 0 PROVEN: it was started anew and
    everything is back; 1 FAILED; 3 it did not answer, so nothing was done; 4 not confirmed; 5 UNPROVEN. 130
    interrupted: only the watching ends.
    """
    from radiusbridge.domain.reboot import BACK_WITHIN, SETTLE_WITHIN, Patience
    from radiusbridge.domain.verdict import Status, exit_status
    from radiusbridge.services.router_desk.rebooting import Rebooting, foretell

    foretold = await foretell(context, router)
    _foretell(foretold, as_json)
    if dry_run:
        return 0
    patience = Patience(BACK_WITHIN if within is None else within, SETTLE_WITHIN if settle is None else settle)
    rebooting = Rebooting(context, foretold, _typed(foretold, yes_count), patience, reason)
    async with aclosing(rebooting.follow()) as steps:
        async for step in steps:
            _step(step, as_json)
    assert rebooting.over is not None
    status = exit_status(Status.DONE, rebooting.over.verdict)
    _end(foretold, rebooting.over, status, as_json)
    return status


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
        view = {"type": "preview", "router": foretold.home.name, **counts, "before": names}
        output.json_line({**view, "uptime": before.uptime, "unread": dict(before.unread)})
        return
    output.live_line(f"reboot of {safe(foretold.home.name, 60)} at {safe(foretold.home.endpoint, 80)}")
    for words in foretold.effects:
        output.live_line(f"  {safe(words, 300)}")


def _step(step: "Step", as_json: bool) -> None:
    from radiusbridge.domain.reboot import tell

    name, words = tell(step.seen)
    if as_json:
        output.json_line({"type": "step", "at": time_of(step.at), "step": name, "text": words})
    else:
        output.live_line(f"{step.at.astimezone():%H:%M:%S}  {name:<8}  {safe(words, 300)}")


def _end(foretold: "Foretold", over: "Over", status: int, as_json: bool) -> None:
    missing = {_key(kind): list(names) for kind, names in over.missing.items()}
    if as_json:
        view = {"type": "result", "router": foretold.home.name, "verdict": str(over.verdict)}
        output.json_line({**view, "reasons": list(over.reasons), "missing": missing, "exit": status})
        return
    output.line(f"{over.verdict}  reboot of {safe(foretold.home.name, 60)}")
    for words in over.reasons:
        output.paragraph(words)


def _key(kind: str) -> str:
    """A kind as a name of a field."""
    return kind.lower().replace(" ", "_")
