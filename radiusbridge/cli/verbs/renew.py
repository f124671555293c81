"""`renew`: a customer has paid."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.many import Many, run_many, subject_options
from radiusbridge.cli.options import DAY, SECONDS, in_words, waiting_options
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import View, hold_view
from radiusbridge.domain.days import day_of
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.renewal import Renewed


@click.command()
@subject_options
@click.option("--until", type=DAY, metavar="DATE", help="The last paid day.")
@click.option("--months", type=int, metavar="N", help="Calendar months from today or the last paid day. Default: 1.")
@click.option("--payment-note", default="", metavar="TEXT", help="Receipt, amount, channel; kept with the renewal.")
@click.option("--force", is_flag=True, help="Also to a day that is earlier than the last paid one, or over.")
@click.option(
    "--wait-online", type=SECONDS, default=0.0, metavar="TIME", help="Wait so long for the customer's own dial."
)
@click.option(
    "--deadline", type=SECONDS, default=in_words(DEADLINE), show_default=True, help="When what is seen decides."
)
@waiting_options
@database_verb
async def renew(
    context: "Context",
    until: date | None,
    months: int | None,
    payment_note: str,
    force: bool,
    wait_online: float,
    deadline: float,
    no_wait: bool,
    as_json: bool,
    **subjects: Any,
) -> int:
    """CUSTOMER has paid: move paid-until, close the hold `unpaid`, let them in, and prove it.

    While another hold is open the access stays closed (exit status 1, and it is named). A customer without a hold is
    only paid for longer. Of several, or chosen by a filter or a file, it shows whom it hits and asks for their number.
    """
    from radiusbridge.cli.operations import settle
    from radiusbridge.services import renewal
    from radiusbridge.services.access import Manner

    many = Many(subjects)
    if many.one is None:
        from radiusbridge.services.bulk.access_actions import Renew

        action = Renew(until, months, payment_note, force, wait_online, deadline)
        return await run_many(context, action, many, no_wait=no_wait, as_json=as_json)
    done = await renewal.renew(
        context,
        many.one,
        until=until,
        months=months,
        note=payment_note,
        forced=force,
        manner=Manner(min(SETTLE, deadline / 2), deadline, wait_online),
    )
    status = 1 if done.holds and done.operation is None else 0
    if as_json:
        output.json_line({"type": "renewal", **_view(context, done), "exit": status})
    elif not no_wait or done.operation is None:
        _show(context, done)
    if done.hint:
        note(safe(done.customer.username, 60), done.hint)
    if done.operation is None:
        return status
    return await settle(context, done.operation, number=done.customer.number, no_wait=no_wait, as_json=as_json)


def _view(context: "Context", done: "Renewed") -> View:
    before = done.renewal.paid_from
    return {
        "customer": done.customer.number,
        "user": done.customer.username,
        "paid_from": None if before is None else day_of(before, context.zone).isoformat(),
        "paid_day": day_of(done.renewal.paid_to, context.zone).isoformat(),
        "note": done.renewal.note,
        "operation": None if done.operation is None else done.operation.id,
        "undo": done.undoable,
        "holds": [hold_view(hold) for hold in done.holds],
    }


def _show(context: "Context", done: "Renewed") -> None:
    row, before = done.customer, done.renewal.paid_from
    was = f", was {day_of(before, context.zone)}" if before is not None else ""
    who = f"{safe(row.number)} ({safe(row.username, 60)})"
    output.line(f"RENEWED  {who}: paid until {day_of(done.renewal.paid_to, context.zone)}{was}")
    if done.recorded is not None:
        output.line(f"  radiusbridge undo {done.recorded.id} takes it back")
    if done.operation is None and done.holds:
        output.line("KEPT OUT: another hold is open")
        for hold in done.holds:
            words = f"{hold.kind} since {output.local_time(hold.since)} by {hold.owner} {hold.reason} {hold.ticket}"
            output.line(f"  {safe(words.rstrip(), 200)}")
