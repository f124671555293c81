"""Isolate over warm connections with a round trip of 20 ms, against the four round trips that cannot be avoided.

The simulated ISP runs in a process of its own. Settling is excluded: what is measured ends with the first reading that
shows the session gone and the answer of the test login. Cold, and with the default settle, is printed beside it.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.ground import prepared, simulated
from radiusbridge.domain.observations import LoginSeen, SessionsSeen, Written
from radiusbridge.domain.records import (
    Operation,
    Policy,
)
from radiusbridge.services import access, journal
from radiusbridge.services.access import Manner
from radiusbridge.services.carrying import carry_out
from radiusbridge.services.context import Context
from radiusbridge.services.evidence_codec import decode

RTT = 0.020
ROUND_TRIPS = 4
GOAL = 1.5
RUNS = 15


async def _isolate(context: Context, who: str, settle: float) -> tuple[float, float, Operation]:
    """(seconds to the first clean list and the refused login, seconds to the verdict, the operation)."""
    began = time.perf_counter()
    manner = Manner(settle=settle, deadline=settle + 50)
    done = await access.isolate(context, who, policy=Policy.REJECT, manner=manner)
    assert done.operation is not None
    submitted = time.perf_counter() - began
    ended = await carry_out(context, done.operation.id)
    total = time.perf_counter() - began
    seen = [decode(step.detail) for step in await journal.steps(context, ended.id)]
    first = seen[0].at
    written = next(each for each in seen if isinstance(each, Written))
    gone = next(
        each for each in seen if isinstance(each, SessionsSeen) and each.began > written.at and not each.sessions
    )
    refused = next(each for each in seen if isinstance(each, LoginSeen) and each.began > written.at)
    return submitted + max(gone.at, refused.at) - first, total, ended


async def _measure(endpoints: dict[str, Any], folder: Path) -> dict[str, Any]:
    async with prepared(endpoints, folder) as context:
        names = [row["username"] for row in endpoints["customers"]]
        cold, _, _ = await _isolate(context, names.pop(), 1.0)
        warm = []
        for _ in range(RUNS):
            seconds, _, operation = await _isolate(context, names.pop(), 1.0)
            assert operation.verdict == "PROVEN", operation.reasons
            warm.append(seconds)
        _, settled, _ = await _isolate(context, names.pop(), 10.0)
    unavoidable = ROUND_TRIPS * RTT
    ratio = statistics.median(warm) / unavoidable
    return {
        "name": f"isolate, round trip {RTT * 1000:.0f} ms, settle excluded, against {ROUND_TRIPS} round trips",
        "ratio": round(ratio, 2),
        "goal": f"<= {GOAL}",
        "ours_ms": round(statistics.median(warm) * 1000, 1),
        "worst_ms": round(max(warm) * 1000, 1),
        "theirs_ms": round(unavoidable * 1000, 1),
        "cold_ms": round(cold * 1000, 1),
        "with_default_settle_s": round(settled, 2),
        "met": ratio <= GOAL,
    }


def run() -> dict[str, Any]:
    """The median over warm connections, its ratio to four round trips, and what stands beside it."""
    with tempfile.TemporaryDirectory() as name, simulated(Path(name), 40, RTT) as endpoints:
        return asyncio.run(_measure(endpoints, Path(name)))


if __name__ == "__main__":
    print(run())
