"""The demo's ground: a simulated ISP on loopback, a fresh database beside it, and both introduced to each other."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radiusbridge.domain.records import ApiAccess, Customer, DaeAccess, LoginMethod, Nas, Profile, RadiusAccess, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.services import customers, nases, profiles, servers
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.context import Context
from radiusbridge.services.settings import Settings, settings
from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.customers import Customer as Cpe
from radiusbridge.simulator.isp import SimulatedIsp

PROFILE = "home-10"
RATE_UP, RATE_DOWN = 2_000_000, 10_000_000
SERVER = "um1"


@dataclass(frozen=True, slots=True)
class Stage:
    """The simulated ISP, and the context that works on it."""

    isp: SimulatedIsp
    context: Context


@asynccontextmanager
async def stage(options: IspOptions, channel: str) -> AsyncIterator[Stage]:
    """A running ISP and an empty database in a temporary folder; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="radiusbridge-demo-") as folder:
        directory = Path(folder)
        trace = settings().trace_file
        context = open_context(Settings(str(directory / "demo.sqlite3"), directory / "key", trace, "demo"), channel)
        try:
            async with SimulatedIsp(options) as isp:
                yield Stage(isp, context)
        finally:
            await context.close()


def _api(router: dict[str, Any]) -> ApiAccess:
    api = router["api"]
    return ApiAccess(api["host"], api["port"], api["user"], Secret(api["password"]))


def server_record(isp: SimulatedIsp) -> Server:
    """The ISP's User Manager, as `server add` would enter it."""
    router = next(each for each in isp.endpoints()["routers"] if "server" in each["roles"])
    radius = router["radius"]
    access = RadiusAccess(radius["host"], radius["auth_port"], Secret(radius["secret"]), isp.options.dac)
    return Server(SERVER, "userman", _api(router), radius=access, method=LoginMethod(isp.options.method))


def nas_records(isp: SimulatedIsp) -> Iterator[Nas]:
    """The ISP's NASes, as `nas add` would enter them; of no server yet."""
    for router in isp.endpoints()["routers"]:
        if "nas" in router["roles"]:
            dae = router["dae"]
            access = DaeAccess(dae["host"], dae["port"], Secret(dae["secret"]), isp.options.dac)
            yield Nas(router["name"], 0, dae=access, api=_api(router))


async def add_server(on: Stage) -> Server:
    """The ISP's User Manager."""
    return await servers.add(on.context, server_record(on.isp))


async def add_nases(on: Stage) -> tuple[str, ...]:
    """The ISP's NASes; their names."""
    found = list(nas_records(on.isp))
    for nas in found:
        await nases.add(on.context, nas, SERVER)
    return tuple(nas.name for nas in found)


async def add_profile(on: Stage) -> Profile:
    """A bandwidth profile."""
    return await profiles.add(on.context, Profile(PROFILE, RATE_UP, RATE_DOWN, price=150_000))


async def add_customer(on: Stage, username: str, name: str, nas: str) -> customers.Changed:
    """A customer whom the server does not know yet, and the CPE that dials for them already."""
    password = f"pw-{on.isp.world.octets(4).hex()}"
    mac = f"02:11:22:33:44:{len(on.isp.customers) + 1:02X}"
    cpe = Cpe(on.isp.world, on.isp.router(nas).nas, username, password, mac, (1.0, 2.0), patience=4.0)
    on.isp.world.customers[username] = cpe
    cpe.switch_on()
    customer = Customer("", username, 0, 0, name=name, password=Secret(password))
    return await customers.add(on.context, customer, profile=PROFILE, server=SERVER)


_FIRST = ("Adi", "Budi", "Citra", "Dewi", "Eko", "Fitri", "Gilang", "Hana", "Indra", "Joko", "Kartika", "Lestari")
_LAST = ("Santoso", "Wijaya", "Pratama", "Saputra", "Lestari", "Hidayat", "Kusuma", "Nugroho", "Rahma", "Siregar")


def name_of(username: str) -> str:
    """Somebody's name, by the number of the simulated customer or guest."""
    number = int(username.lstrip("abcdefghijklmnopqrstuvwxyz") or 0)
    return f"{_FIRST[number % len(_FIRST)]} {_LAST[number // len(_FIRST) % len(_LAST)]}"
