"""`probe send` as a whole, from the command line to the summary, against radclient with the same file.

Both are processes of their own and ask the same FreeRADIUS in turns, with 16 and 256 in flight. Last, a
million requests through a pipe: the most memory that the process ever held. `python -m bench.probe_send`
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench.radius_load import AUTH, Kind, LoadAuth, radclient
from tests.peers.freeradius import FreeRadius

REQUESTS = 20_000
ROUNDS = 5
STREAMED = 1_000_000
SECONDS = 300.0
"""A slower machine streams as many as it can in this time."""
MEMORY_GOAL = 100.0  # MiB


def _command(server: FreeRadius, kind: Kind, window: int) -> list[str]:
    where = f"{server.host}:{server.ports[kind.port]}"
    secret = ("--secret-file", str(server.secret_file))
    return [
        *(sys.executable, "-m", "radiusbridge", "probe", "send", where, kind.command, *secret),
        *("--parallel", str(window), "--quiet", "--json"),
    ]


def ours(server: FreeRadius, kind: Kind, file: Path, total: int, window: int) -> tuple[float, int]:
    """Requests a second of one process, its start among them, and how many were not accepted."""
    began = time.perf_counter()
    done = subprocess.run(
        [*_command(server, kind, window), "--file", str(file)], capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - began
    return total / seconds, total - int(json.loads(done.stdout)["accepted"])


def compare(server: FreeRadius, kind: Kind, file: Path, *, window: int, count: int, rounds: int) -> dict[str, Any]:
    """Both in turns."""
    mine, his, lost = [], [], 0
    for _ in range(rounds):
        rate, missing = ours(server, kind, file, count, window)
        mine.append(rate)
        lost += missing
        his.append(radclient(server, kind, file, count, window).rate)
    ratio = median(mine) / median(his)
    return {
        "name": f"probe send of {count:,} different {kind.name}, {window} in flight, whole process, against radclient",
        "ours_per_s": round(median(mine)),
        "radclient_per_s": round(median(his)),
        "ratio": round(ratio, 2),
        "ratios_of_the_rounds": sorted(round(one / other, 2) for one, other in zip(mine, his, strict=True)),
        "our_lost": lost,
        "goal": ">= 1, none lost",
        "met": ratio >= 1 and not lost,
    }


def _write(to: Any, kind: Kind, count: int, seconds: float) -> None:
    """Requests into a pipe, as fast as they are read, until there are enough or the time is over."""
    end = time.monotonic() + seconds
    with to:
        for number in range(0, count, 100):
            if time.monotonic() > end:
                return
            text = "\n".join(kind.text(one) for one in range(number, min(number + 100, count))) + "\n"
            to.write(text.encode())


def _resident(pid: int) -> float:
    """The most that the process ever held, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def memory(server: FreeRadius, kind: Kind, count: int) -> dict[str, Any]:
    """A stream that nobody could keep in memory."""
    command = [*_command(server, kind, 256), "--file", "-"]
    began = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        writer = threading.Thread(target=_write, args=(process.stdin, kind, count, SECONDS))
        writer.start()
        early = late = 0.0
        while writer.is_alive():
            writer.join(0.5)
            if process.poll() is None:
                late = _resident(process.pid)
                early = early or (late if time.perf_counter() - began > 5 else 0.0)
        told = json.loads(process.stdout.read())
    seconds = time.perf_counter() - began
    return {
        "name": f"probe send of {told['requests']:,} requests from a pipe: most resident memory in MiB",
        "ratio": round(late / (early or late), 3),
        "mib_after_5_s": round(early, 1),
        "mib_at_the_end": round(late, 1),
        "per_s": round(told["requests"] / seconds),
        "lost": told["requests"] - told["accepted"],
        "goal": f"flat, below {MEMORY_GOAL:.0f}",
        "met": late < MEMORY_GOAL and told["requests"] == told["accepted"],
    }


def run(count: int = REQUESTS, rounds: int = ROUNDS, streamed: int = STREAMED) -> list[dict[str, Any]]:
    """Every row of the table."""
    with tempfile.TemporaryDirectory() as directory, LoadAuth(Path(directory) / "server") as server:
        file = Path(directory) / "list"
        file.write_text("\n".join(AUTH.text(number) for number in range(count)))
        rows = [compare(server, AUTH, file, window=window, count=count, rounds=rounds) for window in (16, 256)]
        return [*rows, memory(server, AUTH, streamed)]


if __name__ == "__main__":
    for row in run(*map(int, sys.argv[1:])):
        print(row)
