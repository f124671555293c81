"""`sessions --watch` as a process of its own: changes as lines, and how it ends."""

import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.cli.conftest import Cli, RunningIsp, connect
from tests.cli.ending import status


@pytest.fixture
def town(cli: Cli, isp: RunningIsp) -> Cli:
    connect(cli, isp)
    return cli


def begin(cli: Cli, *options: str) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "radiusbridge", "sessions", "--watch", *options]
    return subprocess.Popen(words, env=cli.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def following(process: "subprocess.Popen[str]", kind: str) -> dict[str, Any]:
    assert process.stdout is not None
    for text in process.stdout:
        line: dict[str, Any] = json.loads(text)
        if line["type"] == kind:
            return line
    raise AssertionError(f"it ended before {kind}: {process.stderr.read() if process.stderr else ''}")


def test_each_change_is_a_line_until_it_is_interrupted(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    with begin(town, user, "--json") as process:
        try:
            came = following(process, "came")
            assert came["user"] == user
            assert following(process, "listed")["listens"] is True
            isp.call(lambda world: world.customers[user].switch_off())
            left = following(process, "left")
            assert (left["user"], left["session_id"]) == (user, came["session_id"])
            isp.call(lambda world: world.customers[user].switch_on())
            assert following(process, "came")["session_id"] != came["session_id"]
            process.send_signal(signal.SIGINT)
            assert status(process) == 130
        finally:
            process.kill()
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_a_closed_pipe_ends_it_and_what_cannot_be_is_refused(town: Cli, isp: RunningIsp) -> None:
    with begin(town, "--filter", "up>=0s") as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            process.stdout.close()
            isp.call(lambda world: world.customers[isp.names[0]].switch_off())
            assert status(process) not in {0, 1}
            assert process.stderr is not None
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()
    assert town("sessions", "--watch", "--filter", "mark:ghost").status == 2
    assert town("sessions", "--watch", "--rates").status == 2
    assert town("sessions", "--watch", "--nas", "nowhere").status == 2
