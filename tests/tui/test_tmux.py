"""Real keys in a real terminal at 80x24, against the simulated ISP; and how the terminal is left."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.peers.programs import end, require, until

ROOT = Path(__file__).parents[2]
PATIENCE = 100.0
"""Seconds for what takes a moment on an idle machine."""
pytestmark = pytest.mark.peer


class Tmux:
    """One tmux server of our own with one window."""

    def __init__(self, directory: Path) -> None:
        self._program = require("tmux")
        self.directory = directory

    def run(self, *words: str) -> str:
        command = [self._program, "-S", str(self.directory / "socket"), "-f", "/dev/null", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
        return done.stdout

    def start(self, *command: str) -> None:
        words = " ".join(command)
        inner = f"cd {ROOT}; {words}; echo EXIT $?; exec sleep 600"
        self.run("new-session", "-d", "-x", "80", "-y", "24", "-s", "s", inner)

    @property
    def screen(self) -> str:
        return self.run("capture-pane", "-p", "-t", "s")

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.run("send-keys", "-t", "s", key)
            self._settle()

    def yes(self, question: str) -> None:
        """Answer it; again where it was not taken: the eyes that saw it were quicker than a person's, or the machine
        slower than a key may wait. What it leads to may soon be over: nobody waits here until the screen rests."""
        refusals = ("not taken as a yes", "keys were left out")
        screen = self.until(question)
        while question in screen:
            until(lambda: not any(told in self.screen for told in refusals), "no refusal any more", PATIENCE)
            self.run("send-keys", "-t", "s", "y")

            def answer() -> str:
                seen = self.screen
                return seen if question not in seen or any(told in seen for told in refusals) else ""

            screen = until(answer, "the answer", PATIENCE)

    def _settle(self) -> None:
        """A person looks at what a key does before the next one: until twenty looks in a row show the same."""
        seen, same = self.screen, 0
        while same < 20:
            now = self.screen
            seen, same = now, same + 1 if now == seen else 0

    def until(self, *words: str, without: str = "\0") -> str:
        def look() -> bool:
            screen = self.screen
            return all(word in screen for word in words) and without not in screen

        try:
            until(look, " and ".join(words), PATIENCE)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.screen}") from None
        return self.screen

    @property
    def modes(self) -> str:
        """Alternate screen, cursor shown, mouse reported."""
        return self.run("display-message", "-p", "-t", "s", "#{alternate_on} #{cursor_flag} #{mouse_any_flag}").strip()


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    tmux = Tmux(tmp_path)
    yield tmux
    tmux.run("kill-server")


def pid_of(directory: Path) -> int:
    return int(until(lambda: (directory / "pid").exists() and (directory / "pid").read_text(), "the pid"))


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def dashboard(directory: Path, customers: int = 12) -> tuple[str, ...]:
    return (sys.executable, "-m", "tests.tui.isp", str(directory), str(customers))


@pytest.mark.slow
def test_a_customer_is_isolated_by_keys_that_the_screen_shows(tmux: Tmux, tmp_path: Path) -> None:
    tmux.start(*dashboard(tmp_path))
    first = tmux.until("C-0001", "● nas1", "● nas2", "● 100.")
    assert "i isolate" in first
    tmux.keys("/", *"cust0003", "Enter")
    tmux.until("1 of 12 customers", "C-0003", without="C-0001")
    tmux.keys("i")
    tmux.until("Isolate this customer?", "C-0003 cust0003", "◉ reject", "● 100.")
    tmux.keys("Enter", "i", "Enter")
    tmux.yes("Isolate this customer?")
    tmux.until("▸ running  isolate cust0003", "list-sessions")
    tmux.keys("Escape")
    tmux.until("12 customers", "C-0001")
    tmux.until("✔ PROVEN  isolate cust0003", "✔ isolate", "unpaid")
    (tmp_path / "dark").write_text("nas1")
    tmux.until("✖ nas1 stale", "● nas2", "s ago 100.")
    tmux.keys("G", "k")
    tmux.until("C-0011 cust0011 ·")
    tmux.keys("?")
    tmux.until("Open a hold")
    tmux.keys("q", "q")
    tmux.until("EXIT 0")
    assert tmux.modes == "0 1 0"
    online = json.loads((tmp_path / "end.json").read_text())
    assert [name for name, there in online.items() if not there] == ["cust0003"]


def test_keys_in_one_write_do_what_they_do_one_by_one(tmux: Tmux, tmp_path: Path) -> None:
    tmux.start(*dashboard(tmp_path))
    tmux.until("C-0001", "● nas1", "● nas2", "● 100.")
    tmux.run("send-keys", "-t", "s", "/", *"cust0003", "Enter", "i", "Enter", "w")
    tmux.until("Isolate this customer?", "C-0003 cust0003", "◉ walled")
    tmux.run("send-keys", "-t", "s", "-N", "30", "i")
    tmux.run("send-keys", "-t", "s", "Escape")
    tmux.until("1 of 12 customers", without="Isolate this")
    tmux.run("send-keys", "-t", "s", "Escape")
    tmux.until("12 customers", "C-0001")
    assert "isolate cust" not in tmux.screen
    tmux.run("send-keys", "-t", "s", "n", *"zz", "Enter", *"yyy", "Down", *"20M")
    tmux.until("New customer", "zz", "20M")
    tmux.run("send-keys", "-t", "s", "Escape")
    tmux.until("12 customers", without="New customer")
    tmux.run("send-keys", "-t", "s", ":", *"isolate", "Enter")
    tmux.until("Isolate this customer?", "C-0001")


def test_ctrl_z_and_fg(tmux: Tmux, tmp_path: Path) -> None:
    tmux.run("new-session", "-d", "-x", "80", "-y", "24", "-s", "s", "exec bash --norc --noprofile")
    tmux.run("send-keys", "-t", "s", f"cd {ROOT}; {' '.join(dashboard(tmp_path))}", "Enter")
    tmux.until("C-0001", "● nas1")
    for _ in range(2):
        tmux.run("send-keys", "-t", "s", "C-z")
        tmux.until("Stopped")
        assert tmux.modes == "0 1 0"
        tmux.run("send-keys", "-t", "s", "fg", "Enter")
        tmux.until("C-0001", "● nas1", "i isolate", without="Stopped")
        assert tmux.modes == "1 0 1"
    tmux.run("send-keys", "-t", "s", "i")
    tmux.until("Isolate this customer?")
    tmux.run("send-keys", "-t", "s", "Escape")
    tmux.until("C-0001", without="Isolate this")
    tmux.run("send-keys", "-t", "s", "q")
    tmux.until("fg", without="C-0001")
    assert tmux.modes == "0 1 0"


def test_where_no_shell_could_bring_it_back_ctrl_z_stops_nothing(tmux: Tmux, tmp_path: Path) -> None:
    tmux.start(*dashboard(tmp_path))
    tmux.until("C-0001", "● nas1")
    tmux.run("send-keys", "-t", "s", "C-z")
    tmux.until("no shell is there", "C-0001")


def test_sigterm_leaves_a_clean_terminal(tmux: Tmux, tmp_path: Path) -> None:
    tmux.start(*dashboard(tmp_path))
    tmux.until("C-0001", "● nas1")
    assert tmux.modes == "1 0 1"
    os.kill(pid_of(tmp_path), 15)
    tmux.until("EXIT 143")
    assert tmux.modes == "0 1 0"


def test_a_closed_window_leaves_no_process(tmux: Tmux, tmp_path: Path) -> None:
    tmux.start(*dashboard(tmp_path))
    tmux.until("C-0001", "● nas1")
    pid = pid_of(tmp_path)
    tmux.run("kill-session", "-t", "s")
    until(lambda: gone(pid), "the end of the process")


PROGRAM = """
import sys
from pathlib import Path
from radiusbridge.services.settings import Settings
from radiusbridge.tui.running import run_dashboard
home = Path(sys.argv[1])
sys.exit(run_dashboard(Settings(str(home / "data.sqlite3"), home / "key", None, "ani")))
"""


def test_a_terminal_that_dies_without_a_signal_ends_the_process(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        seen = b""
        while b"0 customers" not in seen:
            seen += os.read(ours, 65536)
        os.close(ours)
        assert process.wait(PATIENCE) == 129
    finally:
        with suppress(OSError):
            os.close(ours)
        end(process)


def test_no_color_sends_no_colour_at_all(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        seen = b""
        while b"0 customers" not in seen:
            seen += os.read(ours, 65536)
        os.write(ours, b"?")
        while b"Open a hold" not in seen:
            seen += os.read(ours, 65536)
    finally:
        end(process)
        os.close(ours)
    codes = {code for group in re.findall(rb"\x1b\[([0-9;]*)m", seen) for code in group.split(b";")}
    assert codes <= {b"", b"0", b"1", b"2", b"3", b"4", b"7"}, codes
