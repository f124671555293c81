"""Ports on loopback that no other test comes by: closed ones that are held, free ones that no kernel gives away."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from random import SystemRandom

BELOW = range(12000, 32000)
"""Under what Linux gives to sockets that ask for any port (net.ipv4.ip_local_port_range)."""
_chance = SystemRandom()


def free_ports(count: int, kind: socket.SocketKind, host: str = "127.0.0.1") -> list[int]:
    """That many ports that nobody has, and that the kernel gives nobody before the server that is started on them."""
    with ExitStack() as held:
        found: list[int] = []
        while len(found) < count:
            sock = held.enter_context(socket.socket(socket.AF_INET, kind))
            with suppress(OSError):
                sock.bind((host, _chance.choice(BELOW)))
                found.append(sock.getsockname()[1])
        return found


@contextmanager
def refusing_udp_port(host: str = "127.0.0.1") -> Iterator[int]:
    """A UDP port at which nobody is, and which nobody can take meanwhile: it is bound, and hears one stranger only."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        other.bind(("127.0.0.77", 0))
        held.bind((host, 0))
        held.connect(other.getsockname())
        yield int(held.getsockname()[1])
