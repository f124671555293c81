"""SIGKILL at each commit and effect of isolate; another process ends what was begun, once, and says the truth."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import tests
from tests.cli.conftest import Cli, RunningIsp, adopt, connect
from tests.cli.conftest import cli as cli

ROOT = Path(tests.__file__).parent.parent
SETTLE = ("--settle", "1s")

REJECT = [
    "before commit intent 1",
    "after commit intent 1",
    "before commit claim 1",
    "after commit claim 1",
    "before effect ReadAccount 1",
    "after effect ListSessions 1",
    "after effect TryLogin:control 1",
    "after commit AttemptBegan 1",
    "after commit LoginSeen:control 1",
    "after commit AccountSeen 1",
    "after commit SessionsSeen 1",
    "before commit WriteBegan 1",
    "after commit WriteBegan 1",
    "before effect WriteAccess 1",
    "before send /user-manager/user/set 1",
    "after effect WriteAccess 1",
    "before commit Written 1",
    "after commit Written 1",
    "before effect Kick:disconnect 1",
    "after effect Kick:disconnect 1",
    "after commit Kicked 1",
    "before effect TryLogin:proof 1",
    "before commit LoginSeen:proof 1",
    "after effect ReadAccount 2",
    "before commit AccountSeen 2",
    "before effect ListSessions 2",
    "after commit SessionsSeen 2",
    "before commit signature 1",
    "before commit verdict 1",
    "after commit verdict 1",
]
"""Lines of the victim's log, in the usual order of their coming."""
WALLED = [
    "after send /user-manager/user/group/add 1",
    "before send /user-manager/profile-limitation/add 1",
    "before send /user-manager/user-profile/add 1",
    "after send /user-manager/user/set 1",
    "before send /user-manager/user-profile/activate-user-profile 1",
    "after effect WriteAccess 1",
    "after commit Kicked 1",
]
"""Between the writes for group and plan, where an account is half walled; then two later ones."""


