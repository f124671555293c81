"""`log` by verb, against the simulated ISP on loopback."""

import signal
import subprocess
import sys

from tests.cli.conftest import Cli, RunningIsp, connect
from tests.cli.ending import status


def test_buffers_are_shown_filtered_and_a_dark_router_is_told(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    isp.call(lambda world: world.router("nas1").log("pppoe,ppp,error", "<0001>: user \x1b[2Jani authentication failed"))
    shown = cli.ok("log", "--filter", "topics:error")
    assert "bras-1  pppoe,ppp,error  <0001>: user " in shown.out
    assert "\x1b" not in shown.out
    [line] = cli.ok("log", "bras-1", "--filter", "cause:rejected", "--json").lines
    assert (line["router"], line["cause"], line["live"]) == ("bras-1", "rejected", False)
    assert line["user"].endswith("ani")
    assert {line["router"] for line in cli.ok("log", "--json").lines} == {"bras-1", "um-1"}
    wrong = cli("log", "bras-2")
    assert (wrong.status, "there is no such router" in wrong.err, "bras-1" in wrong.err) == (2, True, True)
    assert cli("log", "--filter", "nosuch:x").status == 2


def test_what_cannot_be_read_is_status_3(cli: Cli, stocked: Cli) -> None:
    told = cli("log")
    assert told.status == 3
    assert "um-1: not read" in told.err


def test_lines_are_followed_until_interrupted(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    command = [sys.executable, "-m", "radiusbridge", "log", "bras-1", "-f", "--filter", "message:now"]
    with subprocess.Popen(
        command, env=cli.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        isp.until(lambda world: len(world.router("nas1").api.sessions) > 0)
        isp.call(lambda world: world.router("nas1").log("system,info", "it is now"))
        assert process.stdout.readline().rstrip().endswith("it is now")
        process.send_signal(signal.SIGINT)
        assert status(process) == 130
