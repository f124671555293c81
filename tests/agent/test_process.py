"""The agent as a process: what systemd and monitoring see of it, how it reloads, and who reaches it."""

import os
import signal
import subprocess
import sys

from tests.agent.service import ROOT, Systemd, service
from tests.cli.conftest import Cli


def test_it_is_ready_healthy_measured_and_stops_cleanly(cli: Cli, systemd: Systemd) -> None:
    with service(cli.home, cli.environment(), systemd) as agent:
        systemd.until("READY=1")
        systemd.until("WATCHDOG=1")
        assert agent.get("/healthz") == (200, "ok\n")
        assert agent.get("/readyz")[0] == 200
        assert agent.get("/nothing")[0] == 404
        told = agent.metrics()
        assert told["agent_leader",] in {0, 1}
        assert told["agent_task_up", "executor"] == 1
        agent.signal(signal.SIGTERM)
        systemd.until("STOPPING=1")
        assert agent.ended() == 0


def test_a_wrong_configuration_is_refused_and_the_old_one_stays(cli: Cli, systemd: Systemd) -> None:
    with service(cli.home, cli.environment(), systemd) as agent:
        systemd.until("READY=1")
        good = agent.config.read_text()
        agent.config.write_text(good.replace("metrics", "metrisc"))
        agent.signal(signal.SIGHUP)
        assert "refused" in systemd.until("STATUS=configuration refused")
        assert agent.get("/healthz")[0] == 200
        agent.config.write_text(good.replace("1h", "2h"))
        agent.signal(signal.SIGHUP)
        systemd.until("RELOADING=1")
        systemd.until("READY=1")
        assert agent.get("/healthz")[0] == 200
        assert agent.end() == 0


def test_others_do_not_reach_its_metrics_unless_that_is_said(cli: Cli) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "radiusbridge", "agent", "--metrics", "0.0.0.0:9", "--check"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert run.returncode == 2
    assert "loopback only" in run.stderr


def test_times_on_the_line_have_the_bounds_of_those_in_the_file(cli: Cli) -> None:
    for option, value in (("--drift", "0"), ("--drift", "5w"), ("--stop-within", "2h")):
        refused = cli("agent", option, value, "--check")
        assert (refused.status, f"{option}: the time" in refused.err) == (2, True), refused
    assert cli.ok("agent", "--drift", "5s", "--check").out == "the configuration is good\n"
