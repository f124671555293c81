"""The agent as a process, and the socket of systemd that it tells its state to."""

import os
import select
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from prometheus_client.parser import text_string_to_metric_families

import tests

ROOT = Path(tests.__file__).parent.parent
SECONDS = 120.0
COMMAND = (sys.executable, "-m", "radiusbridge")
QUIET = '[drift]\nevery = "1h"\n'
"""Settings by which no patrol comes between."""


class Systemd:
    """The socket that a service tells its state to; its address is a path, or `@name` in the abstract namespace."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._socket.settimeout(SECONDS)

    def until(self, words: str) -> str:
        """The next message that holds the words."""
        while True:
            told = self._socket.recv(4096).decode()
            if words in told:
                return told

    def told(self) -> list[str]:
        """What waits to be read, but for signs of life."""
        found = []
        while select.select([self._socket], [], [], 0)[0]:
            found.append(self._socket.recv(4096).decode())
        return [one for one in found if one != "WATCHDOG=1"]

    def forget(self) -> None:
        """Take no account of what was told until now."""
        self.told()

    def silent(self, seconds: float) -> bool:
        """Whether nothing is told for so long."""
        return not select.select([self._socket], [], [], seconds)[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._socket.close()


class Service:
    """A running agent. log: its standard error."""

    def __init__(self, process: "subprocess.Popen[bytes]", config: Path, port: int, log: Path) -> None:
        self.process = process
        self.config = config
        self._log = log
        self._url = f"http://127.0.0.1:{port}"

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self._url + path, timeout=SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def metrics(self) -> dict[tuple[str, ...], float]:
        """(name, label values …) -> value."""
        families = text_string_to_metric_families(self.get("/metrics")[1])
        return {
            (sample.name.removeprefix("radiusbridge_"), *sample.labels.values()): sample.value
            for family in families
            for sample in family.samples
        }

    @property
    def leads(self) -> bool:
        return self.metrics()["agent_leader",] == 1

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self) -> int:
        """Stop it as systemd does; its exit status."""
        self.signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        """Its exit status, once it has ended."""
        return self.process.wait(SECONDS)


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def service(
    folder: Path,
    environment: dict[str, str],
    systemd: Systemd | None = None,
    settings: str = QUIET,
    *,
    agent: str = "",
    command: Sequence[str] = COMMAND,
) -> Iterator[Service]:
    """An agent in a process of its own. agent: lines of its [agent] table."""
    port = free_port()
    config = folder / f"agent-{port}.toml"
    config.write_text(f'[agent]\nmetrics = "127.0.0.1:{port}"\n{agent}\n{settings}')
    told = {} if systemd is None else {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "1000000"}
    log = folder / f"agent-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "agent", "--config", str(config)],
            env={**environment, "PYTHONPATH": str(ROOT), **told},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield Service(process, config, port, log)
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGCONT)
            process.kill()
            process.wait()
