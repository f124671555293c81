"""`hotspot active`, `hotspot host`, `hotspot cookie`: who is there, and what lets them back."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli.options import SECONDS, json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.verbs.hotspot.listing import changing, list_verb, nas_option, settle_option, show_changed
from radiusbridge.cli.verbs.hotspot.users import teller
from radiusbridge.domain.hotspot import Listing

if TYPE_CHECKING:
    from radiusbridge.services.context import Context


@click.group()
def active() -> None:
    """Guests who are logged in."""


@click.group()
def host() -> None:
    """Devices that the hotspots know."""


@click.group()
def cookie() -> None:
    """Cookies: each lets its device back in."""


for group, listing in ((active, Listing.ACTIVE), (host, Listing.HOST), (cookie, Listing.COOKIE)):
    group.add_command(list_verb(listing))


@active.command()
@click.argument("who", metavar="USER|MAC|ADDRESS")
@nas_option
@settle_option
@click.option("--deadline", type=SECONDS, default="30s", show_default=True, help="When what is seen decides.")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the audit log.")
@json_option
@database_verb
async def kick(
    context: "Context", who: str, nas: str | None, settle: float, deadline: float, reason: str, as_json: bool
) -> int:
    """Log a guest of the router's own out: cookies first, then the sessions.

    A login with the password afterwards is no failure, and told. A customer's guest: radiusbridge kick CUSTOMER.
    """
    from radiusbridge.services.hotspot import leaving

    told = await leaving.log_out(
        context, who, nas=nas, settle=settle, deadline=deadline, reason=reason, tell=teller(as_json)
    )
    return show_changed(told, as_json)


@host.command("remove")
@click.argument("device", metavar="MAC|ADDRESS")
@changing
@database_verb
async def remove_host(
    context: "Context", device: str, nas: str | None, identifier: str, reason: str, as_json: bool
) -> int:
    """Let the hotspot forget a device; one that is still there is seen again, under a new row."""
    from radiusbridge.services.hotspot import writing

    chosen = writing.Chosen(Listing.HOST, device, nas, identifier)
    return show_changed(await writing.remove(context, chosen, reason=reason), as_json)


@cookie.command("remove")
@click.argument("who", metavar="USER|MAC")
@changing
@database_verb
async def remove_cookie(
    context: "Context", who: str, nas: str | None, identifier: str, reason: str, as_json: bool
) -> int:
    """Take all cookies of a user or a device away. A live session goes on."""
    from radiusbridge.services.hotspot import writing

    chosen = writing.Chosen(Listing.COOKIE, who, nas, identifier)
    return show_changed(await writing.remove(context, chosen, reason=reason), as_json)
