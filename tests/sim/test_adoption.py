"""A running ISP of 800 customers becomes the database's, on virtual time and in memory, without a kick."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from radiusbridge.domain.planned import Choice, Take
from radiusbridge.services.planning.applying import preview
from radiusbridge.services.planning.plan_file import PlanWriter, read_plan
from radiusbridge.services.planning.reading import Tally, chosen_servers, planned_rows
from radiusbridge.services.planning.taking import take_over
from radiusbridge.simulator.build import build_isp
from radiusbridge.simulator.oracle import Oracle
from tests.sim import files
from tests.sim.filling import fill
from tests.sim.loop import START, VirtualClock, VirtualLoop, run_virtually
from tests.sim.net import Wire
from tests.sim.node import Node
from tests.sim.scenario import draw

CUSTOMERS = 800


async def _adopt(loop: VirtualLoop, ros: str, file: Path) -> None:
    scenario = draw(1)
    options = replace(scenario.isp, ros=ros, customers=CUSTOMERS, nases=1, colocated=False)
    scenario = replace(scenario, isp=options, locked=(), silent_cpes=())
    world = build_isp(options)
    world.epoch = START.timestamp()
    wire = Wire(world)
    wire.move()
    oracle = Oracle(world)
    files.fresh()
    cpes = dict(world.customers)
    world.customers.clear()
    fill(scenario, world, VirtualClock(loop))  # server, NAS and profile; nobody is a customer yet
    world.customers.update(cpes)
    node = Node("simulated/0/0", 0, wire, Random(1), set(), lambda: None)
    context, marks = node.context, node.context.database.marks
    await VirtualClock(loop).sleep(60.0)
    before = {name: [one.acct_session_id for one in oracle.sessions_really(name)] for name in cpes}
    assert sum(map(len, before.values())) == CUSTOMERS, "everybody is online"

    servers = await chosen_servers(context, ())
    with file.open("w") as out:
        writer = PlanWriter(out, marks, servers, context.clock.now(), "noc")
        async for row in planned_rows(context, servers, Choice(Take.SERVER), Tally()):
            writer.row(row)
        writer.end()
    found = await preview(context, read_plan(file, marks))
    assert [one.refused async for one in take_over(context, found.here) if one.refused] == []
    tally = Tally()
    assert [row async for row in planned_rows(context, servers, Choice(), tally)] == []
    assert tally.same["account"] == CUSTOMERS
    after = {name: [one.acct_session_id for one in oracle.sessions_really(name)] for name in cpes}
    assert after == before
    await node.stop()


@pytest.mark.parametrize("ros", ["7.16.2", "6.49.18"])
def test_a_running_isp_is_adopted_without_a_kick(ros: str, tmp_path: Path) -> None:
    loop = VirtualLoop()
    run_virtually(loop, _adopt(loop, ros, tmp_path / "plan"))
