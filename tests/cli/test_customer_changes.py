"""Customers changed, moved, unbound and removed on the simulated ISP, on both generations."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, Result, RunningIsp, adopt, connect

QUICK = ("--settle", "1s")


@pytest.fixture(params=["7.16.2", "6.49.18"])
def isp(request: pytest.FixtureRequest) -> Iterator[RunningIsp]:
    with RunningIsp(customers=2, ros=request.param, redial=(0.2, 0.4), shared_users="2") as running:
        yield running


@pytest.fixture
def town(cli: Cli, isp: RunningIsp, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("COLUMNS", "400")
    connect(cli, isp)
    cli.ok("server", "edit", "um-1", "--method", "pap")
    cli.ok("profile", "edit", isp.endpoints["profile"], "--shared-users", "2")
    adopt(cli, isp, isp.names[0])
    return cli


def lets_in(isp: RunningIsp, user: str, password: str) -> bool:
    def ask(world: SimulatedIsp) -> bool:
        return world.oracle.would_accept(user, password)

    return isp.call(ask)


def online(isp: RunningIsp, user: str) -> bool:
    return isp.call(lambda world: world.oracle.can_pass_traffic(user))


def users(isp: RunningIsp) -> list[Any]:
    def rows(world: SimulatedIsp) -> list[Any]:
        manager = world.router("um1").user_manager
        assert manager is not None
        return [dict(row) for row in manager.users.rows()]

    return isp.call(rows)


def proven(result: Result, what: str) -> Result:
    assert result.status == 0, result
    assert result.out.startswith(f"PROVEN  {what}"), result
    return result


def test_a_removed_customer_is_off(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    removed = proven(town("customer", "remove", user, *QUICK), "remove C-0001")
    assert "accepted before the write, refused after it" in removed.out
    assert not online(isp, user)
    assert not lets_in(isp, user, isp.password(user))
    assert town("customer", "show", user).status == 2


def test_a_removal_may_leave_the_session(town: Cli, isp: RunningIsp) -> None:
    removed = proven(town("customer", "remove", isp.names[0], "--keep-session"), "remove")
    assert "goes on until it ends by itself" in removed.out
    assert online(isp, isp.names[0])


def test_a_password_is_changed_now(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    old, new = isp.password(user), town.secret("new", "n3w")
    changed = town("customer", "edit", user, "--password-file", new, "--live", "kick", *QUICK)
    proven(changed, "provision")
    assert "password: the live session ends; a CPE with the old password is refused" in changed.err
    assert "a test login is accepted" in changed.out
    assert not online(isp, user)
    assert not lets_in(isp, user, old)
    assert lets_in(isp, user, "n3w")


def test_a_password_is_changed_for_the_next_dial(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    changed = town("customer", "edit", user, "--password-file", town.secret("new", "n3w"))
    proven(changed, "provision")
    assert "password: the live session goes on; at the next dial" in changed.err
    assert "goes on under the old settings until it dials anew" in changed.out
    assert online(isp, user)
    assert lets_in(isp, user, "n3w")


def test_a_static_address_is_taken_up_by_the_redial(town: Cli, isp: RunningIsp) -> None:
    changed = town("customer", "edit", isp.names[0], "--static-address", "10.77.0.7", "--live", "kick", *QUICK)
    assert "dialled after the write and has 10.77.0.7" in proven(changed, "provision").out


def test_another_user_name(town: Cli, isp: RunningIsp) -> None:
    user, password = isp.names[0], isp.password(isp.names[0])
    renamed = town("customer", "edit", user, "--user", "baru", *QUICK)
    proven(renamed, "provision C-0001 (baru)")
    assert "user name: the live session ends; a CPE with the old user name is refused" in renamed.err
    assert f"former account {user}, login: accepted before the write, refused after it" in renamed.out
    assert not online(isp, user)
    assert (lets_in(isp, user, password), lets_in(isp, "baru", password)) == (False, True)
    assert town.ok("customer", "show", "C-0001", "--json").json["user"] == "baru"
    proven(town("customer", "edit", "baru", "--user", user, *QUICK), "provision")
    assert lets_in(isp, user, password)


@pytest.mark.parametrize("policy", ["reject", "walled"])
def test_a_held_customer_stays_held_under_another_name(town: Cli, isp: RunningIsp, policy: str) -> None:
    user, password = isp.names[0], isp.password(isp.names[0])
    town("isolate", user, "--policy", policy, *QUICK)
    renamed = proven(town("customer", "edit", user, "--user", "baru", *QUICK), "provision")
    assert "kept out" in renamed.out
    assert not lets_in(isp, user, password)
    assert lets_in(isp, "baru", password) is (policy == "walled")
    held = town.ok("customer", "show", "baru", "--json").json
    assert held["access"] == "held"
    proven(town("activate", "baru"), "activate")
    assert lets_in(isp, "baru", password)


def test_a_name_that_is_somebody_else_s_is_left_alone(town: Cli, isp: RunningIsp) -> None:
    user, other = isp.names
    before = users(isp)
    refused = town("customer", "edit", user, "--user", other, *QUICK)
    assert (refused.status, refused.out.split()[0]) == (1, "FAILED")
    assert "which is not this customer's" in refused.out
    assert [row.get("password") for row in users(isp)] == [row.get("password") for row in before]
    assert online(isp, user)
    assert town.ok("customer", "show", "C-0001", "--json").json["user"] == user, "the record is as it was"


def test_an_account_is_unbound(town: Cli, isp: RunningIsp) -> None:
    user, password = isp.names[0], isp.password(isp.names[0])
    proven(town("customer", "edit", user, "--caller-id", "02:00:00:00:99:01"), "provision")
    assert not lets_in(isp, user, password)
    unbound = proven(town("customer", "unbind", user), "provision")
    assert "goes on under the old settings" in unbound.out
    assert lets_in(isp, user, password)
    assert town.ok("customer", "show", user, "--json").json["caller_id"] == "bind"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """What is typed at a terminal."""

    def type_in(text: str) -> None:
        monkeypatch.setattr("radiusbridge.cli.foretelling._on_terminal", lambda: True)
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return type_in


def test_a_terminal_asks_what_becomes_of_a_live_session(
    town: Cli, isp: RunningIsp, typed: Callable[[str], None]
) -> None:
    user, profile = isp.names[0], isp.endpoints["profile"]
    typed("kick\n")
    asked = town("customer", "edit", user, "--static-address", "10.77.0.7", *QUICK)
    assert "live: session " in asked.err
    assert "keep: static address: the live session keeps its address" in asked.err
    assert "The live session" in asked.err
    assert "has 10.77.0.7" in proven(asked, "provision").out

    typed("n\n")
    refused = town("customer", "edit", user, "--user", "baru", *QUICK)
    assert (refused.status, refused.out) == (4, "")
    assert "user name: the live session ends" in refused.err
    assert online(isp, user)

    typed("")
    town.ok("customer", "add", "--user", "baru", "--profile", profile, "--password-file", town.secret("b", "b"))
    offline = proven(town("customer", "edit", "baru", "--caller-id", "bind"), "provision")
    assert "The live session" not in offline.err + offline.out


def test_another_server(town: Cli, isp: RunningIsp) -> None:
    user, password = isp.names[1], isp.password(isp.names[1])
    adopt(town, isp, user)
    with RunningIsp(customers=1, ros="7.16.2") as other:
        um = other.router("server")
        town.ok(
            *("server", "add", "um-2", "--api", f"{um['api']['host']}:{um['api']['port']}"),
            *("--api-user", um["api"]["user"]),
            *("--api-password-file", town.secret("api2", um["api"]["password"])),
        )
        moved = town("customer", "edit", user, "--server", "um-2", *QUICK)
        assert "server: the live session ends" in moved.err
        assert f"former account {user}, login: accepted before the write" in proven(moved, "provision").out
        assert lets_in(other, user, password)
        taken, theirs = isp.names[0], other.password(isp.names[0])
        refused = town("customer", "edit", taken, "--server", "um-2", *QUICK)
        assert (refused.status, "the same again with --adopt" in refused.out) == (1, True), refused
        assert town.ok("customer", "show", taken, "--json").json["server"] == "um-1"
        assert (lets_in(isp, taken, isp.password(taken)), lets_in(other, taken, theirs)) == (True, True)
        proven(town("customer", "edit", taken, "--server", "um-2", "--adopt", *QUICK), "provision")
        assert (lets_in(isp, taken, isp.password(taken)), lets_in(other, taken, isp.password(taken))) == (False, True)
    assert not lets_in(isp, user, password)
    assert not online(isp, user)
    assert town.ok("customer", "show", user, "--json").json["server"] == "um-2"


def test_what_cannot_be_is_refused_beforehand(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    kept = town("customer", "edit", user, "--user", "baru", "--live", "keep")
    assert kept.status == 2
    assert "a live session cannot stay" in kept.err
    assert town("customer", "edit", user, "--server", "nowhere").status == 2
    assert town("customer", "edit", user, "--password-file", town.secret("p", "x"), "--settle", "90s").status == 2
    assert town.ok("op", "list", "--json").json == []
