"""The simulated ISP as a program: runs on loopback until interrupted."""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.isp import SimulatedIsp

VERSIONS = {"7": "7.16.2", "6": "6.49.18"}


@dataclass(frozen=True, slots=True)
class SimulateOptions:
    """What `simulate` takes: `ros` as 7, 6 or 7.21.5, `rtt` in seconds, `cap` in API requests a second."""

    ros: str = "7"
    customers: int = 200
    guests: int = 0
    local_guests: int = 0
    mikhmon: int = 0
    servers: int = 1
    nases: int = 1
    colocated: bool = False
    ppp_secrets: bool = False
    standbys: bool = False
    rtt: float = 0.0
    loss: float = 0.0
    cap: float | None = None
    logins: float | None = None
    seed: int = 1
    tls: bool = False
    method: str = "chap"
    duplicate: float = 0.0
    reorder: float = 0.0
    lie: bool = False


def isp_options(options: SimulateOptions) -> IspOptions:
    """The options of the world; ValueError for a version that is not simulated."""
    version = VERSIONS.get(options.ros, options.ros)
    if version[:2] not in ("6.", "7.") or not version[2:].replace(".", "").isdigit():
        raise ValueError(f"RouterOS {options.ros} is not simulated")
    return IspOptions(
        ros=version,
        customers=options.customers,
        guests=options.guests,
        local_guests=options.local_guests,
        mikhmon=options.mikhmon,
        servers=options.servers,
        nases=options.nases,
        colocated=options.colocated,
        secrets=options.ppp_secrets,
        standbys=options.standbys,
        seed=options.seed,
        rtt=options.rtt,
        loss=options.loss,
        cap=options.cap,
        logins=options.logins,
        method=options.method,
    )


def write_endpoints(path: Path, endpoints: object) -> None:
    """Write the file in one step, readable for its owner only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(endpoints, file, indent=2)
        file.write("\n")
    draft.replace(path)


async def run_simulation(
    options: SimulateOptions, endpoints_file: Path, started: Callable[[SimulatedIsp], None] | None = None
) -> None:
    """Run until cancelled; `started` hears when the endpoints file is there."""
    async with SimulatedIsp(isp_options(options), tls=options.tls) as isp:
        for router in isp.world.routers.values():
            router.faults.turn(duplicate=options.duplicate, reorder=options.reorder, lie=options.lie)
        write_endpoints(endpoints_file, isp.endpoints())
        if started is not None:
            started(isp)
        await asyncio.get_running_loop().create_future()
