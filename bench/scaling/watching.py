"""What agents cost that watch routers: processor time, memory, connections, and whether a poll came late."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from bench.processes import connections, cpu, resident, until
from bench.scaling.ground import Agent, Ground, agent, fill
from bench.scaling.town import RunningTown
from radiusbridge.services.readings.watching import LATE

SETTLED = 10.0
"""Seconds from when all routers are followed until first runs of timers are over."""
REDIALS = 10.0
"""A second."""


def side_by_side(folder: Path, cells: Sequence[tuple[RunningTown, int]], seconds: float) -> Iterator[dict[str, Any]]:
    """One agent for each town and number of customers, all at the same time; a row for each. No patrol: `closely`."""
    with ExitStack() as stack:
        agents = [(town, many, stack.enter_context(_watching(folder, town, many))) for town, many in cells]
        until(lambda: all(each.followed() == town.routers for town, _, each in agents))
        time.sleep(SETTLED)
        before = [cpu(each.pid) for _, _, each in agents]
        began = time.monotonic()
        time.sleep(seconds)
        gone = time.monotonic() - began
        for (town, many, each), then in zip(agents, before, strict=True):
            share = 100 * (cpu(each.pid) - then) / gone
            found = connections(each.pid, town.endpoints)
            online = town.ask("report")["online"]
            yield {
                "name": f"idle agent, {town.routers} routers, {many} customers, {online} online: per cent of a core",
                "ratio": round(share, 2),
                "goal": "one connection to each router",
                "mib": round(resident(each.pid), 1),
                "connected": len(found),
                "most_connections": max(found.values(), default=0),
                "met": len(found) == town.routers and set(found.values()) == {1},
            }


def _watching(folder: Path, town: RunningTown, many: int) -> AbstractContextManager[Agent]:
    ground = Ground.embedded(folder, f"watch-{town.pid}-{many}")
    asyncio.run(fill(ground, town.endpoints, many))
    return agent(ground)


def closely(folder: Path, town: RunningTown, idle: float, churning: float) -> Iterator[dict[str, Any]]:
    """One agent over all that town: from its start and through a patrol of all accounts, idle, and while customers
    redial. Lateness is measured at the routers."""
    ground = Ground.embedded(folder, f"closely-{town.routers}")
    asyncio.run(fill(ground, town.endpoints, town.accounts))
    began = time.monotonic()
    with agent(ground, patrol=True) as watching:
        until(lambda: watching.followed() == town.routers)
        followed = time.monotonic() - began
        town.ask("mark", anew=True)
        until(watching.patrol)
        yield _row(town, watching, "start and patrol, seconds", town.ask("report")) | {
            "ratio": round(watching.patrol(), 1),
            "all_followed_s": round(followed, 1),
            "patrol_s": round(watching.patrol(), 1),
            "cpu_s": round(cpu(watching.pid), 1),
        }
        time.sleep(SETTLED)
        yield _over(town, watching, idle, "idle")
        town.ask("churn", per_second=REDIALS)
        yield _over(town, watching, churning, f"{REDIALS:g} redials a second, logs followed")
        town.ask("churn", per_second=0)


def _over(town: RunningTown, watching: Agent, seconds: float, what: str) -> dict[str, Any]:
    town.ask("mark", anew=False)
    before, there, began = cpu(watching.pid), cpu(town.pid), time.monotonic()
    time.sleep(seconds)
    gone = time.monotonic() - began
    share = 100 * (cpu(watching.pid) - before) / gone
    row = {**_row(town, watching, f"{what}, per cent of a core", town.ask("report")), "ratio": round(share, 2)}
    kept = connections(watching.pid, town.endpoints)
    single = len(kept) == town.routers and set(kept.values()) == {1} and row["most_connections"] == 1
    simulator = round(100 * (cpu(town.pid) - there) / gone, 1)
    return {**row, "simulator_percent": simulator, "met": row["met"] and single}


def _row(town: RunningTown, watching: Agent, what: str, seen: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": f"{town.routers} routers, {town.accounts} customers, {seen['online']} online, one agent, {what}",
        "goal": f"no poll later than {LATE:g} s, one connection to each router",
        "mib": round(resident(watching.pid), 1),
        **{f"late_{name}_s": late for name, late in seen["late"].items()},
        "polls": seen["polls"],
        "routers_polled": seen["asked"],
        "most_connections": seen["connections"],
        "met": max(seen["late"].values()) <= LATE and seen["asked"] == town.routers,
    }
