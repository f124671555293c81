"""A plan of 20,000 accounts, against reading the same rows alone; and a running ISP of 8,000 customers that is adopted.

Each runs in a process of its own, which collects garbage as seldom as the command line does, and whose most resident
memory is taken. Reading the rows alone and the plan take turns in it; the ratio is the median of those of the turns,
since whatever else the machine does meets both halves of a turn alike. What the first plan took, with all that is
loaded for it, stands beside it.
"""

import asyncio
import gc
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench.compare import fill, read_alone
from bench.ground import prepared, settings_in, simulated
from radiusbridge.cli.main import COLLECT_EVERY
from radiusbridge.domain.planned import Choice, Take
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.context import Context
from radiusbridge.services.planning.applying import preview
from radiusbridge.services.planning.plan_file import PlanWriter, read_plan
from radiusbridge.services.planning.reading import Tally, chosen_servers, planned_rows
from radiusbridge.services.planning.taking import take_over

ACCOUNTS, CUSTOMERS = 20_000, 8_000
TURNS = 11
GOAL, MOST_MIB = 1.5, 300.0


async def _planned(context: Context, choice: Choice, path: Path | None) -> tuple[Tally, float]:
    """The plan, written down; and the seconds that it took."""
    began, tally = time.perf_counter(), Tally()
    servers = await chosen_servers(context, ())
    with io.StringIO() if path is None else path.open("w") as file:
        writer = PlanWriter(file, context.database.marks, servers, context.clock.now(), "bench")
        async for row in planned_rows(context, servers, choice, tally):
            writer.row(row)
        writer.end()
    return tally, time.perf_counter() - began


async def _plan(folder: Path) -> dict[str, Any]:
    context = open_context(settings_in(folder), "cli")
    reading, plans, cpu = list[float](), list[float](), list[float]()
    for _ in range(TURNS):
        reading.append(await read_alone(context))
        began = time.process_time()
        tally, seconds = await _planned(context, Choice(only=frozenset({"accounts"})), folder / "plan")
        cpu.append(time.process_time() - began)
        plans.append(seconds)
    await context.close()
    same = tally.same["account"]
    times = {"seconds": median(plans), "first": plans[0], "cpu": median(cpu), "reading": median(reading)}
    ratio = median(plan / alone for plan, alone in zip(plans, reading, strict=True))
    return {"rows": tally.to_do, "same": same, "ratio": ratio, **times, **_most()}


async def _adopt(folder: Path) -> dict[str, Any]:
    context = open_context(settings_in(folder), "cli")
    began = time.perf_counter()
    await _planned(context, Choice(Take.SERVER), folder / "plan")
    found = await preview(context, read_plan(folder / "plan", context.database.marks))
    refused = [taken.refused async for taken in take_over(context, found.here) if taken.refused]
    tally, again = await _planned(context, Choice(), None)
    seconds = time.perf_counter() - began
    await context.close()
    assert not refused, refused[:3]
    return {"left": tally.to_do + sum(tally.rows.values()), "seconds": seconds, "empty_plan": again, **_most()}


def _most() -> dict[str, float]:
    return {"mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _in_child(what: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.plan", what, str(folder)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


async def _described(endpoints: dict[str, Any], folder: Path) -> None:
    """A database that knows server and NAS, and nobody."""
    async with prepared({**endpoints, "customers": []}, folder):
        pass


def run() -> list[dict[str, Any]]:
    """Ratios: of time against reading alone; of rows that are left after adopting, which are to be none."""
    with tempfile.TemporaryDirectory() as name, simulated(Path(name), ACCOUNTS, 0.0) as endpoints:
        asyncio.run(fill(endpoints, Path(name)))
        plan = _in_child("plan", Path(name))
    with tempfile.TemporaryDirectory() as name, simulated(Path(name), CUSTOMERS, 0.0) as endpoints:
        asyncio.run(_described(endpoints, Path(name)))
        adopted = _in_child("adopt", Path(name))
    return [
        {
            "name": f"plan of {ACCOUNTS} accounts, of which {plan['rows']} differ, against reading their rows alone",
            "ratio": round(plan["ratio"], 2),
            "goal": f"<= {GOAL}, below {MOST_MIB:g} MiB",
            "seconds": round(plan["seconds"], 2),
            "first_seconds": round(plan["first"], 2),
            "cpu_seconds": round(plan["cpu"], 2),
            "reading_alone": round(plan["reading"], 2),
            "resident_mib": round(plan["mib"], 1),
            "met": plan["ratio"] <= GOAL and plan["mib"] < MOST_MIB,
        },
        {
            "name": f"{CUSTOMERS} customers of a running ISP adopted, rows that differ after it",
            "ratio": adopted["left"],
            "goal": "0",
            "seconds": round(adopted["seconds"], 1),
            "empty_plan_seconds": round(adopted["empty_plan"], 2),
            "resident_mib": round(adopted["mib"], 1),
            "met": not adopted["left"] and adopted["mib"] < MOST_MIB,
        },
    ]


if __name__ == "__main__":
    if len(sys.argv) > 2:
        gc.set_threshold(COLLECT_EVERY, *gc.get_threshold()[1:])
        print(json.dumps(asyncio.run((_plan if sys.argv[1] == "plan" else _adopt)(Path(sys.argv[2])))))
    else:
        print(run())
