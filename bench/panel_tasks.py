"""The published panel's four tasks by keys in tmux at 80x24, 200 ms a key, against the simulated ISP.

Each is timed from its first key until the screen shows how it ended: with a verdict, proof and all.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.tui.test_tmux import Tmux, dashboard

PER_KEY = 0.2
PANEL = {"add profile": 71.47, "add customer": 86.12, "deactivate": 41.49, "activate": 36.18}
"""Seconds that the panel's publication gives."""
TASKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "add profile": (("5", "n", *"home-10", "Enter", *"2M/10M", "C-s"), ("5 Profiles", "home-10", "2 profiles")),
    "add customer": (("1", "n", *"budi", "Enter", *"pw-budi-1", "Enter", *"home-10", "C-s"), ("✔ PROVEN", "budi")),
    "deactivate": (("/", *"cust0003", "Enter", "i", "y"), ("✔ PROVEN  isolate cust0003", "○ offline")),
    "activate": (("a", "y"), ("✔ PROVEN  activate cust0003", "● 100.")),
}


def run() -> list[dict[str, Any]]:
    """The ratio is that of the panel's time."""
    with tempfile.TemporaryDirectory() as name:
        tmux = Tmux(Path(name))
        try:
            tmux.start(*dashboard(Path(name)))
            tmux.until("C-0001", "● nas1", "● nas2", "● 100.")
            return [_task(tmux, task) for task in TASKS]
        finally:
            tmux.run("kill-server")


def _task(tmux: Tmux, name: str) -> dict[str, Any]:
    keys, ending = TASKS[name]
    began = time.perf_counter()
    for number, key in enumerate(keys, 1):
        tmux.run("send-keys", "-t", "s", key)
        time.sleep(max(0.0, began + number * PER_KEY - time.perf_counter()))
    tmux.until(*ending)
    seconds = time.perf_counter() - began
    return {
        "name": f"panel task {name}: {len(keys)} keys at {PER_KEY * 1000:g} ms, against the published panel",
        "ratio": round(seconds / PANEL[name], 3),
        "goal": "below 0.5",
        "keys": len(keys),
        "seconds": round(seconds, 1),
        "panel_s": PANEL[name],
        "met": seconds < PANEL[name] / 2,
    }


if __name__ == "__main__":
    for result in run():
        print(result)
    sys.exit(0)
