"""A process is stopped (SIGSTOP) past the end of its lease, others go on, and it wakes: it changes nothing any more."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import cli as cli
from tests.kill.test_isolate import ROOT, SETTLE, Town
from tests.kill.test_isolate import town as town

LATE = 60.0
"""Seconds for which it stands still, by its own clocks."""
POINTS = [
    "after commit claim 1",
    "before effect TryLogin:control 1",
    "after commit WriteBegan 1",
    "before effect WriteAccess 1",
    "before send /user-manager/user/set 1",
    "after effect WriteAccess 1",
    "after commit Written 1",
    "before effect Kick:disconnect 1",
    "after effect Kick:disconnect 1",
    "before effect TryLogin:proof 1",
]
"""As in `test_isolate`; never inside a transaction, since the file's writer lock would be stopped with it."""


@contextmanager
def stopped(town: Town, point: str) -> Iterator["subprocess.Popen[str]"]:
    """`isolate` in a process that has stopped at that point."""
    log = town.cli.home / "passed"
    Path(f"{log}.late").write_text(f"{LATE}")
    command = [sys.executable, "-m", "tests.kill.victim", str(log), f"stop {point}", "isolate", town.user, *SETTLE]
    process = subprocess.Popen(
        command,
        env={**town.cli.environment(), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), process.communicate()
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def end_lease(home: Path) -> None:
    """Its time is over; its owner lives, so nothing else would let another process have it."""
    with closing(sqlite3.connect(home / "radiusbridge.sqlite3")) as database, database:
        database.execute("UPDATE operation SET lease_until = '2020-01-01 00:00:00.000000' WHERE status = 'running'")


def wake(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Let it go on to its end."""
    process.send_signal(signal.SIGCONT)
    out, err = process.communicate(timeout=100)
    assert "Traceback" not in err
    return process.returncode, out


def logins(town: Town) -> int:
    """How many dials and test logins the server has seen."""

    def count(world: Any) -> int:
        manager = world.router("um1").user_manager
        told = [manager.counters(row["name"]) for row in world.router("um1").menus["/user-manager/router"].rows()]
        return sum(counters["access-requests"] for counters in told)

    return town.isp.call(count)


@pytest.mark.parametrize("point", POINTS)
def test_whoever_wakes_after_their_lease_changes_nothing(town: Town, point: str) -> None:
    cli, isp, user = town.cli, town.isp, town.user
    with stopped(town, point) as process:
        end_lease(cli.home)
        assert cli.ok("op", "run", "1").out.startswith("PROVEN"), "another process went on"
        assert cli.ok("activate", user).out.startswith("PROVEN"), "and somebody wanted something newer"
        isp.until(lambda world: world.oracle.can_pass_traffic(user))
        before = cli.ok("op", "show", "1", "--json").json
        account, disconnects = town.account(), town.disconnects()
        sessions = isp.call(lambda world: [one.acct_session_id for one in world.oracle.sessions_really(user)])
        asked = logins(town)

        status, out = wake(process)
        assert (status, out.startswith("PROVEN")) == (0, True), "it tells the verdict, which is another's"
        assert town.account() == account
        assert town.disconnects() == disconnects
        assert town.passes()
        assert isp.call(lambda world: [one.acct_session_id for one in world.oracle.sessions_really(user)]) == sessions
        assert logins(town) == asked, "nobody logged in for a test"
        assert cli.ok("op", "show", "1", "--json").json == before, "its evidence was refused"
    actions = [entry["action"] for entry in cli.ok("audit", "list", "--json").json]
    assert actions.count("operation.isolate.ended") == 1


def test_whoever_wakes_alone_goes_on(town: Town) -> None:
    """Nobody had taken the operation: it is looked at anew, and carried out once."""
    with stopped(town, "before effect Kick:disconnect 1") as process:
        status, out = wake(process)
        assert (status, out.startswith("PROVEN")) == (0, True)
    assert town.disconnects() == {"acks": 1}
    assert not town.passes()
