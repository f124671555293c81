"""Simulated routers in a process of their own, asked from here."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the ISP is. accounts: on User Manager; of those `online` have a session."""

    servers: int
    nases: int
    online: int
    accounts: int
    colocated: bool = False

    @property
    def routers(self) -> int:
        """All of them."""
        return self.servers * (self.nases + (not self.colocated))


class RunningTown:
    """That process, asked from here."""

    def __init__(self, process: "subprocess.Popen[str]", shape: Shape, endpoints: dict[str, Any]) -> None:
        self.pid = process.pid
        self.routers, self.accounts = shape.routers, shape.accounts
        self.endpoints = endpoints
        self._process = process

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        """`mark`, `report` or `churn`; its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def running(folder: Path, shape: Shape) -> Iterator[RunningTown]:
    """The town while the block runs."""
    folder.mkdir()
    file = folder / "town.json"
    command = [sys.executable, "-m", "bench.scaling.serve", str(file), json.dumps(asdict(shape))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            while not file.exists():
                assert process.poll() is None, "the simulated ISP did not start"
                try:
                    process.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
            yield RunningTown(process, shape, json.loads(file.read_text()))
        finally:
            process.kill()
