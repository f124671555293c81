"""What processes fight over: a database of either kind, the simulated ISP that it knows, and executors."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.cli.conftest import Cli, RunningIsp, connect
from tests.db.postgresql import Cluster, running_cluster
from tests.kill.test_isolate import ROOT

PATIENCE = 300.0
"""Seconds in which whatever was wanted is over, far more than a slow machine takes."""


@contextmanager
def shared_database(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A PostgreSQL server; meanwhile every verb uses a database there."""
    with running_cluster() as cluster:
        monkeypatch.setenv("RADIUSBRIDGE_DATABASE", cluster.create("shared"))
        cli.ok("db", "upgrade")
        yield cluster


@contextmanager
def town_on(kind: str, cli: Cli, monkeypatch: pytest.MonkeyPatch, customers: int) -> Iterator[RunningIsp]:
    """A simulated ISP whose server, NAS and profile a database of that kind knows, but no customer yet."""
    with ExitStack() as stack:
        if kind != "sqlite":
            stack.enter_context(shared_database(cli, monkeypatch))
        isp = stack.enter_context(RunningIsp(customers=customers, redial=(0.2, 0.4)))
        connect(cli, isp)
        yield isp


@contextmanager
def executor(cli: Cli) -> Iterator["subprocess.Popen[bytes]"]:
    """`op run --watch` in a process of its own."""
    with (cli.home / "executors.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "radiusbridge", "op", "run", "--watch"],
            env={**cli.environment(), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
