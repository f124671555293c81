"""A notify socket, and a simulated ISP that a database knows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.service import Systemd
from tests.cli.conftest import Cli, RunningIsp, connect_all
from tests.cli.conftest import cli as cli
from tests.kill.test_isolate import Town


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    with Systemd(str(tmp_path / "notify")) as listening:
        yield listening


@pytest.fixture
def town(cli: Cli) -> Iterator[Town]:
    """Three customers who are online, all known to the database."""
    with RunningIsp(customers=3, redial=(0.2, 0.4), shared_users="2") as isp:
        connect_all(cli, isp)
        yield Town(cli, isp)
