"""The first run in a real terminal: an empty database, a simulated ISP beside it, and nothing but keys."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers.programs import end, until
from tests.tui.test_tmux import ROOT, Tmux

pytestmark = pytest.mark.peer


@pytest.fixture
def isp(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Where a simulated ISP with five customers listens; a process of its own."""
    file = tmp_path / "isp.json"
    words = ["simulate", "--customers", "5", "--nases", "1", "--endpoints", str(file)]
    process = subprocess.Popen(
        [sys.executable, "-m", "radiusbridge", *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(file.exists, "the ISP")
        yield json.loads(file.read_text())
    finally:
        end(process)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Tmux]:
    tmux = Tmux(tmp_path)
    yield tmux
    tmux.run("kill-server")


def fill(terminal: Tmux, *texts: str | None) -> None:
    """One field after the other; None leaves what stands there."""
    for text in texts:
        if text is not None:
            terminal.run("send-keys", "-t", "s", "End", "C-u")
            terminal.run("send-keys", "-t", "s", "-l", text)
        terminal.keys("Enter")


@pytest.mark.slow
def test_from_an_empty_database_to_an_isolation_undone(terminal: Tmux, tmp_path: Path, isp: dict[str, Any]) -> None:
    server, nas = isp["routers"]
    api, radius, dae, there = server["api"], server["radius"], nas["dae"], nas["api"]
    home = tmp_path / "home"
    terminal.start(f"RADIUSBRIDGE_HOME={home}", sys.executable, "-m", "radiusbridge")
    terminal.until("Set-up", str(home)[:40], "its key", "▸ 1  a server", "d  demo", "esc  leave")
    terminal.keys("Escape")
    terminal.until("No customers yet; f9 leads", without="Set-up")
    terminal.keys("F9")
    terminal.until("▸ 1  a server")
    terminal.keys("Enter")
    terminal.until("New server", "✖ name")
    fill(terminal, "um1", None, f"{api['host']}:{api['port']}", api["user"], api["password"], None, None, None)
    fill(terminal, f"{radius['host']}:{radius['auth_port']}", radius["secret"])
    terminal.keys("C-s")
    terminal.until("✔ 1  server um1", "▸ 2  test it")
    terminal.keys("Enter")
    terminal.until("test of server um1", "login", "over; esc leads back")
    terminal.keys("Escape")
    terminal.until("✔ 2  server um1 answers", "▸ 3  its NASes")
    terminal.keys("Enter")
    terminal.until("New NAS")
    fill(terminal, "nas1", None, f"{dae['host']}:{dae['port']}", dae["secret"], None, None, None)
    fill(terminal, f"{there['host']}:{there['port']}", there["user"], there["password"])
    terminal.keys("C-t")
    terminal.until("test before it is saved", "over; esc leads back")
    terminal.keys("Escape")
    terminal.until("New NAS", "tested")
    terminal.keys("C-s")
    terminal.until("✔ 3  1 NAS: nas1", "▸ 4  its accounts")
    terminal.keys("Enter")
    terminal.until("5 accounts only on the server", "1 profile only on the server", "Nobody is kicked")
    terminal.keys("s")
    terminal.until("Carry out 6 rows")
    terminal.keys("6", "Enter")
    terminal.until("6 recorded", "over;", "6/6")
    terminal.keys("Escape")
    terminal.until("✔ 4  5 customers", "to the customers")
    terminal.keys("Enter")
    terminal.until("5 customers", "cust0005", "● 100.", "● nas1 5 live", without="Set-up")

    terminal.keys("n")
    terminal.until("New customer")
    fill(terminal, "siti", "a-s3cret")
    assert "a-s3cret" not in terminal.screen
    terminal.keys("C-s")
    terminal.until("6 customers", "siti")
    terminal.until("PROVEN", "provision")
    terminal.keys("g", "i")
    terminal.yes("Isolate this customer?")
    terminal.until("PROVEN  isolate cust0001 (reject)", "○ offline")
    terminal.keys("u")
    terminal.yes("Undo this operation?")
    terminal.until("PROVEN  activate cust0001", "● nas1 5 live")
    terminal.keys("q")
    terminal.until("EXIT 0")
    secrets = (api["password"], radius["secret"], dae["secret"], "a-s3cret")
    stored = b"".join(file.read_bytes() for file in sorted(home.rglob("*")) if file.is_file())
    assert not any(secret.encode() in stored for secret in secrets), "what was typed stands nowhere in plain"
    assert (home / "radiusbridge.sqlite3").stat().st_mode & 0o077 == 0


def test_a_database_in_memory_says_where_it_is_and_is_gone_afterwards(terminal: Tmux) -> None:
    terminal.start(sys.executable, "-m", "radiusbridge", "tui", "--database", ":memory:")
    screen = terminal.until("Set-up", "database  /", "its key   /")
    folder = Path(next(line for line in screen.splitlines() if "its key" in line).split()[3]).parent
    assert (folder / "key").exists()
    terminal.keys("Escape")
    terminal.until("No customers yet", without="Set-up")
    terminal.keys("q")
    terminal.until("EXIT 0")
    assert not folder.exists()
