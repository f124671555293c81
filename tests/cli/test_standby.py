"""The verbs of server and standby, against a simulated ISP that has both."""

from collections.abc import Callable, Iterator

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, RunningIsp, connect_all


@pytest.fixture
def isp() -> Iterator[RunningIsp]:
    """Three customers, online, on one NAS that knows two servers."""
    with RunningIsp(customers=3, standbys=True, redial=(0.1, 0.2)) as running:
        yield running


@pytest.fixture
def paired(cli: Cli, isp: RunningIsp) -> Cli:
    """Both servers are recorded, and the standby is in step."""
    connect_all(cli, isp)
    cli.ok("customer", "edit", isp.names[2], "--test-account", "--no-provision")
    other = next(one for one in isp.endpoints["routers"] if one["name"] == "sb1")
    cli.ok(
        *("server", "add", "um-2", "--api", f"{other['api']['host']}:{other['api']['port']}"),
        *("--api-user", other["api"]["user"], "--api-password-file", cli.secret("api", other["api"]["password"])),
        *("--radius", f"{other['radius']['host']}:{other['radius']['auth_port']}"),
        *("--radius-secret-file", cli.secret("radius", other["radius"]["secret"])),
    )
    assert cli("standby", "status").err == (
        "radiusbridge: standby: no server has one; radiusbridge server standby NAME --of SERVER\n"
    )
    cli.ok("server", "standby", "um-2", "--of", "um-1")
    return cli


def sweep(cli: Cli) -> int:
    """How many sessions were taken off the first server; those of the second are live, and stay."""
    assert cli.ok("server", "sweep", "um-2", "--json").json["ghosts"] == []
    seen = cli("server", "sweep", "um-1", "--dry-run", "--json")
    count = len(seen.json["ghosts"])
    assert (seen.status, seen.json["ended"]) == (int(bool(count)), None), seen
    swept = cli.ok("server", "sweep", "um-1", "--yes-count", str(count), "--json").json
    assert (swept["ended"], swept["left"]) == (seen.json["ghosts"], [])
    assert cli.ok("server", "sweep", "um-1", "--json").json["counted"] == 0
    return count


def account(isp: SimulatedIsp, name: str) -> dict[str, str]:
    """The account on the standby."""
    manager = isp.router("sb1").user_manager
    assert manager is not None
    return manager.users.named(name) or {}


def redial(isp: SimulatedIsp) -> None:
    for cpe in isp.customers.values():
        if cpe.session is not None:
            cpe.nas.kick(cpe.session)


@pytest.mark.slow
def test_filled_kept_in_step_failed_over_and_back(paired: Cli, isp: RunningIsp) -> None:
    cli, name = paired, isp.names[0]
    status = cli.ok("standby", "status", "--json").json[0]
    assert (status["active"], status["standby"], status["in_step"], status["differs"]) == ("um-1", "um-2", False, None)
    missing = cli("standby", "fill", "--dry-run", "--json")
    assert (missing.status, missing.json["differs"]) == (1, 4)
    assert cli.ok("standby", "fill").out == "3 accounts are as the database says; nothing differs\n"
    checked = cli.ok("standby", "check")
    assert [line[:22].split() for line in checked.out.splitlines() if line[:4].strip()] == [
        ["ok", "um-1"],
        ["ok", "um-2"],
        ["ok", "bras-1"],
        ["ok", "accounts"],
        ["ok", "changes"],
    ]

    cli.ok("isolate", name, "--settle", "1s")
    assert isp.call(lambda world: account(world, name))["disabled"] == "true"
    assert cli.ok("standby", "status", "--json").json[0]["behind"] == 0

    refused = cli("standby", "failover")
    assert (refused.status, "not confirmed" in refused.err) == (4, True)
    isp.call(lambda world: world.faults("um1").turn(dark=True))
    isp.call(lambda world: when_turned(world, lambda: redial(world)))
    over = cli.ok("standby", "failover", "--yes", "--wait-dial", "60s")
    assert over.out.startswith("PROVEN  failover um-2")
    status = cli.ok("standby", "status", "--json").json[0]
    assert (status["active"], status["turned"], status["epoch"]) == ("um-2", True, 2)
    assert {row["server"] for row in cli.ok("customer", "list", "--json").json} == {"um-2"}

    isp.call(lambda world: world.faults("um1").turn(dark=False))
    behind = cli("standby", "failback", "--yes")
    assert (behind.status, "profile 20M: price is 150000, not 0" in behind.err) == (4, True)
    cli.ok("standby", "fill")
    assert sweep(cli), "it never heard of the end of any"
    back = cli("standby", "failback", "--yes", "--wait-dial", "1s")
    assert back.status in {0, 5}, back
    assert asked_first_of(isp) == "um1"


