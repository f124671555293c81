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

from radiusbridge.domain.records import ApiAccess, Customer, DaeAccess, LoginMethod, Nas, Profile, RadiusAccess, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.services import customers, nases, profiles, servers
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.context import Context
from radiusbridge.services.settings import Settings

_LEAVING = 60.0
"""Seconds that the simulated ISP has to end."""


@contextmanager
def simulated(folder: Path, customers: int, rtt: float, cap: float = 0.0, nases: int = 1) -> Iterator[dict[str, Any]]:
    """Its endpoints while it runs, and `pid`, its process. rtt: seconds. cap: API requests a second that each router
    handles, 0 for any."""
    file = folder / "endpoints.json"
    file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "radiusbridge", "simulate", "--ros", "7", "--customers", str(customers)]
    command += ["--nases", str(nases)]
    child = subprocess.Popen(
        [*command, "--rtt", f"{rtt * 1000:.0f}ms", "--endpoints", str(file), *(["--cap", f"{cap:g}"] if cap else [])],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not file.exists():
            assert child.poll() is None, "the simulated ISP did not start"
            time.sleep(0.05)
        yield {**json.loads(file.read_text()), "pid": child.pid}
    finally:
        child.terminate()
        try:
            child.wait(_LEAVING)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            raise


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
    radius = um["radius"]
    reach = RadiusAccess(radius["host"], radius["auth_port"], Secret(radius["secret"]), "127.0.0.1")
    server = Server("um1", "userman7", _api(um), radius=reach, method=LoginMethod.CHAP)
    await servers.add(context, server)
    for nas in (each for each in endpoints["routers"] if "nas" in each["roles"]):
        kick = DaeAccess(nas["dae"]["host"], nas["dae"]["port"], Secret(nas["dae"]["secret"]), "127.0.0.1")
        await nases.add(context, Nas(nas["name"], 0, dae=kick, api=_api(nas)), "um1")
    await profiles.add(context, Profile(endpoints["profile"], 10_000_000, 20_000_000))
    for row in endpoints["customers"]:
        customer = Customer("", row["username"], 0, 0, password=Secret(row["password"]))
        await customers.add(context, customer, profile=endpoints["profile"], server="um1", provisioned=False)
    try:
        yield context
    finally:
        await context.close()


def _api(router: dict[str, Any]) -> ApiAccess:
    api = router["api"]
    return ApiAccess(api["host"], api["port"], api["user"], Secret(api["password"]))
