"""The dashboard as the NOC reaches it: through OpenSSH, by a forced command, on a terminal at the other end."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, RunningIsp, adopt, connect
from tests.peers.openssh import OpenSsh, openssh
from tests.peers.programs import PATIENCE, until

pytestmark = pytest.mark.peer
RESTRICTED = "restrict,pty"
RESTORED = b"\x1b[?1049l"


@pytest.fixture
def looking(tmp_path: Path) -> Iterator[OpenSsh]:
    """A key that may look, and nothing else."""
    home = {"RADIUSBRIDGE_HOME": str(tmp_path / "home")}
    with openssh(tmp_path / "ssh", ("tui", "--read-only"), home, RESTRICTED) as server:
        yield server


def test_drawn_and_left_by_keys_at_the_size_of_the_other_end(looking: OpenSsh) -> None:
    with looking.terminal(size=(120, 40)) as shown:
        shown.until(b"0 customers", b"evidence")
        shown.resize(40, 10)
        shown.until(b"40x10", b"too small")
        shown.resize(80, 24)
        shown.until(b"0 customers")
        shown.write(b"?")
        shown.until(b"Open a hold")
        shown.write(b"qq")
        assert RESTORED in shown.rest()
        assert shown.process.wait(PATIENCE) == 0
    assert not looking.dashboards


def test_what_the_client_asks_for_is_not_what_runs(looking: OpenSsh) -> None:
    with looking.terminal("touch", str(looking.folder / "broken-in")) as shown:
        shown.until(b"0 customers", b"evidence")
        shown.write(b"n")
        shown.until(b"read-only")
        shown.write(b"q")
        shown.rest()
        assert shown.process.wait(PATIENCE) == 0
    assert not (looking.folder / "broken-in").exists()


def test_without_a_terminal_the_verbs_are_named(looking: OpenSsh) -> None:
    done = subprocess.run(looking.client(), capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
    assert not done.stdout


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_cut_connection_leaves_no_process(looking: OpenSsh, how: signal.Signals) -> None:
    with looking.terminal() as shown:
        shown.until(b"0 customers", b"evidence")
        assert len(looking.dashboards) == 1
        shown.process.send_signal(how)
        until(lambda: not looking.dashboards, "the end of the dashboard")


def test_what_was_begun_goes_on_without_the_connection(tmp_path: Path, cli: Cli) -> None:
    home = {"RADIUSBRIDGE_HOME": str(cli.home), "RADIUSBRIDGE_OPERATOR": "noc"}
    with RunningIsp(customers=4, redial=(1.0, 2.0)) as isp:
        connect(cli, isp)
        who = isp.names[0]
        adopt(cli, isp, who)
        with openssh(tmp_path / "ssh", ("tui",), home, RESTRICTED) as server, server.terminal() as shown:
            shown.until(who.encode(), "●".encode())
            shown.write(b"i")
            shown.until(b"Isolate this customer?")
            shown.look()
            shown.write(b"y")
            shown.until("▸ ".encode())
            shown.process.kill()
            until(lambda: not server.dashboards, "the end of the dashboard")
            ended = until(
                lambda: [each for each in cli.ok("op", "list", "--json").json if each["verdict"]], "the verdict"
            )
        (operation,) = ended
        assert (operation["verdict"], operation["intent"]) == ("PROVEN", "isolate")
        assert not isp.call(lambda world: world.customers[who].online)
