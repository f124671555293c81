"""Turning to the standby without anybody: only for a pair that asks for it, and only by the agent that leads.

It is not enough that the agent does not reach the server: it may itself be cut off. So a NAS has to say so, too, and be
reachable to say it; the standby has to work and be in step; and roles that were turned lately stay.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import RadiusbridgeError, Refused
from radiusbridge.domain.records import Operation
from radiusbridge.domain.standby import Pair
from radiusbridge.services.standby.checking import Check, check
from radiusbridge.services.standby.turning import Turning, enter_turning

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context

FAILURES = 3
"""Health checks in a row that have to find the active server dead."""
HOLD_DOWN = timedelta(minutes=10)
"""Roles that were turned stay so for so long, whatever the checks say."""
COMPARE_EVERY = timedelta(hours=1)
"""How often the standby's accounts are compared with the database: it reads all of them."""


def against(pair: Pair, seen: Check) -> str:
    """Why the agent does not turn the roles by itself; empty: it does. Pure."""
    if not pair.auto:
        return "it is not asked to"
    if not seen.active[1]:
        return "the active server works"
    if seen.failures < FAILURES:
        return f"{seen.failures} of {FAILURES} checks failed"
    if not any(nas.deaf for nas in seen.nases):
        return "no NAS says that it gets no answer: it may be we who are cut off"
    if seen.standby[1]:
        return f"the standby does not work: {seen.standby[1]}"
    if seen.behind:
        return f"{seen.behind} changes were not brought to the standby yet"
    if pair.since is not None and seen.at - pair.since < HOLD_DOWN and pair.epoch > 1:
        return f"the roles were turned less than {HOLD_DOWN.total_seconds() / 60:.0f} minutes ago"
    return ""


async def look(context: "Context", pair: Pair) -> tuple[Check, Operation | None]:
    """One health check of a pair, and what follows from it."""
    name = await context.database.read(lambda unit: unit.servers.get(pair.server_id).name)
    seen = await check(context, name, compare=_due(context, pair))

    def work(unit: "UnitOfWork") -> Operation | None:
        now = unit.standbys.of(pair.server_id)
        if now is None or now.epoch != pair.epoch or against(now, seen) or now.seen.get("differs"):
            return None
        busy = unit.operations.about_pair(now.server_id)
        if busy is not None and not busy.status.final:
            return None
        reason = f"by itself: {seen.active[1]}; {seen.failures} checks in a row"
        return enter_turning(unit, context, now, Turning(), back=now.turned, reason=reason)

    try:
        return seen, await context.database.write(work)
    except Refused:
        return seen, None


def _due(context: "Context", pair: Pair) -> bool:
    told = pair.seen.get("compared_at")
    if pair.seen.get("differs") is None or not isinstance(told, str):
        return True
    return context.clock.now() - datetime.fromisoformat(told) >= COMPARE_EVERY


async def look_at_all(context: "Context") -> dict[str, object]:
    """One health check of each pair: the agent's timer. Its figures."""
    pairs = await context.database.read(lambda unit: unit.standbys.all())
    ill, turned = 0, 0
    for pair in pairs:
        try:
            seen, operation = await look(context, pair)
        except RadiusbridgeError:
            ill += 1
            continue
        ill += not seen.well
        turned += operation is not None
    return {"pairs": len(pairs), "ill": ill, "turned": turned}
