"""A FreeRADIUS and its standby, each on a PostgreSQL of its own: kept in step, failed over and back.

docs/howto/standby.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, RunningIsp
from tests.peers.freeradius_isp import add_server, ask_radius_at, connect, dial, until_online
from tests.peers.freeradius_sql import FreeRadiusPlace
from tests.peers.programs import until

pytestmark = pytest.mark.peer

OPEN_ROWS = "SELECT acctsessionid FROM radacct WHERE username = 'ali' AND acctstoptime IS NULL"


@pytest.fixture
def isp(radius_place: FreeRadiusPlace, spare_place: FreeRadiusPlace) -> Iterator[RunningIsp]:
    """A NAS that asks the first server, and then the other one."""
    with RunningIsp(customers=0) as running:
        ask_radius_at(running, spare_place.radius)
        ask_radius_at(running, radius_place.radius)
        yield running


@pytest.fixture
def pair(
    cli: Cli,
    radius_place: FreeRadiusPlace,
    spare_place: FreeRadiusPlace,
    isp: RunningIsp,
    monkeypatch: pytest.MonkeyPatch,
) -> Cli:
    """ali is online; budi is not, and the login of tester is for tests. All have accounts on both servers."""
    monkeypatch.setenv("COLUMNS", "400")
    connect(cli, radius_place, isp)
    cli.ok("profile", "add", "home-10", "--rate", "2M/10M")
    for name, *more in (("ali",), ("budi",), ("tester", "--test-account")):
        password = ("--password-file", cli.secret(name, f"{name}-pw"))
        cli.ok("customer", "add", "--user", name, "--profile", "home-10", *password, *more)
    dial(isp, "ali", "ali-pw")
    until_online(isp, "ali")
    add_server(cli, spare_place, "fr-2")
    cli.ok("server", "standby", "fr-2", "--of", "fr-1")
    assert cli.ok("standby", "fill").out == "3 accounts are as the database says; nothing differs\n"
    return cli


def asked_first(isp: SimulatedIsp) -> str:
    rows = isp.router("nas1").menus["/radius"].rows()
    return next(row["address"] for row in rows if "ppp" in row["service"])


@contextmanager
def dialling_in_at(isp: RunningIsp, place: FreeRadiusPlace) -> Iterator[None]:
    """Once the NAS asks that server first, ali dials in anew every three seconds."""
    over = False

    def look(world: SimulatedIsp) -> None:
        session = world.customers["ali"].session
        turned = asked_first(world) == place.radius.host
        if over:
            return
        if turned and session is not None and world.world.now - session.started > 2:
            world.customers["ali"].nas.kick(session)
        world.world.events.call_later(3.0 if turned else 0.1, lambda: look(world))

    isp.call(look)
    try:
        yield
    finally:
        over = True


def session(isp: RunningIsp) -> str:
    until_online(isp, "ali")
    return isp.call(lambda world: world.oracle.sessions_really("ali")[0].acct_session_id)


@pytest.mark.slow
def test_failed_over_and_back(
    pair: Cli, radius_place: FreeRadiusPlace, spare_place: FreeRadiusPlace, isp: RunningIsp
) -> None:
    assert spare_place.login("budi", "budi-pw")
    checked = pair.ok("standby", "check").out
    assert checked.count("a test login as tester: Access-Accept") == 2
    assert "3 are as the database says" in checked
    pair.ok("isolate", "budi", "--settle", "1s")
    assert not spare_place.login("budi", "budi-pw")
    assert pair.ok("standby", "status", "--json").json[0]["behind"] == 0

    with radius_place.dark():
        with dialling_in_at(isp, spare_place):
            over = pair.ok("standby", "failover", "--yes", "--wait-dial", "60s")
        assert over.out.startswith("PROVEN  failover fr-2"), over
        until(partial(spare_place.execute, OPEN_ROWS), "the new server's row")
        assert spare_place.execute(OPEN_ROWS) == [(session(isp),)]
        pair.ok("activate", "budi")
        assert spare_place.login("budi", "budi-pw")
        assert pair.ok("standby", "status", "--json").json[0]["behind"] == 1

    assert not radius_place.login("budi", "budi-pw")
    behind = pair("standby", "failback", "--yes")
    assert (behind.status, "budi" in behind.err) == (4, True), behind
    pair("op", "run")
    assert radius_place.login("budi", "budi-pw")
    # it never heard that ali's session ended, and would let nobody in beside that
    assert not radius_place.login("ali", "ali-pw")
    haunted = pair("standby", "check")
    assert (haunted.status, "fr-1 counts 1 session that no NAS has" in haunted.out) == (1, True), haunted
    live = session(isp)
    assert pair("server", "sweep", "fr-1").status == 4
    assert pair("server", "sweep", "fr-1", "--yes-count", "2").status == 4
    assert pair.ok("server", "sweep", "fr-1", "--yes-count", "1").out.endswith("1 taken off, read back; none left\n")
    assert radius_place.login("ali", "ali-pw")
    assert "none of 1 sessions that it counts are on no NAS" in pair.ok("server", "sweep", "fr-2").out
    assert spare_place.execute(OPEN_ROWS) == [(live,)], "it is live, and stays"
    with dialling_in_at(isp, radius_place):
        back = pair.ok("standby", "failback", "--yes", "--wait-dial", "60s")
    assert back.out.startswith("PROVEN  failover fr-1"), back
    until(partial(radius_place.execute, OPEN_ROWS), "its row")
    assert radius_place.execute(OPEN_ROWS) == [(session(isp),)]


def test_one_that_does_not_do_its_work_is_not_turned_to(
    pair: Cli, spare_place: FreeRadiusPlace, isp: RunningIsp
) -> None:
    """Changed by hand; or its tables are in step and can be read, and only its logins show."""
    spare_place.execute("UPDATE radcheck SET value = 'x' WHERE username = 'ali' AND attribute = 'Cleartext-Password'")
    refused = pair("standby", "failover", "--yes")
    assert (refused.status, "account ali: password" in refused.err) == (4, True), refused
    pair.ok("standby", "fill")
    assert spare_place.login("ali", "ali-pw")

    radius, live = spare_place.radius, session(isp)
    everybody = "a login as tester with a wrong password was accepted: it lets everybody in"
    for world, words in (
        (radius.configured(decides="Accept"), everybody),
        (radius.stopped(), "a test login as tester: Access-Request: nothing listens on that port"),
    ):
        with world:
            checked, turned = pair("standby", "check"), pair("standby", "failover", "--yes")
        assert (checked.status, words in checked.out) == (3, True), checked
        assert (turned.status, "FAILED  failover fr-2" in turned.out, words in turned.out) == (1, True, True), turned
    assert isp.call(asked_first) != spare_place.radius.host
    assert (session(isp), pair.ok("standby", "status", "--json").json[0]["active"]) == (live, "fr-1")
