"""A server that cannot be used: `server test` names the step, isolate says why, and nobody is kicked for it."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from tests.faults.conftest import Found, Town, one_clear_line


def wrong_password(town: Town) -> None:
    town("server", "edit", "um-1", "--api-password-file", town.cli.secret("wrong", "wrong"))


def wrong_port(town: Town) -> None:
    town("server", "edit", "um-1", "--api", f"{town.isp.router('server')['api']['host']}:1")


def plain_to_the_tls_port(town: Town) -> None:
    api = town.isp.router("server")["api"]
    town("server", "edit", "um-1", "--api", f"{api['host']}:{api['tls_port']}")


def package_missing(town: Town) -> None:
    api = town.isp.router("nas")["api"]
    town("server", "edit", "um-1", "--api", f"{api['host']}:{api['port']}")


def too_few_rights(town: Town) -> None:
    town.set("um1", "/user/group", "api", policy="api,read")


@pytest.mark.parametrize(
    ("break_it", "step", "status", "what", "whom"),
    [
        (wrong_password, "login", 1, "password", "um-1"),
        (wrong_port, "tcp", 3, "refuses", "um-1"),
        (plain_to_the_tls_port, "api", 1, "TLS", "um-1"),
        # one router under two names: a shared connection has one of them
        (package_missing, "package", 1, "no User Manager answers", "bras-1"),
        (too_few_rights, "rights", 1, "lacks write", "um-1"),
    ],
)
def test_the_step_and_the_isolation(
    found: Found, break_it: Callable[[Town], None], step: str, status: int, what: str, whom: str
) -> None:
    with found(tls=break_it is plain_to_the_tls_port) as town:
        break_it(town)
        one_clear_line(town("server", "test", "um-1"), status, f"um-1: failed at {step}: ", what)
        isolated = town.isolate()
        assert isolated.status == status, isolated
        assert isolated.out.split()[0] == ("WAITING" if status == 3 else "FAILED")
        assert whom in " ".join(isolated.out.split()), isolated
        assert town.passes(), "nobody is kicked for a server that did not do its part"


STRANGERS = {
    "SSH": b"SSH-2.0-OpenSSH_9.2p1\r\n",
    "web server": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "": b"\xff\x00\x1b[2J\r\n",
}


@contextmanager
def stranger(greeting: bytes) -> Iterator[int]:
    """Something on a port that greets, or answers, with these octets."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                if not greeting.startswith(b"SSH"):
                    connection.recv(1000)
                connection.sendall(greeting)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(60)


@pytest.mark.parametrize("name", STRANGERS)
def test_not_routeros_at_all(town: Town, name: str) -> None:
    with stranger(STRANGERS[name]) as port:
        town("server", "edit", "um-1", "--api", f"127.0.0.1:{port}")
        tested = town("server", "test", "um-1")
        isolated = town.isolate()
    one_clear_line(tested, 1, "um-1: failed at api: ", name)
    assert (isolated.status, isolated.out.split()[0]) == (1, "FAILED")
    assert town.passes()


def test_a_server_that_goes_dark_after_the_write_and_comes_back(town: Town) -> None:
    """The write is confirmed and can not be read back: that is not PROVEN, and the next isolation proves it."""

    async def dark_once_written(isp: SimulatedIsp) -> None:
        users = isp.router("um1").menus["/user-manager/user"]
        await isp.until(lambda: (users.named(town.user) or {}).get("disabled") == "true")
        isp.faults("um1").turn(dark=True)

    darkness = asyncio.run_coroutine_threadsafe(dark_once_written(town.isp.isp), town.isp.loop)
    first = town.isolate("--deadline", "3s")
    darkness.result(60)
    assert first.status in {3, 5}, first
    town.turn("um1", dark=False)
    assert town("op", "run").status == 0
    assert town.out()
