"""Periods of another speed: the return when one is over, and the rate again after a redial meanwhile."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.observations import SessionChanged, SessionsSeen
from radiusbridge.domain.profiles import limits
from radiusbridge.domain.records import Customer, Intent, Nas, Operation, Server
from radiusbridge.domain.speeds import SpeedPeriod, attribute_of, pause_after
from radiusbridge.domain.text import safe
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.services.context import Context
from radiusbridge.services.evidence_codec import decode
from radiusbridge.services.journal import enter
from radiusbridge.services.speeding import end, enter_back

READ_WITHIN = 20.0
"""Seconds for the list of one NAS."""

log = logging.getLogger(__name__)


async def bring_back_due(context: Context) -> int:
    """Submit the returns of the periods that are over; how many. Whoever carries out the journal calls this."""
    return 0 if context.read_only else await context.database.write(lambda unit: _bring_back(unit, context))


def _bring_back(unit: UnitOfWork, context: Context) -> int:
    periods = unit.speeds.due(unit.now)
    known = unit.customers.by_ids([each.customer_id for each in periods])
    return sum(_returned(unit, context, each, known.get(each.customer_id)) for each in periods)


def _returned(unit: UnitOfWork, context: Context, period: SpeedPeriod, customer: Customer | None) -> bool:
    """Submit one return. Who is kept out gets it once let in again; who moved has lost the session by that."""
    if customer is None or customer.server_id != period.server_id:
        end(unit, period, "the customer moved to another server")
        return False
    later = replace(period, next_at=unit.now + pause_after(period.tries + 1))
    if unit.holds.open_holds(customer.id):
        unit.speeds.change(later)
        return False
    before = unit.operations.get(period.back_id) if period.back_id is not None else None
    if before is not None and not before.status.final:
        unit.speeds.change(later)
        return False
    if before is not None and before.status is Status.CANCELLED:
        end(unit, period, f"its return, operation {before.id}, was cancelled")
        return False
    unit.speeds.change(replace(later, tries=period.tries + 1))
    again = f", again after operation {before.id}" if before is not None else ""
    reason = f"the period of operation {period.operation_id} is over{again}"
    enter_back(unit, context, customer, reason=reason, key=f"speed-back:{period.id}:{period.tries}")
    return True


def after_speed(unit: UnitOfWork, operation: Operation, verdict: Verdict) -> None:
    """A proven return ends the period, in the transaction that ends the operation."""
    if operation.intent is not Intent.SPEED or verdict is not Verdict.PROVEN:
        return
    period = unit.speeds.brought_back_by(operation.id)
    if period is not None:
        end(unit, period, f"back by operation {operation.id}")


async def follow_redials(context: Context) -> int:
    """Set the rate again on sessions that were dialled since, within their period; how many. The agent calls this.

    A session that the period's operations have seen is left alone, whatever its queue shows: they have told of it.
    """
    if context.read_only:
        return 0

    def work(unit: UnitOfWork) -> list[tuple[SpeedPeriod, Customer, Server, tuple[Nas, ...], Collection[str]]]:
        found: list[tuple[SpeedPeriod, Customer, Server, tuple[Nas, ...], Collection[str]]] = []
        for period in unit.speeds.open():
            customer = unit.customers.by_ids([period.customer_id]).get(period.customer_id)
            if customer is None or not _holds_still(unit, period, customer):
                continue
            nases = tuple(nas for nas in unit.nases.of_server(period.server_id) if nas.api and nas.dae)
            seen = _seen(unit, period.operation_id)
            found.append((period, customer, unit.servers.get(period.server_id), nases, seen))
        return found

    set_again = 0
    for period, customer, server, nases, seen in await context.database.read(work):
        lists = await asyncio.gather(*(_listed(context, nas, server, customer.username) for nas in nases))
        for session in (session for rows in lists for session in rows):
            strange = session.limits not in {"", limits(period.rate)} and session.session_id not in seen
            if strange and server.isolation_name not in session.lists:
                set_again += await _set_again(context, period, session)
    return set_again


def _holds_still(unit: UnitOfWork, period: SpeedPeriod, customer: Customer) -> bool:
    if period.until <= unit.now or period.back_id is not None or customer.server_id != period.server_id:
        return False
    return unit.operations.get(period.operation_id).status.final and not unit.holds.open_holds(customer.id)


def _seen(unit: UnitOfWork, operation_id: int) -> frozenset[str]:
    """Ids of the sessions that an operation saw or changed."""
    log = [decode(step.detail) for step in unit.operations.steps(operation_id)]
    listed = {row.session_id for seen in log if isinstance(seen, SessionsSeen) for row in seen.sessions}
    return frozenset(listed | {seen.session_id for seen in log if isinstance(seen, SessionChanged)})


async def _listed(context: Context, nas: Nas, server: Server, username: str) -> tuple[SessionRow, ...]:
    port = context.gateways.nas_sessions(nas, isolation=server.isolation_name)
    if port is None:
        return ()
    try:
        async with asyncio.timeout(READ_WITHIN):
            return await port.limited(username)
    except (RadiusbridgeError, TimeoutError) as error:
        log.debug("speed of %s on %s: %s", safe(username, 60), safe(nas.name, 60), type(error).__name__)
        return ()


async def _set_again(context: Context, period: SpeedPeriod, session: SessionRow) -> bool:
    def work(unit: UnitOfWork) -> bool:
        now = unit.speeds.of(period.customer_id)
        customer = unit.customers.by_ids([period.customer_id]).get(period.customer_id)
        if now != period or customer is None or not _holds_still(unit, period, customer):
            return False
        wanted: dict[str, object] = {"rate": attribute_of(period.rate), "again": True}
        operation = enter(
            unit,
            context,
            Operation(
                Intent.SPEED,
                customer.server_id,
                customer.id,
                customer.username,
                wanted,
                reason=f"dialled again as {safe(session.session_id, 40)} within the period of operation "
                f"{period.operation_id}",
                key=f"speed-again:{period.id}:{session.nas}:{session.session_id}",
            ),
        )
        unit.speeds.change(replace(period, operation_id=operation.id))
        return True

    return await context.database.write(work)
