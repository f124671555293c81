"""The cash drawer, shift by shift."""

import sys
from typing import TYPE_CHECKING

import click

from radiusbridge.cli.listed import export_option
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import BadInput

if TYPE_CHECKING:
    from radiusbridge.services.context import Context


@click.group()
def shift() -> None:
    """The cash drawer: opened with a float, counted, closed once."""


@shift.command("open")
@click.option("--cash", type=int, required=True, metavar="RUPIAH", help="What is in the drawer.")
@click.option("--outlet", default="", metavar="NAME", help="Where; sales from a stock without an outlet are there.")
@click.option("--note", default="", metavar="TEXT", help="Kept with it.")
@json_option
@database_verb
async def open_(context: "Context", cash: int, outlet: str, note: str, as_json: bool) -> None:
    """Begin a shift of yours: what you sell and take back from here on belongs to it.

    Exit status: 0, 1 one is open already, 2.
    """
    from radiusbridge.cli import voucher_drawer_views as views
    from radiusbridge.services.vouchers import drawer

    views.show_drawer(await drawer.open_shift(context, outlet, cash, note=note), as_json)


@shift.command("close")
@click.argument("shift_id", type=int, required=False, metavar="[SHIFT]")
@click.option("--counted", type=int, metavar="RUPIAH", help="What is in the drawer; else it is asked for.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is not what it has to be.")
@json_option
@database_verb
async def close(context: "Context", shift_id: int | None, counted: int | None, reason: str, as_json: bool) -> None:
    """Count the drawer and end SHIFT, or the open one of yours; what had to be in it is told then.

    Exit status: 0 closed, 1 it is closed already, or none is open; 2; 4 the count is not what it has to be, and no
    reason is given: nothing was closed.
    """
    from radiusbridge.cli import voucher_drawer_views as views
    from radiusbridge.services.vouchers import drawer

    if counted is None:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise BadInput("say what is in the drawer", hint="--counted RUPIAH")
        counted = click.prompt("What is in the drawer, in Rupiah", type=int, err=True)
    views.show_drawer(await drawer.close_shift(context, counted, shift_id=shift_id, reason=reason), as_json)


_expected = click.option("--expected", is_flag=True, help="Also what has to be in a drawer that is not counted yet.")


@shift.command()
@click.argument("shift_id", type=int, required=False, metavar="[SHIFT]")
@_expected
@json_option
@database_verb
async def show(context: "Context", shift_id: int | None, expected: bool, as_json: bool) -> None:
    """Show SHIFT, or the open one of yours: how many were sold; when it is closed, what had to be in the drawer."""
    from radiusbridge.cli import voucher_drawer_views as views
    from radiusbridge.services.vouchers import drawer

    views.show_drawer(await drawer.drawer(context, shift_id), as_json, expected=expected)


@shift.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not closed.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@_expected
@export_option
@json_option
@database_verb
async def list_(
    context: "Context", only_open: bool, limit: int, expected: bool, file: str | None, as_json: bool
) -> None:
    """Show shifts, newest first."""
    from radiusbridge.cli import voucher_drawer_views as views
    from radiusbridge.services.vouchers import drawer

    found = await drawer.drawers(context, limit=limit, only_open=only_open)
    views.show_drawers(found, as_json, file, expected=expected)
