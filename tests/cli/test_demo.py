"""The demo, as a newcomer runs it in a pipe."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from radiusbridge.cli import demo_dashboard
from radiusbridge.services.alerts.board import board
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.settings import Settings
from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.isp import SimulatedIsp


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_the_headless_demo_proves_everything_and_sees_through_the_lie() -> None:
    environment = {**os.environ, "COLUMNS": "80"}
    environment.pop("RADIUSBRIDGE_HOME", None)
    ended = subprocess.run(
        [sys.executable, "-m", "radiusbridge", "demo"],
        check=False,
        capture_output=True,
        text=True,
        timeout=400,
        env=environment,
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    assert ended.stderr == ""
    assert ended.stdout.count("PROVEN  ") == 20
    assert ended.stdout.count("FAILED  isolate joko") == 2
    for ros in ("7.16.2", "6.49.18"):
        line = f"RouterOS {ros}: 10 of 10 operations PROVEN; the NAS that lied ended FAILED."
        assert line in ended.stdout


async def test_somebody_watches_the_routers_of_the_dashboards_demo(tmp_path: Path) -> None:
    where = Settings(str(tmp_path / "demo.sqlite3"), tmp_path / "key", None, "demo", tmp_path / "packets", 1 << 20)
    context = open_context(where, "tui")
    async with SimulatedIsp(IspOptions(customers=3, guests=2, spread=0.1)) as isp:
        await demo_dashboard._fill(isp, context, asyncio.Event())
        customers = await context.database.read(lambda unit: unit.customers.all())
        assert {one.username for one in customers} == {"cust0001", "cust0002", "cust0003", "guest0001", "guest0002"}
        watching = asyncio.create_task(demo_dashboard._watch(where))
        while not (await board(context)).watched:
            assert not watching.done()
            await asyncio.sleep(0.1)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    await context.close()
