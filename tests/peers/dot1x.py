"""A live 802.1X session in namespaces: a customer's port that a NAS opens and closes, a RADIUS server behind it.

    customer                    NAS                         RADIUS
    wpa_supplicant              hostapd driver=wired        FreeRADIUS
    s0 192.168.77.2 == veth ==  p1, a locked port of br0
                                br0 192.168.77.1
                                r1 10.77.0.1, DAE on 3799   == veth ==  r0 10.77.0.2, and .3, a stranger to the NAS

hostapd's wired driver blocks no frames itself, so that the port is locked (Linux 5.18) and hostapd's action script lets
the customer's MAC address in and out.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Self

from tests.peers.dot1x_config import ACTION, HOSTAPD, SUPPLICANT
from tests.peers.freeradius import FreeRadiusEap
from tests.peers.namespaces import Namespace, require_namespaces
from tests.peers.programs import require, running, until

PROGRAMS = ("freeradius", "hostapd", "hostapd_cli", "wpa_supplicant", "wpa_cli", "ip", "bridge", "ping")
USER, PASSWORD = "alice", "alice-pw-1"
MAC = "02:00:00:00:77:02"
CUSTOMER, GATEWAY = "192.168.77.2", "192.168.77.1"
NAS, RADIUS, STRANGER = "10.77.0.1", "10.77.0.2", "10.77.0.3"
DAE_PORT = 3799
_LOGINS = 8


class Pings:
    """The customer's pings to the gateway, every 10 ms, while the context is open. Times are seconds since 1970."""

    _LINE = re.compile(r"^\[([0-9.]+)\] (?:(\d+ bytes from)|no answer yet)", re.MULTILINE)

    def __init__(self, log: Path) -> None:
        self._log = log

    def _seen(self) -> list[tuple[float, bool]]:
        return [(float(at), bool(reply)) for at, reply in self._LINE.findall(self._log.read_text())]

    @property
    def replies(self) -> list[float]:
        """When the answered ones were answered."""
        return [at for at, reply in self._seen() if reply]

    @property
    def unanswered(self) -> int:
        """How many have gone without an answer since the last one that was answered."""
        seen = [reply for _, reply in self._seen()]
        return len(seen) if True not in seen else seen[::-1].index(True)


