"""Reports of the ledger, and the books that they are read from."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli.listed import export_option
from radiusbridge.cli.options import DAY, json_option, stacked
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.vouchers.reports import Grouping, Period

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

_only = stacked(
    *(
        click.option(f"--{name}", metavar="NAME", help=words)
        for name, words in (
            ("profile", "Only of this profile."),
            ("outlet", "Only sold there; '' for those without an outlet."),
            ("cashier", "Only by this operator."),
            ("router", "Only for this User Manager or hotspot."),
        )
    )
)


@click.command()
@click.option("--from", "first", type=DAY, metavar="DAY", help="From this day on; default: the beginning of --period.")
@click.option("--to", "last", type=DAY, metavar="DAY", help="Up to this day, whole; default: today.")
@click.option(
    "--period",
    type=click.Choice([str(each) for each in Period]),
    default="month",
    show_default=True,
    help="The one that the last day is in.",
)
@click.option(
    "--by",
    type=click.Choice([str(each) for each in Grouping]),
    default="day",
    show_default=True,
    help="What stands together in a line.",
)
@_only
@click.option("--zone", metavar="ZONE", help="Whose days, like Asia/Makassar; default: the books', which is quicker.")
@click.option("--ascii", "plain", is_flag=True, help="Plot without blocks; also RADIUSBRIDGE_ASCII=1.")
@export_option
@json_option
@database_verb
async def report(
    context: "Context",
    first: date | None,
    last: date | None,
    period: str,
    by: str,
    zone: str | None,
    plain: bool,
    file: str | None,
    as_json: bool,
    **only: Any,
) -> None:
    """Show what was sold: in all, by day or otherwise, by profile, and the trend.

    Returns are taken off on the day when they came. Beside them: what expired, and how much of it nobody had bought.
    """
    from radiusbridge.cli import voucher_report_views as views
    from radiusbridge.services.vouchers import reporting

    ask = reporting.Ask(Grouping(by), Period(period), first, last, zone, **only)
    views.show_report(await reporting.report(context, ask), as_json=as_json, file=file, plain=plain)


@click.command()
@click.option("--zone", metavar="ZONE", help="Keep them in the days of this zone from here on, like Asia/Makassar.")
@click.option("--rebuild", is_flag=True, help="Add them up anew from the ledger.")
@json_option
@database_verb
async def books(context: "Context", zone: str | None, rebuild: bool, as_json: bool) -> int:
    """Show whose days the books have, and whether they say what the ledger says.

    Exit status: 0 they do, 1 they do not, 2.
    """
    from radiusbridge.cli import voucher_report_views as views
    from radiusbridge.services.vouchers import reporting

    if zone is not None or rebuild:
        await reporting.set_zone(context, zone)
    found = await reporting.books(context)
    return views.show_books(found.zone, found.differences, as_json=as_json)
