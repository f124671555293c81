"""How long `radiusbridge --version` takes against a bare interpreter, and one probe against radclient's process."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.peers.freeradius import FreeRadiusAuth

GOAL = 5.0
PROBE_GOAL = 150.0  # ms
ROUNDS = 15


def _seconds(*arguments: str, program: str = sys.executable) -> float:
    began = time.perf_counter()
    subprocess.run([program, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def run() -> list[dict[str, Any]]:
    """Both rows."""
    return [_version(), _probe()]


def _probe() -> dict[str, Any]:
    """One accepted login from a cold start, beside radclient's and a bare interpreter's process."""
    ours, theirs, bare = [], [], []
    with tempfile.TemporaryDirectory() as directory, FreeRadiusAuth(Path(directory)) as server:
        where = f"{server.host}:{server.ports['auth']}"
        password, listed = Path(directory) / "password", Path(directory) / "list"
        password.write_text("alice-pw-1\n")
        password.chmod(0o600)
        listed.write_text("User-Name = alice\nUser-Password = alice-pw-1\nMessage-Authenticator = 0x00\n")
        login = ("--user", "alice", "--secret-file", str(server.secret_file), "--password-file", str(password))
        for _ in range(ROUNDS):
            ours.append(_seconds("-m", "radiusbridge", "probe", "auth", where, *login))
            arguments = ("-q", "-f", str(listed), "-S", str(server.secret_file), where, "auth")
            theirs.append(_seconds(*arguments, program="radclient"))
            bare.append(_seconds("-c", "import asyncio, click"))
    mine, his = statistics.median(ours), statistics.median(theirs)
    return {
        "name": "one probe auth from a cold start, against radclient's process",
        "ours_ms": round(mine * 1000, 1),
        "radclient_ms": round(his * 1000, 1),
        "python_with_asyncio_and_click_ms": round(statistics.median(bare) * 1000, 1),
        "fastest_ms": round(min(ours) * 1000, 1),
        "ratio": round(mine / his, 2),
        "goal": f"below {PROBE_GOAL:.0f} ms",
        "met": mine * 1000 < PROBE_GOAL,
    }


def _version() -> dict[str, Any]:
    """The medians in milliseconds, their ratio, and the goal."""
    bare, version, help_ = [], [], []
    for _ in range(ROUNDS):
        bare.append(_seconds("-c", "pass"))
        version.append(_seconds("-m", "radiusbridge", "--version"))
        help_.append(_seconds("-m", "radiusbridge", "--help"))
    ratio = statistics.median(version) / statistics.median(bare)
    return {
        "name": "radiusbridge --version against python -c pass",
        "ours_ms": round(statistics.median(version) * 1000, 1),
        "theirs_ms": round(statistics.median(bare) * 1000, 1),
        "help_ms": round(statistics.median(help_) * 1000, 1),
        "ratio": round(ratio, 2),
        "goal": f"<= {GOAL}",
        "met": ratio <= GOAL,
    }


if __name__ == "__main__":
    print(run())
