"""`undo` against simulated servers of both generations: the world is as it was, and the journal says how."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.conftest import Cli, Result
from tests.cli.test_plan import hand, row
from tests.cli.test_profiles import Town, town_with

QUICK = ("--settle", "0.5s", "--json")


@pytest.fixture(params=["7.16.2", "6.49.18"])
def town(request: pytest.FixtureRequest, cli: Cli) -> Iterator[Town]:
    with town_with(cli, ros=request.param) as made:
        cli.ok("profile", "sync", "um-1", "--from", "server", "--yes")
        yield made


def end(result: Result) -> dict[str, Any]:
    return next(line for line in result.lines if line["type"] == "verdict")


def newest(cli: Cli) -> int:
    found: int = cli.ok("op", "list", "--json", "--limit", "1").json[0]["id"]
    return found


def undo(town: Town, operation: int, *more: str) -> Result:
    return town.cli("undo", str(operation), "--yes", "--json", *more)


def passes(town: Town, user: str) -> bool:
    return town.isp.call(lambda world: world.oracle.can_pass_traffic(user))


@pytest.mark.parametrize("policy", ["reject", "walled"])
def test_an_isolation_is_undone_and_done_again(town: Town, policy: str) -> None:
    cli, user = town.cli, town.users[0]
    isolated = end(cli("isolate", "--hold", "abuse", "--policy", policy, *QUICK, user))
    assert isolated["verdict"] in {"PROVEN", "UNPROVEN"}
    look = cli.ok("undo", str(isolated["id"]), "--dry-run", "--json").lines[0]
    assert look["does"] == ["hold abuse is closed", f"{user} is let in again"]
    assert "do not come back" in look["lost"][0]
    assert cli("undo", str(isolated["id"])).status == 4
    undone = undo(town, isolated["id"])
    assert (end(undone)["intent"], end(undone)["verdict"] in {"PROVEN", "UNPROVEN"}) == ("activate", True)
    assert cli.ok("customer", "show", "--json", user).json["holds"] == []
    town.isp.until(lambda world: world.oracle.can_pass_traffic(user))
    assert cli.ok("op", "show", str(isolated["id"]), "--json").json["undone_by"] == end(undone)["id"]
    assert cli.ok("op", "show", str(end(undone)["id"]), "--json").json["undoes"] == isolated["id"]
    again = undo(town, end(undone)["id"])
    assert (end(again)["intent"], end(again)["wanted"]["access"]) == ("isolate", policy)
    assert [hold["kind"] for hold in cli.ok("customer", "show", "--json", user).json["holds"]] == ["abuse"]
    assert not passes(town, user)
    refused = undo(town, isolated["id"])
    assert refused.status == 4
    assert f"operation {end(again)['id']} (isolate" in refused.err


def test_an_edit_is_undone_with_its_password(town: Town) -> None:
    cli, isp, user = town.cli, town.isp, town.users[0]
    secret = cli.secret("other", "another-pw")
    edited = cli("customer", "edit", user, "--password-file", secret, "--static-address", "10.9.9.9", "--phone", "1",
                 "--live", "keep", "--json")  # fmt: skip
    assert edited.status in {0, 5}, edited
    done = undo(town, end(edited)["id"])
    assert done.status in {0, 5}, done
    assert "another-pw" not in done.out
    kept = row(isp, user)
    assert kept is not None
    assert kept["password"] == isp.password(user)
    assert cli.ok("customer", "show", "--json", user).json["static_address"] is None
    assert cli.ok("customer", "show", "--json", user).json["phone"] == ""
    assert cli("plan", "um-1", "--only", "accounts").status == 0


def test_hand_edits_since_are_not_overwritten(town: Town) -> None:
    cli, isp, user = town.cli, town.isp, town.users[0]
    number = end(cli("customer", "edit", user, "--static-address", "10.9.9.9", "--live", "keep", "--json"))["id"]
    hand(isp, user, **{"shared-users": "3"})
    refused = undo(town, number)
    assert (refused.status, "shared users of the account was edited" in refused.err) == (4, True), refused
    hand(isp, user, **{"shared-users": "1"})
    cli.ok("customer", "edit", user, "--static-address", "10.9.9.8", "--no-provision")
    assert "static_address was edited since" in undo(town, number).err
    cli.ok("customer", "edit", user, "--static-address", "10.9.9.9", "--no-provision")
    hand(isp, user, password="hacked")
    assert "password of the account was edited" in undo(town, number).err
    hand(isp, user, password=isp.password(user))
    assert undo(town, number).status in {0, 5}


@pytest.mark.slow
def test_a_customer_comes_goes_and_is_renamed(town: Town) -> None:
    cli, isp = town.cli, town.isp
    added = end(cli("customer", "add", "--user", "newcomer", "--name", "Sari", "--profile", "20M", "--password-file",
                    cli.secret("new", "pw-1"), "--json"))  # fmt: skip
    assert row(isp, "newcomer") is not None
    renamed = end(cli("customer", "edit", "newcomer", "--user", "renamed", *QUICK))
    assert "came after it" in undo(town, added["id"]).err
    back = undo(town, renamed["id"], "--reason", "wrong name")
    assert end(back)["verdict"] in {"PROVEN", "UNPROVEN"}, back
    twice = undo(town, renamed["id"])
    assert (twice.status, f"undone already, by operation {end(back)['id']}" in twice.err) == (4, True)
    assert (row(isp, "renamed"), row(isp, "newcomer") is None) == (None, False)
    assert cli.ok("customer", "show", "newcomer", "--json").json["name"] == "Sari"
    removed = end(cli("customer", "remove", "newcomer", *QUICK))
    assert cli("customer", "show", "newcomer").status == 2
    look = cli.ok("undo", str(removed["id"]), "--dry-run", "--json").lines[0]
    assert "are made again" in look["does"][0]
    again = undo(town, removed["id"])
    assert again.status in {0, 5}, again
    kept = row(isp, "newcomer")
    assert kept is not None
    assert kept["password"] == "pw-1"
    gone = undo(town, end(again)["id"])
    assert end(gone)["intent"] == "remove"
    assert row(isp, "newcomer") is None


def test_who_was_kept_out_comes_back_kept_out_the_same_way(town: Town) -> None:
    cli, user = town.cli, town.users[0]
    walled = end(cli("isolate", "--policy", "walled", *QUICK, user))
    assert walled["verdict"] in {"PROVEN", "UNPROVEN"}
    removed = end(cli("customer", "remove", user, *QUICK))
    again = undo(town, removed["id"])
    assert (again.status in {0, 5}, end(again)["wanted"]["access"]) == (True, "walled"), again
    assert [hold["kind"] for hold in cli.ok("customer", "show", "--json", user).json["holds"]] == ["unpaid"]
    town.isp.until(lambda world: world.oracle.walled(user))
    assert cli("activate", "--json", user).status in {0, 5}
    town.isp.until(lambda world: world.oracle.can_pass_traffic(user))


@pytest.mark.slow
def test_a_profile_and_a_renewal_are_undone(town: Town) -> None:
    cli, user = town.cli, town.users[0]
    changed = end(town.edit("--rate", "5M/30M"))
    undone = undo(town, changed["id"])
    assert end(undone)["verdict"] == "PROVEN", undone
    assert cli.ok("profile", "show", "20M", "--json").json["rate_up"] == 10_000_000
    assert cli.ok("profile", "sync", "um-1", "--json").json["lines"][0]["differences"] == []
    cli("isolate", *QUICK, user)
    renewed = cli("renew", user, "--months", "1", "--json")
    assert cli.ok("customer", "show", user, "--json").json["paid_until"] is not None
    done = undo(town, end(renewed)["id"])
    assert end(done)["intent"] == "isolate", done
    shown = cli.ok("customer", "show", user, "--json").json
    assert (shown["paid_until"], [hold["kind"] for hold in shown["holds"]]) == (None, ["unpaid"])
    assert not passes(town, user)


def test_a_renewal_that_only_moved_the_date_is_undone_without_asking_a_server(town: Town) -> None:
    cli, user = town.cli, town.users[0]

    def paid() -> str | None:
        found: str | None = cli.ok("customer", "show", user, "--json").json["paid_until"]
        return found

    cli.ok("customer", "edit", user, "--paid-until", "2030-03-31", "--no-provision")
    before = paid()
    renewed = cli.ok("renew", user, "--months", "1", "--json").json
    assert (renewed["operation"], paid() != before) == (None, True)
    town.isp.call(lambda world: world.faults("um1").turn(refuse_tcp=True))
    look = cli.ok("undo", str(renewed["undo"]), "--dry-run", "--json").lines[0]
    assert (look["intent"], [words.split(":")[0] for words in look["does"]]) == ("renew", ["paid until", "billing day"])
    assert look["does"][0].startswith("paid until: 2030-03-31 again, now 2030-"), "days, as `renew` says them"
    assert "stay in the history" in look["lost"][0]
    undone = end(undo(town, renewed["undo"]))
    assert (undone["intent"], undone["verdict"], paid()) == ("renew", "PROVEN", before)
    assert undo(town, renewed["undo"]).status == 4, "it is taken back already"
    again = end(undo(town, undone["id"]))
    assert (paid() != before, cli.ok("op", "show", str(undone["id"]), "--json").json["undone_by"]) == (
        True,
        again["id"],
    )
    cli.ok("renew", user, "--until", "2031-01-05")
    assert "paid_until, billing_day was edited since" in undo(town, again["id"]).err


def test_a_renewal_that_opened_nothing_gives_back_the_hold_that_it_closed(town: Town) -> None:
    cli, user = town.cli, town.users[0]
    for hold in ("unpaid", "abuse"):
        cli("isolate", "--hold", hold, *QUICK, user)
    kept = cli("renew", user, "--months", "1", "--json")
    assert (kept.status, [hold["kind"] for hold in kept.json["holds"]]) == (1, ["abuse"])
    undone = end(undo(town, kept.json["undo"]))
    shown = cli.ok("customer", "show", user, "--json").json
    assert (undone["verdict"], shown["paid_until"]) == ("PROVEN", None)
    assert {hold["kind"] for hold in shown["holds"]} == {"abuse", "unpaid"}
    assert not passes(town, user)


@pytest.mark.slow
def test_what_cannot_be_undone_says_why(town: Town) -> None:
    cli, user = town.cli, town.users[0]
    cli("kick", user, "--json")
    assert "a session is gone" in undo(town, newest(cli)).err
    assert undo(town, 4711).status == 2
    first = end(cli("isolate", *QUICK, user))
    again = end(cli("isolate", *QUICK, user))
    assert again["id"] != first["id"]
    assert "nothing was changed" in undo(town, again["id"]).err
    town.turn("um1", dark=True)
    waits = end(cli("activate", "--json", "--deadline", "2s", user))
    assert waits["status"] == "waiting"
    refused = undo(town, waits["id"])
    assert (refused.status, "it is waiting" in refused.err) == (4, True)
