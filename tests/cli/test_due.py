"""Renewal, due customers and bulk runs through the verbs, against the simulated ISP on loopback."""

import asyncio
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import tests
from radiusbridge.domain.days import add_months, start_of
from radiusbridge.domain.records import ApiAccess, Customer, DaeAccess, LoginMethod, Nas, Profile, RadiusAccess, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.services import customers, nases, profiles, servers
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.context import Context
from radiusbridge.services.settings import settings
from tests.cli.conftest import Cli, RunningIsp
from tests.cli.ending import SECONDS

DOCUMENT = Path(tests.__file__).parent.parent / "docs" / "verbs.md"
TODAY = date.today()  # noqa: DTZ011 - the operator's day
FAST = ("--settle", "1s", "--per-second", "0", "--server-per-second", "0")
COUNT = 30


def api(router: dict[str, Any]) -> ApiAccess:
    found = router["api"]
    return ApiAccess(found["host"], found["port"], found["user"], Secret(found["password"]))


async def record(context: Context, isp: RunningIsp, late: int) -> None:
    """Everything that the ISP consists of; every customer paid until `late` days ago."""
    um = isp.router("server")
    radius = um["radius"]
    reach = RadiusAccess(radius["host"], radius["auth_port"], Secret(radius["secret"]))
    await servers.add(context, Server("um-1", "userman7", api(um), radius=reach, method=LoginMethod.CHAP))
    for router in isp.endpoints["routers"]:
        if "nas" in router["roles"]:
            dae = DaeAccess(router["dae"]["host"], router["dae"]["port"], Secret(router["dae"]["secret"]))
            await nases.add(context, Nas(router["name"], 0, dae=dae, api=api(router)))
    await profiles.add(context, Profile(isp.endpoints["profile"], 10_000_000, 20_000_000))
    paid = start_of(TODAY - timedelta(days=late))
    for name in isp.names:
        row = Customer("", name, 0, 0, password=Secret(isp.password(name)), paid_until=paid)
        await customers.add(context, row, profile=isp.endpoints["profile"], provisioned=False)


def stock(cli: Cli, isp: RunningIsp, late: int = 1) -> Cli:
    context = open_context(settings(), "test")

    async def work() -> None:
        try:
            await record(context, isp, late)
        finally:
            await context.close()

    asyncio.run(work())
    return cli


@pytest.fixture
def big() -> Iterator[RunningIsp]:
    """Thirty customers, on two NASes."""
    with RunningIsp(customers=COUNT, nases=2, spread=1.0, redial=(0.5, 1.0)) as running:
        running.until(lambda isp: all(customer.online for customer in isp.customers.values()))
        yield running


def isolations(cli: Cli) -> Counter[str]:
    """How often each customer was isolated."""
    listed = cli.ok("op", "list", "--limit", "1000", "--json").json
    return Counter(row["user"] for row in listed if row["intent"] == "isolate")


def passing(isp: RunningIsp) -> set[str]:
    return isp.call(lambda world: {name for name in world.customers if world.oracle.can_pass_traffic(name)})


def test_renew_moves_the_date_and_opens_with_proof(cli: Cli, isp: RunningIsp) -> None:
    stock(cli, isp)
    user = isp.names[0]
    assert cli.ok("isolate", user, "--settle", "1s").out.startswith("PROVEN")
    due = add_months(TODAY, 1)
    renewed = cli.ok("renew", user, "--payment-note", "cash 150", "--wait-online", "30s")
    assert renewed.out.startswith(
        f"RENEWED  C-0001 ({user}): paid until {due}, was {TODAY - timedelta(days=1)}\nPROVEN"
    )
    assert isp.call(lambda world: world.oracle.can_pass_traffic(user))
    assert cli.ok("customer", "show", user, "--json").json["access"] == "open"
    entry = next(row for row in cli.ok("audit", "list", "--json").json if row["action"] == "customer.renew")
    assert (entry["reason"], entry["operation"]) == ("cash 150", 2)

    (kept,) = cli.ok("customer", "renewals", user, "--json").json
    assert (kept["paid_from"], kept["paid_day"]) == (str(TODAY - timedelta(days=1)), str(due))
    assert (kept["user"], kept["note"], kept["operation"]) == (user, "cash 150", 2)
    only_moved = cli.ok("renew", user, "--months", "2", "--json").json
    assert (only_moved["paid_day"], only_moved["operation"]) == (str(add_months(due, 2)), None)
    refused = cli("renew", user, "--until", str(due))
    assert (refused.status, refused.out) == (4, "")
    assert "further than" in refused.err
    assert "cash 150" in cli.ok("customer", "renewals", user).out
    assert cli("customer", "renewals", "nobody").status == 2
    assert cli.ok("renew", user, "--until", str(due), "--force", "--json").json["paid_day"] == str(due)
    assert cli("renew", user, "--until", str(TODAY - timedelta(days=1)), "--json").status == 4
    assert cli("renew", user, "--until", str(due), "--months", "1").status == 2

    cli.ok("isolate", user, "--settle", "1s", "--hold", "abuse", "--ticket", "T-7")
    cli("isolate", user, "--settle", "1s")
    kept = cli("renew", user)
    assert kept.status == 1
    assert "KEPT OUT" in kept.out
    assert "T-7" in kept.out
    assert [hold["kind"] for hold in cli.ok("customer", "show", user, "--json").json["holds"]] == ["abuse"]


