"""Voucher cards printed, and their trace."""

from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import print_views as views
from radiusbridge.cli.listed import export_option
from radiusbridge.cli.options import codes_option, json_option, stacked
from radiusbridge.cli.printing import print_wanted, target_options
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import BadInput

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

_which = stacked(
    click.argument("which", nargs=-1, metavar="[BATCH|CODE]..."),
    click.option("--batch", "batches", type=click.IntRange(1), multiple=True, metavar="N", help="This batch."),
    click.option("--code", "codes", multiple=True, metavar="CODE", help="This code, also one of digits only."),
)


@click.command("print")
@_which
@target_options
@json_option
@database_verb
async def print_(context: "Context", as_json: bool, **options: Any) -> int:
    """Print the cards of BATCH that are on no paper yet, or of CODE. A number of up to six digits is a batch.

    Exit status: 0 PROVEN: a file, read back; 1 FAILED, or nothing to print; 3 the printer does not answer; 4 printed
    before: see voucher reprint; 5 UNPROVEN: handed over, and nobody here saw the paper.
    """
    from radiusbridge.domain.vouchers.prints import Form
    from radiusbridge.services.vouchers.print_choice import Wanted

    return await print_wanted(context, Wanted(Form.TEXT, **_named(options)), options, as_json)


@click.command()
@_which
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the card's trace and the audit log.")
@target_options
@json_option
@database_verb
async def reprint(context: "Context", reason: str, as_json: bool, **options: Any) -> int:
    """Print cards once more that were printed before; says who did, and why.

    Exit status as voucher print.
    """
    from radiusbridge.domain.vouchers.prints import Form
    from radiusbridge.services.vouchers.print_choice import Wanted

    wanted = Wanted(Form.TEXT, **_named(options), again=True, reason=reason)
    return await print_wanted(context, wanted, options, as_json)


def _named(options: dict[str, Any]) -> dict[str, Any]:
    named = {name: options.pop(name) for name in ("which", "batches", "codes")}
    if not any(named.values()):
        raise BadInput("say what is to be printed", hint="a batch or a code")
    return named


@click.command()
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@export_option
@json_option
@database_verb
async def prints(context: "Context", limit: int, file: str | None, as_json: bool) -> None:
    """Show what was printed, newest first, and what is known of it."""
    from radiusbridge.services.vouchers import print_ends

    views.show_runs(await print_ends.runs(context, limit), as_json, file)


@click.command()
@click.argument("code", required=False, metavar="[CODE]")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, show_default=True)
@codes_option
@export_option
@json_option
@database_verb
async def trace(context: "Context", code: str | None, limit: int, codes: bool, file: str | None, as_json: bool) -> None:
    """Show who printed, reprinted or voided the card of CODE, or all cards."""
    from radiusbridge.services.vouchers import print_ends, revealing

    found = await print_ends.traces(context, code, limit)
    if codes and code is None:
        await revealing.reveal(context, (each for _, each in found), to=file or "")
    views.show_traces(found, as_json, file, codes=codes or code is not None)
