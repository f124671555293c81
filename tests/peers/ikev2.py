"""Live IKEv2 sessions in namespaces: two customers of a VPN gateway, a RADIUS server behind it.

    customers                     NAS                            RADIUS
    charon, initiator             charon with eap-radius         FreeRADIUS
    c0 172.31.77.2     == veth == g0 172.31.77.1
                                  10.79.0.1 and .2, services
                                  r1 10.78.0.1, DAE on 3799      == veth ==  r0 10.78.0.2

Each customer reaches one service through a tunnel of its own. ESP is done in user space, on a tun device, so that the
kernel need not know IPsec.
"""

import os
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

from tests.peers.freeradius import FreeRadiusEap
from tests.peers.ikev2_config import CUSTOMER, DAEMON, EAP_RADIUS, GATEWAY
from tests.peers.namespaces import Namespace, require_namespaces, run
from tests.peers.programs import require, running, unavailable, until

PROGRAMS = ("freeradius", "swanctl", "ip", "ping")
CHARON = "/usr/lib/ipsec/charon"
PLUGIN = Path("/usr/lib/ipsec/plugins/libstrongswan-eap-radius.so")
TUN = Path("/dev/net/tun")

ALICE, CAROL = "alice", "carol"
PASSWORDS = {ALICE: "alice-pw-1", CAROL: "carol-pw-1"}
SERVICES = {ALICE: "10.79.0.1", CAROL: "10.79.0.2"}
INSIDE, OUTSIDE = "172.31.77.2", "172.31.77.1"
NAS, RADIUS = "10.78.0.1", "10.78.0.2"
DAE_PORT = 3799


class Charon:
    """One of the two daemons, steered through its vici socket, with a log of its own."""

    def __init__(self, role: str, place: Namespace, directory: Path, sockets: Path) -> None:
        self._place = place
        self._files = directory / role
        self._files.mkdir()
        self._socket = f"unix://{sockets}/{role}"
        self._log = self._files / "charon.log"

    def start(self, stack: ExitStack, connections: str, *, more: str = "", settings: str = "") -> None:
        """Start it, with `more` plug-ins and their `settings`, and load these connections."""
        daemon, loaded = self._files / "strongswan.conf", self._files / "swanctl.conf"
        daemon.write_text(DAEMON.format(socket=self._socket, log=self._log, more=more, settings=settings))
        loaded.write_text(connections)
        # its process id stands in /run, where the other one's stands too; `ip netns exec` gives it mounts of its own
        alone = ("sh", "-c", 'mount -t tmpfs tmpfs /run && exec "$@"', "sh")
        command = (*self._place.prefix, *alone, "env", f"STRONGSWAN_CONF={daemon}", CHARON)
        stack.enter_context(running(command, self._files / "charon.out"))
        until(lambda: self.ask("--stats"), f"charon ({self._files.name})")
        assert self.ask("--load-all", "--file", str(loaded)), self.log()[-2000:]

    def ask(self, *arguments: str) -> str:
        """What swanctl prints; empty where it fails."""
        command = ("env", f"SWANCTL_DIR={self._files}", require("swanctl"), *arguments, "--uri", self._socket)
        with suppress(AssertionError):
            return run(*command)
        return ""

    def log(self) -> str:
        """What the daemon has said so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""


class LiveIkev2:
    """Everything of the picture above, running while the context is open."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for program in (*PROGRAMS, CHARON):
            require(program)
        if not PLUGIN.exists():
            unavailable("strongSwan's eap-radius is not installed")
        if not TUN.is_char_device() or not os.access(TUN, os.W_OK):
            unavailable(f"there is no {TUN}")
        require_namespaces()
        with ExitStack() as stack:
            self._customers = stack.enter_context(Namespace("customers"))
            self._nas = stack.enter_context(Namespace("nas"))
            self.radius = stack.enter_context(Namespace("radius"))
            # sockets have short paths, which pytest's directories may not leave room for
            sockets = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rb-")))
            self._connect()
            self.server = stack.enter_context(
                FreeRadiusEap(self._directory / "radius", host=RADIUS, nas=NAS, prefix=self.radius.prefix)
            )
            self._start(stack, sockets)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _connect(self) -> None:
        customers, nas, radius = self._customers, self._nas, self.radius
        customers.ip(f"link add c0 type veth peer name g0 netns {nas.name}")
        nas.ip(f"link add r1 type veth peer name r0 netns {radius.name}")
        for place, address, interface in (
            (customers, f"{INSIDE}/24", "c0"),
            (nas, f"{OUTSIDE}/24", "g0"),
            (nas, f"{NAS}/24", "r1"),
            (radius, f"{RADIUS}/24", "r0"),
            *((nas, f"{service}/32", "lo") for service in SERVICES.values()),
        ):
            place.ip(f"addr add {address} dev {interface}")
        for place, interface in ((customers, "c0"), (nas, "g0"), (nas, "r1"), (radius, "r0")):
            place.ip(f"link set {interface} up")

    def _start(self, stack: ExitStack, sockets: Path) -> None:
        self._gateway = Charon("gateway", self._nas, self._directory, sockets)
        gateway = GATEWAY.format(outside=OUTSIDE, services="10.79.0.0/24", pool="10.79.1.0/24")
        dae = {"nas": NAS, "radius": RADIUS, "dae": DAE_PORT, "secret": self.server.secret, **self.server.ports}
        self._gateway.start(stack, gateway, more="eap-radius", settings=EAP_RADIUS.format(**dae))
        self._customer = Charon("customer", self._customers, self._directory, sockets)
        ends = {"inside": INSIDE, "outside": OUTSIDE}
        customers = (
            CUSTOMER.format(user=user, password=password, service=SERVICES[user], **ends)
            for user, password in PASSWORDS.items()
        )
        self._customer.start(stack, "".join(customers))

    def session(self, user: str) -> str:
        """The Acct-Session-Id of a live session: the present one, or that of a new login."""
        if not self.connected(user):
            before = len(self._starts(user))
            said = self._customer.ask("--initiate", "--child", user, "--timeout", "100")
            assert said, self._customer.log()[-2000:] + self._gateway.log()[-2000:]
            until(lambda: len(self._starts(user)) > before, "the Accounting-Start")
        until(lambda: self.reaches(user), "the customer's traffic")
        return self._starts(user)[-1]

    def _starts(self, user: str) -> list[str]:
        records = self.server.accounting()
        return [
            record["Acct-Session-Id"]
            for record in records
            if (record.get("User-Name"), record.get("Acct-Status-Type")) == (user, "Start")
        ]

    def connected(self, user: str) -> bool:
        """Whether the customer's own daemon thinks that the tunnel stands."""
        return "ESTABLISHED" in self._customer.ask("--list-sas", "--ike", user)

    def known(self, user: str) -> bool:
        """Whether the NAS has a session of the customer."""
        return f"remote '{user}'" in self._gateway.ask("--list-sas")

    def reaches(self, user: str) -> bool:
        """Whether one ping of the customer through the tunnel is answered within a second."""
        with suppress(AssertionError):
            self._customers.run("ping", "-n", "-q", "-c", "1", "-W", "1", SERVICES[user])
            return True
        return False

    def told(self, user: str) -> int:
        """How many IKE DELETEs of the NAS the customer has received."""
        return self._customer.log().count(f"received DELETE for IKE_SA {user}[")

    def lifetimes(self) -> int:
        """How many new lifetimes of their sessions the NAS has told the customers."""
        return self._customer.log().count("received AUTH_LIFETIME of ")
