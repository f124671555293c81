"""A program on a pseudo-terminal of 80x24, timed octet by octet."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.grid import Grid

PATIENCE, LEAVING = 60.0, 20.0
NOT_TAKEN_OVER = {"PYTHONDONTWRITEBYTECODE", "NO_COLOR", "LC_ALL", "LC_CTYPE", "TMUX", "STY", "COLUMNS", "LINES"}


class Terminal:
    """The program's screen as octets, and as a `grid`. `began`: when it was started, by time.perf_counter."""

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_TAKEN_OVER}
        usual = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env={**inherited, **usual, **environment},
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.seen = b""
        self.grid = Grid()
        self._read_at = self._sent_at = self.began

    def _read(self, seconds: float) -> bytes:
        """What came within that time; nothing. AssertionError: nothing will come any more."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return b""
        data = b""
        with suppress(OSError):  # the other end was closed
            data = os.read(self._ours, 1 << 16)
        assert data, "the program has ended:\n" + "\n".join(self.grid.lines)
        self._read_at = time.perf_counter()
        self.grid.feed(data)
        return data

    def until(self, *words: bytes) -> float:
        """Read until all of them came since the last look; the moment when they had."""
        end = time.perf_counter() + PATIENCE
        while not all(word in self.seen for word in words):
            assert time.perf_counter() < end, f"{words!r} never came in {self.seen[-2000:]!r}"
            self.seen += self._read(1.0)
        self.seen = b""
        return time.perf_counter()

    def quiet(self, seconds: float) -> bytes:
        """Read until nothing came for so long; what came."""
        seen = self.seen
        while more := self._read(seconds):
            seen += more
        self.seen = b""
        return seen

    def listen(self, seconds: float) -> bytes:
        """What comes within that time."""
        end, seen = time.perf_counter() + seconds, self.seen
        while (left := end - time.perf_counter()) > 0:
            seen += self._read(left)
        self.seen = b""
        return seen

    def send(self, keys: bytes) -> None:
        """Press them, all in one write."""
        self._sent_at = time.perf_counter()
        os.write(self._ours, keys)

    def painted(self, keys: bytes, quiet: float) -> tuple[float, int]:
        """Press; (seconds until the last octet of what is painted for it, octets). quiet: seconds of silence after."""
        began = last = time.perf_counter()
        self.send(keys)
        octets, wait = 0, PATIENCE
        while more := self._read(wait):
            last, octets, wait = self._read_at, octets + len(more), quiet
        assert octets, f"nothing was painted for {keys!r}:\n" + "\n".join(self.grid.lines)
        return last - began, octets

    def painted_when(self, keys: bytes, there: Callable[[Grid], bool]) -> float:
        """Press; seconds until the screen shows what `there` looks for."""
        self.grid.touched.clear()
        self.send(keys)
        while not there(self.grid):
            assert time.perf_counter() < self._sent_at + PATIENCE, "\n".join(self.grid.lines)
            self._read(1.0)
        return max(0.0, self._read_at - self._sent_at)

    def settled(self, quiet: float) -> float:
        """Read until nothing came for so long; seconds from the last key to the last octet."""
        self.quiet(quiet)
        return max(0.0, self._read_at - self._sent_at)

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far (proc(5))."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def resident(self) -> float:
        """MiB."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)

    def close(self) -> None:
        """End the program; its terminal dies with it."""
        self.process.terminate()
        end = time.perf_counter() + LEAVING
        with suppress(AssertionError):
            while time.perf_counter() < end:
                self._read(1.0)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(LEAVING)
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._ours)


@contextmanager
def shown(command: Sequence[str], **environment: str) -> Iterator[Terminal]:
    """A program while the block runs."""
    terminal = Terminal(command, environment)
    try:
        yield terminal
    finally:
        terminal.close()


def dashboard(home: Path, *words: str) -> list[str]:
    """The command of a dashboard; RADIUSBRIDGE_HOME goes into the environment."""
    return ["env", f"RADIUSBRIDGE_HOME={home}", sys.executable, "-m", "radiusbridge", "tui", *words]
