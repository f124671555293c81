"""What databases of several sizes take: on disk, to be filled, and for verbs from a cold start."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.scaling.ground import Ground, database_octets, fill
from bench.scaling.town import RunningTown, Shape, running
from tests.db.postgresql import Cluster

VERBS = {
    "show": ("customer", "show", "C-000500"),
    "list": ("customer", "list"),
    "filter": ("customer", "list", "budi", "area:utara"),
    "due": ("due", "list", "--json"),
    "export": ("customer", "list", "--csv", "-"),
}
"""By what stands in the table. `show` is little more than the start."""
PLAN = ("plan", "--only", "accounts")
ONCE = frozenset({"export", "plan"})
TIMES = 2


def measured(folder: Path, cluster: Cluster, sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """One row for each size and database. Plans are made on the embedded file: against 20 routers with all accounts."""
    for many in sizes:
        with running(folder / f"town-{many}", Shape(servers=2, nases=9, online=100, accounts=many)) as town:
            yield _of(Ground.embedded(folder, f"sqlite-{many}"), town, many, plan=True)
            shared = Ground.shared(cluster.create(f"sizes_{many}"), folder, f"postgresql-{many}")
            yield _of(shared, town, many, plan=False)


def _of(ground: Ground, town: RunningTown, many: int, *, plan: bool) -> dict[str, Any]:
    began = time.perf_counter()
    asyncio.run(fill(ground, town.endpoints, many))
    filled = time.perf_counter() - began
    took = {name: _seconds(ground, words, 1 if name in ONCE else TIMES) for name, words in VERBS.items()}
    if plan:
        took["plan"] = _seconds(ground, PLAN, 1)
    return {
        "name": f"{many} customers, {ground.url.partition(':')[0]}: `customer list` from a cold start against `show`",
        "ratio": round(took["list"] / took["show"], 2),
        **{f"{name}_s": round(seconds, 2) for name, seconds in took.items()},
        "filled_s": round(filled, 1),
        "database_mib": round(database_octets(ground) / (1 << 20), 1),
    }


def _seconds(ground: Ground, words: Sequence[str], times: int) -> float:
    """The shortest of so many runs."""
    return min(_once(ground, words) for _ in range(times))


def _once(ground: Ground, words: Sequence[str]) -> float:
    command = [sys.executable, "-m", "radiusbridge", *words]
    began = time.perf_counter()
    ended = subprocess.run(
        command, env={**os.environ, **ground.environment}, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert ended.returncode == 0, (words, ended.stdout[-500:], ended.stderr[-500:])
    return time.perf_counter() - began
