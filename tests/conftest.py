"""How many tests run side by side."""

import os

import pytest


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two for each core: many tests wait for what takes its time in the world, like the settle time of a kick."""
    return 2 * len(os.sched_getaffinity(0))
