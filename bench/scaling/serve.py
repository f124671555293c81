"""Simulated routers in a process of their own, which tells when each of them was asked, and over how many connections.

Lines of JSON on its input say what to do; each is answered by one line. `python -m bench.scaling.serve FILE SHAPE`.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench.scaling.town import Shape
from radiusbridge.simulator import accounts
from radiusbridge.simulator.customers import Customer
from radiusbridge.simulator.isp import SimulatedIsp

POLLS = {"/system/resource/print": ("vitals", 60.0), "/ppp/active/print": ("sessions", 2.0)}
"""Commands that the agent sends again and again: what is read, and seconds between two of them at one router."""
OFF = 1.0
"""Seconds that a customer who redials is away."""


@dataclass(slots=True)
class _Watched:
    """One router. asked: when each poll came last. late: the most that one of them came after its time."""

    asked: dict[str, float] = field(default_factory=dict)
    late: dict[str, float] = field(default_factory=dict)
    polls: int = 0
    most: int = 0
    """Connections at a time."""


class Town:
    """The routers, and what was seen of who asks them."""

    def __init__(self, isp: SimulatedIsp) -> None:
        self._isp = isp
        self._watched: dict[str, _Watched] = {}
        self._redials = 0
        self._churning: asyncio.Task[None] | None = None
        for name, router in isp.world.routers.items():
            router.api.heard = partial(self._heard, name)
        self.mark({"anew": True})

    def _heard(self, name: str, command: str) -> None:
        seen = self._watched[name]
        sessions = self._isp.router(name).api.sessions
        seen.most = max(seen.most, sum(one.user is not None for one in sessions))
        if command not in POLLS:
            return
        now = asyncio.get_running_loop().time()
        if command in seen.asked:
            seen.polls += 1
            late = now - seen.asked[command] - POLLS[command][1]
            seen.late[command] = max(seen.late.get(command, 0.0), late)
        seen.asked[command] = now

    def mark(self, told: dict[str, Any]) -> dict[str, Any]:
        """Look from now on. anew: somebody else asks from now on; nothing is due yet."""
        before = {} if told["anew"] else {name: seen.asked for name, seen in self._watched.items()}
        self._watched = {name: _Watched(before.get(name, {})) for name in self._isp.world.routers}
        return {}

    def report(self, _told: dict[str, Any]) -> dict[str, Any]:
        """What was seen since. A poll that is due and did not come counts as late by now."""
        now = asyncio.get_running_loop().time()
        late = dict.fromkeys(POLLS, 0.0)
        for seen in self._watched.values():
            for command, at in seen.asked.items():
                overdue = now - at - POLLS[command][1]
                late[command] = max(late[command], overdue, seen.late.get(command, 0.0))
        return {
            "late": {POLLS[command][0]: round(seconds, 2) for command, seconds in late.items()},
            "polls": sum(seen.polls for seen in self._watched.values()),
            "asked": sum(bool(seen.asked) for seen in self._watched.values()),
            "connections": max(seen.most for seen in self._watched.values()),
            "redials": self._redials,
            "online": sum(customer.online for customer in self._isp.customers.values()),
        }

    def churn(self, told: dict[str, Any]) -> dict[str, Any]:
        """Have so many customers a second redial; 0: none."""
        if self._churning is not None:
            self._churning.cancel()
            self._churning = None
        if told["per_second"]:
            self._churning = asyncio.create_task(self._redial(told["per_second"]))
        return {}

    async def _redial(self, per_second: float) -> None:
        known = sorted(self._isp.customers)
        while True:
            await asyncio.sleep(1 / per_second)
            customer = self._isp.customers[known[self._redials * 7919 % len(known)]]
            self._redials += 1
            self._isp.shell.driver.sync()
            if isinstance(customer, Customer):
                customer.switch_off()
                customer.switch_on(OFF)


def build(shape: Shape) -> SimulatedIsp:
    """Those routers; accounts without a customer's device are there beside those with one."""
    isp = SimulatedIsp(
        servers=shape.servers, nases=shape.nases, customers=shape.online, colocated=shape.colocated, redial=(1.0, 2.0)
    )
    servers = [router.user_manager for router in isp.world.routers.values() if router.user_manager is not None]
    for number in range(shape.online + 1, shape.accounts + 1):
        accounts.add_user(servers[(number - 1) % len(servers)], f"cust{number:04d}", f"pw-{number}", isp.options)
    return isp


async def _serve(file: Path, shape: Shape) -> None:
    async with build(shape) as isp:
        town = Town(isp)
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(isp.endpoints()))
        draft.rename(file)
        while line := await lines.readline():
            told = json.loads(line)
            answer = {"mark": town.mark, "report": town.report, "churn": town.churn}[told["do"]](told)
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), Shape(**json.loads(sys.argv[2]))))
