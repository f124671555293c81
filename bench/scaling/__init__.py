"""What it costs at 1,000 to 100,000 customers and 1 to 200 simulated routers: docs/scaling.md tells what it means.

`python -m bench scaling` takes some seven minutes, `python -m bench scaling --quick` less than two.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.scaling import burst, sizes, watching
from bench.scaling.town import Shape, running
from tests.db.postgresql import running_cluster

Row = dict[str, Any]

ONE = Shape(servers=1, nases=1, online=50, accounts=1_000, colocated=True)
TWENTY = Shape(servers=2, nases=9, online=500, accounts=1_000)
CROWDED = Shape(servers=2, nases=9, online=8_000, accounts=8_000)
SIZES = (1_000, 10_000, 100_000)
BURST = 640
MINUTE = 60.0
"""Seconds in which each timer of an agent that reads routers runs once."""


def run() -> Iterator[Row]:
    """Each size of database; agents that watch 1, 20 and 200 routers; bursts by one agent and by four."""
    with tempfile.TemporaryDirectory() as name, running_cluster() as cluster:
        folder = Path(name)
        yield from sizes.measured(folder, cluster, SIZES)
        with (
            running(folder / "one", ONE) as one,
            running(folder / "twenty", TWENTY) as twenty,
            running(folder / "crowded", CROWDED) as crowded,
        ):
            cells = [(town, many) for town in (one, twenty) for many in SIZES]
            yield from watching.side_by_side(folder, [*cells, (crowded, CROWDED.accounts)], MINUTE)
        shape = Shape(servers=20, nases=9, online=5_000, accounts=SIZES[-1])
        with running(folder / "many", shape) as many:
            yield from watching.closely(folder, many, idle=MINUTE, churning=20.0)
            yield from watching.side_by_side(folder, [(many, few) for few in SIZES[:2]], MINUTE)
            yield from burst.measured(folder, cluster, many, 10_000, BURST)


def quick() -> Iterator[Row]:
    """The same, smaller and shorter."""
    with tempfile.TemporaryDirectory() as name, running_cluster() as cluster:
        folder = Path(name)
        yield from sizes.measured(folder, cluster, SIZES[1:2])
        shape = Shape(servers=20, nases=9, online=1_000, accounts=10_000)
        with running(folder / "many", shape) as many:
            yield from watching.closely(folder, many, idle=10.0, churning=8.0)
            yield from burst.measured(folder, cluster, many, 2_000, BURST // 4)
