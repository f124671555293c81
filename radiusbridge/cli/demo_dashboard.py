"""The demo on a terminal: the dashboard on a simulated ISP in motion.

Nothing of it is waited for: the first frame comes before the database, customers are entered while one looks, and
their CPEs dial within the first seconds.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from radiusbridge.cli.demo_isp import SERVER, name_of, nas_records, server_record
from radiusbridge.cli.demo_walkins import come
from radiusbridge.domain.alerts.rules import DEFAULTS, Kind
from radiusbridge.domain.days import day_of, start_of
from radiusbridge.domain.records import Customer, Profile, Service
from radiusbridge.domain.secret import Secret
from radiusbridge.services.settings import PACKETS_SIZE, Settings, settings
from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.isp import SimulatedIsp

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context

AT_ONCE = 100
"""Customers to a transaction: a key that submits something waits for no more than one of these."""
PAUSE = 0.02
TURN = 1.0
"""Seconds between two turns of hang-ups and dials."""
STEADY = 40
"""The first customers stay on line, so that there is somebody to try things on."""
PLANS = (
    Profile("harian", 1_000_000, 2_000_000, service=Service.HOTSPOT, price=5_000, shared_users=2),
    Profile("mingguan", 2_000_000, 4_000_000, service=Service.HOTSPOT, price=25_000),
)
"""Of vouchers."""
AREAS = ("utara", "timur", "selatan", "barat")


@dataclass(frozen=True, slots=True)
class Size:
    """dark: seconds until the last NAS is dark, for how long, and until it is again; None: never. guests: at hotspots,
    and those whom only the router knows."""

    customers: int
    nases: int
    spread: float
    dark: tuple[float, float] | None
    guests: tuple[int, int]


LARGE = Size(5_000, 4, 15.0, (60.0, 75.0), (40, 8))
SMALL = Size(60, 2, 1.0, None, (6, 2))


async def show(size: Size, language: str = "") -> int:
    """The exit status of the dashboard."""
    from radiusbridge.services.bootstrap import open_context
    from radiusbridge.tui.running import dashboard
    from radiusbridge.tui.start import Start

    options = IspOptions(
        customers=size.customers, guests=size.guests[0], local_guests=size.guests[1], nases=size.nases, rtt=0.01,
        spread=size.spread,
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory(prefix="radiusbridge-demo-") as folder:
        directory = Path(folder)
        where = Settings(
            str(directory / "demo.sqlite3"),
            directory / "key",
            settings().trace_file,
            "demo",
            directory / "packets",
            PACKETS_SIZE,
        )

        async with SimulatedIsp(options, online=False) as isp:
            tasks = [asyncio.create_task(_move(isp, size))]

            async def begin(context: "Context") -> None:
                some = asyncio.Event()
                tasks.append(asyncio.create_task(_fill(isp, context, some)))
                await some.wait()
                tasks.append(asyncio.create_task(_watch(where)))
                nases = tuple(f"nas{number}" for number in range(1, size.nases + 1))
                tasks.append(asyncio.create_task(come(isp, context, nases)))

            def open_it() -> "Context":
                context = open_context(where, "tui")
                asyncio.run_coroutine_threadsafe(begin(context), loop).result()
                return context

            first = Start(fleeting=True, demo=True, language=language)
            try:
                return await dashboard(where, context_factory=open_it, start=first)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(where: Settings) -> None:
    """An agent that reads the routers, and tells what is wrong; what is asked for the dashboard carries out."""
    from radiusbridge.agent.config import Config
    from radiusbridge.agent.daemon import Agent, released
    from radiusbridge.agent.notify import Notifier
    from radiusbridge.services.bootstrap import open_context

    config = Config(metrics=None, executor=False, drift=None)
    context = await asyncio.to_thread(open_context, where, "agent")
    try:
        await Agent(context, config, Notifier(), lambda: config).run()
    finally:
        await released(context)


async def _fill(isp: SimulatedIsp, context: "Context", some: asyncio.Event) -> None:
    """Enter server, NASes and profile, then the customers, a hundred at a time. some: set once there are some."""
    today = day_of(context.clock.now(), context.zone)
    profile_id, server_id = await context.database.write(lambda unit: _devices(unit, isp))
    people = _people(isp, today, context)
    while batch := list(islice(people, AT_ONCE)):
        customers = [replace(each, server_id=server_id, profile_id=profile_id) for each in batch]

        def work(unit: "UnitOfWork", customers: list[Customer] = customers) -> None:
            for each in customers:
                unit.customers.add(each)

        await context.database.write(work)
        some.set()
        await context.clock.sleep(PAUSE)


def _devices(unit: "UnitOfWork", isp: SimulatedIsp) -> tuple[int, int]:
    options = isp.options
    server = unit.servers.add(server_record(isp))
    for nas in nas_records(isp):
        unit.nases.add(replace(nas, server_id=server.id))
    for plan in PLANS:
        unit.profiles.add(plan)
        for number in range(1, options.nases + 1):
            isp.router(f"nas{number}").menus["/ip/hotspot/user/profile"].add({"name": plan.name})
    profile = unit.profiles.add(Profile(options.profile, options.rate_up, options.rate_down, price=150_000))
    unit.alerts.set_rule(replace(DEFAULTS[Kind.ROUTER_DOWN], hold=timedelta(0)))  # nobody looks on for long
    unit.note("demo.begin", SERVER, who="demo", channel="tui", after={"customers": options.customers})
    return profile.id, server.id


def _people(isp: SimulatedIsp, today: date, context: "Context") -> Iterator[Customer]:
    for number, (username, cpe) in enumerate(list(isp.customers.items()), 1):
        yield Customer(
            "",
            username,
            0,
            0,
            name=name_of(username),
            area=AREAS[number % len(AREAS)],
            phone=f"0812-{number:06}",
            password=Secret(cpe.password),
            paid_until=start_of(today + timedelta(days=number % 31 - 1), context.zone),
        )


async def _move(isp: SimulatedIsp, size: Size) -> None:
    """People hang up and dial; now and then a NAS is dark for a while."""
    world, last = isp.world, f"nas{size.nases}"
    movers = list(isp.customers.values())[STEADY:]
    off: list[tuple[float, int]] = []
    began = world.now
    while True:
        await asyncio.sleep(TURN)
        isp.shell.driver.sync()
        if size.dark is not None:
            after, lasting = size.dark
            since = (world.now - began) % (after + lasting)
            dark = since >= after
            if isp.faults(last).dark != dark:
                isp.faults(last).turn(dark=dark)
        for _ in range(max(1, len(movers) // 1_000)):
            number = int(world.chance.uniform(0, len(movers)))
            if movers[number].wants_service:
                movers[number].switch_off()
                off.append((world.now + world.chance.uniform(5.0, 30.0), number))
        for due, number in [each for each in off if each[0] <= world.now]:
            off.remove((due, number))
            movers[number].switch_on()
