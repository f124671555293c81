"""A terminal of our own, read octet by octet."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.peers.programs import end

PATIENCE = 60.0
MOMENT = 0.2
"""Seconds."""
PLAIN = {"NO_COLOR", "LC_ALL", "LC_CTYPE", "COLORTERM", "TMUX", "STY", "COLUMNS", "LINES"}
"""What is not taken over from the environment of the tests."""


class Pty:
    """A program on a pseudo-terminal."""

    def __init__(self, command: list[str], environment: dict[str, str], size: tuple[int, int] = (80, 24)) -> None:
        self._ours, theirs = pty.openpty()
        self._size(*size)
        inherited = {name: value for name, value in os.environ.items() if name not in PLAIN}
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**inherited, "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment},
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = b""

    def resize(self, width: int, height: int) -> None:
        self._size(width, height)
        self.process.send_signal(signal.SIGWINCH)

    def _size(self, width: int, height: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def write(self, data: bytes) -> None:
        """All of it, however little the other side takes at once."""
        os.set_blocking(self._ours, False)
        while data:
            readable, writable, _ = select.select([self._ours], [self._ours], [], PATIENCE)
            assert readable or writable, "the terminal is stuck"
            if readable:
                self.seen += os.read(self._ours, 65536)
            if writable:
                with suppress(BlockingIOError):
                    data = data[os.write(self._ours, data) :]
        os.set_blocking(self._ours, True)

    def until(self, *words: bytes) -> bytes:
        """Read until all of them came since the last look; what came."""
        while not all(word in self.seen for word in words):
            ready, _, _ = select.select([self._ours], [], [], PATIENCE)
            assert ready, f"{words} never came in {self.seen!r}"
            self.seen += os.read(self._ours, 65536)
        seen, self.seen = self.seen, b""
        return seen

    @property
    def echoes(self) -> bool:
        """Whether it is as a shell would like to find it."""
        local = termios.tcgetattr(self._ours)[3]
        return bool(local & termios.ECHO) and bool(local & termios.ICANON)

    def look(self) -> bytes:
        """As a person does before the next key: until nothing has come for a moment, and what runs waits for something;
        what came since the last look."""
        busy = True
        while select.select([self._ours], [], [], MOMENT)[0] or busy:
            if select.select([self._ours], [], [], 0)[0]:
                self.seen += os.read(self._ours, 65536)
            busy = self._busy
        seen, self.seen = self.seen, b""
        return seen

    @property
    def _busy(self) -> bool:
        """Whether a thread of it runs, or would if the machine let it."""
        for each in Path(f"/proc/{self.process.pid}/task").glob("*/stat"):
            with suppress(OSError):  # it has ended meanwhile
                if each.read_text().rpartition(")")[2].split()[0] in {"R", "D"}:
                    return True
        return False

    def rest(self) -> bytes:
        """All until the program has ended."""
        with suppress(OSError):
            while more := os.read(self._ours, 65536):
                self.seen += more
        return self.seen

    def close(self) -> None:
        """The terminal dies."""
        with suppress(OSError):
            os.close(self._ours)


@contextmanager
def dashboard(directory: Path, *switches: str, size: tuple[int, int] = (80, 24), **environment: str) -> Iterator[Pty]:
    """`radiusbridge tui` on an empty database, read-only: else the set-up would come first."""
    command = [sys.executable, "-m", "radiusbridge", "tui", "--read-only", *switches]
    shown = Pty(command, {"RADIUSBRIDGE_HOME": str(directory), **environment}, size)
    try:
        yield shown
    finally:
        shown.close()
        end(shown.process)
