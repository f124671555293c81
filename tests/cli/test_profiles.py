"""Profiles on simulated servers of both generations: changed, applied to live sessions, removed, compared."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.simulator.switches import Switches
from tests.cli.conftest import Cli, Result, RunningIsp, adopt, connect

FAST = ("--server-per-second", "0", "--per-second", "0")


class Town:
    """A stocked database, and the ISP that it is about; its first two customers are known."""

    def __init__(self, cli: Cli, isp: RunningIsp) -> None:
        self.cli, self.isp = cli, isp
        connect(cli, isp)
        self.users = isp.names[:2]
        for user in self.users:
            adopt(cli, isp, user)

    @property
    def six(self) -> bool:
        return str(self.isp.router("server")["version"]).startswith("6.")

    def edit(self, *more: str) -> Result:
        return self.cli("profile", "edit", "20M", *FAST, *more, "--json")

    def rates(self) -> dict[str, str]:
        """What the live sessions really run on."""

        def work(isp: SimulatedIsp) -> dict[str, str]:
            return {name: "/".join(map(str, isp.oracle.sessions_really(name)[0].limits())) for name in self.users}

        return self.isp.call(work)

    def sessions(self) -> dict[str, list[str]]:
        def work(isp: SimulatedIsp) -> dict[str, list[str]]:
            return {name: [one.acct_session_id for one in isp.oracle.sessions_really(name)] for name in self.users}

        return self.isp.call(work)

    def turn(self, router: str, **knobs: Any) -> None:
        self.isp.call(lambda isp: isp.faults(router).turn(**knobs))


@contextmanager
def town_with(cli: Cli, **knobs: Any) -> Iterator[Town]:
    with RunningIsp(**{"customers": 3, "redial": (0.2, 0.4), **knobs}) as isp:
        yield Town(cli, isp)


@pytest.fixture(params=["7.16.2", "6.49.18"])
def town(request: pytest.FixtureRequest, cli: Cli) -> Iterator[Town]:
    with town_with(cli, ros=request.param) as made:
        yield made


def verdicts(result: Result) -> list[tuple[str, str]]:
    """(intent or kind, verdict or state) of every end that was printed."""
    ends = [line for line in result.lines if line["type"] in {"verdict", "row", "run"}]
    return [(str(line.get("intent") or line["type"]), str(line.get("verdict") or line.get("state"))) for line in ends]


def test_a_change_is_read_back_and_says_who_keeps_the_old_rate(town: Town) -> None:
    result = town.edit("--rate", "5M/30M", "--priority", "3", "--validity", "30d", "--data-quota", "50G")
    assert result.status == 0, result
    [end] = [line for line in result.lines if line["type"] == "verdict"]
    assert (end["intent"], end["user"], end["verdict"]) == ("profile-ensure", "20M", "PROVEN")
    assert "every field of 20M is as the database says" in end["reasons"][0]
    assert "2 of 2 live sessions keep other limits" in end["reasons"][1]
    for user in town.users:
        assert f"{user} (10M/20M)" in end["reasons"][1]
    assert set(town.rates().values()) == {"10000000/20000000"}
    assert town.cli("profile", "sync", "um-1", "--json").json["lines"][0]["differences"] == []


def test_now_changes_live_sessions_without_a_drop(town: Town) -> None:
    before = town.sessions()
    result = town.edit("--rate", "5M/30M", "--live", "now")
    assert result.status == 0, result
    assert verdicts(result)[0] == ("profile-ensure", "PROVEN")
    assert verdicts(result).count(("row", "PROVEN")) == 2
    assert set(town.rates().values()) == {"5000000/30000000"}
    assert town.sessions() == before


def test_a_burst_is_applied_and_checked_too(town: Town) -> None:
    burst = ("--burst", "8M/40M", "--burst-threshold", "4M/20M", "--burst-time", "16s")
    assert town.edit("--rate", "5M/30M", *burst, "--live", "now").status == 0
    queues = town.isp.call(
        lambda isp: {(row["max-limit"], row["burst-limit"]) for row in isp.router("nas1").menus["/queue/simple"].rows()}
    )
    assert ("5000000/30000000", "8000000/40000000") in queues


def test_kick_asks_for_the_count_and_brings_them_back_on_the_new_rate(town: Town) -> None:
    refused = town.edit("--rate", "5M/30M", "--live", "kick")
    assert refused.status == 4
    assert town.cli("profile", "show", "20M", "--json").json["rate_up"] == 10_000_000
    before = town.sessions()
    result = town.edit("--rate", "5M/30M", "--live", "kick", "--yes-count", "2")
    assert result.status == 0, result
    assert verdicts(result).count(("row", "PROVEN")) == 2
    town.isp.until(lambda isp: all(isp.oracle.sessions_really(name) for name in town.users))
    after = town.sessions()
    assert not {id_ for ids in before.values() for id_ in ids} & {id_ for ids in after.values() for id_ in ids}
    assert set(town.rates().values()) == {"5000000/30000000"}


def test_what_a_dark_server_held_up_is_carried_out_to_its_end_when_it_is_back(town: Town) -> None:
    cli = town.cli
    town.turn("um1", refuse_tcp=True)
    assert town.edit("--rate", "5M/30M", "--live", "now").status == 3
    [waiting] = cli.ok("op", "list", "--json").json
    assert (waiting["intent"], waiting["status"], waiting["dark"]["server"]) == ("profile-ensure", "waiting", "um-1")
    assert "waiting for" in cli.ok("op", "show", str(waiting["id"])).out
    assert cli("op", "run").status == 3
    assert set(town.rates().values()) == {"10000000/20000000"}
    town.turn("um1", refuse_tcp=False)
    ended = cli.ok("op", "run")
    assert "follows: profile-now, 2 to do: bulk run 1" in ended.out
    assert set(town.rates().values()) == {"5000000/30000000"}
    shown = cli.ok("bulk", "show", "1", "--json").json
    assert (shown["status"], shown["states"]) == ("done", {"PROVEN": 2})
    assert cli.ok("op", "run").out == "", "once is enough"


def test_whoever_is_kept_out_is_passed_by(town: Town) -> None:
    assert town.cli("isolate", "--policy", "walled", "--settle", "0.5s", "--", town.users[0]).status == 0
    result = town.edit("--rate", "5M/30M", "--live", "now")
    assert result.status == 0, result
    states = {line["user"]: line["state"] for line in result.lines if line["type"] == "row"}
    assert states == {town.users[0]: "left-out", town.users[1]: "PROVEN"}
    assert town.rates()[town.users[0]] == "256000/256000"


def test_an_ack_without_the_queue_changed_is_failed(town: Town) -> None:
    town.turn("nas1", lie=True)
    result = town.edit("--rate", "5M/30M", "--live", "now", "--canary", "0")
    assert result.status == 1
    assert verdicts(result).count(("row", "FAILED")) == 2
    assert any("its queue shows 10M/20M, not 5M/30M" in str(line.get("reasons")) for line in result.lines)


def test_a_dae_that_is_silent_leaves_it_unproven(cli: Cli) -> None:
    with town_with(cli) as town:
        cli.ok("nas", "edit", "bras-1", "--dae-secret-file", cli.secret("wrong", "wrong"))
        result = town.edit("--rate", "5M/30M", "--live", "now", "--canary", "0")
        assert result.status == 5, result
        assert verdicts(result).count(("row", "UNPROVEN")) == 2
        assert set(town.rates().values()) == {"10000000/20000000"}


def test_a_lost_reply_to_the_write_is_looked_for(town: Town) -> None:
    for after in range(3, 12, 2):
        town.turn("um1", reset_after_in=after, reset_executes=True, resets=1)
        assert town.edit("--rate", f"5M/{30 + after}M").status == 0
    assert town.cli("profile", "sync", "um-1", "--json").json["lines"][0]["side"] == "same"


def test_removed_everywhere_once_nobody_has_it(town: Town) -> None:
    cli = town.cli
    used = cli("profile", "remove", "20M")
    assert used.status == 2
    assert all(name in used.err for name in town.isp.names)
    name = 'say "10M" $x'
    cli.ok("profile", "add", name, "--rate", "2M/10M", "--address-list", "vip")
    cli.ok("profile", "sync", "um-1", "--from", "db", "--yes", "--json")
    assert name in _sides(cli)
    assert cli.ok("profile", "remove", name, "--json").lines[-1]["verdict"] == "PROVEN"
    assert _sides(cli) == {"20M": "same"}
    assert name not in [row["name"] for row in cli.ok("profile", "list", "--json").json]
    menu = "/tool/user-manager/profile/limitation" if town.six else "/user-manager/limitation"
    left = town.isp.call(lambda isp: [row["name"] for row in isp.router("um1").menus[menu].rows()])
    assert name not in left


def test_an_account_that_we_do_not_know_keeps_its_profile(town: Town) -> None:
    cli = town.cli
    for user in town.users:
        cli.ok("customer", "remove", user, "--no-provision")
    refused = cli("profile", "remove", "20M")
    assert refused.status == 2
    assert "on um-1 it is still used by 3 accounts" in refused.err
    assert all(name in refused.err for name in town.isp.names)
    assert cli.ok("profile", "remove", "20M", "--keep-on-servers").out


def _sides(cli: Cli) -> dict[str, str]:
    found = cli("profile", "sync", "um-1", "--json")
    return {line["name"]: line["side"] for line in found.json["lines"]}


def test_sync_shows_both_sides_and_takes_over_either_way(town: Town) -> None:
    cli = town.cli
    root = "/tool/user-manager/profile" if town.six else "/user-manager/profile"
    limits = f"{root}/limitation" if town.six else "/user-manager/limitation"
    links = f"{root}/profile-limitation" if town.six else "/user-manager/profile-limitation"

    def by_hand(isp: SimulatedIsp) -> None:
        menus = isp.router("um1").menus
        owner = {"owner": "admin"} if town.six else {}
        menus[limits].add({"name": "vip", "rate-limit-rx": "3000000", "rate-limit-tx": "9000000", **owner})
        menus[root].add({"name": "vip", "validity": "7d", "price": "5000", **owner})
        menus[links].add({"profile": "vip", "limitation": "vip"})

    town.isp.call(by_hand)
    cli.ok("profile", "add", "home", "--rate", "1M/4M")
    cli.ok("profile", "edit", "20M", "--rate", "10M/20M", "--shared-users", "1")
    assert _sides(cli) == {"20M": _sides(cli)["20M"], "home": "only-here", "vip": "only-there"}
    assert cli("profile", "sync", "um-1").status == 1
    assert cli("profile", "sync", "um-1", "--from", "server").status == 4
    assert cli("profile", "sync", "um-1", "--from", "server", "--dry-run").status == 0
    assert "vip" not in [row["name"] for row in cli.ok("profile", "list", "--json").json]
    cli.ok("profile", "sync", "um-1", "--from", "server", "--yes")
    vip = cli.ok("profile", "show", "vip", "--json").json
    assert (vip["rate_up"], vip["rate_down"], vip["validity"], vip["price"]) == (3_000_000, 9_000_000, 604_800, 5000)
    given = cli.ok("profile", "sync", "um-1", "--from", "db", "--yes", "--json")
    assert {line["verdict"] for line in given.lines if line["type"] == "verdict"} == {"PROVEN"}
    assert set(_sides(cli).values()) == {"same"}
    assert cli("profile", "sync", "um-1").status == 0


@pytest.mark.parametrize("ros", ["7.16.2", "6.49.18"])
def test_walled_without_a_drop(cli: Cli, ros: str) -> None:
    with town_with(cli, ros=ros) as town:
        before, user = town.sessions(), town.users[0]
        result = cli("isolate", "--policy", "walled", "--without-drop", "--settle", "0.5s", "--json", "--", user)
        assert result.status == 0, result
        assert any("changed without a drop, 2 open connections flushed" in one for one in result.lines[-1]["reasons"])
        assert town.sessions() == before
        assert town.isp.call(lambda isp: isp.oracle.walled(user))
        assert town.rates()[user] == "256000/256000"
        ports = town.isp.call(lambda isp: isp.oracle.sessions_really(user)[0].ports)
        assert ports == []
        opened = cli("activate", "--wait-online", "10s", "--json", "--", user)
        assert opened.status == 0, opened
        assert town.sessions()[user] != before[user]
        assert town.isp.call(lambda isp: isp.oracle.can_pass_traffic(user))


@pytest.mark.parametrize("how", ["nak", "ignore"])
def test_where_the_list_cannot_be_changed_it_is_kicked(cli: Cli, how: Literal["nak", "ignore"]) -> None:
    with town_with(cli, switches=Switches(coa_address_list=how)) as town:
        before, user = town.sessions(), town.users[0]
        result = cli("isolate", "--policy", "walled", "--without-drop", "--settle", "0.5s", "--json", "--", user)
        assert result.status == 0, result
        kinds = [line["detail"]["kind"] for line in result.lines if line["type"] == "evidence"]
        assert kinds.index("SessionChanged") < kinds.index("Kicked")
        town.isp.until(lambda isp: isp.oracle.walled(user))
        assert town.sessions()[user] != before[user]


def test_connections_that_cannot_be_flushed_leave_it_unproven(cli: Cli) -> None:
    with town_with(cli) as town:
        cli_user = town.users[0]

        def forbid(isp: SimulatedIsp) -> None:
            groups = isp.router("nas1").menus["/user/group"]
            row = groups.named("api")
            assert row is not None
            groups.set(row, {"policy": "api,read,test"})

        town.isp.call(forbid)
        result = cli(
            *("isolate", "--policy", "walled", "--without-drop", "--settle", "0.5s", "--deadline", "8s", "--json"),
            *("--", cli_user),
        )
        assert result.status == 5, result
        assert any("open connections could not be flushed" in one for one in result.lines[-1]["reasons"])


def test_without_a_drop_is_for_walled_customers(stocked: Cli) -> None:
    stocked.ok("customer", "add", "--user", "budi", "--profile", "home-10", "--no-provision")
    assert stocked("isolate", "--policy", "reject", "--without-drop", "budi").status == 2
