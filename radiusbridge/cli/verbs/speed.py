"""`speed`: another rate for a live session, for a while or until the redial."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import DURATION, RATES, SECONDS, in_words, json_option, key_option, reason_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.sagas.plan import DEADLINE
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.speeding import SpeedSet


@click.command()
@click.argument("customer", required=False)
@click.argument("rate", type=RATES, required=False)
@click.option("--for", "lasts", type=DURATION, help="Until when it holds, like 2h; else until the redial.")
@click.option("--back", is_flag=True, help="The profile's rate again, now.")
@click.option(
    "--deadline", type=SECONDS, default=in_words(DEADLINE), show_default=True, help="When what is seen decides."
)
@reason_option
@key_option
@click.option("--no-wait", is_flag=True, help="Print the operation's id, and leave the work to a process of its own.")
@json_option
@database_verb
async def speed(
    context: "Context",
    customer: str | None,
    rate: tuple[int, int] | None,
    lasts: int | None,
    back: bool,
    deadline: float,
    reason: str,
    key: str,
    no_wait: bool,
    as_json: bool,
) -> int:
    """Give live sessions of CUSTOMER another RATE (upload/download), without a drop.

    The session's own queue on the NAS proves it. With --for it returns by itself; --back ends it sooner. Without a
    customer: the periods that are open. Exit status: 0 PROVEN, 1 FAILED, 3 waiting, 4 refused: kept out, or no NAS
    takes CoA; 5 UNPROVEN, nobody is online.
    """
    from radiusbridge.cli.operations import settle
    from radiusbridge.services import speeding

    if customer is None:
        return await _listed(context, as_json)
    if back == (rate is not None) or (back and lasts is not None):
        raise click.UsageError("give a rate like 10M/50M, or --back", click.get_current_context())
    if rate is None:
        done = await speeding.back(context, customer, deadline=deadline, reason=reason, key=key)
    else:
        done = await speeding.speed(context, customer, speeding.Speed(rate, lasts, deadline), reason=reason, key=key)
    _tell(context, done, back)
    return await settle(context, done.operation, number=done.customer.number, no_wait=no_wait, as_json=as_json)


def _tell(context: "Context", done: "SpeedSet", back: bool) -> None:
    target = safe(done.customer.username, 60)
    note(target, f"the profile {safe(done.profile.name, 60)} has {done.own}")
    if done.period is not None and not back:
        until = done.period.until.astimezone(context.zone)
        note(target, f"until {until:%Y-%m-%d %H:%M %Z}; then back, by the agent or: radiusbridge op run --watch")


async def _listed(context: "Context", as_json: bool) -> int:
    from radiusbridge.domain.speeds import rate_text
    from radiusbridge.services.speeding import open_periods

    found = await open_periods(context)
    if as_json:
        for period, customer in found:
            view = {"customer": customer.number, "user": customer.username, "rate_up": period.rate_up}
            view |= {"rate_down": period.rate_down, "until": period.until.isoformat()}
            output.json_line({"type": "speed", **view, "operation": period.operation_id, "back": period.back_id})
        return 0
    for period, customer in found:
        until = period.until.astimezone(context.zone)
        returning = f"  returning by operation {period.back_id}" if period.back_id is not None else ""
        name = f"{safe(customer.number, 40)} ({safe(customer.username, 60)})"
        output.line(f"{name}  {rate_text(period.rate)} until {until:%Y-%m-%d %H:%M %Z}{returning}")
    if not found:
        note("speed", "no period is open")
    return 0
