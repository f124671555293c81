"""Isolations that are entered at once, carried out by one agent and by four on one PostgreSQL."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from bench.processes import cpu, resident, until
from bench.scaling.ground import Ground, agent, fill
from bench.scaling.town import RunningTown
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Operation, Policy
from radiusbridge.services import access
from radiusbridge.services.access import Manner
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.context import Context
from tests.db.postgresql import Cluster

AGENTS = (1, 4)
MANNER = Manner(settle=1.0, deadline=120.0)
"""A short settle time: what is measured is work, not waiting."""
SETTLED = 8.0
LONGEST = 180.0


def measured(folder: Path, cluster: Cluster, town: RunningTown, many: int, burst: int) -> Iterator[dict[str, Any]]:
    """One row for each number of agents; many: customers in the database. The ratio is that of the speeds."""
    alone = 0.0
    for turn, count in enumerate(AGENTS):
        ground = Ground.shared(cluster.create(f"burst_{count}"), folder, f"burst-{count}")
        asyncio.run(fill(ground, town.endpoints, many))
        names = [f"cust{number:04d}" for number in range(1 + turn * burst, 1 + (turn + 1) * burst)]
        row = _row(ground, cluster, town, count, names)
        alone = alone or row["operations_per_s"]
        yield {**row, "ratio": round(row["operations_per_s"] / alone, 2)}


def _row(ground: Ground, cluster: Cluster, town: RunningTown, count: int, names: Sequence[str]) -> dict[str, Any]:
    with ExitStack() as stack:
        agents = [stack.enter_context(agent(ground)) for _ in range(count)]
        until(lambda: max(each.followed() for each in agents) == town.routers)
        time.sleep(SETTLED)
        town.ask("mark", anew=True)
        before, server = [cpu(each.pid) for each in agents], _server_cpu(cluster)
        seconds, ended = asyncio.run(_carried_out(ground, names))
        used = [cpu(each.pid) - then for each, then in zip(agents, before, strict=True)]
        seen = town.ask("report")
        verdicts = Counter(str(each.verdict) for each in ended)
        attempts = max(each.attempts for each in ended)
        return {
            "name": f"{len(names)} isolations over {town.routers} routers, {count} agents on one PostgreSQL",
            "ratio": 1.0,
            "goal": "all PROVEN, none carried out twice",
            "operations_per_s": round(len(names) / seconds, 1),
            "seconds": round(seconds, 1),
            "agents_cpu_ms_each": round(1000 * sum(used) / len(names), 1),
            "postgresql_cpu_ms_each": round(1000 * (_server_cpu(cluster) - server) / len(names), 1),
            "share_of_agents": [round(each / sum(used), 2) for each in used],
            "mib": [round(resident(each.pid)) for each in agents],
            "attempts_most": attempts,
            "verdicts": dict(verdicts),
            "late_s": max(seen["late"].values()),
            "met": verdicts == {"PROVEN": len(names)} and attempts == 1,
        }


async def _carried_out(ground: Ground, names: Sequence[str]) -> tuple[float, tuple[Operation, ...]]:
    """Enter them at once; seconds until all are over, and they."""
    context: Context = await asyncio.to_thread(open_context, ground.settings, "cli")

    def enter(unit: UnitOfWork) -> None:
        for name in names:
            access.enter_isolation(unit, context, unit.customers.find(name), policy=Policy.REJECT, manner=MANNER)

    try:
        await context.database.write(enter)
        began = time.perf_counter()
        async with asyncio.timeout(LONGEST):
            while await context.database.read(lambda unit: unit.operations.awaited_servers()):
                await context.clock.sleep(0.1)
        seconds = time.perf_counter() - began
        return seconds, await context.database.read(lambda unit: unit.operations.listed(limit=len(names)))
    finally:
        await context.close()


def _server_cpu(cluster: Cluster) -> float:
    """Seconds of processor time of the server's processes."""
    postmaster = (cluster.data / "postmaster.pid").read_text().split("\n", 1)[0]
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    seconds = cpu(int(postmaster))
    for child in children:
        with suppress(FileNotFoundError):  # one may end between the two looks
            seconds += cpu(int(child))
    return seconds
