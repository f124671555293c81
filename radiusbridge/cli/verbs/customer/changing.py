"""`customer add`, `edit`, `unbind`, `remove`."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.many import Many, run_many, subject_options
from radiusbridge.cli.options import SECONDS, in_words, reason_option, stacked, waiting_options
from radiusbridge.cli.paying import paying_options, with_paying
from radiusbridge.cli.reaching import none_is_empty
from radiusbridge.cli.secrets import read_optional, read_secret
from radiusbridge.cli.session import database_verb
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
        default=in_words(SETTLE),
        show_default=True,
        help="How long a session must stay away, or may take to dial again.",
    ),
    click.option(
        "--deadline", type=SECONDS, default=in_words(DEADLINE), show_default=True, help="When what is seen decides."
    ),
)
_PASSWORD = "RADIUSBRIDGE_CUSTOMER_PASSWORD"  # noqa: S105 - the name of an environment variable


@click.command()
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


@click.command()
@subject_options
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

    Of several customers, or chosen by a filter or a file, what many can have alike; it shows whom it hits and asks for
    their number.
    """
    from radiusbridge.cli.foretelling import settled
    from radiusbridge.services import customers

    many, chosen = Many(options), Live(live) if live else None
    who = many.one
    if who is None:
        from radiusbridge.services.bulk.record_actions import Edit

        own = [("--number", number), ("--user", user), ("--password-file", password_file)]
        many.only_one([*own, *((f"--{name}", options[name]) for name in _OWN)])
        action = Edit(_alike(options), profile, server, chosen, settle, deadline, not no_provision, adopt)
        return await run_many(context, action, many, no_wait=no_wait, as_json=as_json)
    password = _password(password_file, no_password=True, needed=False)

    def change(old: Customer) -> Customer:
        new = replace(
            old, username=user or old.username, number=number or old.number, password=password or old.password
        )
        return _changed(new, options)

    seen = None
    if not no_provision:
        told = await customers.foretell(context, who, change, profile=profile, server=server)
        seen = told.before
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
        seen=seen,
    )
    return await _end(context, "changed", changed, no_wait=no_wait, as_json=as_json)


@click.command()
@subject_options
@reason_option
@click.option(
    "--deadline", type=SECONDS, default=in_words(DEADLINE), show_default=True, help="When what is seen decides."
)
@waiting_options
@database_verb
async def unbind(
    context: "Context", reason: str, deadline: float, no_wait: bool, as_json: bool, **subjects: Any
) -> int:
    """Let CUSTOMER's next device in: the account forgets the one that it is locked to.

    A lock to a device becomes bind, so that the next one that dials is adopted. A live session goes on; switch the old
    device off first, or it may be adopted again (then the verdict is FAILED).

    Of several customers, or chosen by a filter or a file, it shows whom it hits and asks for their number.
    """
    from radiusbridge.services import customers

    many = Many(subjects)
    if many.one is None:
        from radiusbridge.services.bulk.record_actions import Unbind

        return await run_many(context, Unbind(deadline), many, reason=reason, no_wait=no_wait, as_json=as_json)
    changed = await customers.unbind(context, many.one, reason=reason, deadline=deadline)
    return await _end(context, "unbound", changed, no_wait=no_wait, as_json=as_json)


@click.command()
@subject_options
@reason_option
@click.option("--keep-session", is_flag=True, help="Leave a live session until it ends by itself.")
@_watching
@click.option("--no-provision", is_flag=True, help="Only forget the record; the account stays on the server.")
@waiting_options
@database_verb
async def remove(
    context: "Context",
    reason: str,
    keep_session: bool,
    settle: float,
    deadline: float,
    no_provision: bool,
    no_wait: bool,
    as_json: bool,
    **subjects: Any,
) -> int:
    """Remove CUSTOMER and the account on the server; live sessions end.

    The record goes once the account is proven gone; until then the customer stays listed. Refused while other
    operations of the customer are unfinished.

    Of several customers, or chosen by a filter or a file, it shows whom it hits and asks for their number.
    """
    from radiusbridge.services import customers

    many, live = Many(subjects), Live.KEEP if keep_session else Live.KICK
    if many.one is None:
        from radiusbridge.services.bulk.record_actions import Remove

        action = Remove(live, settle, deadline, not no_provision)
        return await run_many(context, action, many, reason=reason, no_wait=no_wait, as_json=as_json)
    changed = await customers.remove(
        context,
        many.one,
        reason=reason,
        live=live,
        settle=settle,
        deadline=deadline,
        provisioned=not no_provision,
    )
    return await _end(context, "removed", changed, no_wait=no_wait, as_json=as_json)


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


_OWN = ("name", "phone", "routes")
_ALIKE = (*_TEXTS, "grace_days", "exempt", "static_address", "caller_id", "test_account")


def _alike(options: dict[str, Any]) -> dict[str, object]:
    """What was typed for many, as JSON values."""
    typed = _changed(Customer("", "", 0, 0), options)
    values = {name: getattr(typed, name) for name in _ALIKE if options[name] is not None}
    for name in ("paid_until", "promise_until"):
        if options[name] is not None:
            values[name] = options[name].isoformat() if options[name] else None
    return values
