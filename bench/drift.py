"""Drift patrol of 10,000 customers who are all online, against our own connections reading the same rows side by side.

The simulated ISP runs in a process of its own. What the patrol adds is the database's side of each account, its
comparison, and the joined view; nothing is found, so that one reading is enough.
"""

import asyncio
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.ground import prepared, simulated
from radiusbridge.services import sessions
from radiusbridge.services.context import Context
from radiusbridge.services.drift.patrol import patrol

RTT = 0.020
MANY = 10_000
GOAL = 3.0
"""Times the reading alone; 20,000 accounts are planned in 1.5 times theirs, without sessions."""


async def _read(context: Context) -> float:
    """Seconds for the rows alone."""
    server, nas = await context.database.read(lambda unit: (unit.servers.all()[0], unit.nases.all()[0]))
    port, accounts = context.gateways.nas_sessions(nas), context.gateways.account_server(server)
    assert port is not None

    async def listed() -> int:
        return sum([1 async for _ in accounts.accounts()])

    async def remembered() -> int:
        return sum([1 async for _ in accounts.sessions()])

    began = time.perf_counter()
    users, rows, _ = await asyncio.gather(listed(), remembered(), port.sessions())
    assert (users, rows) == (MANY, MANY)
    return time.perf_counter() - began


async def _patrol(context: Context) -> float:
    began = time.perf_counter()
    told = [item async for item in patrol(context)]
    assert told == [], told[:3]
    return time.perf_counter() - began


async def _measure(endpoints: dict[str, Any], folder: Path) -> dict[str, Any]:
    async with prepared(endpoints, folder) as context:
        while sum(len(reading.sessions) for reading in await sessions.live(context)) < MANY:
            await context.clock.sleep(0.5)
        await _read(context)
        alone = min([await _read(context) for _ in range(3)])
        ours = min([await _patrol(context) for _ in range(3)])
    ratio = ours / alone
    return {
        "name": f"drift patrol of {MANY} accounts and as many sessions, against reading those rows",
        "ratio": round(ratio, 2),
        "goal": f"<= {GOAL:g}",
        "patrol_s": round(ours, 2),
        "reading_s": round(alone, 2),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "met": ratio <= GOAL,
    }


def run() -> dict[str, Any]:
    """Seconds of a patrol, of reading alone, and the most memory that this process had."""
    with tempfile.TemporaryDirectory() as name, simulated(Path(name), MANY, RTT) as endpoints:
        return asyncio.run(_measure(endpoints, Path(name)))


if __name__ == "__main__":
    print(run())
