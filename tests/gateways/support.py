"""The simulated ISP as the gateways' records describe it, and the clock and chance of the tests."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from radiusbridge.domain.accounts import Access, AccessChange, AccountRow
from radiusbridge.domain.records import ApiAccess, DaeAccess, Nas, RadiusAccess, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.accounts.generation import USERMAN6, USERMAN7
from radiusbridge.gateways.factory import Gateways
from radiusbridge.gateways.nas import RouterSessions
from radiusbridge.gateways.ports import AccountServer, Finding, Mark
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.simulator.menus.menu import Menu
from radiusbridge.simulator.router import Router


class LoopClock:
    """The loop's time; the wall goes on from the machine's at the start, as the simulated routers' does."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SeededEntropy:
    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def octets(self, count: int) -> bytes:
        return self._chance.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._chance.uniform(low, high)


@dataclass
class Place:
    """An ISP with one server and its NASes, and gateways that reach them."""

    isp: SimulatedIsp
    gateways: Gateways
    clock: LoopClock
    server: Server
    nas: Nas
    trace: Path

    @property
    def accounts(self) -> AccountServer:
        return self.gateways.account_server(self.server)

    @property
    def um(self) -> Router:
        return self.isp.router("um1")

    def fresh(self, server: Server | None = None) -> AccountServer:
        """An account server as another process would have it, on the same connections."""
        return self.gateways.account_server(replace(server or self.server, priority=next(_numbers)))

    def sessions(self, **changes: Any) -> RouterSessions:
        port = self.gateways.nas_sessions(replace(self.nas, **changes))
        assert isinstance(port, RouterSessions)
        return port

    @property
    def six(self) -> bool:
        """Whether the server runs RouterOS 6."""
        return self.server.kind == USERMAN6

    def menu(self, name: str) -> Menu:
        """User Manager's menu of that name, `user`, `profile` and so on, where its generation has it."""
        if not self.six:
            return self.um.menus[f"/user-manager/{name}"]
        inner = "profile/" if name in {"limitation", "profile-limitation"} else ""
        return self.um.menus[f"/tool/user-manager/{inner}{name}"]

    def stored(self, username: str) -> dict[str, str]:
        """A user's row, which the menu's methods take."""
        row = self.menu("user").named(username)
        assert row is not None, username
        return row

    def user(self, username: str) -> dict[str, str]:
        """A user as print shows it now."""
        return self.menu("user").view(self.stored(username))

    def row(self, menu: str, name: str) -> dict[str, str]:
        """A row as the router has it."""
        row = self.um.menus[menu].named(name)
        assert row is not None, name
        return row

    def plans(self, username: str) -> dict[str, str]:
        """State by profile, as the router has it; of RouterOS 6 the actual one."""
        if self.six:
            actual = self.user(username)["actual-profile"]
            return {actual: "running-active"} if actual else {}
        rows = [row for row in self.um.menus["/user-manager/user-profile"].rows() if row["user"] == username]
        states = {row["profile"]: row["state"] for row in rows}
        assert len(states) == len(rows), rows
        return states

    def end_plans(self, username: str) -> None:
        """Let a user's plans be over, after a session of theirs."""
        manager = self.um.user_manager
        assert manager is not None
        session = manager.sessions.open(username, "elsewhere", "81fffff0", "10.255.0.1")
        manager.sessions.end(session, "session-timeout")
        while row := manager.plans.at_login(username):
            row["state"] = "used"
            manager.plans._ends.pop(row[".id"], None)

    async def account(self, username: str) -> AccountRow:
        account = await self.accounts.read_account(username)
        assert account is not None, username
        return account

    def sent(self) -> list[list[str]]:
        """Every sentence that went to routers, without its tag."""
        return sent_in(self.trace)

    @contextmanager
    def one_round_trip(self, router: str) -> Iterator[None]:
        """What is asked of that router in here goes out before its first answer comes, however slow the machine is."""
        self.isp.faults(router).turn(rtt=0.05)
        before = len(self._ways())
        yield
        ways = self._ways()[before:]
        sent = ways.index("recv")
        assert sent, "something was asked"
        assert "send" not in ways[sent:], "nothing was asked after an answer"

    def _ways(self) -> list[str]:
        return [json.loads(line)["dir"] for line in self.trace.read_text().splitlines()]


_numbers = iter(range(1000, 10**9))


def sent_in(trace: Path) -> list[list[str]]:
    records = [json.loads(line) for line in trace.read_text().splitlines()]
    return [
        [word for word in record["words"] if not word.startswith(".tag=")]
        for record in records
        if record["dir"] == "send"
    ]


def api_of(described: dict[str, Any], **changes: Any) -> ApiAccess:
    api = described["api"]
    return replace(ApiAccess(api["host"], api["port"], api["user"], Secret(api["password"])), **changes)


@asynccontextmanager
async def place(trace: Path, **knobs: Any) -> AsyncIterator[Place]:
    """A running ISP, everybody online, and gateways."""
    knobs = {"customers": 3, "ros": "7.16.2", **knobs}
    async with SimulatedIsp(**knobs) as isp:
        routers = {router["name"]: router for router in isp.endpoints()["routers"]}
        um = routers["um1"]
        nas1 = next(router for router in routers.values() if "nas" in router["roles"])
        clock = LoopClock()
        gateways = Gateways(clock, SeededEntropy(7), trace=trace)
        radius = RadiusAccess(um["radius"]["host"], um["radius"]["auth_port"], Secret(um["radius"]["secret"]))
        dae = DaeAccess(nas1["dae"]["host"], nas1["dae"]["port"], Secret(nas1["dae"]["secret"]))
        kind = USERMAN6 if um["version"].startswith("6.") else USERMAN7
        server = Server("um1", kind, api_of(um), id=1, radius=radius)
        nas = Nas(nas1["name"], 1, id=1, dae=dae, api=api_of(nas1))
        try:
            yield Place(isp, gateways, clock, server, nas, trace)
        finally:
            await gateways.close()


def change(access: Access, profile: str = "20M", group: str = "default") -> AccessChange:
    return AccessChange(access, "isolir", profile, group)


async def findings(steps: AsyncIterator[Finding]) -> dict[str, Finding]:
    """The worst finding of each step, in order."""
    worst: dict[str, Finding] = {}
    order = [Mark.FAILED, Mark.WARN, Mark.SKIPPED, Mark.OK]
    async for finding in steps:
        known = worst.get(finding.step)
        if known is None or order.index(finding.mark) < order.index(known.mark):
            worst[finding.step] = finding
    return worst
