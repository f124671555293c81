"""Vouchers and sales that another program keeps on a router, taken over."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.vouchers.importing import Look

_COLUMNS = ("menu", "name", "text", "reason")
_SHOWN = 20
"""Refused rows that are shown."""


@click.group("import")
def import_() -> None:
    """Take over what another program keeps on a router."""


@import_.command()
@click.argument("router")
@click.option("--dry-run", is_flag=True, help="Only show what it comes to.")
@click.option("-o", "--output", "file", metavar="FILE", help="Where refused rows go: .csv, .xlsx, .jsonl; -: CSV here.")
@json_option
@database_verb
async def mikhmon(context: "Context", router: str, dry_run: bool, file: str | None, as_json: bool) -> int:
    """Import the vouchers and sales that Mikhmon keeps on ROUTER, a NAS; nothing there is changed.

    The same again is imported once. Exit status: 0, 1 some rows were refused (see -o), 2, 3 the router does not answer.
    """
    from radiusbridge.services.vouchers import importing

    look = await importing.look(context, router)
    if not dry_run:
        look = await importing.store(context, look)
    refused: list[output.View] = [{name: getattr(each, name) for name in _COLUMNS} for each in look.plan.refused]
    if file is not None:
        from radiusbridge.cli.csv_file import list_file

        with list_file(file, _COLUMNS) as add:
            add(refused)
    if as_json:
        output.json_line({**_view(look), "refused": refused})
    elif file != "-":
        _show(look, refused, file)
    return 1 if refused else 0


def _view(look: "Look") -> output.View:
    plan = look.plan
    return {
        "type": "import",
        "router": look.nas.name,
        "stored": look.stored,
        "zone": look.held.zone,
        "vouchers": {"new": plan.new, "changed": len(plan.changes), "same": plan.same, "overdue": plan.overdue},
        "sales": {"new": len(plan.bookings), "same": plan.sales_same, "amount": plan.amount},
    }


def _show(look: "Look", refused: list[output.View], file: str | None) -> None:
    from radiusbridge.domain.vouchers.sales import rupiah

    plan = look.plan
    done = "imported from" if look.stored else "would be imported from"
    output.line(f"{done} {safe(look.nas.name, 40)}; its times are of {safe(look.held.zone, 40)}")
    output.table(
        [
            {"what": "vouchers", "new": plan.new, "changed": len(plan.changes), "same": plan.same},
            {"what": "sales", "new": len(plan.bookings), "changed": 0, "same": plan.sales_same},
        ],
        [output.column(name, name.lower()) for name in ("WHAT", "NEW", "CHANGED", "SAME")],
    )
    output.line(f"new sales come to {rupiah(plan.amount)}; {len(refused)} rows refused")
    if plan.overdue:
        note("", f"{plan.overdue} vouchers are let in after their end: Mikhmon's scheduler does not see to them")
    if refused and file is None:
        names = ("MENU", "NAME", "TEXT", "REASON")
        output.table(refused[:_SHOWN], [output.column(name, name.lower()) for name in names])
        if len(refused) > _SHOWN:
            note("", f"{len(refused) - _SHOWN} more: -o FILE has all of them")
