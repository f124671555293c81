"""Vouchers sold and taken back; stock and ledger."""

from datetime import date
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import voucher_views as views
from radiusbridge.cli.diagnostics import note as note_of
from radiusbridge.cli.listed import export_option, exported
from radiusbridge.cli.options import DAY, Parsed, json_option
from radiusbridge.cli.printing import print_sold
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.reported import parse_sold

if TYPE_CHECKING:
    from radiusbridge.domain.vouchers.reported import SoldOn
    from radiusbridge.services.context import Context

SOLD = Parsed("when", parse_sold)
_note = click.option("--note", default="", metavar="TEXT", help="Kept in the ledger.")


@click.command()
@click.argument("code", required=False, metavar="[CODE]")
@click.option("--profile", metavar="NAME", help="The next voucher of this profile, the oldest first.")
@click.option("--outlet", metavar="NAME", help="Sold there; with --profile of its stock. Default: the batch's.")
@click.option("--batch", "batch_id", type=int, metavar="ID", help="With --profile: of this batch.")
@click.option("--router", metavar="NAME", help="With --profile: for this router; needed where there are several.")
@click.option("--amount", type=int, metavar="RUPIAH", help="What was paid; default: the selling price.")
@click.option("--key", metavar="KEY", help="A key of yours: the same key again is the same sale.")
@click.option("--printer", metavar="NAME", help="Print its card there; with --profile one that is on no paper yet.")
@click.option("--sold", "sold_on", type=SOLD, metavar="WHEN", help="It was sold then, like 2026-12-31 [14:30].")
@click.option("--no-look", is_flag=True, help="Do not ask its router before whether it is good.")
@_note
@json_option
@database_verb
async def sell(
    context: "Context",
    code: str | None,
    profile: str | None,
    outlet: str | None,
    batch_id: int | None,
    router: str | None,
    amount: int | None,
    key: str | None,
    printer: str | None,
    sold_on: "SoldOn | None",
    no_look: bool,
    note: str,
    as_json: bool,
) -> int:
    """Sell the voucher CODE, or the next one of a profile, and show it with its password.

    Only a voucher that was seen on its router is sold, and none twice. Its router is asked before whether it is still
    good, for two seconds at most. What an outlet sold on paper is booked with --sold, also used or over.
    Exit status: 0 sold, 1 none is left, or it is not for sale, 2; with --printer as voucher print, when it is sold.
    """
    from radiusbridge.services.vouchers import looks, selling

    known = None if printer is None else await looks.printer(context, printer)
    unprinted = known is not None and code is None
    wish = selling.Wish(
        code, profile, outlet, batch_id, amount, note, key, unprinted, router, sold_on=sold_on, look=not no_look
    )
    sold = await selling.sell(context, wish)
    views.show_sold(sold, as_json)
    return 0 if known is None else await print_sold(context, sold, known, as_json)


@click.command("return")
@click.argument("code")
@_note
@json_option
@database_verb
async def return_(context: "Context", code: str, note: str, as_json: bool) -> None:
    """Take the sold voucher CODE back, which nobody has used; what was paid goes out again.

    Its router is asked before whether it was used, where it answers.
    """
    from radiusbridge.services.vouchers import first_logins, selling, standing

    for _, voucher in await standing.coded(context, code):
        trouble = await first_logins.look_at_code(context, voucher.id)
        if trouble:
            note_of("", f"whether it was used could not be asked: {safe(trouble, 300)}")
    views.show_sold(await selling.take_back(context, code, note=note), as_json)


@click.command()
@click.option("--filter", "filter_", default="", metavar="WORDS", help="Those that fit, like 'outlet:kios at:today'.")
@click.option("--since", type=DAY, metavar="DAY", help="From this day on.")
@click.option("--until", type=DAY, metavar="DAY", help="Up to this day, whole.")
@export_option
@json_option
@database_verb
async def sales(
    context: "Context", filter_: str, since: date | None, until: date | None, file: str | None, as_json: bool
) -> None:
    """Show the ledger, and what it comes to. Days and times are those of the books; see: voucher books."""
    from radiusbridge.services.vouchers import reporting, selling

    lines, total = await selling.ledger(context, filter_, since=since, until=until)
    if not exported(file, [views.sale_view(line) for line in lines], ("at", "code"), ("price", "amount")):
        views.show_ledger(lines, total, as_json, await reporting.zone(context))
