"""A loop that hangs gives no sign of life, so that systemd starts the agent again."""

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.agent.service import Systemd, service
from tests.cli.conftest import Cli
from tests.peers.programs import until

HANGING = (sys.executable, "-m", "tests.agent.hanging")


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_a_loop_that_hangs_is_silent(cli: Cli, tmp_path: Path, kind: str) -> None:
    address = str(tmp_path / "notify") if kind == "path" else f"@radiusbridge-test-{os.getpid()}"
    with Systemd(address) as systemd, service(cli.home, cli.environment(), systemd, command=HANGING) as agent:
        systemd.until("READY=1")
        systemd.until("WATCHDOG=1")
        agent.signal(signal.SIGUSR1)
        until(lambda: "it hangs" in agent.log(), "it hangs")
        systemd.forget()
        assert systemd.silent(2.5), "more than twice the time that systemd grants"
        agent.signal(signal.SIGUSR2)
        systemd.until("WATCHDOG=1")
        assert agent.end() == 0
