"""The verbs on a real FreeRADIUS: logins, session rows, Disconnects to a NAS that dials in there, and what lies."""

from collections.abc import Iterator
from functools import partial

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, Result, RunningIsp
from tests.peers.freeradius_isp import ask_radius_at, connect, dial, online, until_online, until_refused
from tests.peers.freeradius_sql import FreeRadiusPlace
from tests.peers.programs import until

pytestmark = pytest.mark.peer

QUICK = ("--settle", "1s")
OPEN_ROWS = "SELECT acctsessionid FROM radacct WHERE username = 'ali' AND acctstoptime IS NULL"


@pytest.fixture
def isp(radius_place: FreeRadiusPlace) -> Iterator[RunningIsp]:
    with RunningIsp(customers=0) as running:
        ask_radius_at(running, radius_place.radius)
        yield running


@pytest.fixture
def town(cli: Cli, radius_place: FreeRadiusPlace, isp: RunningIsp, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """ali is a customer of the FreeRADIUS, and online."""
    monkeypatch.setenv("COLUMNS", "400")
    connect(cli, radius_place, isp)
    cli.ok("profile", "add", "home-10", "--rate", "2M/10M")
    cli.ok("customer", "add", "--user", "ali", "--profile", "home-10", "--password-file", cli.secret("ali", "pw"))
    dial(isp, "ali", "pw")
    until_online(isp, "ali")
    until(partial(radius_place.execute, OPEN_ROWS), "the session's row")
    return cli


def proven(result: Result) -> str:
    assert result.status == 0, result
    return result.out + result.err


def session(isp: RunningIsp) -> str:
    return isp.call(lambda world: world.oracle.sessions_really("ali")[0].acct_session_id)


def test_a_customer_is_isolated_and_let_in_again(town: Cli, radius_place: FreeRadiusPlace, isp: RunningIsp) -> None:
    assert radius_place.execute(OPEN_ROWS) == [(session(isp),)]
    shut = proven(town("isolate", "ali", *QUICK))
    assert "before the write refused for the sessions that there were, and for nothing else" in shut
    assert "kick by disconnect" in shut
    until_refused(isp, "ali")
    assert not radius_place.login("ali", "pw")
    assert radius_place.execute(OPEN_ROWS) == []
    assert "read back: enabled" in proven(town("activate", "ali"))
    until_online(isp, "ali")
    walled = proven(town("isolate", "ali", "--policy", "walled", *QUICK))
    assert "is in list isolir" in walled
    assert isp.call(lambda world: world.oracle.walled("ali"))
    assert "is live and normal" in proven(town("activate", "ali", "--wait-online", "30s"))
    assert online(isp, "ali")
    before = session(isp)
    assert f"{before} gone" in proven(town("kick", "ali"))
    until_online(isp, "ali")
    assert session(isp) != before
    assert "ali" in town.ok("sessions").out
    assert "accounts: 1 the same" in proven(town("plan", "fr-1"))


def test_a_server_that_lets_everybody_in_proves_nothing(
    town: Cli, radius_place: FreeRadiusPlace, isp: RunningIsp
) -> None:
    """The row says Reject, and is read back; whoever dials is let in."""
    isp.call(lambda world: world.customers["ali"].switch_off())
    until(lambda: not radius_place.execute(OPEN_ROWS), "the Stop")
    with radius_place.radius.configured(decides="Accept"):
        shut = town("isolate", "ali", *QUICK, "--deadline", "5s")
        assert shut.status == 1, shut
        assert "the test login is still accepted" in shut.out
        assert "read back: disabled" in shut.out


def test_a_nas_that_keeps_the_session_proves_nothing(town: Cli, isp: RunningIsp) -> None:
    """It says ACK, and the Stop never comes."""

    def lie(world: SimulatedIsp) -> None:
        world.faults("nas1").lie = True

    isp.call(lie)
    shut = town("isolate", "ali", *QUICK, "--deadline", "4s")
    assert (shut.status, online(isp, "ali")) == (1, True), shut


def test_a_database_that_is_restarted_is_waited_for(town: Cli, radius_place: FreeRadiusPlace, isp: RunningIsp) -> None:
    radius_place.cluster.stop()
    try:
        waits = town("isolate", "ali", *QUICK)
        assert (waits.status, online(isp, "ali")) == (3, True), waits
    finally:
        radius_place.cluster.start()
    town("op", "run")
    last = town.ok("op", "list", "--json").json[0]
    assert (last["intent"], last["status"]) == ("isolate", "done"), last
    assert last["verdict"] in {"PROVEN", "UNPROVEN"}, last
    assert not online(isp, "ali")
