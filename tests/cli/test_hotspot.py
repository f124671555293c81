"""`hotspot`: local users, profiles, guests and bindings of the simulated ISP, each change read back and audited."""

from collections.abc import Iterator

import pytest

from tests.cli.conftest import Cli, RunningIsp, adopt, connect

MAC = "02:22:00:00:00:02"
"""The device of local0001."""


@pytest.fixture
def isp() -> Iterator[RunningIsp]:
    with RunningIsp(customers=1, guests=1, local_guests=1, redial=(0.2, 0.4)) as running:
        yield running


def test_users_profiles_guests_and_bindings(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    adopt(cli, isp, "guest0001")
    profile = ("hotspot", "profile")
    cli.ok(*profile, "add", "daily", "--rate", "2M/5M", "--price", "5000", "--validity", "1d", "--expiry", "remove")
    cli.ok(*profile, "edit", "daily", "--price", "6000", "--shared-users", "2")
    [daily] = cli.ok(*profile, "list", "daily", "--json").json
    assert {name: daily[name] for name in ("rate_limit", "shared_users", "price", "validity", "expiry")} == {
        "rate_limit": "2M/5M",
        "shared_users": 2,
        "price": 6000,
        "validity": "1d",
        "expiry": "remove",
    }
    password = ("--password-file", cli.secret("pw", "rahasia"))
    added = cli.ok("hotspot", "user", "add", "*1", *password, "--profile", "daily", "--limit-uptime", "12h")
    assert added.out.startswith("PROVEN  hotspot user add *1 on bras-1")
    again = cli("hotspot", "user", "add", "*1", *password)
    assert (again.status, "already have user" in again.out) == (1, True)
    in_use = cli(*profile, "remove", "daily")
    assert (in_use.status, "in use" in in_use.out) == (1, True)
    cli.ok("hotspot", "user", "reset", "local0001")
    cli.ok("hotspot", "user", "remove", "*1", "--settle", "0.5s")

    online = isp.isp.oracle.can_pass_traffic
    told = cli.ok("hotspot", "user", "disable", "local0001", "--json", "--reason", "abuse", "--settle", "1s").lines[-1]
    assert (told["verdict"], isp.call(lambda _: online("local0001"))) == ("PROVEN", False)
    assert cli.ok("hotspot", "cookie", "list", "local0001", "--json").json == []
    cli.ok("hotspot", "binding", "add", MAC, "--type", "bypassed")
    isp.until(lambda world: world.oracle.can_pass_traffic("local0001"))
    cli.ok("hotspot", "binding", "disable", MAC)
    cli.ok("hotspot", "binding", "remove", MAC)
    cli.ok("hotspot", "user", "enable", "local0001")
    isp.until(lambda world: world.oracle.can_pass_traffic("local0001"))
    kicked = cli.ok("hotspot", "active", "kick", MAC, "--settle", "0.5s")
    assert "logged in again" in kicked.out, "the password was typed again, no cookie was left"

    refused = cli("hotspot", "active", "kick", "guest0001")
    assert (refused.status, "radiusbridge kick C-0001" in refused.err) == (2, True)
    assert cli.ok("kick", "guest0001").out.startswith("PROVEN")
    assert cli.ok("sessions", "--filter", "service:hotspot", "--json").json
    assert cli("hotspot", "user", "disable", "nobody").status == 2
    audited = {entry["action"]: entry for entry in cli.ok("audit", "list", "--limit", "50", "--json").json}
    assert audited["hotspot.user.add"]["after"]["password"] == "***"
    assert audited["hotspot.user.disable"]["before"] == {"disabled": False}
    assert audited["hotspot.user.disable"]["after"] == {"disabled": True}
    assert "rahasia" not in str(audited)


def test_a_server_is_switched_off_after_its_guests_were_counted(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    isp.until(lambda world: all(map(world.oracle.can_pass_traffic, ("guest0001", "local0001"))))
    asked = cli("hotspot", "server", "disable", "hotspot1")
    assert (asked.status, "--yes-count 2" in asked.err) == (4, True), asked
    assert cli("hotspot", "server", "disable", "hotspot1", "--yes-count", "1").status == 4
    assert cli("hotspot", "server", "disable", "*1").status == 2, "a name, no .id"
    off = cli.ok("hotspot", "server", "disable", "hotspot1", "--yes-count", "2", "--reason", "works", "--json").lines[
        -1
    ]
    assert (off["verdict"], off["reasons"]) == (
        "PROVEN",
        ["read back: as wanted", "guests: 2 logged out, none is there"],
    )
    assert not any(isp.call(lambda world: [*map(world.oracle.can_pass_traffic, ("guest0001", "local0001"))]))
    assert cli.ok("hotspot", "server", "list", "--json").json[0]["disabled"] is True
    cli.ok("hotspot", "server", "enable", "hotspot1")
    isp.until(lambda world: world.oracle.can_pass_traffic("local0001"))
    entry = next(each for each in cli.ok("audit", "list", "--json").json if each["action"] == "hotspot.server.disable")
    assert (entry["reason"], entry["after"]) == ("works", {"disabled": True})


def test_without_a_nas_the_lists_say_what_is_missing(cli: Cli) -> None:
    told = cli.ok("hotspot", "active", "list", "somebody")
    assert "no NAS with API access to ask; radiusbridge nas add" in told.err
    assert cli.ok("hotspot", "user", "list", "--json").json == []
