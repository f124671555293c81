"""The overview as a verb, against the simulated ISP on loopback, and what the agent's readings become as metrics."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

from radiusbridge.agent.config import Config
from radiusbridge.agent.jobs import READINGS, Findings, timers
from radiusbridge.agent.metrics import of_findings
from radiusbridge.domain.exposition import rendered
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.settings import settings
from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, RunningIsp, adopt, connect
from tests.cli.ending import status

DOCUMENT = (Path(__file__).parents[2] / "docs" / "verbs.md").read_text()


def darken(isp: SimulatedIsp) -> None:
    isp.faults("nas1").dark = True


def spite(isp: SimulatedIsp) -> None:
    isp.router("nas1").version = "7\x1b]0;pwn\x07[/x]"


def test_it_tells_people_and_scripts_and_names_who_is_dark(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    adopt(cli, isp, isp.names[0])
    told = cli.ok("overview", "--json").json
    by_name = {router["router"]: router for router in told["routers"]}
    bras = by_name["bras-1"]
    assert (bras["state"], bras["sessions"], bras["stale"], bras["missing"]) == ("up", 4, False, [])
    assert bras["received_bps"] > 1_000_000
    assert 0.5 < bras["rate_seconds"] < 30
    assert (by_name["um-1"]["accounts"], by_name["um-1"]["accounted_sessions"]) == (4, 4)
    assert (told["totals"]["sessions"], told["totals"]["partial"]) == (4, False)
    assert len(told["totals"]["sessions_by_minute"]) == 60
    assert told["customers"]["all"] == 1
    for name in {*told, *bras, *told["totals"], *told["customers"]}:
        assert f"`{name}`" in DOCUMENT, name
    isp.call(spite)
    shown = cli.ok("overview")
    assert "\x1b" not in shown.out
    assert {"sessions", "traffic", "held", "waiting"} <= {line.split(" ")[0] for line in shown.out.splitlines()}
    isp.call(darken)
    dark = cli("overview")
    assert dark.status == 3
    assert "bras-1: dark" in dark.err
    assert "um-1" in dark.out


def test_it_goes_on_until_it_is_interrupted(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    line = (sys.executable, "-m", "radiusbridge", "overview", "--watch", "--json")
    with subprocess.Popen(
        line, env=cli.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        first, second = (json.loads(running.stdout.readline()) for _ in range(2))
        running.send_signal(signal.SIGINT)
        assert status(running) == 130
    assert first["at"] < second["at"]


def test_the_agent_reads_on_a_timer_and_serves_metrics(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    context = open_context(settings(None), "agent")
    findings = Findings()
    (timer,) = (each for each in timers(context, Config(), findings) if each.name == READINGS)

    async def run() -> list[dict[str, object]]:
        try:
            first = dict(await timer.run())
            second = dict(await timer.run())
            told.append(rendered(of_findings(findings)))
            isp.call(darken)
            last = dict(await timer.run())
            told.append(rendered(of_findings(findings)))
        finally:
            await context.close()
        return [first, second, last]

    told: list[str] = []
    assert asyncio.run(run()) == [{"routers": 2, "answered": 2}] * 2 + [{"routers": 2, "answered": 1}]
    light, dark = told
    assert 'radiusbridge_router_answers{router="bras-1"' in light
    assert 'radiusbridge_router_sessions{router="bras-1"' in light
    assert 'radiusbridge_router_receive_bits_per_second{router="um-1"' in light
    assert 'radiusbridge_router_sessions{router="bras-1"' not in dark
    assert 'radiusbridge_router_last_answer_timestamp_seconds{router="bras-1"' in dark
