"""Stock of vouchers, and how much of it there has to be."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli.listed import export_option
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb

if TYPE_CHECKING:
    from radiusbridge.services.context import Context


@click.command()
@click.option("--least", type=click.IntRange(0), metavar="N", help="Exit status 1 where fewer are ready, too.")
@export_option
@json_option
@database_verb
async def stock(context: "Context", least: int | None, file: str | None, as_json: bool) -> int:
    """Show what is left to sell, by profile and outlet.

    Exit status: 0; 1 fewer are ready somewhere than have to be, see: voucher least.
    """
    from radiusbridge.cli import voucher_drawer_views as views
    from radiusbridge.services.vouchers import stocking

    levels = await stocking.levels(context)
    views.show_stock(levels, as_json, file)
    few = least is not None and any(each.outlet is not None and each.ready < least for each in levels)
    return 1 if few or any(each.short for each in levels) else 0


@click.command()
@click.argument("profile")
@click.argument("count", type=int)
@click.option("--outlet", default="", metavar="NAME", help="There; default: at all of them together.")
@json_option
@database_verb
async def least(context: "Context", profile: str, count: int, outlet: str, as_json: bool) -> None:
    """Say that COUNT vouchers of PROFILE have to be ready to be sold; 0: any number will do.

    Where fewer are, `voucher stock` ends with 1, and the agent raises the alert voucher-stock.
    """
    from radiusbridge.cli import voucher_drawer_views as views
    from radiusbridge.services.vouchers import stocking

    await stocking.set_least(context, profile, count, outlet=outlet)
    views.show_stock([each for each in await stocking.levels(context) if each.profile == profile], as_json)
