"""`customer`: customers and the accounts that they dial with."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import SECONDS, json_option, reason_option, stacked, waiting_options
from radiusbridge.cli.paying import day_text, paying_options, with_paying
from radiusbridge.cli.reaching import none_is_empty
from radiusbridge.cli.secrets import read_optional, read_secret
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import customer_view, renewal_view
from radiusbridge.domain.records import Customer
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE, Live
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.customers import Changed

_TEXTS = ("name", "phone", "address", "area", "odp", "vlan", "note", "routes")
_fields = stacked(
    click.option("--name", help="The customer's name."),
    click.option("--phone"),
    click.option("--address", help="Where they live."),
    click.option("--area"),
    click.option("--odp", help="Optical distribution point."),
    click.option("--vlan"),
    click.option("--note"),
    click.option("--static-address", metavar="IP", help="A fixed address; none: takes it away."),
    click.option("--routes", help="Routes behind the customer."),
    click.option("--caller-id", metavar="MAC", help="Lock to a device; bind: to the first one; none: no lock."),
    paying_options,
    click.option("--test-account/--no-test-account", default=None, help="Made for test logins: probes may use it."),
)
_watching = stacked(
    click.option(
        "--settle",
        type=SECONDS,
        default=SETTLE,
        show_default="10s",
        help="How long a session must stay away, or may take to dial again.",
    ),
    click.option("--deadline", type=SECONDS, default=DEADLINE, show_default="60s", help="When what is seen decides."),
)
_PASSWORD = "RADIUSBRIDGE_CUSTOMER_PASSWORD"  # noqa: S105 - the name of an environment variable


@click.group()
def customer() -> None:
    """Customers and the accounts that they dial with."""


@customer.command()
@click.option("--user", required=True, metavar="NAME", help="The user name that they dial with.")
@click.option("--server", metavar="NAME", help="May be left out where there is only one.")
@click.option("--profile", required=True, metavar="NAME")
@click.option("--number", default="", help="Default: the next C-0001.")
@click.option("--password-file", metavar="FILE", help="- is standard input.")
@click.option("--no-password", is_flag=True, help="The password is not known: test logins cannot be made.")
@_fields
@click.option("--no-provision", is_flag=True, help="The account is on the server already: only record it.")
@waiting_options
@database_verb
async def add(
    context: "Context",
    user: str,
    server: str | None,
    profile: str,
    number: str,
    password_file: str | None,
    no_password: bool,
    no_provision: bool,
    no_wait: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Add a customer, and make the account on the server; waits until it is proven there."""
    from radiusbridge.domain.values import parse_username
    from radiusbridge.services import customers

    parse_username(user)
    password = _password(password_file, no_password, needed=not no_provision)
    wanted = _changed(Customer(number, user, 0, 0, password=password), options)
    changed = await customers.add(context, wanted, profile=profile, server=server, provisioned=not no_provision)
    return await _end(context, "added", changed, no_wait=no_wait, as_json=as_json)


