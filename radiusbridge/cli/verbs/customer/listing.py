"""`customer list`, `show`, `renewals`."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note, talk
from radiusbridge.cli.listed import export_option, show_list
from radiusbridge.cli.options import json_option
from radiusbridge.cli.paying import day_text
from radiusbridge.cli.refusals import refusal_pairs, refusal_view
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import customer_view, renewal_view
from radiusbridge.domain.records import Customer
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.db.repositories.customer_orders import Order
    from radiusbridge.services.context import Context

_SORTS: dict[str, "Order"] = {"number": "number", "user": "username", "name": "name", "paid": "paid"}
_SHOWN = 100
AT_ONCE = 500
"""Customers that are in memory at a time while a file is written."""


@click.command("list")
@click.argument("words", nargs=-1)
@click.option("--filter", "filter_", default="", metavar="WORDS", help="The same as one text; both have to hold.")
@click.option("--server", metavar="NAME")
@click.option("--sort", type=click.Choice(list(_SORTS)), default="user", show_default=True)
@click.option("--count", is_flag=True, help="Only how many.")
@click.option(
    "--csv", "csv_", metavar="FILE", help="Write them all to a file that spreadsheets read; - is standard output."
)
@click.option("--export", "file", metavar="FILE", help="The same as its ending says: .csv, .jsonl or .xlsx.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), help="Default: 100; with --csv or --export all.")
@click.option("--offset", type=click.IntRange(0), default=0)
@json_option
@database_verb
async def list_(
    context: "Context",
    words: tuple[str, ...],
    filter_: str,
    server: str | None,
    sort: str,
    count: bool,
    csv_: str | None,
    file: str | None,
    limit: int | None,
    offset: int,
    as_json: bool,
) -> int:
    """Show customers: those who fit WORDS, like `budi`, or `area:utara state:live 'up>2h'`.

    Live fields (state, up, ip, mac, nas) are read from the NASes' lists; where one that cannot be read would decide
    about a customer, it is named, and the exit status is 3.
    """
    from radiusbridge.services import customers
    from radiusbridge.services.filtering import filtered

    text = " ".join(f"({each})" for each in (" ".join(words), filter_) if each.strip())
    found = await filtered(context, text, server=server, order=_SORTS[sort])
    if csv_ and file:
        raise click.UsageError("--csv and --export do not go together", click.get_current_context())
    written = csv_ or file
    most = limit or (len(found.ids) if written else _SHOWN)
    ids = found.ids[offset : offset + most]
    rows = () if count or written else await customers.views(context, ids)
    views = [customer_view(row.customer, row.server, row.profile, row.holds) for row in rows]
    shown = len(ids)
    if count:
        _show_count(len(found.ids), as_json)
    elif written:
        shown = await _write(context, written, "csv" if csv_ else "", ids)
    elif as_json:
        output.json_value(views)
    else:
        output.table(views, _COLUMNS)
    if not count and offset + shown < len(found.ids):
        note("", f"{shown} of {len(found.ids)} are shown; --limit, --offset")
    for reading in found.unread:
        note(reading.nas, f"not read: {reading.error}")
    if found.undecided:
        why = "; ".join(sorted({why for _, why in found.undecided}))
        note("", f"{len(found.undecided)} customers are neither in nor out: {why}")
    return 3 if found.undecided else 0


async def _write(context: "Context", file: str, form: str, ids: tuple[int, ...]) -> int:
    """Some at a time, so that any number of customers needs little memory."""
    from radiusbridge.cli.csv_file import list_file
    from radiusbridge.services import customers

    written = 0
    with list_file(file, list(customer_view(Customer("", "", 0, 0), "", "", ())), form) as add:
        for start in range(0, len(ids), AT_ONCE):
            rows = await customers.views(context, ids[start : start + AT_ONCE])
            views = [customer_view(row.customer, row.server, row.profile, row.holds) for row in rows]
            kinds = [[str(hold.kind) for hold in row.holds] for row in rows]
            add([{**view, "holds": held} for view, held in zip(views, kinds, strict=True)])
            written += len(rows)
    talk(f"radiusbridge: {written} customers in {safe(file)}")
    return written


def _show_count(count: int, as_json: bool) -> None:
    if as_json:
        output.json_value({"count": count})
    else:
        output.line(str(count))


@click.command()
@click.argument("who", metavar="CUSTOMER")
@json_option
@database_verb
async def show(context: "Context", who: str, as_json: bool) -> None:
    """Show CUSTOMER (number, user name or name). The password is not shown."""
    from radiusbridge.services import customers

    found = await customers.show(context, who)
    view = customer_view(found.customer, found.server, found.profile, found.holds)
    if as_json:
        output.json_value({**view, "last_refusal": None if found.refusal is None else refusal_view(found.refusal)})
        return
    holds = [
        f"{hold.kind} since {output.local_time(hold.since)} by {hold.owner} {hold.reason} {hold.ticket}".rstrip()
        for hold in found.holds
    ]
    skipped = {"holds", "access", "paid_until", "promise_until"}
    pairs = [(name.replace("_", " "), output.text(value)) for name, value in view.items() if name not in skipped]
    output.details(
        [
            *pairs,
            ("paid until", day_text(found.customer.paid_until)),
            ("promise until", day_text(found.customer.promise_until)),
            ("access", "held" if holds else "open"),
            *(("hold", hold) for hold in holds),
            *refusal_pairs(found.refusal),
        ]
    )


@click.command()
@click.argument("who", metavar="CUSTOMER")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@export_option
@json_option
@database_verb
async def renewals(context: "Context", who: str, limit: int, file: str | None, as_json: bool) -> None:
    """Show what CUSTOMER has paid for, newest first: from which day to which, who recorded it, the payment note."""
    from radiusbridge.services import renewal

    found = await renewal.history(context, who, limit)
    views = [renewal_view(row, context.zone) for row in found]
    show_list(views, _RENEWALS, as_json=as_json, file=file)
    if len(views) == limit:
        note("", f"the newest {limit} are shown; --limit")


_RENEWALS = (
    ("WHEN", lambda row: output.short_time(row["at"])),
    output.column("FROM", "paid_from"),
    output.column("PAID UNTIL", "paid_day"),
    output.column("WHO", "who"),
    output.column("OPERATION", "operation"),
    output.column("NOTE", "note"),
)


def _held(row: output.Row) -> str:
    holds = row["holds"]
    kinds = [str(hold["kind"]) for hold in holds] if isinstance(holds, list) else []
    return f"held: {', '.join(kinds)}" if kinds else "open"


_COLUMNS = (
    output.column("NUMBER", "number"),
    output.column("USER", "user"),
    output.column("NAME", "name"),
    output.column("PROFILE", "profile"),
    output.column("SERVER", "server"),
    ("ACCESS", _held),
)