def test_who_is_due_and_who_is_left_out(cli: Cli, isp: RunningIsp) -> None:
    stock(cli, isp, late=3)
    ani, budi, cici, dedi = isp.names
    cli.ok("customer", "edit", ani, "--exempt", "staff", "--no-provision")
    cli.ok("customer", "edit", budi, "--promise-until", str(TODAY), "--no-provision")
    cli.ok("customer", "edit", cici, "--grace-days", "3", "--no-provision")
    found = cli.ok("due", "list", "--json").json
    assert [(row["user"], row["days_late"]) for row in found["due"]] == [(dedi, 3)]
    left = {row["user"]: row["left_out"] for row in found["left_out"]}
    assert left == {
        ani: "exempt: staff",
        budi: f"promised to pay until {TODAY}",
        cici: "within 3 days of grace",
    }
    tomorrow = str(TODAY + timedelta(days=1))
    assert {row["user"] for row in cli.ok("due", "list", "--on", tomorrow, "--json").json["due"]} == {budi, cici, dedi}
    assert cli.ok("due", "grace", "4").out.startswith("4 days")
    assert cli.ok("due", "list", "--json").json["due"] == []
    cli.ok("due", "grace", "0")
    shown = cli.ok("due", "list")
    assert "no due run has ever been made" in shown.err
    assert "exempt: staff" in shown.out

    preview, *more = cli.ok("due", "run", "--dry-run", "--json").lines
    assert (more, preview["count"], preview["servers"], len(preview["left_out"])) == ([], 1, {"um-1": 1}, 3)
    for wrong in ((), ("--yes-count", "2")):
        refused = cli("due", "run", *wrong, *FAST)
        assert refused.status == 4
        assert "1 customers would be hit; nothing was done" in refused.err
    assert cli.ok("bulk", "list", "--json").json == []
    assert isolations(cli) == {}
    assert (
        cli.ok("due", "run", "--yes-count", "1", *FAST)
        .out.splitlines()[-1]
        .startswith("DONE  bulk run 1, due: 1 PROVEN")
    )
    assert passing(isp) == {ani, budi, cici}
    documented = set(re.findall(r"`([a-z_]+)`", DOCUMENT.read_text()))
    shown_run = cli.ok("bulk", "show", "1", "--json").json
    for printed in (found, *found["due"], *found["left_out"], preview, shown_run, *shown_run["rows"]):
        assert set(printed) <= documented
    assert cli.ok("due", "list", "--json").json["left_out"][-1]["left_out"] == "held already: unpaid"
    for take_back in (("--exempt", "none"), ("--promise-until", "none"), ("--grace-days", "default")):
        for user in (ani, budi, cici):
            cli.ok("customer", "edit", user, *take_back, "--no-provision")
    assert len(cli.ok("due", "list", "--json").json["due"]) == 3


