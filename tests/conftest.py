"""How many tests run side by side, where their files lie, what processes that they start inherit, and no time limit
for an example."""

import gc
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("any machine", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


MEMORY = "/dev/shm"
ROOM = 4 << 30
"""Octets that must be free there, of which the tests need a tenth at most."""


def pytest_configure() -> None:
    """What this process and all that the tests start have in common."""
    # a shell lets what it starts in the background ignore SIGINT, and so would every verb that a test interrupts
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # SQLite waits for the disk at each commit, and thousands of tests commit
    if "TMPDIR" not in os.environ and Path(MEMORY).is_dir() and shutil.disk_usage(MEMORY).free >= ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = MEMORY
    # else each of hundreds of verbs in processes of their own would compile the whole package
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three for each core: many tests wait for what takes its time in the world, like the settle time of a kick."""
    return 3 * len(os.sched_getaffinity(0))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have each worker begin with its share of the slow ones, so that none is left over for the end; those that wait
    and those that compute mixed."""
    workers, total = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")), len(items)
    if workers == 1:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    rest = [item for item in items if not item.get_closest_marker("slow")]
    Random(0).shuffle(slow)
    items.clear()
    for worker in range(workers):
        first = slow[worker::workers]
        # as `--dist worksteal` cuts the list for them
        others = max(0, (total - len(items)) // (workers - worker) - len(first))
        items += first + rest[:others]
        del rest[:others]
    items += rest


def pytest_collection_finish() -> None:
    """Leave the thousands of collected tests out of every later garbage collection."""
    gc.collect()
    gc.freeze()
