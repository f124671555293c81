"""`isolate` and `activate`."""

from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.many import Many, live_subject_options, run_many, subject_options
from radiusbridge.cli.options import SECONDS, in_words, key_option, reason_option, waiting_options
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import hold_view
from radiusbridge.domain.records import HoldKind, Policy
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.access import Submitted
    from radiusbridge.services.context import Context

_HOLDS = click.Choice([str(kind) for kind in HoldKind])
_SETTLE = click.option(
    "--settle", type=SECONDS, default=in_words(SETTLE), show_default=True, help="How long the session must stay away."
)
_DEADLINE = click.option(
    "--deadline", type=SECONDS, default=in_words(DEADLINE), show_default=True, help="When what is seen decides."
)


@click.command()
@live_subject_options
@click.option("--policy", type=click.Choice([str(p) for p in Policy]), help="Default: the server's own policy.")
@click.option("--hold", type=_HOLDS, default=str(HoldKind.UNPAID), show_default=True, help="Why they are kept out.")
@reason_option
@click.option("--ticket", default="", metavar="ID", help="Kept with the hold.")
@click.option("--without-drop", is_flag=True, help="Wall the live session where it is, by CoA; else it is kicked.")
@_SETTLE
@_DEADLINE
@key_option
@waiting_options
@database_verb
async def isolate(
    context: "Context",
    policy: str | None,
    hold: str,
    reason: str,
    ticket: str,
    without_drop: bool,
    settle: float,
    deadline: float,
    key: str,
    no_wait: bool,
    as_json: bool,
    **subjects: Any,
) -> int:
    """Keep CUSTOMER (number, user name or name) out, at once, and prove it.

    Opens a hold. Of several, or chosen by a filter or a file, it shows whom it hits and asks for their number. Exit
    status, of several that of the worst: 0 PROVEN, 1 FAILED, 3 waiting for the server, 5 UNPROVEN.
    """
    from radiusbridge.services import access

    many = Many(subjects)
    chosen = Policy(policy) if policy else None
    if many.one is None:
        from radiusbridge.services.bulk.access_actions import Isolate

        many.only_one([("--key", key)])
        action = Isolate(chosen, HoldKind(hold), ticket, settle, deadline, without_drop)
        return await run_many(context, action, many, reason=reason, no_wait=no_wait, as_json=as_json)
    submitted = await access.isolate(
        context,
        many.one,
        policy=chosen,
        hold=HoldKind(hold),
        reason=reason,
        ticket=ticket,
        manner=access.Manner(settle, deadline, without_drop=without_drop),
        key=key,
    )
    return await _end(context, submitted, no_wait=no_wait, as_json=as_json)


@click.command()
@subject_options
@click.option("--hold", type=_HOLDS, help="The hold to close; needed where several are open.")
@click.option(
    "--wait-online", type=SECONDS, default=0.0, metavar="TIME", help="Wait so long for the customer's own dial."
)
@reason_option
@_DEADLINE
@key_option
@waiting_options
@database_verb
async def activate(
    context: "Context",
    hold: str | None,
    wait_online: float,
    reason: str,
    deadline: float,
    key: str,
    no_wait: bool,
    as_json: bool,
    **subjects: Any,
) -> int:
    """Let CUSTOMER in again, and prove it.

    Closes a hold; while another one is open the access stays closed (exit status 1, and it is named). Of several, or
    chosen by a filter or a file, it shows whom it hits and asks for their number.
    """
    from radiusbridge.services import access

    many = Many(subjects)
    kind = HoldKind(hold) if hold else None
    if many.one is None:
        from radiusbridge.services.bulk.access_actions import Activate

        many.only_one([("--key", key)])
        action = Activate(kind, wait_online, deadline)
        return await run_many(context, action, many, reason=reason, no_wait=no_wait, as_json=as_json)
    submitted = await access.activate(
        context,
        many.one,
        hold=kind,
        reason=reason,
        manner=access.Manner(min(SETTLE, deadline / 2), deadline, wait_online),
        key=key,
    )
    return await _end(context, submitted, no_wait=no_wait, as_json=as_json)


async def _end(context: "Context", submitted: "Submitted", *, no_wait: bool, as_json: bool) -> int:
    from radiusbridge.cli.operations import settle

    if submitted.operation is None:
        _kept_out(submitted, as_json)
        return 1
    number = submitted.customer.number
    return await settle(context, submitted.operation, number=number, no_wait=no_wait, as_json=as_json)


def _kept_out(submitted: "Submitted", as_json: bool) -> None:
    customer = submitted.customer
    if as_json:
        output.json_line(
            {
                "type": "kept-out",
                "customer": customer.number,
                "user": customer.username,
                "holds": [hold_view(hold) for hold in submitted.holds],
                "exit": 1,
            }
        )
        return
    output.line(f"KEPT OUT  {safe(customer.number)} ({safe(customer.username, 60)}): another hold is open")
    for hold in submitted.holds:
        words = f"{hold.kind} since {output.local_time(hold.since)} by {hold.owner} {hold.reason} {hold.ticket}"
        output.line(f"  {safe(words.rstrip(), 200)}")
