"""50,000 accounts read from a simulated server and compared with the database: rows a second, and memory.

Each size is compared in a process of its own, whose most resident memory is taken. Memory is flat if ten times as many
accounts take little more of it. Beside it stands how long our connection takes for the same rows alone.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from bench.ground import prepared, settings_in, simulated
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Customer
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.accounts.userman7_rows import USER, USER_PROFILE, USER_PROPERTIES
from radiusbridge.routeros.connection import Connection
from radiusbridge.routeros.endpoint import ApiEndpoint
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.comparing import compare_accounts
from radiusbridge.services.context import Context

FEW, MANY = 5_000, 50_000
AT_ONCE = 1000
MORE_MIB = 24.0
"""What ten times as many accounts may take: their names and plans, not their rows."""


async def fill(endpoints: dict[str, Any], folder: Path) -> None:
    """A database that knows every account of the server, every hundredth with another caller-id."""
    rows = endpoints["customers"]
    async with prepared({**endpoints, "customers": []}, folder) as context:

        def work(start: int, unit: UnitOfWork) -> None:
            server, profile = unit.servers.all()[0], unit.profiles.all()[0]
            for number, row in enumerate(rows[start : start + AT_ONCE], start):
                lock = "4C:5E:0C:00:00:01" if number % 100 == 0 else None
                customer = Customer(
                    f"N{number}", row["username"], server.id, profile.id, password=Secret(row["password"]),
                    caller_id=lock,
                )  # fmt: skip
                unit.customers.add(customer)

        for start in range(0, len(rows), AT_ONCE):
            await context.database.write(partial(work, start))


async def read_alone(context: Context) -> float:
    """Seconds that the same rows take when nothing is done with them."""
    api = (await context.database.read(lambda unit: unit.servers.named("um1"))).router
    endpoint = ApiEndpoint("um1", api.host, api.port, api.user, api.password)
    connection = await Connection.open(endpoint, clock=context.clock)
    began = time.perf_counter()
    for command, properties in (
        (f"{USER_PROFILE}/print", ("user", "profile", "state")),
        (f"{USER}/print", (*USER_PROPERTIES, "password", "comment")),
    ):
        async with connection.stream(command, proplist=properties, patient=True) as rows:
            async for _ in rows:
                pass
    seconds = time.perf_counter() - began
    await connection.close()
    return seconds


async def _compare(folder: Path) -> dict[str, Any]:
    context = open_context(settings_in(folder), "cli")
    reading = await read_alone(context)
    began = time.perf_counter()
    sides: Counter[str] = Counter()
    async for line in compare_accounts(context, "um1"):
        sides[line.side] += 1
    seconds = time.perf_counter() - began
    await context.close()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"sides": dict(sides), "seconds": seconds, "reading": reading, "mib": most}


def _in_child(folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.compare", str(folder)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def _measured(many: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name, simulated(Path(name), many, 0.0) as endpoints:
        asyncio.run(fill(endpoints, Path(name)))
        found = _in_child(Path(name))
    differ = len(range(0, many, 100))
    assert found["sides"] == {"same": many - differ, "differs": differ}, found
    return found


def run() -> dict[str, Any]:
    """The ratio is that of the memory that both sizes take."""
    few, many = _measured(FEW), _measured(MANY)
    return {
        "name": f"{MANY} accounts of a server compared with the database, most memory against {FEW} accounts",
        "ratio": round(many["mib"] / few["mib"], 2),
        "goal": f"<= {MORE_MIB:g} MiB more",
        "rows_per_s": round(MANY / many["seconds"]),
        "seconds": round(many["seconds"], 1),
        "against_reading_alone": round(many["seconds"] / many["reading"], 2),
        "resident_mib": round(many["mib"], 1),
        "resident_mib_of_few": round(few["mib"], 1),
        "met": many["mib"] - few["mib"] <= MORE_MIB,
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(asyncio.run(_compare(Path(sys.argv[1])))))
    else:
        print(run())