class LiveDot1x:
    """Everything of the picture above, running while the context is open."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._stack = ExitStack()
        self._actions = directory / "actions.log"
        self.hostapd_log = directory / "hostapd.log"

    def __enter__(self) -> Self:
        for program in PROGRAMS:
            require(program)
        require_namespaces(locked_ports=True)
        with ExitStack() as stack:
            self.customer = stack.enter_context(Namespace("customer"))
            self.nas = stack.enter_context(Namespace("nas"))
            self.radius = stack.enter_context(Namespace("radius"))
            # sockets have short paths, which pytest's directories may not leave room for
            self._control = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rb-")))
            self._connect()
            self.server = stack.enter_context(
                FreeRadiusEap(self._directory / "radius", host=RADIUS, nas=NAS, prefix=self.radius.prefix)
            )
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _connect(self) -> None:
        customer, nas, radius = self.customer, self.nas, self.radius
        customer.ip(f"link add s0 address {MAC} type veth peer name p1 netns {nas.name}")
        nas.ip(f"link add r1 type veth peer name r0 netns {radius.name}")
        nas.ip("link add br0 type bridge stp_state 0 forward_delay 0")
        nas.ip("link set p1 master br0")
        nas.run("bridge", "link", "set", "dev", "p1", "locked", "on", "learning", "off")
        for place, address, interface in (
            (nas, f"{GATEWAY}/24", "br0"),
            (nas, f"{NAS}/24", "r1"),
            (radius, f"{RADIUS}/24", "r0"),
            (radius, f"{STRANGER}/24", "r0"),
            (customer, f"{CUSTOMER}/24", "s0"),
        ):
            place.ip(f"addr add {address} dev {interface}")
        for place, interface in ((nas, "br0"), (nas, "p1"), (nas, "r1"), (radius, "r0"), (customer, "s0")):
            place.ip(f"link set {interface} up")

    def _start(self, stack: ExitStack) -> None:
        where, control = self._directory, self._control
        hostapd, supplicant, action = where / "hostapd.conf", where / "supplicant.conf", where / "action"
        secrets = {"secret": self.server.secret, "nas": NAS, "radius": RADIUS, "dae": DAE_PORT}
        hostapd.write_text(HOSTAPD.format(control=control, **secrets, **self.server.ports))
        supplicant.write_text(SUPPLICANT.format(control=control, user=USER, password=PASSWORD))
        action.write_text(ACTION.format(bridge=require("bridge"), log=self._actions))
        action.chmod(0o700)
        nas = (*self.nas.prefix, require("hostapd"), "-dd", "-t", "-f", str(self.hostapd_log), str(hostapd))
        stack.enter_context(running(nas, where / "hostapd.out"))
        until(lambda: "PONG" in self._hostapd("ping"), "hostapd")
        watching = (*self.nas.prefix, *self._hostapd_cli(), "-a", str(action))
        stack.enter_context(running(watching, where / "action.out"))
        # what the script is told of depends on its having said hello
        until(lambda: "CTRL_IFACE monitor attached" in self.hostapd_log.read_text(), "the watcher of hostapd")
        wired = (*self.customer.prefix, require("wpa_supplicant"), "-D", "wired", "-i", "s0", "-c", str(supplicant))
        stack.enter_context(running(wired, where / "supplicant.log"))
        until(lambda: "PONG" in self._wpa_cli("ping"), "wpa_supplicant")

    def _hostapd_cli(self) -> tuple[str, ...]:
        return (require("hostapd_cli"), "-p", f"{self._control}/hostapd", "-s", str(self._control), "-i", "p1")

    def _hostapd(self, command: str) -> str:
        with suppress(AssertionError):
            return self.nas.run(*self._hostapd_cli(), command)
        return ""

    def _wpa_cli(self, command: str) -> str:
        control = ("-p", f"{self._control}/supplicant", "-s", str(self._control), "-i", "s0")
        with suppress(AssertionError):
            return self.customer.run("wpa_cli", *control, command)
        return ""

    def station(self) -> dict[str, str]:
        """What hostapd knows of the customer; empty where nothing."""
        pairs = (line.partition("=") for line in self._hostapd("all_sta").splitlines())
        return {name: value for name, equals, value in pairs if equals}

    def authorized(self) -> bool:
        """Whether hostapd lets the customer in."""
        return "[AUTHORIZED]" in self.station().get("flags", "")

    def reaches(self) -> bool:
        """Whether one ping of the customer is answered within a second."""
        with suppress(AssertionError):
            self.customer.run("ping", "-n", "-q", "-c", "1", "-W", "1", GATEWAY)
            return True
        return False

    def session(self) -> str:
        """The Acct-Session-Id of a live session: the present one, or that of a new login."""
        if not self.authorized():
            self._log_in()
        until(self.reaches, "traffic of the customer who has logged in")
        session_id = self.station()["dot1xAuthSessionId"]
        until(lambda: self.server.records(session_id, "Start"), "the Accounting-Start")
        return session_id

    def _log_in(self) -> None:
        if self.closings():
            # hostapd keeps a customer who was cut off for 5 s, and gives who comes back within them the old id
            until(lambda: not self.station(), "hostapd's forgetting the last session")
        for attempt in range(_LOGINS):
            self._wpa_cli("reauthenticate")
            with suppress(AssertionError):
                until(self.authorized, "a login", seconds=4 * (1 + attempt))
                return
        raise AssertionError(f"no login:\n{self.hostapd_log.read_text()[-2000:]}")

    def closings(self) -> list[float]:
        """When the port was closed, in seconds since 1970; the customer's frames are dropped from then on."""
        lines = self._actions.read_text().splitlines() if self._actions.exists() else []
        return [float(line.split()[0]) for line in lines if "AP-STA-DISCONNECTED" in line]

    def disconnects(self) -> list[float]:
        """When hostapd received Disconnect-Requests, in seconds since 1970."""
        log = self.hostapd_log.read_text(errors="replace")
        return [float(at) for at in re.findall(r"^([0-9.]+): DAS: Received [0-9]+ bytes", log, re.MULTILINE)]

    @contextmanager
    def pings(self) -> Iterator[Pings]:
        """The customer's pings in the background."""
        log = self._directory / "ping.log"
        command = (*self.customer.prefix, require("ping"), "-D", "-O", "-n", "-i", "0.01", GATEWAY)
        with running(command, log):
            yield Pings(log)
