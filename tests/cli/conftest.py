"""Verbs run in this process against a database of their own; the simulated ISP runs beside them on loopback."""

import asyncio
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import pytest

from radiusbridge.cli.main import execute
from radiusbridge.simulator.isp import SimulatedIsp

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds for what takes a moment on an idle machine."""


@dataclass(frozen=True)
class Result:
    """What a verb did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


class Cli:
    """Runs verbs in this process."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Result:
        self._capsys.readouterr()
        status = execute(list(arguments))
        captured = self._capsys.readouterr()
        assert "Traceback" not in captured.err + captured.out
        return Result(status, captured.out, captured.err)

    def ok(self, *arguments: str) -> Result:
        result = self(*arguments)
        assert result.status == 0, result
        return result

    def exported(self, *arguments: str) -> list[dict[str, Any]]:
        """The rows that a list writes to a file, and nothing on stdout."""
        file = self.home / "exported.jsonl"
        assert self(*arguments, "--export", str(file)).out == ""
        return [json.loads(line) for line in file.read_text().splitlines()]

    def secret(self, name: str, text: str) -> str:
        """A file that holds a secret, readable for its owner only."""
        path = self.home / name
        path.write_text(text + "\n")
        path.chmod(0o600)
        return str(path)

    def environment(self) -> dict[str, str]:
        """For verbs in processes of their own."""
        return {**os.environ, "PYTHONFAULTHANDLER": "1"}


class RunningIsp:
    """A simulated ISP with a thread and an event loop of its own."""

    def __init__(self, **knobs: Any) -> None:
        self._knobs = knobs
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(PATIENCE)
        return self

    def __exit__(self, *_exc: object) -> None:
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with SimulatedIsp(**self._knobs) as self.isp:
            self.endpoints = self.isp.endpoints()
            self._started.set()
            await self._stop.wait()

    def call(self, function: Callable[[SimulatedIsp], T]) -> T:
        """Run something in the world's own thread."""

        async def work() -> T:
            return function(self.isp)

        return asyncio.run_coroutine_threadsafe(work(), self.loop).result(PATIENCE)

    def until(self, condition: Callable[[SimulatedIsp], bool]) -> None:
        """Wait until something is so in the world."""
        asyncio.run_coroutine_threadsafe(self.isp.until(lambda: condition(self.isp)), self.loop).result(PATIENCE)

    def router(self, role: str) -> dict[str, Any]:
        """The endpoints of the first router with that role."""
        found: dict[str, Any] = next(one for one in self.endpoints["routers"] if role in one["roles"])
        return found

    @property
    def names(self) -> list[str]:
        return [one["username"] for one in self.endpoints["customers"]]

    def password(self, username: str) -> str:
        return next(str(one["password"]) for one in self.endpoints["customers"] if one["username"] == username)


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """Verbs with a home of their own."""
    for name in [name for name in os.environ if name.startswith("RADIUSBRIDGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RADIUSBRIDGE_HOME", str(tmp_path))
    monkeypatch.setenv("RADIUSBRIDGE_OPERATOR", "noc")
    monkeypatch.setenv("COLUMNS", "80")
    hook, handlers = sys.excepthook, list(logging.getLogger().handlers)
    yield Cli(tmp_path, capsys)
    sys.excepthook = hook
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
def isp() -> Iterator[RunningIsp]:
    """Four customers, online, on one NAS."""
    with RunningIsp(customers=4) as running:
        yield running


@pytest.fixture
def stocked(cli: Cli) -> Cli:
    """A server, a NAS and a profile that no router stands behind."""
    cli.ok(
        *("server", "add", "um-1", "--api", "127.0.0.1:1", "--api-password-file", cli.secret("api", "p")),
        *("--radius", "127.0.0.1:1", "--radius-secret-file", cli.secret("radius", "s")),
    )
    cli.ok("nas", "add", "bras-1", "--dae", "127.0.0.1:1", "--dae-secret-file", cli.secret("dae", "s"))
    cli.ok("profile", "add", "home-10", "--rate", "2M/10M", "--price", "150000")
    return cli


def connect(cli: Cli, isp: RunningIsp) -> None:
    """Tell the database of the simulated ISP: a server, a NAS and the profile."""
    um, bras = isp.router("server"), isp.router("nas")
    api = cli.secret("api", um["api"]["password"])
    cli.ok(
        *("server", "add", "um-1", "--api", f"{um['api']['host']}:{um['api']['port']}"),
        *("--api-user", um["api"]["user"], "--api-password-file", api, "--method", "chap"),
        *("--radius", f"{um['radius']['host']}:{um['radius']['auth_port']}"),
        *("--radius-secret-file", cli.secret("radius", um["radius"]["secret"])),
    )
    cli.ok(
        *("nas", "add", "bras-1", "--api", f"{bras['api']['host']}:{bras['api']['port']}"),
        *("--api-user", bras["api"]["user"], "--api-password-file", api),
        *("--dae", f"{bras['dae']['host']}:{bras['dae']['port']}"),
        *("--dae-secret-file", cli.secret("dae", bras["dae"]["secret"])),
    )
    cli.ok("profile", "add", isp.endpoints["profile"], "--rate", "10M/20M")


def adopt(cli: Cli, isp: RunningIsp, username: str) -> None:
    """Record a customer who is on the server already."""
    cli.ok(
        *("customer", "add", "--user", username, "--profile", isp.endpoints["profile"], "--no-provision"),
        *("--password-file", cli.secret(username, isp.password(username))),
    )


def connect_all(cli: Cli, isp: RunningIsp) -> None:
    """`connect`, and record every customer."""
    connect(cli, isp)
    for name in isp.names:
        adopt(cli, isp, name)
