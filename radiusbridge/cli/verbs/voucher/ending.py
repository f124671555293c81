"""Vouchers whose time is over, ended; and those that are made void."""

import sys
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli import voucher_end_views as views
from radiusbridge.cli.listed import export_option
from radiusbridge.cli.options import json_option, reason_option
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.verbs.voucher.making import bring, write
from radiusbridge.domain.errors import BadInput, Refused

if TYPE_CHECKING:
    from radiusbridge.services.context import Context


@click.command()
@click.option("--due", is_flag=True, help="End what is over: kick, keep out, prove.")
@click.option("--no-look", is_flag=True, help="Do not ask the routers for first logins before.")
@export_option
@json_option
@database_verb
async def expire(context: "Context", due: bool, no_look: bool, file: str | None, as_json: bool) -> int:
    """Show which vouchers are over; --due: end them, as the agent does by itself.

    Each that was used is taken off its router, its guest kicked and kept out, with a verdict of its own. The routers
    are asked for first logins before. Exit status: 0 none is left, or all PROVEN; without --due 1 where some are over;
    1 FAILED, 3 a router does not answer, 5 UNPROVEN.
    """
    from radiusbridge.services.vouchers.expiring import Sweep, over_now
    from radiusbridge.services.vouchers.first_logins import FirstLogins

    if due and file:
        raise BadInput("--export writes what is over, and --due ends it", hint="leave one out")
    if not no_look and not context.read_only:
        views.show_looked(await FirstLogins(context).look(whole=True), as_json)
    if not due:
        rows, following = await over_now(context)
        return views.show_over(rows, following, as_json, file)
    swept = await Sweep(context, told=lambda ended: views.show_ended(ended, as_json), again=0.0).run()
    status = views.show_swept(swept, as_json)
    await bring(context, [each.batch.id for each in swept.ended])
    return status


@click.command()
@click.argument("batch", type=int)
@click.option("--code", metavar="CODE", help="Only this voucher of the batch.")
@click.option("--row", type=click.IntRange(1), metavar="N", help="The same, by its place in the batch.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@reason_option
@json_option
@database_verb
async def void(
    context: "Context", batch: int, code: str | None, row: int | None, yes: bool, reason: str, as_json: bool
) -> int:
    """Make the vouchers of BATCH void: off the router, their guests kicked and kept out, with a verdict.

    Who is online with them is asked of the NASes, and told before.
    """
    from radiusbridge.services.vouchers import standing, voiding

    if code is not None and row is not None:
        raise BadInput("say which voucher by one of them", target="--code and --row")
    stands = await standing.standing(context, batch)
    online = await voiding.online_with(context, batch, code, row)
    if not as_json:
        views.show_online(online)
    what = f"voucher {code or row}" if code or row else f"all {stands.batch.size} vouchers"
    if not yes:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            told = f"; {len(online.rows)} guests are online with them" if online.rows else ""
            raise Refused(f"{what} of batch {batch} would be void{told}", hint="--yes")
        if not click.confirm(f"Make {what} of batch {batch} on {stands.batch.router} void", err=True):
            raise Refused("nothing was done")
    await standing.void(context, batch, code=code, row=row, reason=reason)
    if as_json:
        output.json_line({"type": "online", **views.online_view(online)})
    return await write(context, batch, as_json)
