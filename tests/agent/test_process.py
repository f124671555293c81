"""The agent as a process: what systemd and monitoring see of it, how it reloads and how it stops."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 60.0


class Systemd:
    """The socket that a service tells its state to."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._socket.settimeout(SECONDS)

    def until(self, words: str) -> str:
        """The next message that holds the words."""
        while True:
            told = self._socket.recv(4096).decode()
            if words in told:
                return told

    def close(self) -> None:
        self._socket.close()


class Service:
    """A running agent."""

    def __init__(self, folder: Path, systemd: Systemd, port: int) -> None:
        self.config = folder / "agent.toml"
        self.config.write_text(f'[agent]\nmetrics = "127.0.0.1:{port}"\n[drift]\nevery = "1h"\n')
        self.url = f"http://127.0.0.1:{port}"
        environment = {**os.environ, "RADIUSBRIDGE_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}
        environment |= {"NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "1000000"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "radiusbridge", "agent", "--config", str(self.config)],
            env=environment,
            stderr=subprocess.PIPE,
        )

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(SECONDS)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return status


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    listening = Systemd(tmp_path)
    yield listening
    listening.close()


@pytest.fixture
def service(tmp_path: Path, systemd: Systemd) -> Iterator[Service]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Service(tmp_path, systemd, port)
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()
        assert running.process.stderr is not None
        running.process.stderr.close()


def test_it_is_ready_healthy_measured_and_stops_cleanly(service: Service, systemd: Systemd) -> None:
    systemd.until("READY=1")
    systemd.until("WATCHDOG=1")
    assert service.get("/healthz") == (200, "ok\n")
    assert service.get("/readyz")[0] == 200
    assert service.get("/nothing")[0] == 404
    status, text = service.get("/metrics")
    assert status == 200
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert families["radiusbridge_agent_leader"].samples[0].value in {0, 1}
    tasks = {sample.labels["task"]: sample.value for sample in families["radiusbridge_agent_task_up"].samples}
    assert tasks["executor"] == 1
    service.process.send_signal(signal.SIGTERM)
    systemd.until("STOPPING=1")
    assert service.end() == 0


def test_a_wrong_configuration_is_refused_and_the_old_one_stays(service: Service, systemd: Systemd) -> None:
    systemd.until("READY=1")
    good = service.config.read_text()
    service.config.write_text(good.replace("metrics", "metrisc"))
    service.process.send_signal(signal.SIGHUP)
    assert "refused" in systemd.until("STATUS=configuration refused")
    assert service.get("/healthz")[0] == 200
    service.config.write_text(good.replace("1h", "2h"))
    service.process.send_signal(signal.SIGHUP)
    systemd.until("RELOADING=1")
    systemd.until("READY=1")
    assert service.get("/healthz")[0] == 200
    assert service.end() == 0


def test_others_do_not_reach_its_metrics_unless_that_is_said(tmp_path: Path) -> None:
    environment = {**os.environ, "RADIUSBRIDGE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-m", "radiusbridge", "agent", "--metrics", "0.0.0.0:9", "--check"],
        env=environment,
        capture_output=True,
        check=False,
        text=True,
    )
    assert run.returncode == 2
    assert "loopback only" in run.stderr
