"""`drift` by verb, against the simulated ISP on loopback."""

from tests.cli.conftest import Cli, RunningIsp, connect_all


def edit(isp: RunningIsp, username: str, **changes: str) -> None:
    def by_hand(world: object) -> None:
        manager = isp.isp.router("um1").user_manager
        assert manager is not None
        row = manager.users.named(username)
        assert row is not None
        manager.users.set(row, changes)

    isp.call(by_hand)


def test_found_shown_confirmed_repaired(cli: Cli, isp: RunningIsp) -> None:
    connect_all(cli, isp)
    clean = cli("drift", "--apart", "0.2", "--json")
    assert (clean.status, [line["type"] for line in clean.lines]) == (0, ["summary"])
    assert cli("drift", "--nagios").out.startswith("DRIFT OK - no drift | critical=0 ")
    mistyped, known = (cli("drift", "--apart", "0.2", "--user", name) for name in ("cust9999", isp.names[0]))
    assert (mistyped.status, "no customer here is called so" in mistyped.err) == (0, True), mistyped
    assert "no customer" not in known.err, known

    one, two = isp.names[:2]
    edit(isp, one, disabled="yes")
    edit(isp, two, password="by hand")
    quick = ("drift", "um-1", "--apart", "0.2")
    found = cli(*quick)
    assert found.status == 1
    assert f"CRITICAL  paid-refused  C-0001 ({one}) on um-1" in found.out
    assert "  -> radiusbridge activate C-0001\n" in found.out
    assert "1 changed-password, 1 paid-refused" in found.err
    assert cli(*quick, "--only", "changed-password", "--json").lines[0]["user"] == two
    assert cli(*quick, "--nas", "bras-1", "--nagios").status == 2
    assert cli(*quick, "--user", one, "--json").lines[-1]["kinds"] == {"paid-refused": 1}

    both = ("--repair", "paid-refused", "--repair", "changed-password")
    assert cli(*quick, *both, "--dry-run").status == 1
    refused = cli(*quick, *both)
    assert refused.status == 4
    assert "2 would be hit; nothing was done" in refused.err
    assert cli(*quick, *both, "--yes-count", "1").status == 4
    mended = cli(*quick, *both, "--yes-count", "2", "--json")
    assert mended.status == 0, mended
    verdicts = {row["user"]: row["state"] for row in mended.lines if row["type"] == "row"}
    assert verdicts == {one: "PROVEN", two: "PROVEN"}
    assert cli(*quick).status == 0


def test_what_cannot_be_read_is_status_3(cli: Cli, stocked: Cli) -> None:
    told = cli("drift", "--json")
    assert told.status == 3
    assert {(line["where"], line["reading"]) for line in told.lines if line["type"] == "unread"} == {
        ("um-1", "accounts"),
        ("um-1", "server-sessions"),
        ("bras-1", "nas-sessions"),
        ("bras-1", "nas-secrets"),
    }
    assert told.lines[-1]["dark"] == ["um-1"]
    for how in ((), ("--user", "C-0001"), ("--only", "ghost-session")):
        told = cli("drift", *how)
        assert (told.status, "nothing could be read" in told.err, "no drift" in told.err) == (3, True, False), told
    assert "UNKNOWN   um-1, accounts: " in cli("drift").out
    monitored = cli("drift", "--nagios")
    assert (monitored.status, "no drift" in monitored.out) == (3, False)


def test_without_a_server_there_is_nothing_to_look_at(cli: Cli) -> None:
    told = cli("drift")
    assert (told.status, told.out, "there is nothing to look at" in told.err) == (2, "", True), told
    assert cli("drift", "--json").json == {
        "type": "summary", "findings": 0, "kinds": {}, "severities": {}, "unread": 0, "servers": 0, "dark": [],
        "in_hand": 0, "exit": 2,
    }  # fmt: skip
    planned = cli("plan")
    assert (planned.status, "nothing to compare" in planned.err) == (2, True), planned
    monitored = cli("drift", "--nagios")
    assert (monitored.status, monitored.out.startswith("DRIFT UNKNOWN - there is no server yet")) == (3, True)


def test_bad_usage(cli: Cli, stocked: Cli) -> None:
    for wrong in (
        ("nowhere",),
        ("--nas", "nowhere"),
        ("--only", "rain"),
        ("--prune",),
        ("--dry-run",),
        ("--nagios", "--json"),
        ("--apart", "0"),
        ("--per-second", "-1"),
    ):
        assert cli("drift", *wrong).status == 2, wrong
