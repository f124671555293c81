"""Processes that benches start: an agent among them, what it costs, and whom it is connected to."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_LEAVING = 60.0
"""Seconds that a process has to end."""


@contextmanager
def child(command: Sequence[str], **streams: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """A command while the block runs. One that does not end then is killed, which is told."""
    with subprocess.Popen(command, **streams) as running:
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(_LEAVING)
            except subprocess.TimeoutExpired:
                print(f"killed, since it did not end: {' '.join(command)}", file=sys.stderr)
                running.kill()


@contextmanager
def process(*arguments: str, log: Path | None = None, **environment: str) -> Iterator[int]:
    """An interpreter while the block runs; its id. log: where what it says goes, instead of standard error."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    told = sys.stderr if log is None else log.open("wb")
    with child([sys.executable, *arguments], env={**os.environ, **environment}, stderr=told, **streams) as running:
        yield running.pid


def until(look: Callable[[], Any], seconds: float = 120.0) -> Any:
    """What `look` finds, once it finds something."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
    return seen


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def figures(url: str) -> dict[str, float]:
    """The metrics there, by name with labels; none while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return {}
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line and line[0] != "#"}


def cpu(pid: int) -> float:
    """Seconds of processor time (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def connections(pid: int, endpoints: dict[str, Any]) -> Counter[str]:
    """Established connections of a process to each router's API."""
    names = {}
    for router in endpoints["routers"]:
        octets = bytes(map(int, router["api"]["host"].split(".")))
        names[f"{octets[::-1].hex().upper()}:{router['api']['port']:04X}"] = router["name"]
    own = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return Counter(names[row[2]] for row in rows if row[2] in names and row[3] == "01" and f"socket:[{row[9]}]" in own)
