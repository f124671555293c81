"""How long `radiusbridge --version` takes against a bare interpreter, and what it loads."""

import statistics
import subprocess
import sys
import time
from typing import Any

GOAL = 5.0
ROUNDS = 15


def _seconds(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def run() -> dict[str, Any]:
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
