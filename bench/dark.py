"""Isolations queued while their server was dark, then carried out under a cap of 130 API requests a second.

The simulated ISP, in a process of its own, is stopped (SIGSTOP) and so as dark as a router without power; a bulk run
isolates everybody, and all of it waits. Then the ISP goes on, and the journal is drained as `op run` does it. Brakes
are off, the settle time is 0, so that every verdict is UNPROVEN for that reason alone. The time is held against what
the requests that the busiest router got take at the cap. 1,000 customers, so that it ends within three minutes;
`python -m bench.dark 10000` for all of them.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.bulk import REASONS
from bench.ground import prepared, simulated
from radiusbridge.domain.records import Policy
from radiusbridge.services import carrying, sessions
from radiusbridge.services.bulk.access_actions import Isolate
from radiusbridge.services.bulk.actions import preview_of
from radiusbridge.services.bulk.pacing import NO_BRAKES
from radiusbridge.services.bulk.preview import create
from radiusbridge.services.bulk.runner import BulkRunner
from radiusbridge.services.bulk.runs import rows
from radiusbridge.services.bulk.subjects import Subjects
from radiusbridge.services.context import Context
from radiusbridge.services.executor import Executor

RTT = 0.020
CAP = 130.0
MANY = 1000
MOST_OVER_CAP = 1.15


async def _all_online(context: Context, count: int) -> None:
    while sum(len(reading.sessions) for reading in await sessions.live(context)) < count:
        await context.clock.sleep(0.5)


async def _queued(context: Context, many: int) -> int:
    """Isolate everybody while nobody answers; the run's id."""
    preview = await preview_of(context, Isolate(Policy.REJECT, settle=0.0), Subjects(everybody=True))
    run = await create(context, preview, typed=many, brakes=NO_BRAKES)
    standing = await BulkRunner(context, run.id).run()
    assert set(standing.states) <= {"waiting", "queued"}, standing
    return run.id


def _sent(trace: Path, after: int) -> Counter[str]:
    """How many requests went to each router, by the trace from that octet on."""
    with trace.open() as file:
        file.seek(after)
        lines = [json.loads(line) for line in file]
    return Counter(line["server"] for line in lines if line["dir"] == "send" and line["words"][0] != "/login")


async def _measure(endpoints: dict[str, Any], folder: Path, many: int) -> dict[str, Any]:
    trace = folder / "trace.jsonl"
    async with prepared(endpoints, folder, trace) as context:
        await _all_online(context, many)
        os.kill(endpoints["pid"], signal.SIGSTOP)
        try:
            run = await _queued(context, many)
        finally:
            os.kill(endpoints["pid"], signal.SIGCONT)
        await _all_online(context, many)
        start = trace.stat().st_size
        began = time.perf_counter()
        await carrying.hasten(context)
        await Executor(context).drain()
        seconds = time.perf_counter() - began
        for row in await rows(context, run):
            assert all(any(words in reason for reason in row.reasons) for words in REASONS), row
    sent = _sent(trace, start)
    least = max(sent.values()) / CAP
    return {
        "name": f"{many} isolations queued while dark, then carried out under a cap of {CAP:g} requests/s",
        "ratio": round(seconds / least, 3),
        "goal": f"<= {MOST_OVER_CAP}",
        "ours_s": round(seconds, 2),
        "theirs_s": round(least, 2),
        "requests_each": round(sum(sent.values()) / many, 2),
        **{f"requests_each_{name}": round(count / many, 2) for name, count in sorted(sent.items())},
        "met": seconds <= MOST_OVER_CAP * least,
    }


def run(many: int = MANY) -> dict[str, Any]:
    """Seconds from the first contact to the last verdict."""
    with tempfile.TemporaryDirectory() as name, simulated(Path(name), many, RTT, CAP) as endpoints:
        return asyncio.run(_measure(endpoints, Path(name), many))


if __name__ == "__main__":
    print(run(*map(int, sys.argv[1:])))
