"""`kick USER --nas HOST` ends a real 802.1X session: the customer's traffic stops, and the Accounting-Stop comes."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.dot1x import CUSTOMER, DAE_PORT, NAS, STRANGER, USER, LiveDot1x
from tests.peers.programs import until
from tests.peers.verbs import Result, Verbs

pytestmark = [pytest.mark.peer, pytest.mark.root]

_log = logging.getLogger(__name__)

ENOUGH = 20
"""Pings: that many answered before, that many not answered after."""
SLACK = 10.0
"""Seconds between the port's closing and ping's reading of a reply that passed before, on a busy machine."""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDot1x]:
    """Namespaces with a customer, a NAS and a RADIUS server; nobody has logged in yet."""
    with LiveDot1x(tmp_path_factory.mktemp("dot1x")) as running:
        yield running


@pytest.fixture
def inside(live: LiveDot1x, tmp_path: Path) -> Verbs:
    """The command line where the RADIUS server is."""
    return Verbs(tmp_path, live.radius.prefix)


def kick(verbs: Verbs, live: LiveDot1x, *more: str, nas: str = NAS, secret: str | None = None) -> Result:
    file = verbs.secret("secret", secret or live.server.secret)
    result = verbs.light("kick", USER, "--nas", nas, "--secret-file", file, "--json", *more)
    assert (result.json["user"], result.json["nas"]) == (USER, f"{NAS}:{DAE_PORT}")
    return result


@pytest.mark.parametrize("how", ["name", "session id", "address"])
def test_it_ends_the_session_and_its_traffic(live: LiveDot1x, inside: Verbs, how: str) -> None:
    session_id = live.session()
    options = {
        "name": (),
        "session id": ("--session-id", session_id),
        "address": ("--session-id", session_id, "--address", CUSTOMER),
    }[how]
    closed = len(live.closings())
    with live.pings() as pings:
        until(lambda: len(pings.replies) >= ENOUGH, "the customer's traffic")
        before = pings.replies[-1]
        result = kick(inside, live, *options)
        assert (result.status, result.json["answer"], result.json["verdict"]) == (5, "accepted", "UNPROVEN")
        assert "Disconnect-ACK in " in result.json["text"]
        until(lambda: len(live.closings()) > closed, "the port's closing")
        until(lambda: pings.unanswered >= ENOUGH, "the traffic's stop")
        last, port = pings.replies[-1], live.closings()[-1]
    assert before <= last < port + SLACK
    assert not live.reaches()
    assert not live.authorized()
    # hostapd knows no Framed-IP-Address, and is asked once more without it
    assert ("NAK 401" in result.json["text"]) is (how == "address")
    until(lambda: live.server.records(session_id, "Stop"), "the Accounting-Stop")
    (stop,) = live.server.records(session_id, "Stop")
    assert stop["User-Name"] == USER
    sent = live.disconnects()[-1]
    times = (result.json["text"], result.json["milliseconds"], (last - sent) * 1000, (port - sent) * 1000)
    _log.info("%s; verb %s ms; after the packet: last reply %.1f ms, port closed %.1f ms", *times)


def test_a_request_that_the_nas_does_not_follow_ends_nothing(live: LiveDot1x, inside: Verbs) -> None:
    session_id = live.session()
    assert session_id == session_id.upper() != session_id.lower()
    soon = ("--timeout", "1s")
    closed = len(live.closings())
    with live.pings() as pings:
        until(lambda: len(pings.replies) >= ENOUGH, "the customer's traffic")
        # the id is sent as it was typed, so that this NAS does not find it in lower case
        for wrong in (session_id.lower(), "0123456789ABCDEF"):
            unknown = kick(inside, live, "--session-id", wrong)
            assert (unknown.status, unknown.json["answer"]) == (5, "not-found")
        framed = kick(inside, live, "--address", CUSTOMER)
        assert (framed.status, framed.json["answer"]) == (1, "refused")
        assert "NAK 401" in framed.json["text"]
        other = kick(inside, live, "--nas-address", "10.77.0.9")
        assert (other.status, other.json["answer"]) == (1, "refused")
        assert "NAK 403" in other.json["text"]
        for silent in (
            kick(inside, live, *soon, "--source", STRANGER),
            kick(inside, live, *soon, secret="another-secret"),
        ):
            assert (silent.status, silent.json["answer"]) == (3, "silent")
        answered = len(pings.replies)
        until(lambda: len(pings.replies) >= answered + ENOUGH, "the customer's traffic afterwards")
    assert len(live.closings()) == closed
    assert live.station()["dot1xAuthSessionId"] == session_id
    assert live.authorized()
    assert live.server.records(session_id, "Stop") == []
