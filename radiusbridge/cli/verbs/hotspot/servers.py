"""`hotspot server`: the hotspot servers of the NASes: shown, switched on and off."""

import sys
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.verbs.hotspot.listing import changing, list_verb, show_changed
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.hotspot import Listing
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.hotspot.servers import Dropping


@click.group()
def server() -> None:
    """Hotspot servers, as the NASes have them."""


server.add_command(list_verb(Listing.SERVER))


@server.command()
@click.argument("name")
@changing
@database_verb
async def enable(context: "Context", name: str, nas: str | None, identifier: str, reason: str, as_json: bool) -> int:
    """Switch the hotspot server NAME on; guests log in by themselves."""
    from radiusbridge.services.hotspot import servers, writing

    chosen = writing.Chosen(Listing.SERVER, name, nas, identifier)
    return show_changed(await servers.switch_on(context, chosen, reason=reason), as_json)


@server.command()
@click.argument("name")
@click.option("--yes-count", type=int, metavar="N", help="The typed confirmation, for scripts: how many guests drop.")
@changing
@database_verb
async def disable(
    context: "Context",
    name: str,
    yes_count: int | None,
    nas: str | None,
    identifier: str,
    reason: str,
    as_json: bool,
) -> int:
    """Switch the hotspot server NAME off: every guest of it is logged out.

    Their number has to be typed. Exit status: 0 PROVEN: read back, and nobody is logged in by it; 1 FAILED; 4 not
    confirmed; 5 UNPROVEN.
    """
    from radiusbridge.services.hotspot import servers

    hit = await servers.dropping(context, name, nas=nas, identifier=identifier)
    typed = 0 if not hit.count else _typed(hit, yes_count)
    return show_changed(await servers.switch_off(context, hit, typed, reason=reason), as_json)


def _typed(hit: "Dropping", given: int | None) -> int:
    if given is not None:
        return given
    if sys.stdin.isatty() and sys.stderr.isatty():
        output.live_line(f"{hit.count} guests of {safe(hit.chosen.name, 60)} are logged out")
        typed: str = click.prompt("Type how many guests drop", err=True, default="", show_default=False)
        if typed.isdecimal() and len(typed) < 10:
            return int(typed)
    hint = f"look at the number, then add --yes-count {hit.count}"
    raise Refused("not confirmed; nothing was done", target=hit.chosen.name, hint=hint)
