"""The unit in packaging/ as systemd itself judges it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agent.service import ROOT
from tests.peers.programs import require

MOST_EXPOSED = 15
"""In tenths; 100 is a service without any protection."""


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with a program that is here: verify looks whether it can be executed."""
    text = (ROOT / "packaging" / "radiusbridge-agent.service").read_text()
    made = tmp_path / "radiusbridge-agent.service"
    made.write_text(text.replace("/usr/bin/radiusbridge ", f"{sys.executable} -m radiusbridge "))
    return made


def analyze(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [require("systemd-analyze"), *arguments]
    environment = {**os.environ, "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": "cat"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.peer
def test_systemd_finds_no_fault(unit: Path) -> None:
    run = analyze("verify", "--man=no", str(unit))
    told = [line for line in (run.stdout + run.stderr).splitlines() if unit.name in line]
    assert (run.returncode, told) == (0, []), run
    unit.write_text(unit.read_text().replace("WatchdogSec=30", "WatchdogSecs=30"))
    assert "WatchdogSecs" in analyze("verify", "--man=no", str(unit)).stderr, "it would be told"


@pytest.mark.peer
def test_little_is_exposed(unit: Path) -> None:
    run = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", str(unit))
    assert run.returncode == 0, run.stdout
    assert re.search(r"exposure level for radiusbridge-agent.service: [01]\.\d OK", run.stdout)