@pytest.mark.slow
def test_a_lying_nas_stops_the_run_at_its_canary_and_the_rest_is_resumed(cli: Cli, big: RunningIsp) -> None:
    stock(cli, big)
    big.call(lambda isp: isp.faults("nas2").turn(lie=True))
    stopped = cli("due", "run", "--yes-count", "30", *FAST, "--deadline", "6s", "--json")
    preview, *rows, run = stopped.lines
    assert (stopped.status, run["status"], run["why"]) == (1, "stopped", "canary: FAILED")
    assert run["states"]["not-begun"] == COUNT - 3
    assert len(rows) == 3
    assert sum(isolations(cli).values()) == 3
    assert len(passing(big)) >= COUNT - 3, "nobody else was touched"
    big.call(lambda isp: isp.faults("nas2").turn(lie=False))
    assert "was not finished; radiusbridge bulk resume 1" in cli.ok("due", "list").err

    paid = next(row["customer"] for row in preview["customers"][-1:])
    cli.ok("renew", paid)
    resumed = cli("bulk", "resume", "1", *("--json",))
    *rows, run = resumed.lines
    assert len(rows) == COUNT - 3
    assert (run["status"], run["states"].get("not-begun", 0)) == ("done", 0)
    assert run["states"]["left-out"] == 1, "who paid meanwhile is passed by"
    assert resumed.status == 1, "one has FAILED"
    assert set(isolations(cli).values()) == {1}
    assert cli("bulk", "show", "1").status == 1
    again = cli("bulk", "resume", "1", "--json")
    assert [line["type"] for line in again.lines] == ["run"]
    (listed,) = cli.ok("bulk", "list", "--json").json
    assert listed["states"] == run["states"]
    assert [(one["id"], set(one)) for one in cli.exported("bulk", "list")] == [(str(listed["id"]), set(listed))]


@pytest.mark.slow
def test_killed_in_the_middle_the_rest_is_finished_once(cli: Cli, big: RunningIsp) -> None:
    stock(cli, big)
    log = cli.home / "passed"
    command = [sys.executable, "-m", "tests.kill.victim", str(log), "after commit intent 12"]
    environment = {**cli.environment(), "PYTHONPATH": str(Path(tests.__file__).parent.parent)}
    killed = subprocess.run(
        [*command, "due", "run", "--yes-count", "30", *FAST, "--side-by-side", "5"],
        env=environment,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed
    begun = isolations(cli)
    assert 12 <= sum(begun.values()) < COUNT
    stands = cli("bulk", "show", "1", "--json")
    assert stands.json["status"] in {"canary", "running"}
    assert "was not finished" in cli.ok("due", "list").err

    resumed = cli.ok("bulk", "resume", "1", "--json")
    assert resumed.lines[-1]["states"] == {"PROVEN": COUNT}
    assert set(isolations(cli).values()) == {1}
    assert len(isolations(cli)) == COUNT
    assert passing(big) == set()
    ended = cli.ok("audit", "list", "--limit", "1000", "--json").json
    assert Counter(row["action"] for row in ended)["operation.isolate.ended"] == COUNT


@pytest.mark.slow
def test_another_process_stops_it_and_a_signal_too(cli: Cli, big: RunningIsp) -> None:
    stock(cli, big)
    slow = ("--settle", "1s", "--per-second", "2")
    child = subprocess.Popen(
        [sys.executable, "-m", "radiusbridge", "due", "run", "--yes-count", "30", *slow, "--json"],
        env=cli.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    first = [child.stdout.readline() for _ in range(2)]
    assert '"row"' in first[1]
    held = cli("bulk", "resume", "1")
    assert held.status == 4
    assert "another process carries it out" in held.err
    assert cli.ok("bulk", "stop", "1").out == "bulk run 1 was asked to stop\n"
    out, _ = child.communicate(timeout=SECONDS)
    assert child.returncode == 1
    assert '"why": "asked to"' in out.splitlines()[-1]
    done = sum(isolations(cli).values())
    assert 3 <= done < COUNT

    child = subprocess.Popen(
        [sys.executable, "-m", "radiusbridge", "bulk", "resume", "1"],
        env=cli.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    child.stdout.readline()
    child.send_signal(signal.SIGTERM)
    out, err = child.communicate(timeout=SECONDS)
    assert child.returncode == 1
    assert "no more are begun" in err
    assert out.splitlines()[-1].startswith("STOPPED (interrupted)  bulk run 1, due: ")
    rows = cli("bulk", "show", "1", "--json").json["rows"]
    assert {row["state"] for row in rows} == {"PROVEN", "not-begun"}, "what was in flight has ended"
    assert set(isolations(cli).values()) == {1}
