"""`simulate` in a process of its own, talked to by programs that know nothing of it."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import routeros_api

from tests.peers.programs import PATIENCE, end, require, until
from tests.peers.verbs import Verbs, read_result

pytestmark = pytest.mark.peer

NAME = "cust0001"


@dataclass
class Simulation:
    """A running `simulate`. file: its endpoints."""

    process: subprocess.Popen[bytes]
    file: Path
    log: Path

    def router(self, role: str) -> dict[str, Any]:
        routers = json.loads(self.file.read_text())["routers"]
        found: dict[str, Any] = next(one for one in routers if role in one["roles"])
        return found

    def password(self, name: str) -> str:
        customers = json.loads(self.file.read_text())["customers"]
        return next(str(one["password"]) for one in customers if one["username"] == name)

    def said(self) -> str:
        """Everything that it printed so far, what the interpreter noted of imports taken out."""
        result = read_result(0, "", self.log.read_text())
        return result.err


@pytest.fixture
def simulation(verbs: Verbs, tmp_path: Path) -> Iterator[Simulation]:
    """Four customers, online, on one NAS of one server."""
    directory = tmp_path / "endpoints"
    directory.mkdir()
    file, log = directory / "isp.json", tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            verbs.command("simulate", "--ros", "7", "--customers", "4", "--endpoints", str(file)),
            cwd=verbs.home,
            env=verbs.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        running = Simulation(process, file, log)
        until(lambda: file.exists() or process.poll() is not None, "the endpoints file")
        assert process.poll() is None, log.read_text()
        yield running
    finally:
        end(process)


@contextmanager
def api(at: dict[str, Any]) -> Iterator[Any]:
    """A connection of the package RouterOS-api."""
    pool = routeros_api.RouterOsApiPool(
        at["host"], username=at["user"], password=at["password"], port=at["port"], plaintext_login=True
    )
    try:
        yield pool.get_api()
    finally:
        pool.disconnect()


def radclient(directory: Path, at: str, kind: str, secret: str, attributes: str) -> str:
    """What radclient says about one exchange."""
    raddb = directory / "raddb"
    raddb.mkdir(exist_ok=True)
    (raddb / "dictionary").touch()
    done = subprocess.run(
        [require("radclient"), "-d", str(raddb), "-x", "-r", "3", "-t", "5", at, kind, secret],
        input=f"{attributes}, Message-Authenticator = 0x00\n",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.stdout + done.stderr


def test_radclient_logs_in_and_kicks(simulation: Simulation, tmp_path: Path) -> None:
    server, nas = simulation.router("server"), simulation.router("nas")
    radius, dae = server["radius"], nas["dae"]
    with api(nas["api"]) as router:
        active = router.get_resource("/ppp/active")
        (row,) = active.get(name=NAME)
        live = row["session-id"].removeprefix("0x")

        def login(name: str, attribute: str, password: str) -> str:
            at = f"{radius['host']}:{radius['auth_port']}"
            who = f'User-Name = "{name}", {attribute} = "{password}", NAS-IP-Address = 127.0.0.1'
            return radclient(tmp_path, at, "auth", radius["secret"], who)

        def kick(session_id: str) -> str:
            at = f"{dae['host']}:{dae['port']}"
            who = f'User-Name = "{NAME}", Acct-Session-Id = "{session_id}"'
            return radclient(tmp_path, at, "disconnect", dae["secret"], who)

        # not the customer who is kicked below: each may be online once, so that a login ends the session
        for name, attribute in (("cust0002", "User-Password"), ("cust0003", "CHAP-Password")):
            assert "Received Access-Reject" in login(name, attribute, "wrong")
            accepted = login(name, attribute, simulation.password(name))
            assert "Received Access-Accept" in accepted
            assert 'Mikrotik-Rate-Limit = "10000000/20000000"' in accepted
        refused = kick("81ffffff")
        assert "Received Disconnect-NAK" in refused
        assert "Error-Cause = Session-Context-Not-Found" in refused
        assert [one["session-id"] for one in active.get(name=NAME)] == [row["session-id"]]
        assert "Received Disconnect-ACK" in kick(live)
        assert row["session-id"] not in {one["session-id"] for one in active.get(name=NAME)}
        again = until(lambda: active.get(name=NAME), "the customer's next dial")
        assert [one["session-id"] for one in again] != [row["session-id"]]


def test_routeros_api_reads_writes_and_is_trapped(simulation: Simulation) -> None:
    with api(simulation.router("server")["api"]) as router:
        users = router.get_resource("/user-manager/user")
        assert [row["name"] for row in users.get()] == ["cust0001", "cust0002", "cust0003", "cust0004"]
        users.add(name="warung ☕", password="0123", comment="a=b")
        (new,) = users.get(name="warung ☕")
        assert (new["password"], new["comment"], new["disabled"]) == ("0123", "a=b", "false")
        users.set(id=new["id"], disabled="yes")
        assert users.get(name="warung ☕")[0]["disabled"] == "true"
        with pytest.raises(routeros_api.exceptions.RouterOsApiCommunicationError, match="unknown parameter profile"):
            users.set(id=new["id"], profile="20M")
        users.remove(id=new["id"])
        assert users.get(name="warung ☕") == []
    with api(simulation.router("nas")["api"]) as router:
        active = router.get_resource("/ppp/active")
        (row,) = active.get(name=NAME)
        active.remove(id=row["id"])
        assert row["id"] not in {one["id"] for one in active.get(name=NAME)}


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "with a client"])
def test_an_interrupt_ends_it_and_leaves_nothing(simulation: Simulation, verbs: Verbs, busy: bool) -> None:
    at, radius = simulation.router("nas")["api"], simulation.router("server")["radius"]
    file, process = simulation.file, simulation.process
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text().endswith("}\n")
    with socket.create_connection((at["host"], at["port"])) as client:
        if not busy:
            client.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) in {0, 130}
        if busy:
            client.settimeout(PATIENCE)
            assert client.recv(1) == b""
    assert "ctrl-C ends" in simulation.said()
    assert simulation.said().endswith("radiusbridge: the simulated ISP has ended\n")
    assert list(file.parent.iterdir()) == [file]
    assert list(verbs.home.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((at["host"], at["port"]))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((radius["host"], radius["auth_port"]))


def test_what_cannot_run_says_so_in_one_line(verbs: Verbs, tmp_path: Path) -> None:
    result = verbs("simulate", "--endpoints", str(tmp_path / "nowhere" / "isp.json"))
    assert (result.status, result.out, len(result.err.splitlines())) == (2, "", 1)
