"""`simulate`: an ISP in one process, on loopback, for rehearsals and for other programs to talk to."""

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from radiusbridge.cli.diagnostics import note, talk
from radiusbridge.cli.options import SECONDS, Parsed
from radiusbridge.domain.errors import BadInput

if TYPE_CHECKING:
    from radiusbridge.simulator.isp import SimulatedIsp
    from radiusbridge.simulator.simulate import SimulateOptions


def _milliseconds(text: str) -> float:
    """Seconds from `20ms`, or as `SECONDS`."""
    plain = text.strip()
    number = plain.removesuffix("ms")
    if number != plain and number.replace(".", "", 1).isdecimal():
        return float(number) / 1000
    seconds: float = SECONDS.convert(text, None, None)
    return seconds


SHORT_TIME = Parsed("time", _milliseconds)
PROBABILITY = click.FloatRange(0, 1)


@click.command()
@click.option("--ros", default="7", show_default=True, metavar="VERSION", help="RouterOS, e.g. 6, 7 or 7.21.5.")
@click.option("--customers", type=click.IntRange(0, 100_000), default=200, show_default=True)
@click.option("--guests", type=click.IntRange(0, 1000), default=0, help="At hotspots, by User Manager.")
@click.option("--local-guests", type=click.IntRange(0, 1000), default=0, help="At hotspots, known to the NAS alone.")
@click.option("--mikhmon", type=click.IntRange(0, 10_000), default=0, help="Vouchers that Mikhmon keeps on each NAS.")
@click.option("--servers", type=click.IntRange(1, 50), default=1, show_default=True)
@click.option("--nases", type=click.IntRange(1, 50), default=1, show_default=True, help="For each server.")
@click.option("--colocated", is_flag=True, help="User Manager runs on the NAS itself.")
@click.option("--ppp-secrets", is_flag=True, help="No User Manager: customers have PPP secrets on their NAS.")
@click.option("--standbys", is_flag=True, help="A second server to each: sb1 for um1. SIGUSR1: um1 is dark, or back.")
@click.option("--rtt", type=SHORT_TIME, default=0.0, metavar="TIME", help="Round trip, e.g. 20ms.")
@click.option("--loss", type=PROBABILITY, default=0.0, help="Share of datagrams that are lost.")
@click.option("--duplicate", type=PROBABILITY, default=0.0, help="Share that comes twice.")
@click.option("--reorder", type=PROBABILITY, default=0.0, help="Share that is overtaken.")
@click.option("--cap", type=click.FloatRange(min=0.1), help="API requests a second that a router handles.")
@click.option("--logins", type=click.FloatRange(min=0.1), help="Logins a second that User Manager handles.")
@click.option("--lie", is_flag=True, help="NASes acknowledge kicks and keep the session.")
@click.option("--tls", is_flag=True, help="Offer api-ssl as well.")
@click.option("--method", type=click.Choice(["pap", "chap", "mschapv2"]), default="chap", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--endpoints",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="Where addresses, names and secrets are written, as JSON.",
)
def simulate(
    ros: str,
    customers: int,
    guests: int,
    local_guests: int,
    mikhmon: int,
    servers: int,
    nases: int,
    colocated: bool,
    ppp_secrets: bool,
    standbys: bool,
    rtt: float,
    loss: float,
    duplicate: float,
    reorder: float,
    cap: float | None,
    logins: float | None,
    lie: bool,
    tls: bool,
    method: str,
    seed: int,
    endpoints: Path,
) -> int:
    """Run a simulated ISP on loopback until interrupted."""
    from radiusbridge.simulator.simulate import SimulateOptions

    options = SimulateOptions(
        ros=ros,
        customers=customers,
        guests=guests,
        local_guests=local_guests,
        mikhmon=mikhmon,
        servers=servers,
        nases=nases,
        colocated=colocated,
        ppp_secrets=ppp_secrets,
        standbys=standbys,
        rtt=rtt,
        loss=loss,
        cap=cap,
        logins=logins,
        seed=seed,
        tls=tls,
        method=method,
        duplicate=duplicate,
        reorder=reorder,
        lie=lie,
    )
    asyncio.run(_run(options, endpoints))
    return 0


async def _run(options: "SimulateOptions", endpoints: Path) -> None:
    from radiusbridge.simulator.simulate import isp_options, run_simulation

    try:
        isp_options(options)
    except ValueError as error:
        raise BadInput(str(error), target="--ros", hint="use 6, 7, or a version such as 7.21.5") from error
    if not endpoints.parent.is_dir():
        raise BadInput("the directory is not there", target=str(endpoints), hint="make it, or name another file")
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)

    def started(isp: "SimulatedIsp") -> None:
        if options.standbys:
            loop.add_signal_handler(signal.SIGUSR1, _turn_dark, isp)
        note(str(endpoints), f"{len(isp.world.routers)} routers run; ctrl-C ends")

    running = asyncio.create_task(run_simulation(options, endpoints, started))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not running.done():
            running.cancel()
        results = await asyncio.gather(running, stopping, return_exceptions=True)
    failure = results[0]
    if isinstance(failure, OSError):
        raise BadInput(f"it cannot run: {failure.strerror or failure}", target=str(endpoints)) from failure
    if isinstance(failure, Exception):
        raise failure
    talk("radiusbridge: the simulated ISP has ended")


def _turn_dark(isp: "SimulatedIsp") -> None:
    faults = isp.faults("um1")
    faults.turn(dark=not faults.dark)
    talk(f"um1 is {'dark' if faults.dark else 'back'}")
