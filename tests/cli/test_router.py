"""`router`: the desk of one router of the simulated ISP."""

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, RunningIsp, connect


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
    lines = cli.ok("router", "traffic", "bras-1", "ether2", "--for", "1200ms", "--json").lines
    assert len(lines) == 2
    assert all(line["received_bps"] > 0 and line["interface"] == "ether2" for line in lines)
    assert "in" in cli.ok("router", "traffic", "bras-1", "--for", "300ms").out


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
    assert cli("router", "traffic", "bras-1", "ether9", "--for", "1s").status == 1
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
