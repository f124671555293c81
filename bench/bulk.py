"""1,000 customers isolated on one server through `services.bulk`, against one after the other, at 20 ms.

The simulated ISP runs in a process of its own. Brakes are off and the settle time is 0 on both sides, so that every
verdict is UNPROVEN for that reason alone; all else (journal, write, kick, lists, test logins) is done and checked.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.ground import prepared, simulated
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRun
from radiusbridge.domain.records import Customer, Operation, Policy
from radiusbridge.services import access, sessions
from radiusbridge.services.access import Manner
from radiusbridge.services.bulk.pacing import Brakes
from radiusbridge.services.bulk.preview import Preview, create
from radiusbridge.services.bulk.runner import BulkRunner
from radiusbridge.services.bulk.runs import rows
from radiusbridge.services.bulk.selection import Selection
from radiusbridge.services.carrying import carry_out
from radiusbridge.services.context import Context

RTT = 0.020
MANY = 1000
ALONE = 60
SIDE_BY_SIDE = 32
GOAL = 5.0
MANNER = Manner(settle=0.0, deadline=60.0)
REASONS = ("gone, but the settle time is 0", "read back: disabled", "accepted before the write, refused after it")


def _isolated(unit: UnitOfWork, context: Context, _run: BulkRun, customer: Customer) -> Operation:
    done = access.enter_isolation(unit, context, customer, policy=Policy.REJECT, manner=MANNER)
    assert done.operation is not None
    return done.operation


def _as_expected(reasons: tuple[str, ...]) -> bool:
    return all(any(words in reason for reason in reasons) for words in REASONS)


async def _all_online(context: Context, count: int) -> None:
    while sum(len(reading.sessions) for reading in await sessions.live(context)) < count:
        await context.clock.sleep(0.5)


async def _alone(context: Context, names: list[str]) -> float:
    """Seconds for each of these customers, one after the other."""
    began = time.perf_counter()
    for name in names:
        done = await access.isolate(context, name, policy=Policy.REJECT, manner=MANNER)
        assert done.operation is not None
        ended = await carry_out(context, done.operation.id)
        assert _as_expected(ended.reasons), ended.reasons
    return (time.perf_counter() - began) / len(names)


async def _bulk(context: Context, names: list[str]) -> float:
    """Seconds for each of these customers, through the bulk runner."""
    found = await context.database.read(lambda unit: tuple(unit.customers.find(name) for name in names))
    preview = Preview("isolate", Selection(numbers=tuple(names)), {}, found)
    brakes = Brakes(per_second=0, server_per_second=0, side_by_side=SIDE_BY_SIDE, canary=0, failure_limit=0)
    run = await create(context, preview, typed=len(names), brakes=brakes)
    began = time.perf_counter()
    standing = await BulkRunner(context, run.id, submit=_isolated).run()
    seconds = time.perf_counter() - began
    assert standing.states == {"UNPROVEN": len(names)}, standing
    for row in await rows(context, run.id):
        assert _as_expected(row.reasons), row
    return seconds / len(names)


async def _measure(endpoints: dict[str, Any], folder: Path) -> dict[str, Any]:
    async with prepared(endpoints, folder) as context:
        names = [row["username"] for row in endpoints["customers"]]
        await _all_online(context, len(names))
        await _alone(context, names[:3])
        alone = await _alone(context, names[3:ALONE])
        bulk = await _bulk(context, names[ALONE:])
    ratio = alone / bulk
    return {
        "name": f"{MANY} customers isolated in bulk, round trip {RTT * 1000:.0f} ms, settle excluded, against singly",
        "ratio": round(ratio, 2),
        "goal": f">= {GOAL:g}",
        "ours_ms": round(bulk * 1000, 1),
        "theirs_ms": round(alone * 1000, 1),
        "all_s": round(bulk * MANY, 1),
        "side_by_side": SIDE_BY_SIDE,
        "met": ratio >= GOAL,
    }


def run(many: int = MANY) -> dict[str, Any]:
    """Milliseconds for each customer, in bulk and one after the other."""
    with tempfile.TemporaryDirectory() as name, simulated(Path(name), many + ALONE, RTT) as endpoints:
        return asyncio.run(_measure(endpoints, Path(name)))


if __name__ == "__main__":
    print(run())
