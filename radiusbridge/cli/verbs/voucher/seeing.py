"""Vouchers as they stand."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli import voucher_views as views
from radiusbridge.cli.listed import export_option, exported
from radiusbridge.cli.options import codes_option, json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.voucher_end_views import show_voucher
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.vouchers.codes import batch_of

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

passwords_option = click.option("--passwords", is_flag=True, help="Passwords and codes; audited.")


@click.command("list")
@click.option("--filter", "filter_", default="", metavar="WORDS", help="Those who fit, like 'profile:daily ready>0'.")
@click.option("--vouchers", is_flag=True, help="Single vouchers in place of batches, like 'state:sold sold>=-7d'.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@codes_option
@passwords_option
@export_option
@json_option
@database_verb
async def list_(
    context: "Context",
    filter_: str,
    vouchers: bool,
    limit: int,
    codes: bool,
    passwords: bool,
    file: str | None,
    as_json: bool,
) -> None:
    """Show batches, newest first; or the vouchers in them. A file never holds their passwords.

    Of vouchers that nobody has bought or used, codes are shown with --codes or --passwords only;
    the audit log keeps who saw how many of which batch.
    """
    from radiusbridge.services.vouchers import finding, revealing

    if vouchers:
        shows = passwords and not file
        found = await finding.vouchers(context, filter_, limit=limit, codes=codes or shows)
        if codes or shows:
            await revealing.reveal(context, (each for _, each in found), passwords=shows, to=file or "")
        rows = [views.voucher_view(*each, passwords=shows, codes=codes) for each in found]
        if not exported(file, rows, ("code", "state")):
            output.json_value(rows) if as_json else views.show_vouchers(rows)
        return
    batches = [views.batch_view(each) for each in await finding.batches(context, filter_, limit=limit)]
    if not exported(file, batches, ("id", "profile")):
        output.json_value(batches) if as_json else views.show_batches(batches)


@click.command()
@click.argument("which", required=False, metavar="[BATCH|CODE]")
@click.option("--batch", type=click.IntRange(1), metavar="N", help="This batch.")
@click.option("--code", metavar="CODE", help="This code, also one of digits only.")
@codes_option
@passwords_option
@json_option
@database_verb
async def show(
    context: "Context",
    which: str | None,
    batch: int | None,
    code: str | None,
    codes: bool,
    passwords: bool,
    as_json: bool,
) -> int:
    """Show a batch with its vouchers; or the vouchers of a code, as it was typed or read.

    A number of up to six digits is a batch. Exit status of a batch: 0 PROVEN, 1 FAILED
    or stopped, 3 not on the router yet, 5 UNPROVEN.
    """
    from radiusbridge.services.vouchers import print_choice, revealing, standing

    if sum(each is not None for each in (which, batch, code)) != 1:
        raise BadInput("say which batch or which code", hint="one of them")
    number = batch if which is None else batch_of(which)
    if number is None:
        found = await standing.coded(context, code or which or "")
        if passwords:
            await revealing.reveal(context, (each for _, each in found), passwords=True)
        rows = [views.voucher_view(*each, passwords=passwords, codes=True) for each in found]
        if as_json:
            output.json_value(rows)
        elif passwords or len(found) > 1:
            views.show_vouchers(rows)
        else:
            show_voucher(*found[0])
        return 0
    await context.database.read(lambda unit: print_choice.named(unit, number))
    stands = await standing.standing(context, number)
    all_ = await standing.vouchers(context, number)
    if codes or passwords:
        await revealing.reveal(context, all_, passwords=passwords)
    rows = [views.voucher_view(stands.batch, each, passwords=passwords, codes=codes) for each in all_]
    if as_json:
        output.json_value({**views.batch_view(stands), "vouchers": rows})
        return stands.exit_status
    views.show_vouchers(rows)
    return views.show_end(stands, as_json)
