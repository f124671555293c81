"""The ground of benches on whole operations: a simulated ISP in a process of its own, and a database that knows it."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from bench.processes import child
from radiusbridge.domain.records import ApiAccess, Customer, DaeAccess, LoginMethod, Nas, Profile, RadiusAccess, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.services import customers, nases, profiles, servers
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.context import Context
from radiusbridge.services.settings import Settings

_LOCAL = "127.0.0.1"


@contextmanager
def simulated(folder: Path, customers: int, rtt: float, cap: float = 0.0, nases: int = 1) -> Iterator[dict[str, Any]]:
    """Its endpoints while it runs, and `pid`, its process. rtt: seconds. cap: API requests a second that each router
    handles, 0 for any."""
    file = folder / "endpoints.json"
    file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "radiusbridge", "simulate", "--ros", "7", "--customers", str(customers)]
    command += ["--nases", str(nases), "--rtt", f"{rtt * 1000:.0f}ms", "--endpoints", str(file)]
    command += ["--cap", f"{cap:g}"] if cap else []
    with child(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        while not file.exists():
            assert running.poll() is None, "the simulated ISP did not start"
            time.sleep(0.05)
        yield {**json.loads(file.read_text()), "pid": running.pid}


def settings_in(folder: Path, trace: Path | None = None) -> Settings:
    """Of the database there."""
    return Settings(str(folder / "bench.sqlite3"), folder / "config" / "key", trace, "bench")


@asynccontextmanager
async def prepared(
    endpoints: dict[str, Any], folder: Path, trace: Path | None = None, where: Settings | None = None
) -> AsyncIterator[Context]:
    """A database that knows the simulated ISP and all its customers. trace: where API sentences are written. where: the
    database, if not the one of that folder."""
    context = await asyncio.to_thread(open_context, where or settings_in(folder, trace), "cli")
    um = next(each for each in endpoints["routers"] if "server" in each["roles"])
    await servers.add(context, server_of(um))
    for nas in (each for each in endpoints["routers"] if "nas" in each["roles"]):
        await nases.add(context, nas_of(nas), um["name"])
    await profiles.add(context, Profile(endpoints["profile"], 10_000_000, 20_000_000))
    for row in endpoints["customers"]:
        customer = Customer("", row["username"], 0, 0, password=Secret(row["password"]))
        await customers.add(context, customer, profile=endpoints["profile"], server="um1", provisioned=False)
    try:
        yield context
    finally:
        await context.close()


def server_of(router: dict[str, Any]) -> Server:
    """The User Manager of a router by its endpoints."""
    radius = router["radius"]
    reach = RadiusAccess(radius["host"], radius["auth_port"], Secret(radius["secret"]), _LOCAL)
    return Server(router["name"], "userman7", _api(router), radius=reach, method=LoginMethod.CHAP)


def nas_of(router: dict[str, Any], server_id: int = 0) -> Nas:
    """A NAS by its endpoints."""
    dae = router["dae"]
    kick = DaeAccess(dae["host"], dae["port"], Secret(dae["secret"]), _LOCAL)
    return Nas(router["name"], server_id, dae=kick, api=_api(router))


def _api(router: dict[str, Any]) -> ApiAccess:
    api = router["api"]
    return ApiAccess(api["host"], api["port"], api["user"], Secret(api["password"]))
