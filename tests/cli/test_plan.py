"""`plan` and `apply` against simulated servers of both generations."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, Result, RunningIsp, adopt, connect
from tests.cli.test_profiles import Town, town_with

FREE = ("--server-per-second", "0", "--per-second", "0")


@pytest.fixture(params=["7.16.2", "6.49.18"])
def isp(request: pytest.FixtureRequest) -> Iterator[RunningIsp]:
    with RunningIsp(customers=4, ros=request.param, redial=(0.2, 0.4)) as running:
        yield running


@pytest.fixture(params=["7.16.2", "6.49.18"])
def town(request: pytest.FixtureRequest, cli: Cli) -> Iterator[Town]:
    """Two of three customers are known; nothing of these differs."""
    with town_with(cli, ros=request.param) as made:
        cli.ok("profile", "sync", "um-1", "--from", "server", "--yes")
        yield made


def sessions(isp: RunningIsp) -> dict[str, list[str]]:
    def work(world: SimulatedIsp) -> dict[str, list[str]]:
        return {name: [one.acct_session_id for one in world.oracle.sessions_really(name)] for name in isp.names}

    return isp.call(work)


def plan(cli: Cli, *more: str) -> tuple[Result, str, list[dict[str, object]]]:
    file = str(cli.home / "plan")
    result = cli("plan", "um-1", "-o", file, "--json", *more)
    return result, file, [line for line in result.lines if line["type"] == "row"]


def hand(isp: RunningIsp, username: str, **values: str) -> None:
    """Somebody edits an account in WinBox."""

    def work(world: SimulatedIsp) -> None:
        menus = world.router("um1").menus
        menu = menus.get("/user-manager/user") or menus["/tool/user-manager/user"]
        row = menu.named(username)
        assert row is not None
        menu.set(row, values)

    isp.call(work)


def row(isp: RunningIsp, username: str) -> dict[str, str] | None:
    def work(world: SimulatedIsp) -> dict[str, str] | None:
        menus = world.router("um1").menus
        menu = menus.get("/user-manager/user") or menus["/tool/user-manager/user"]
        found = menu.named(username)
        return None if found is None else menu.view(found)

    return isp.call(work)


def verdicts(result: Result) -> dict[str, str]:
    return {str(line["user"]): str(line["state"]) for line in result.lines if line["type"] == "row"}


def test_a_running_isp_is_adopted_without_a_kick(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    before = sessions(isp)
    hand(isp, isp.names[0], disabled="yes")
    result, file, rows = plan(cli, "--from", "server")
    assert result.status == 1
    assert {row["name"] for row in rows} == {*isp.names, "20M"}
    refused = cli("apply", file, "--yes-count", "4")
    assert (refused.status, cli.ok("customer", "list", "--json").json) == (4, [])
    taken = cli.ok("apply", file, "--yes-count", "5", "--json")
    assert [line["refused"] for line in taken.lines if line["type"] == "taken"] == [None] * 5
    empty = cli("plan", "um-1", "--json")
    assert empty.status == 0, empty
    assert [line["type"] for line in empty.lines] == ["plan", "end"]
    assert sessions(isp) == before
    found = {one["user"]: one for one in cli.ok("customer", "list", "--json").json}
    assert found[isp.names[0]]["holds"][0]["kind"] == "pause"
    assert {one["password_known"] for one in found.values()} == {True}
    again = cli("apply", file, "--yes-count", "5", "--json")
    assert again.status == 1
    assert all("changed here" in line["refused"] for line in again.lines if line["type"] == "taken")


def test_servers_that_share_a_profile_are_adopted_by_one_plan(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    cli.ok("profile", "remove", "20M", "--keep-on-servers")
    api = isp.router("server")["api"]
    cli.ok(
        *("server", "add", "um-2", "--api", f"{api['host']}:{api['port']}", "--api-user", api["user"]),
        *("--api-password-file", cli.secret("api-2", api["password"])),
    )
    file = str(cli.home / "both")
    assert cli("plan", "--from", "server", "-o", file).status == 1
    taken = cli("apply", file, "--yes-count", "10", "--json")
    assert taken.status == 0, taken
    assert [line["text"] for line in taken.lines if line.get("name") == "20M"] == ["", "the same here already"]
    assert cli("plan").status == 0
    one = isp.names[0]
    assert cli("drift", "--user", one).status == 2, "on both servers"
    hand(isp, one, password="hacked")
    found = cli("drift", "um-2", "--user", one, "--apart", "0.2", "--only", "changed-password", "--json")
    assert found.status == 1, found
    mending = shlex.split(next(line["repair"] for line in found.lines if line["type"] == "finding"))
    assert cli(*mending[1:], "--apart", "0.2", "--dry-run").status == 1, "the line that is told can be typed"


def test_a_plan_is_carried_out_row_by_row_with_verdicts(town: Town) -> None:
    cli, isp = town.cli, town.isp
    first, second = town.users
    hand(isp, first, password="hacked", comment="mine")
    hand(isp, second, disabled="yes")
    cli.ok("customer", "add", "--user", "missing", "--profile", "20M", "--no-provision", "--password-file",
           cli.secret("missing", "pw"))  # fmt: skip
    before = sessions(isp)
    result, file, rows = plan(cli)
    assert result.status == 1
    assert {(one["name"], one["side"], one["take"]) for one in rows} == {
        (first, "differs", "db"), (second, "differs", "db"), ("missing", "only-here", "db"),
        (isp.names[2], "only-there", "skip"),
    }  # fmt: skip
    assert "hacked" not in Path(file).read_text()
    done = cli("apply", file, "--yes-count", "3", *FREE, "--accept-unproven", "--json")
    assert done.status == 0, done
    assert verdicts(done) == dict.fromkeys((first, second, "missing"), "PROVEN")
    assert sessions(isp) == before
    kept = row(isp, first)
    assert kept is not None
    assert (kept["password"], kept["comment"]) == (isp.password(first), "mine")
    assert cli("plan", "um-1").status == 0


def test_a_lock_that_was_set_by_hand_is_taken_over_or_pruned(town: Town) -> None:
    cli, isp = town.cli, town.isp
    first, second = town.users
    for user in town.users:
        hand(isp, user, **{"caller-id": "4C:5E:0C:00:00:01"})
    left, _, rows = plan(cli)
    assert (left.status, [one["take"] for one in rows if one["name"] in town.users]) == (0, ["skip", "skip"])
    locks = ("--only", "caller_id", "--row", f"{isp.names[2]}=skip")
    _, file, _ = plan(cli, "--from", "server", "--row", f"{second}=skip", *locks)
    cli.ok("apply", file, "--yes-count", "1")
    assert cli.ok("customer", "show", first, "--json").json["caller_id"] == "4C:5E:0C:00:00:01"
    Path(file).unlink()
    _, file, _ = plan(cli, "--prune", *locks)
    kept = cli.ok("apply", file, "--dry-run")
    assert "what is not recorded here would be taken away; --prune" in kept.out
    done = cli.ok("apply", file, "--prune", "--yes-count", "1", *FREE, "--json")
    assert verdicts(done) == {second: "PROVEN"}
    now = [row(isp, user) or {} for user in town.users]
    assert [each.get("caller-id", "") for each in now] == ["4C:5E:0C:00:00:01", ""]


def test_what_was_changed_since_is_left(town: Town) -> None:
    cli, isp = town.cli, town.isp
    first, second = town.users
    hand(isp, first, password="hacked")
    hand(isp, second, password="hacked")
    _, file, _ = plan(cli)
    hand(isp, first, comment="I was here")
    cli.ok("customer", "edit", second, "--caller-id", "4C:5E:0C:00:00:01", "--no-provision")
    done = cli("apply", file, "--yes-count", "2", *FREE, "--canary", "0", "--json")
    assert done.status == 1
    assert verdicts(done) == {first: "FAILED", second: "left-out"}
    reasons = {line["user"]: line["reasons"][0] for line in done.lines if line["type"] == "row"}
    assert "was changed there since it was looked at; nothing was written" in reasons[first]
    assert reasons[second] == "changed here since the plan was made"
    for name in (first, second):
        kept = row(isp, name)
        assert kept is not None
        assert kept["password"] == "hacked"


def test_nothing_is_deleted_without_prune_and_nobody_dropped_unnamed(town: Town) -> None:
    cli, isp = town.cli, town.isp
    stranger, first = isp.names[2], town.users[0]
    hand(isp, first, password="hacked")
    before = sessions(isp)
    _, file, rows = plan(cli, "--prune")
    assert {one["name"]: one["take"] for one in rows} == {first: "db", stranger: "db"}
    look = cli.ok("apply", file, "--dry-run", "--json").lines[0]
    assert (look["count"], look["drops"]) == (1, [])
    shown = cli.ok("apply", file, "--dry-run")
    assert f"account {stranger} on um-1: it would be deleted; --prune" in shown.out
    assert "1 row to be written to servers" in shown.err
    assert look["left"] == [
        {"server": "um-1", "kind": "account", "name": stranger, "why": "it would be deleted; --prune"}
    ]
    both = cli.ok("apply", file, "--dry-run", "--prune", "--drop-sessions", "--json").lines[0]
    assert (both["count"], both["deleted"]) == (2, 1)
    assert both["drops"] == [
        {"server": "um-1", "user": name, "nases": ["bras-1"]} for name in sorted((first, stranger))
    ]
    done = cli("apply", file, "--prune", "--yes-count", "2", *FREE, "--json")
    assert verdicts(done)[first] == "PROVEN"
    assert row(isp, stranger) is None
    assert sessions(isp) == before, "nobody was dropped"
    hand(isp, first, password="hacked")
    _, file, _ = plan(cli)
    dropped = cli("apply", file, "--drop-sessions", "--yes-count", "1", *FREE, "--accept-unproven", "--json")
    assert verdicts(dropped)[first] == "PROVEN", dropped
    assert sessions(isp)[first] != before[first]


def test_held_here_and_open_there_is_closed_and_the_other_way_round(town: Town) -> None:
    cli, isp = town.cli, town.isp
    first, second = town.users
    for name in town.users:
        assert cli("isolate", "--settle", "0.5s", "--policy", "walled", "--json", name).status in {0, 5}
    hand(isp, first, disabled="yes")
    assert cli("plan", "um-1").status == 0, "either way to keep out is right"
    assert cli("activate", "--json", first).status in {0, 5}
    hand(isp, first, disabled="yes")
    _, file, rows = plan(cli)
    assert [one["fields"] for one in rows if one["name"] == first] == [
        [{"field": "access", "here": "open", "there": "disabled"}]
    ]
    cli.ok("apply", file, "--yes-count", "1", "--json")
    assert cli("plan", "um-1").status == 0
    assert isp.call(lambda world: world.oracle.walled(second) or not world.oracle.can_pass_traffic(second))


def test_a_dark_server_is_told_and_unknown_names_are_bad_input(stocked: Cli) -> None:
    dark = stocked("plan", "--json")
    assert dark.status == 3
    assert dark.lines[-1]["unread"] == ["um-1"]
    assert stocked("plan", "nobody").status == 2
    assert stocked("plan", "--only", "nonsense").status == 2
    assert stocked("plan", "--only", "password", "--skip", "password").status == 2
    assert stocked("plan", "--row", "budi").status == 2
    assert stocked("plan", "-o", str(stocked.home / "no" / "where")).status == 2
    assert stocked("apply", str(stocked.home / "nothing")).status == 2


def test_a_plan_about_a_server_that_was_edited_is_refused(town: Town) -> None:
    cli, file = town.cli, town.cli.home / "plan"
    assert cli("plan", "-o", str(file)).status == 0
    untouched = cli.ok("apply", str(file))
    assert (untouched.out.split()[:2], "there is nothing to do" in untouched.err) == (["left", "account"], True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RADIUSBRIDGE_HOME", str(cli.home / "other"))
        (cli.home / "other").mkdir()
        assert "another database" in cli("apply", str(file)).err
    cli.ok("server", "edit", "um-1", "--isolation-name", "elsewhere")
    assert "edited since the plan was made" in cli("apply", str(file)).err
    assert cli("plan", "--row", "nobody=skip").status == 2
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert {"plan", "end"} <= {line["type"] for line in lines}


def test_known_customers_take_over_single_fields(town: Town) -> None:
    cli, isp = town.cli, town.isp
    first = town.users[0]
    hand(isp, first, password="renewed", disabled="yes")
    _, file, _ = plan(cli, "--from", "server", "--only", "password", "--row", f"{isp.names[2]}=skip")
    assert cli.ok("apply", file, "--yes-count", "1").status == 0
    _, _, rows = plan(cli)
    assert [[one["field"] for one in row["fields"]] for row in rows if row["name"] == first] == [["access"]]  # type: ignore[attr-defined]
    adopt(cli, isp, isp.names[2])
