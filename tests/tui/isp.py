"""The dashboard on a simulated ISP in one process: `python -m tests.tui.isp DIRECTORY [CUSTOMERS]`.

Reads commands from DIRECTORY/dark (a NAS's name in it makes that NAS unreachable), so that a test can steer the world
from outside, and writes what the oracle saw at the end to DIRECTORY/end.json.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.records import ApiAccess, Customer, DaeAccess, Nas, Profile, RadiusAccess, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services.context import Context
from radiusbridge.services.process import this_process
from radiusbridge.services.system import SystemClock, SystemEntropy
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.tui.running import dashboard


def context_for(isp: SimulatedIsp, directory: Path, clock: Clock | None = None) -> Context:
    """A context on a new database in that directory; blocks."""
    clock = clock or SystemClock()
    database = Database.open(directory / "data.sqlite3", key=KeyFile(directory / "key"), clock=clock)
    gateways = Gateways(clock, SystemEntropy())
    return Context(database, gateways, clock, SystemEntropy(), this_process(), "ani", "tui")


async def record(isp: SimulatedIsp, context: Context) -> None:
    """Tell the database what the ISP consists of."""
    told = isp.endpoints()

    def work(unit: UnitOfWork) -> None:
        routers = {router["name"]: router for router in told["routers"]}
        first = next(router for router in routers.values() if "server" in router["roles"])
        radius = first["radius"]
        server = unit.servers.add(
            Server(
                first["name"],
                "userman7",
                api_access(first),
                radius=RadiusAccess(radius["host"], radius["auth_port"], Secret(radius["secret"])),
                isolation_name=told["isolation_list"],
            )
        )
        for router in routers.values():
            if "nas" in router["roles"]:
                dae = router["dae"]
                access = DaeAccess(dae["host"], dae["port"], Secret(dae["secret"]))
                unit.nases.add(Nas(router["name"], server.id, dae=access, api=api_access(router)))
        profile = unit.profiles.add(Profile(told["profile"], 10_000_000, 20_000_000))
        for number, row in enumerate(told["customers"]):
            unit.customers.add(
                Customer(
                    "",
                    row["username"],
                    server.id,
                    profile.id,
                    name=f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]}",
                    area=("utara", "timur", "selatan")[number % 3],
                    phone=f"0812-{number:06}",
                    password=Secret(row["password"]),
                )
            )

    await context.database.write(work)


FIRST = ("Budi", "Siti", "Agus", "Dewi", "Joko", "Rina", "Eko", "Wati", "Hendra", "Maya", "Putu")
LAST = ("Santoso", "Rahayu", "Wijaya", "Lestari", "Pratama", "Sari", "Nugroho", "Hidayat")


def api_access(router: dict[str, dict[str, object]]) -> ApiAccess:
    """How its API is reached."""
    api = router["api"]
    return ApiAccess(str(api["host"]), int(str(api["port"])), str(api["user"]), Secret(str(api["password"])))


async def main(directory: Path, customers: int) -> int:
    (directory / "pid").write_text(str(os.getpid()))
    async with SimulatedIsp(customers=customers, nases=2, redial=(1.0, 2.0)) as isp:
        context = await asyncio.to_thread(context_for, isp, directory)
        await record(isp, context)
        steering = asyncio.create_task(_steer(isp, directory / "dark"))
        try:
            return await dashboard(None, context=context)
        finally:
            steering.cancel()
            await context.close()
            online = {name: customer.online for name, customer in isp.customers.items()}
            (directory / "end.json").write_text(json.dumps(online))


async def _steer(isp: SimulatedIsp, file: Path) -> None:
    while True:
        named = await asyncio.to_thread(_named, file)
        for name in isp.world.routers:
            if isp.faults(name).dark != (name in named):
                isp.faults(name).dark = name in named
        await asyncio.sleep(0.1)


def _named(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 40)))
