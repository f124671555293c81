"""What the agent costs while nothing happens: 20 simulated routers, one slow and one dark, followed for a minute.

Its memory is held against that of an idle asyncio process; its processor time, in per cent of one core, is printed, and
so is how many connections each router has. The simulated ISP runs in a process of its own. `python -m bench.agent_idle
300` measures for so many seconds.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.ground import nas_of, server_of
from bench.processes import connections, cpu, figures, free_port, process, resident, until
from radiusbridge.services import nases, servers
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.settings import settings

SERVERS, NASES = 4, 4
"""NASes to each server: 20 routers."""
SLOW, SLOW_SECONDS, DARK = "nas1", 0.5, "nas2"
SECONDS = 60.0
MOST_CPU = 3.0
_FIRST = ("drift", "capability cards")
"""Timers whose first run takes the most."""
"""Per cent of one core."""
IDLE = "import asyncio; asyncio.run(asyncio.Event().wait())"


async def _simulate(file: Path) -> None:
    from radiusbridge.simulator.isp import SimulatedIsp

    async with SimulatedIsp(servers=SERVERS, nases=NASES, customers=40) as isp:
        isp.faults(SLOW).turn(rtt=SLOW_SECONDS)
        isp.faults(DARK).turn(dark=True)
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(isp.endpoints()))
        draft.rename(file)
        await asyncio.Event().wait()


async def _entered(endpoints: dict[str, Any], home: Path) -> None:
    """Tell the database of all routers; nobody's account matters here."""
    os.environ["RADIUSBRIDGE_HOME"] = str(home)
    context = await asyncio.to_thread(open_context, settings(), "bench")
    of_server = 0
    for router in endpoints["routers"]:
        if "server" in router["roles"]:
            await servers.add(context, replace(server_of(router), radius=None))
            continue
        await nases.add(context, nas_of(router), f"um{of_server // NASES + 1}")
        of_server += 1
    await context.close()


def _settled(url: str) -> bool:
    """Whether all but the dark one are followed, and the first patrol and cards are over."""
    told = figures(url)
    up = sum(value for name, value in told.items() if name.startswith("radiusbridge_router_up{"))
    over = [f'radiusbridge_timer_last_run_success{{timer="{name}"}}' in told for name in _FIRST]
    return up == SERVERS * (NASES + 1) - 1 and all(over)


def _measure(agent: int, endpoints: dict[str, Any], seconds: float) -> dict[str, Any]:
    with process("-c", IDLE) as bare:
        before = cpu(agent)
        began = time.monotonic()
        time.sleep(seconds)
        share = 100 * (cpu(agent) - before) / (time.monotonic() - began)
        ours, theirs = resident(agent), resident(bare)
    found = connections(agent, endpoints)
    return {
        "name": f"idle agent with {len(endpoints['routers'])} routers, one slow, one dark: memory",
        "ratio": round(ours / theirs, 2),
        "goal": f"<= {MOST_CPU:g} % of a core, one connection to each router",
        "ours_mib": round(ours, 1),
        "idle_asyncio_mib": round(theirs, 1),
        "cpu_percent": round(share, 2),
        "routers_connected": len(found),
        "connections_each": max(found.values(), default=0),
        "met": share <= MOST_CPU and set(found.values()) == {1},
    }


def run(seconds: float = SECONDS) -> dict[str, Any]:
    """Memory, processor time and connections."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, home = folder / "endpoints.json", folder / "home"
        with process("-m", "bench.agent_idle", "--isp", str(file)):
            until(file.exists)
            endpoints = json.loads(file.read_text())
            asyncio.run(_entered(endpoints, home))
            where = f"127.0.0.1:{free_port()}"
            with process("-m", "radiusbridge", "agent", "--metrics", where, RADIUSBRIDGE_HOME=str(home)) as agent:
                until(lambda: _settled(f"http://{where}/metrics"))
                return _measure(agent, endpoints, seconds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--isp"]:
        asyncio.run(_simulate(Path(sys.argv[2])))
    else:
        print(run(*map(float, sys.argv[1:])))
