"""`router`: the desk of one router of the simulated ISP."""

from collections.abc import Iterator
from functools import partial

import pytest

from radiusbridge.domain.sagas import restart
from radiusbridge.gateways import routers
from radiusbridge.services import carrying
from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, RunningIsp, connect


def turn_all(isp: SimulatedIsp, *, dark: bool) -> None:
    for router in isp.world.routers.values():
        router.faults.turn(dark=dark)


def test_what_a_router_tells(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    shown = cli.ok("router", "show", "BRAS-1").out
    assert all(words in shown for words in ("as ours", "p-unlimited", "80.0 MiB free of 128.0 MiB", "not told"))
    told = cli.ok("router", "show", "bras-1", "--json").json
    assert (told["router"], told["clock_off"], told["load"]) == ("bras-1", False, 3)
    [server] = cli.ok("router", "pppoe", "bras-1", "--json").json
    assert (server["service"], server["sessions"], server["works"]) == ("internet", 4, True)
    [pool, _walled] = cli.ok("router", "pools", "bras-1", "--json").json
    assert (pool["used"], pool["available"], pool["percent"]) == (4, 65_529, 0.0)
    assert [row["name"] for row in cli.ok("router", "interfaces", "bras-1", "--json").json] == ["ether1", "ether2"]
    assert "User Manager" in cli.ok("router", "netwatch", "bras-1").out
    lines = cli.ok("router", "traffic", "bras-1", "ether2", "--for", "3s", "--json").lines
    assert len(lines) >= 2
    assert all(line["received_bps"] > 0 and line["interface"] == "ether2" for line in lines)
    assert "in" in cli.ok("router", "traffic", "bras-1", "--for", "2s").out


def test_what_is_wrong_is_an_exit_status(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)

    def spoil(world: SimulatedIsp) -> None:
        for router in world.world.routers.values():
            router.faults.clock_skew = -86_400.0
            servers, interfaces = router.nas.servers, router.menus["/interface"]
            for row in list(servers.rows()):
                servers.set(row, {"disabled": "yes"})
            router.menus["/tool/netwatch"].add({"host": "192.0.2.1"})
            del router.menus["/ip/pool"]
            assert interfaces.named("ether1")

    isp.call(spoil)
    late = cli("router", "show", "bras-1")
    assert (late.status, "behind ours: WRONG" in late.out) == (1, True), late
    assert cli("router", "pppoe", "bras-1").status == 1
    assert cli("router", "netwatch", "bras-1").status == 1
    missing = cli("router", "pools", "bras-1")
    assert (missing.status, "no such command" in missing.err) == (1, True)
    assert cli("router", "traffic", "bras-1", "ether9", "--for", "60s").status == 1
    assert cli("router", "show", "nobody").status == 2


@pytest.mark.parametrize("verb", ["show", "pools", "pppoe", "netwatch", "interfaces"])
def test_a_router_that_nobody_reaches(stocked: Cli, verb: str) -> None:
    assert stocked("router", verb, "um-1").status == 3


def test_settings_are_kept_here(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    for _round in range(3):
        cli.ok("router", "export", "bras-1", "--keep", "2")
    told = cli.ok("router", "export", "bras-1", "--keep", "2", "--json").json
    folder = cli.home / "routers" / "bras-1"
    assert (told["kind"], len(told["sha256"]), len(list(folder.iterdir()))) == ("export", 64, 2)
    backup = cli.ok(
        "router", "backup", "bras-1", "--password-file", cli.secret("backup", "s3cret"), "--to", str(cli.home)
    )
    assert "bras-1-backup-" in backup.out
    assert ".umb  " in cli.ok("router", "database", "um-1").out
    assert "not encrypted" in cli("router", "backup", "bras-1").err
    assert cli("router", "export", "bras-1", "--keep", "-1").status == 2
    actions = [entry["action"] for entry in cli.ok("audit", "list", "--json").json]
    assert actions[:2] == ["router.backup", "router.users"]


@pytest.fixture
def hasty() -> Iterator[RunningIsp]:
    """Customers who dial again at once."""
    with RunningIsp(customers=4, redial=(0.1, 0.2)) as running:
        yield running


def test_a_restart_is_counted_watched_and_judged(cli: Cli, hasty: RunningIsp, monkeypatch: pytest.MonkeyPatch) -> None:
    isp = hasty
    monkeypatch.setattr(routers, "CONNECT_SECONDS", 2.0)
    monkeypatch.setattr(restart, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(restart, "SEE_EVERY", 0.1)
    connect(cli, isp)

    def quick(world: SimulatedIsp) -> None:
        for router in world.world.routers.values():
            router.boot_seconds = 0.2
            router.booted -= 10_000.0

    isp.call(quick)
    foretold = cli.ok("router", "reboot", "bras-1", "--dry-run").out
    assert "4 PPP sessions drop" in foretold
    assert "its User Manager answers no login" in cli.ok("router", "reboot", "um-1", "--dry-run").out
    refused = cli("router", "reboot", "bras-1")
    assert (refused.status, "--yes-count 4" in refused.err) == (4, True)
    assert cli("router", "reboot", "bras-1", "--yes-count", "3").status == 4
    done = cli("router", "reboot", "bras-1", "--yes-count", "4", "--reason", "new firmware", "--json")
    [preview, *steps, result] = done.lines
    assert (done.status, result["verdict"], result["user"]) == (0, "PROVEN", "bras-1"), done
    assert preview["before"] == {"sessions": 4, "interfaces": 2, "addresses": 1, "pppoe_servers": 1, "netwatch": 1}
    assert [each["step"] for each in steps][:4] == ["claim", "count", "write", "reboot"]
    assert (steps[-1]["step"], steps[-1]["outcome"]) == ("look", "all back")
    [after, before] = cli.ok("audit", "list", "--json").json[:2]
    assert (before["action"], before["reason"], after["after"]["ended"]) == (
        "operation.reboot",
        "new firmware",
        "PROVEN",
    )
    assert cli.ok("router", "show", "bras-1", "--json").json["restart"]["verdict"] == "PROVEN"
    assert "a reboot leaves nothing that could be taken back" in cli("undo", str(result["id"])).err

    def broken(world: SimulatedIsp) -> None:
        for router in world.world.routers.values():
            router.booted -= 10_000.0
            row = router.menus["/interface"].named("ether1")
            assert row is not None
            router.at_boot.append(partial(row.update, running="false"))

    isp.call(broken)
    failed = cli("router", "reboot", "bras-1", "--yes-count", "4", "--settle", "1s")
    assert (failed.status, "FAILED  reboot bras-1 " in failed.out) == (1, True), failed
    assert "  interfaces not back: ether1" in failed.out


def test_a_restart_that_is_left_to_another_process_is_listed_until_it_is_over(
    cli: Cli, isp: RunningIsp, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(cli, isp)
    assert cli.ok("router", "show", "bras-1", "--json").json["restart"] is None

    def deaf(world: SimulatedIsp) -> None:
        for router in world.world.routers.values():
            router.root_commands["/system/reboot"] = (frozenset(), lambda call: call.done())

    left: list[int] = []
    monkeypatch.setattr(carrying, "leave_to_another_process", lambda _database, number: left.append(number))
    isp.call(deaf)
    number = int(
        cli.ok("router", "reboot", "bras-1", "--yes-count", "4", "--within", "1s", "--no-wait").out.split()[-1]
    )
    assert left == [number]
    again = cli("router", "reboot", "bras-1", "--yes-count", "4")
    assert (again.status, f"operation {number}, is not over" in again.err) == (4, True), again
    assert "4 sessions on it: queued" in cli.ok("router", "show", "bras-1").out
    assert cli.ok("overview", "--json").json["waiting"]["oldest"][0]["intent"] == "reboot"
    isp.call(partial(turn_all, dark=True))
    dark = cli("router", "show", "bras-1")
    assert (dark.status, "4 sessions on it: queued" in dark.err) == (3, True), dark
    isp.call(partial(turn_all, dark=False))
    assert cli("op", "run", str(number)).status == 1
    assert "was not started anew" in cli.ok("op", "show", str(number)).out