@dataclass(frozen=True)
class Town:
    """One simulated ISP, and a database that knows it and its first customer."""

    cli: Cli
    isp: RunningIsp

    @property
    def user(self) -> str:
        return self.isp.names[0]

    def die(self, policy: str, point: str) -> list[str]:
        """Isolate in a process that kills itself at `point`; what it had passed by then."""
        log = self.cli.home / "passed"
        command = [sys.executable, "-m", "tests.kill.victim", str(log), point, "isolate", self.user]
        environment = {**self.cli.environment(), "PYTHONPATH": str(ROOT)}
        run = subprocess.run(
            [*command, "--policy", policy, *SETTLE],
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        passed = log.read_text().splitlines()
        assert run.returncode == (-signal.SIGKILL if point else 0), (run, passed)
        return passed

    def steps(self) -> list[dict[str, Any]]:
        """The committed evidence of operation 1, as it was observed."""
        return [step["detail"] for step in self.cli.ok("op", "show", "1", "--json").json["steps"]]

    def passes(self) -> bool:
        return self.isp.call(lambda world: world.oracle.can_pass_traffic(self.user))

    def would_enter(self) -> bool:
        password = self.isp.password(self.user)
        return self.isp.call(lambda world: world.oracle.would_accept(self.user, password))

    def rows(self, menu: str) -> list[dict[str, str]]:
        return self.isp.call(lambda world: [dict(row) for row in world.router("um1").menus[menu].rows()])

    def account(self) -> dict[str, str]:
        return next(row for row in self.rows("/user-manager/user") if row["name"] == self.user)

    def disconnects(self) -> Counter[str]:
        """What became of the requests; one that is slowly answered is sent again, and counts once."""
        told = self.isp.call(lambda world: Counter(world.router("nas1").nas.dae.counters))
        del told["requests"]
        return told


@pytest.fixture
def town(cli: Cli) -> Iterator[Town]:
    with RunningIsp(customers=2, redial=(0.2, 0.4), shared_users="2") as isp:
        connect(cli, isp)
        adopt(cli, isp, isp.names[0])
        yield Town(cli, isp)


def kind_of(detail: dict[str, Any]) -> str:
    return f"{detail['kind']}:{detail['purpose']}" if detail["kind"] == "LoginSeen" else str(detail["kind"])


def commits(passed: list[str], moment: str = "after") -> list[str]:
    """What the victim had committed, or was about to, in order and without numbers."""
    head = f"{moment} commit "
    return [line.removeprefix(head).rpartition(" ")[0] for line in passed if line.startswith(head)]


def evidence(names: list[str]) -> Counter[str]:
    return Counter(name for name in names if name not in {"intent", "claim", "signature", "verdict"})


def outlive(home: Path) -> None:
    """Give the dead one's lease a thousand years: only who sees that its owner is dead may take it over."""
    with sqlite3.connect(home / "radiusbridge.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        database.execute("UPDATE operation SET lease_until = '3026-01-01 00:00:00.000000' WHERE status = 'running'")
    database.close()


def take_over(town: Town, passed: list[str]) -> None:
    """Another process (this one) ends operation 1, and everything about it is in order."""
    done = commits(passed)
    outlive(town.cli.home)
    kept = Counter(map(kind_of, town.steps()))
    # an effect may come while the writer is between its commit and the line that says so
    most = evidence(commits(passed, "before")) if passed[-1].split()[1] != "commit" else evidence(done)
    assert evidence(done) <= kept <= most, "what was committed is there, and nothing else"

    *_, verdict = town.cli.ok("op", "run", "1", "--json").lines
    assert (verdict["verdict"], verdict["exit"]) == ("PROVEN", 0)
    lives = done.count("claim") + ("verdict" not in done)
    assert verdict["attempts"] == lives
    told = [step["attempt"] for step in town.steps() if step["kind"] == "AttemptBegan"]
    assert told == ([1, 2][:lives] if kept["AttemptBegan"] else [lives]), "each life says that it began"

    actions = Counter(entry["action"] for entry in town.cli.ok("audit", "list", "--json").json)
    assert (actions["operation.isolate"], actions["operation.isolate.ended"], actions["hold.open"]) == (1, 1, 1)
    assert [operation["id"] for operation in town.cli.ok("op", "list", "--json").json] == [1]
    customer = town.cli.ok("customer", "show", town.user, "--json").json
    assert (customer["access"], [hold["kind"] for hold in customer["holds"]]) == ("held", ["unpaid"])


def no_double_row(town: Town) -> None:
    root = "/user-manager"
    for menu in (f"{root}/user", f"{root}/user/group", f"{root}/profile", f"{root}/limitation"):
        names = [row["name"] for row in town.rows(menu)]
        assert len(names) == len(set(names)), (menu, names)
    for menu, keys in ((f"{root}/user-profile", ("user", "profile")), (f"{root}/profile-limitation", ("profile",))):
        pairs = [tuple(row[key] for key in keys) for row in town.rows(menu)]
        assert len(pairs) == len(set(pairs)), (menu, pairs)


def sent(trace: Path, command: str) -> int:
    """How often a command went out to routers."""
    lines = map(json.loads, trace.read_text().splitlines()) if trace.exists() else ()
    return sum(line["dir"] == "send" and line["words"][0] == command for line in lines)


def test_every_commit_and_effect_is_among_the_points(town: Town) -> None:
    """But for looks: those after the second differ in nothing, and how many there are depends on the machine."""
    passed = {line.partition(" ")[2] for line in town.die("reject", "")}
    looks = {name for name in passed if name.startswith(("effect ListSessions", "commit SessionsSeen"))}
    named = {point.partition(" ")[2] for point in REJECT}
    assert passed - looks == named - looks


@pytest.mark.parametrize("point", REJECT)
def test_killed_while_rejecting(town: Town, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = town.die("reject", point)
    if "intent" not in commits(passed):
        assert town.cli.ok("op", "list", "--json").json == []
        assert town.cli.ok("customer", "show", town.user, "--json").json["holds"] == []
        assert town.passes()
        assert town.cli("op", "run", "1").status == 2
        assert town.cli.ok("isolate", town.user, *SETTLE).out.startswith("PROVEN")
        return
    disabled = town.account()["disabled"] == "true"
    assert disabled == ("after send /user-manager/user/set 1" in passed)
    trace = town.cli.home / "trace"
    monkeypatch.setenv("RADIUSBRIDGE_TRACE", str(trace))
    take_over(town, passed)
    assert not town.passes()
    assert not town.would_enter()
    assert sent(trace, "/user-manager/user/set") == (not disabled), "written once in both lives together"
    assert town.disconnects() == {"acks": 1}, "kicked once in both lives together"
    assert town.cli.ok("server", "show", "um-1", "--json").json["radius"]["signed_once"]
    no_double_row(town)


@pytest.mark.parametrize("point", WALLED)
def test_killed_while_walling(town: Town, point: str) -> None:
    def in_a_group_of_its_own(world: Any) -> None:
        menus = world.router("um1").menus
        menus["/user-manager/user/group"].add({"name": "gold"})
        menus["/user-manager/user"].set(menus["/user-manager/user"].named(town.user), {"group": "gold"})

    town.isp.call(in_a_group_of_its_own)
    take_over(town, town.die("walled", point))
    assert not town.passes()
    assert town.account()["group"] == "isolir"
    no_double_row(town)
    assert town.cli.ok("activate", town.user).out.startswith("PROVEN")
    assert town.account()["group"] == "gold", "the account as it was before the first life"
    assert [row["profile"] for row in town.rows("/user-manager/user-profile") if row["user"] == town.user] == ["20M"]
    no_double_row(town)
