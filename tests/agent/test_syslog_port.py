"""Syslog through the real port: from a stranger, hostile, overlong, no syslog at all; and a good line."""

import socket

import pytest

from tests.agent.service import Systemd, free_port, service
from tests.kill.test_isolate import Town
from tests.peers.programs import until

GOOD = b"<134>May 31 10:00:00 bras-1 pppoe,ppp,error <0002>: user %b authentication failed - radius timeout"
HOSTILE = (
    b"",
    b"\0" * 100,
    b"\xff\xfe\x80",
    b"GET / HTTP/1.1\r\n\r\n",
    b"<999999>",
    b"<134>1 - - - - - [" + b"x" * 9_000,
    b"pppoe,ppp,error " + b"a" * 60_000,
    b"system,info \x1b]0;owned\x07\x1b[2J",
    b"pppoe,ppp,error <1>: user " + b"x" * 300 + b" authentication failed",
)


@pytest.fixture
def sender() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def test_the_last_refusal_of_a_user(town: Town, systemd: Systemd, sender: socket.socket) -> None:
    port = free_port(socket.SOCK_DGRAM)
    settings = f'[syslog]\nlisten = "127.0.0.1:{port}"\nfrom = {{ "127.0.0.1" = "bras-1" }}\n[drift]\nevery = "off"\n'
    user = town.user
    with sender, service(town.cli.home, town.cli.environment(), systemd, settings, agent="follow = false") as agent:
        systemd.until("READY=1")

        def counted(outcome: str) -> float:
            return agent.metrics().get(("syslog_datagrams_total", outcome), 0)

        def sent(data: bytes, outcome: str) -> None:
            """One at a time: a datagram that the kernel dropped would be missed."""
            before = counted(outcome)
            sender.sendto(data, ("127.0.0.1", port))
            until(lambda: counted(outcome) == before + 1, f"{data[:40]!r} counts as {outcome}")

        until(lambda: known(agent.metrics(), sender, port), "the addresses are known")
        for data in HOSTILE[:6]:
            sent(data, "unreadable")
        for data in HOSTILE[6:]:
            sent(data, "other")
        sent(b"pppoe,ppp,error <0001>: user \x1b[31m" + user.encode() + b" authentication failed", "refusal")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.9.9.9", 0))
            stranger.sendto(GOOD % b"nobody", ("127.0.0.1", port))
            until(lambda: counted("stranger"), "a stranger's is counted and dropped")
        assert town.cli.ok("customer", "show", user, "--json").json["last_refusal"] is None
        sent(GOOD % user.encode(), "refusal")
        until(lambda: town.cli.ok("customer", "show", user, "--json").json["last_refusal"], "it is written")
        shown = " ".join(town.cli.ok("customer", "show", user).out.split())
        assert "the RADIUS server did not answer the NAS" in shown
        assert "bras-1" in shown
        assert "\x1b" not in shown
        assert agent.get("/healthz") == (200, "ok\n")
        assert agent.end() == 0


def known(metrics: dict[tuple[str, ...], float], sender: socket.socket, port: int) -> bool:
    """Whether a line of ours is taken already."""
    sender.sendto(b"system,info hello", ("127.0.0.1", port))
    return metrics.get(("syslog_datagrams_total", "other"), 0) > 0
