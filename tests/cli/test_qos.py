"""`qos`: a line of the simulated ISP is measured, graded, kept, and shown again."""

import pytest

from radiusbridge.gateways import ping
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.simulator.menus.ping import Line
from tests.cli.conftest import Cli, RunningIsp, adopt, connect


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ping, "INTERVAL", 0.001)


def test_a_line_is_measured_kept_and_shown(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    user = isp.names[0]
    adopt(cli, isp, user)
    address = isp.call(lambda world: world.oracle.sessions_really(user)[0].address)
    places = ("--from", "nas")
    isp.call(lambda world: world.world.lines.update({address: Line(delay=0.02)}))
    assert cli.ok("qos", user, *places).out.startswith(
        "EXCELLENT  from bras-1, by paper-g1010\n  run 1: 20.0 ms, jitter 0"
    )
    isp.call(lambda world: world.world.lines.update({address: Line(delay=0.5, jitter=0.2)}))
    [told] = cli("qos", address, *places, "--runs", "2", "--count", "5", "--json").lines
    assert (told["grade"], told["from"], told["customer"], len(told["runs"])) == ("poor", "bras-1", "C-0001", 2)
    assert cli("qos", user, *places, "--preset", "g1010").status == 0
    rows = cli.ok("qos", user, "--history", "--json").lines
    assert [row["grade"] for row in rows] == ["fair", "poor", "excellent"]
    assert "delay, oldest left: " in cli.ok("qos", user, "--history").out


def test_what_cannot_be_measured(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    user = isp.names[0]
    adopt(cli, isp, user)
    assert cli("qos", "nobody").status == 2
    assert cli("qos", "192.0.2.9").status == 2
    assert cli("qos", user, "--runs", "0").status == 2
    lost = cli("qos", "192.0.2.9", "--nas", "bras-1", "--from", "nas", "--count", "2", "--runs", "1")
    assert (lost.status, "loss 100 %" in lost.out) == (1, True)

    def without_ping(world: SimulatedIsp) -> None:
        for router in world.world.routers.values():
            router.root_commands.clear()

    isp.call(without_ping)
    told = cli("qos", user, "--from", "nas")
    assert (told.status, "no ping" in told.err) == (3, True)
    assert "no measurement is kept" in cli.ok("qos", user, "--history").err
