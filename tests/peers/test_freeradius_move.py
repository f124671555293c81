"""From User Manager to a real FreeRADIUS, customer by customer, as docs/howto/user-manager-to-freeradius.md says."""

from collections.abc import Iterator
from functools import partial

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, RunningIsp
from tests.cli.conftest import connect as connect_user_manager
from tests.peers.freeradius_isp import ask_radius_at, connect, online, until_online, until_refused
from tests.peers.freeradius_sql import FreeRadiusPlace
from tests.peers.programs import until

pytestmark = pytest.mark.peer

QUICK = ("--settle", "1s")
OPEN_ROW = "SELECT 1 FROM radacct WHERE username = %s AND acctstoptime IS NULL"
THERE = "SELECT DISTINCT username FROM radcheck ORDER BY username"


@pytest.fixture
def isp(radius_place: FreeRadiusPlace) -> Iterator[RunningIsp]:
    """Four customers of a User Manager; their NAS asks the FreeRADIUS first, which passes on whom it does not know."""
    with RunningIsp(customers=4, redial=(0.1, 0.2)) as running:
        um, secret = running.router("server")["radius"], "um-fr-secret"
        client = {"name": "freeradius", "address": radius_place.radius.host, "shared-secret": secret}
        running.call(lambda world: world.router("um1").menus["/user-manager/router"].add(client))
        passing = (um["host"], um["auth_port"], um["acct_port"], secret)
        with radius_place.radius.configured(pass_on=passing):
            ask_radius_at(running, radius_place.radius)
            yield running


@pytest.fixture
def town(cli: Cli, radius_place: FreeRadiusPlace, isp: RunningIsp, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The customers with their passwords, taken over from the User Manager."""
    monkeypatch.setenv("COLUMNS", "400")
    connect_user_manager(cli, isp)
    plan = str(cli.home / "first.plan")
    assert cli("plan", "um-1", "--from", "server", "-o", plan).status == 1
    cli.ok("apply", plan, "--yes-count", "5")
    connect(cli, radius_place, isp, "bras-1-fr")
    return cli


def accounts_there(isp: RunningIsp) -> list[str]:
    return isp.call(lambda world: sorted(row["name"] for row in world.router("um1").menus["/user-manager/user"].rows()))


@pytest.mark.slow
def test_customers_move_and_stay_online(town: Cli, radius_place: FreeRadiusPlace, isp: RunningIsp) -> None:
    """One, then the others; their NAS is a NAS of both servers, and each dials in again there."""
    one, *others = isp.names
    moved = town("customer", "edit", one, "--server", "fr-1", *QUICK)
    assert moved.status == 0, moved
    assert "a test login is accepted" in moved.out
    assert f"former account {one}, write: read back: the account is gone" in moved.out
    for name in isp.names:
        until_online(isp, name)
    assert (radius_place.execute(THERE), accounts_there(isp)) == ([(one,)], others)
    two = others[0]
    assert town("kick", two).status == 0
    until(partial(radius_place.execute, OPEN_ROW, (two,)), "the session that was passed on")
    counted = town("customer", "edit", two, "--server", "fr-1", *QUICK)
    assert counted.status == 0, counted
    assert "a test login is refused for the sessions that there are, and for nothing else" in counted.out
    run = ("--yes-count", "2", "--canary", "1", *QUICK)
    many = town("customer", "edit", "--filter", "server:um-1", "--server", "fr-1", *run)
    assert many.status == 0, many
    assert "edit: 2 PROVEN" in many.out
    for name in isp.names:
        until_online(isp, name)
    assert (radius_place.execute(THERE), accounts_there(isp)) == ([(name,) for name in isp.names], [])
    assert "accounts: 4 the same" in town.ok("plan", "fr-1").err
    back = town("customer", "edit", one, "--server", "um-1", *QUICK)
    assert back.status == 0, back
    until_online(isp, one)
    assert accounts_there(isp) == [one]


def test_a_held_customer_does_not_get_in_by_moving(town: Cli, radius_place: FreeRadiusPlace, isp: RunningIsp) -> None:
    one = isp.names[0]
    assert town("isolate", one, *QUICK).status in {0, 5}
    moved = town("customer", "edit", one, "--server", "fr-1", *QUICK)
    assert moved.status == 0, moved
    assert "kept out" in moved.out
    assert not radius_place.login(one, isp.password(one))
    until_refused(isp, one)
    assert town("activate", one).status == 0
    until_online(isp, one)


def test_nobody_moves_to_a_server_that_turns_them_down(
    town: Cli, radius_place: FreeRadiusPlace, isp: RunningIsp
) -> None:
    """The rows are there, and read back; the login says otherwise, and the former account is left alone."""
    one = isp.names[0]
    with radius_place.radius.configured(decides="Reject"):
        moved = town("customer", "edit", one, "--server", "fr-1", *QUICK, "--deadline", "4s")
    assert moved.status == 1, moved
    assert "the test login is refused" in moved.out
    assert accounts_there(isp) == isp.names
    assert town.ok("customer", "show", one, "--json").json["server"] == "um-1"
    assert online(isp, one)


def test_a_nas_that_keeps_the_session_of_before_proves_no_move(town: Cli, isp: RunningIsp) -> None:
    def lie(world: SimulatedIsp) -> None:
        world.faults("nas1").lie = True

    isp.call(lie)
    moved = town("customer", "edit", isp.names[0], "--server", "fr-1", *QUICK, "--deadline", "4s")
    assert moved.status == 1, moved