def asked_first(isp: SimulatedIsp) -> str:
    hosts = {router.host: name for name, router in isp.world.routers.items()}
    rows = isp.router("nas1").menus["/radius"].rows()
    return hosts[next(row["address"] for row in rows if "ppp" in row["service"])]


def when_turned(isp: SimulatedIsp, then: Callable[[], None]) -> None:
    """Have something happen three seconds after the NAS has turned to the standby."""
    later = isp.world.events.call_later
    if asked_first(isp) == "sb1":
        later(3.0, then)
    else:
        later(0.2, lambda: when_turned(isp, then))


def asked_first_of(isp: RunningIsp) -> str:
    return isp.call(asked_first)


def test_one_that_was_changed_by_hand_is_told_and_not_turned_to(paired: Cli, isp: RunningIsp) -> None:
    cli, name = paired, isp.names[1]
    cli.ok("standby", "fill")

    def by_hand(world: SimulatedIsp) -> None:
        manager = world.router("sb1").user_manager
        assert manager is not None
        manager.users.set(account(world, name), {"disabled": "yes"})
        manager.users.add({"name": "stranger", "password": "x"})

    isp.call(by_hand)
    refused = cli("standby", "failover", "--yes")
    assert refused.status == 4
    assert f"account {name}: access is disabled, not open" in refused.err
    assert "account stranger is no customer's" in refused.err
    assert asked_first_of(isp) == "um1"
    told = cli("standby", "check", "--json")
    assert (told.status, told.json["differs"], told.json["in_step"]) == (1, 2, False)
    mended = cli("standby", "fill", "--json")
    assert (mended.status, mended.json["differences"]) == (1, ["account stranger is no customer's"])
    forced = cli("standby", "failover", "--yes", "--accept-differences", "--wait-dial", "0s", "--json")
    assert forced.status == 5, forced
    assert asked_first_of(isp) == "sb1"


def test_sessions_of_a_nas_that_does_not_answer_stay(paired: Cli, isp: RunningIsp) -> None:
    cli = paired
    isp.call(lambda world: world.faults("nas1").turn(refuse_tcp=True))
    seen = cli("server", "sweep", "um-1", "--json")
    assert (seen.status, seen.json["counted"], seen.json["ghosts"]) == (3, 3, [])
    assert [each["nas"] for each in seen.json["unread"]] == ["bras-1"]


def test_what_cannot_be_a_standby_is_refused(paired: Cli) -> None:
    cli = paired
    assert cli("server", "standby", "um-1", "--of", "um-2").status == 2
    assert cli("server", "remove", "um-2").status == 2
    assert cli("customer", "add", "--user", "new", "--profile", "20M", "--server", "um-2", "--no-provision").status == 2
    again = cli("standby", "failback", "--yes", "--wait-dial", "0s")
    assert (again.status, "um-1 is asked first" in again.out, "already" in again.err) == (5, True, True)
    cli.ok("server", "standby", "um-2", "--of", "none")
    cli.ok("server", "remove", "um-2")


def test_vouchers_are_on_the_standby_too_and_a_void_one_is_not(paired: Cli, isp: RunningIsp) -> None:
    cli = paired
    cli.ok("standby", "fill")
    cli.ok("profile", "add", "harian", "--rate", "1M/2M", "--price", "5000")
    cli.ok("voucher", "generate", "5", "--profile", "harian", "--server", "um-1")
    cli.ok("voucher", "void", "1", "--row", "2", "--yes")
    cli.ok("op", "run")  # a verb waits a while only

    def codes(world: SimulatedIsp) -> int:
        rows = world.router("sb1").menus["/user-manager/user"].rows()
        return sum(row.get("comment", "").startswith("rb-") for row in rows)

    assert isp.call(codes) == 4
    told = cli.ok("standby", "check", "--json").json
    assert (told["vouchers"], told["in_step"]) == ({"same": 4, "differs": 0, "unkept": 0}, True)
    assert cli.ok("standby", "fill").out == "3 accounts and 4 vouchers are as the database says; nothing differs\n"
    assert cli("voucher", "generate", "1", "--profile", "harian", "--server", "um-2").status == 2