@customer.command()
@click.argument("who", metavar="CUSTOMER")
@click.option("--number", help="A new number.")
@click.option("--user", metavar="NAME", help="A new user name; the account under the old one goes.")
@click.option("--server", metavar="NAME", help="Another server; the account on the old one goes.")
@click.option("--profile", metavar="NAME", help="A new profile.")
@click.option("--password-file", metavar="FILE", help="A new password; - is standard input.")
@_fields
@click.option(
    "--live",
    type=click.Choice([str(one) for one in Live]),
    help="What becomes of a live session; asked on a terminal, else keep.",
)
@_watching
@click.option("--adopt", is_flag=True, help="With --user or --server: take over an account that is there already.")
@click.option("--no-provision", is_flag=True, help="Only record it; the server is not changed.")
@waiting_options
@database_verb
async def edit(
    context: "Context",
    who: str,
    number: str | None,
    user: str | None,
    server: str | None,
    profile: str | None,
    password_file: str | None,
    live: str | None,
    settle: float,
    deadline: float,
    adopt: bool,
    no_provision: bool,
    no_wait: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Change CUSTOMER (number, user name or name); what is not given stays.

    User name, server, profile, password, caller-id and static address go to the server too, and the verdict is waited
    for. What the customer will experience is said beforehand. With another user name or server the new account is made
    first, then the old one goes, and its live session with it; a customer who is held stays held.
    """
    from radiusbridge.cli.foretelling import settled
    from radiusbridge.services import customers

    password = _password(password_file, no_password=True, needed=False)

    def change(old: Customer) -> Customer:
        new = replace(
            old, username=user or old.username, number=number or old.number, password=password or old.password
        )
        return _changed(new, options)

    chosen = Live(live) if live else None
    if not no_provision:
        told = await customers.foretell(context, who, change, profile=profile, server=server)
        chosen = await settled(context, told, chosen, quiet=as_json)
    changed = await customers.edit(
        context,
        who,
        change,
        profile=profile,
        server=server,
        live=chosen,
        settle=settle,
        deadline=deadline,
        provisioned=not no_provision,
        adopt=adopt,
    )
    return await _end(context, "changed", changed, no_wait=no_wait, as_json=as_json)


@customer.command()
@click.argument("who", metavar="CUSTOMER")
@reason_option
@click.option("--deadline", type=SECONDS, default=DEADLINE, show_default="60s", help="When what is seen decides.")
@waiting_options
@database_verb
async def unbind(context: "Context", who: str, reason: str, deadline: float, no_wait: bool, as_json: bool) -> int:
    """Let CUSTOMER's next device in: the account forgets the one that it is locked to.

    A lock to a device becomes bind, so that the next one that dials is adopted. A live session goes on; switch the old
    device off first, or it may be adopted again (then the verdict is FAILED).
    """
    from radiusbridge.services import customers

    changed = await customers.unbind(context, who, reason=reason, deadline=deadline)
    return await _end(context, "unbound", changed, no_wait=no_wait, as_json=as_json)


@customer.command()
@click.argument("who", metavar="CUSTOMER")
@reason_option
@click.option("--keep-session", is_flag=True, help="Leave a live session until it ends by itself.")
@_watching
@click.option("--no-provision", is_flag=True, help="Only forget the record; the account stays on the server.")
@waiting_options
@database_verb
async def remove(
    context: "Context",
    who: str,
    reason: str,
    keep_session: bool,
    settle: float,
    deadline: float,
    no_provision: bool,
    no_wait: bool,
    as_json: bool,
) -> int:
    """Remove CUSTOMER and the account on the server; live sessions end.

    The record goes once the account is proven gone; until then the customer stays listed. Refused while other
    operations of the customer are unfinished.
    """
    from radiusbridge.services import customers

    changed = await customers.remove(
        context,
        who,
        reason=reason,
        live=Live.KEEP if keep_session else Live.KICK,
        settle=settle,
        deadline=deadline,
        provisioned=not no_provision,
    )
    return await _end(context, "removed", changed, no_wait=no_wait, as_json=as_json)


@customer.command("list")
@click.argument("words", nargs=-1)
@click.option("--server", metavar="NAME")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@click.option("--offset", type=click.IntRange(0), default=0)
@json_option
@database_verb
async def list_(
    context: "Context", words: tuple[str, ...], server: str | None, limit: int, offset: int, as_json: bool
) -> None:
    """Show customers, those that hold every one of WORDS in any field."""
    from radiusbridge.services import customers

    page = await customers.page(context, text=" ".join(words), server=server, offset=offset, limit=limit)
    views = [customer_view(row.customer, row.server, row.profile, row.holds) for row in page.rows]
    if as_json:
        output.json_value(views)
    else:
        output.table(views, _COLUMNS)
    if offset + len(views) < page.total:
        note("", f"{len(views)} of {page.total} are shown; --limit, --offset")


@customer.command()
@click.argument("who", metavar="CUSTOMER")
@json_option
@database_verb
async def show(context: "Context", who: str, as_json: bool) -> None:
    """Show CUSTOMER (number, user name or name). The password is not shown."""
    from radiusbridge.services import customers

    found = await customers.show(context, who)
    view = customer_view(found.customer, found.server, found.profile, found.holds)
    if as_json:
        output.json_value(view)
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
        ]
    )


@customer.command()
@click.argument("who", metavar="CUSTOMER")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@database_verb
async def renewals(context: "Context", who: str, limit: int, as_json: bool) -> None:
    """Show what CUSTOMER has paid for, newest first: from which day to which, who recorded it, the payment note."""
    from radiusbridge.services import renewal

    found = await renewal.history(context, who, limit)
    views = [renewal_view(row, context.zone) for row in found]
    if as_json:
        output.json_value(views)
    else:
        output.table(views, _RENEWALS)
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


def _password(file: str | None, no_password: bool, *, needed: bool) -> Secret | None:
    if needed and not no_password:
        return read_secret(file, what="customer's password", option="--password-file", environment=_PASSWORD)
    return read_optional(file, what="customer's password", option="--password-file", environment="")


def _changed(old: Customer, options: dict[str, Any]) -> Customer:
    """The customer with what was typed; what was not stays. `none` takes address or lock away, on the server too."""
    values: dict[str, Any] = {name: options[name] for name in _TEXTS if options[name] is not None}
    for name in ("static_address", "caller_id"):
        if options[name] is not None:
            values[name] = none_is_empty(options[name])
    if options["test_account"] is not None:
        values["test_account"] = options["test_account"]
    return with_paying(replace(old, **values), options)


async def _end(context: "Context", what: str, changed: "Changed", *, no_wait: bool, as_json: bool) -> int:
    from radiusbridge.cli.operations import settle

    row, operation = changed.customer, changed.operation
    if operation is not None:
        if not (as_json or no_wait):
            verb = {"removed": "removing", "unbound": "unbinding"}.get(what, what)
            note("", f"{verb} customer {row.number} ({row.username})")
        return await settle(context, operation, number=row.number, no_wait=no_wait, as_json=as_json)
    if as_json:
        output.json_value({"customer": row.number, "user": row.username, "done": what})
    else:
        output.line(f"{what} customer {safe(row.number)} ({safe(row.username, 60)})")
    return 0
