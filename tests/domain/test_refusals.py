"""Log lines of both generations, syslog datagrams, hostile ones, and what several lines come to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.refusals import Refusal, RefusalCause, later, newest, read_line
from radiusbridge.domain.syslog import read_datagram
from radiusbridge.domain.text import safe

C = RefusalCause
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PPP, HOTSPOT, MANAGER = "pppoe,ppp,error", "hotspot,account,info,debug", "manager,account,warning"
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)

LINES = [
    (PPP, "<0010>: user skn014 authentication failed", "skn014", C.REJECTED),
    (PPP, "<0005>: user test1 authentication failed - radius timeout", "test1", C.NO_ANSWER),
    (PPP, "<pppoe-budi>: user budi could not determine remote address", "budi", C.NO_ADDRESS),
    (HOTSPOT, "->: tamu (10.5.50.2): login failed: simultaneous session limit reached", "tamu", C.SHARED_USERS),
    (HOTSPOT, "tamu (10.5.50.2): login failed: user <tamu> not found", "tamu", C.UNKNOWN_USER),
    (HOTSPOT, "tamu (10.5.50.2): login failed: invalid username or password", "tamu", C.REJECTED),
    (HOTSPOT, "tamu (10.5.50.2): login failed: RADIUS server is not responding", "tamu", C.NO_ANSWER),
    (HOTSPOT, "tamu (10.5.50.2): login failed: user tamu has reached uptime limit", "tamu", C.LIMIT),
    (MANAGER, "budi: user is disabled", "budi", C.DISABLED),
    (MANAGER, "budi: invalid password", "budi", C.WRONG_PASSWORD),
    (MANAGER, "budi: wrong caller id", "budi", C.CALLER_ID),
    (MANAGER, "budi: no valid profile found", "budi", C.NO_PLAN),
    (MANAGER, "budi: the account has expired", "budi", C.EXPIRED),
]


@pytest.mark.parametrize(("topics", "message", "name", "cause"), LINES)
def test_lines(topics: str, message: str, name: str, cause: RefusalCause) -> None:
    found = read_line(topics, message)
    assert found is not None
    assert (found.username, found.cause) == (name, cause)
    for wrapped in (
        f"{topics} {message}",
        f"<27>Jun  1 00:00:00 MikroTik {topics} {message}\n",
        f"<27>2026-06-01T00:00:00+07:00 MikroTik {topics} {message}",
        f'<27>1 2026-06-01T00:00:00Z bras - - - [a b="\\"]"] {topics} {message}',
    ):
        line = read_datagram(wrapped.encode())
        assert line is not None
        assert read_line(line.topics, line.message) == found


@pytest.mark.parametrize(
    "line", ["budi logged in, 10.0.0.1 from 00:00:00:00:00:01", "<pppoe-budi>: connected", "", ": x"]
)
def test_no_refusal(line: str) -> None:
    assert read_line("pppoe,ppp,info", line) is None
    assert read_line("system,info,account", line) is None
    assert read_line("manager,info", line) is None


@given(NAMES)
def test_nobody_passes_for_another(name: str) -> None:
    """The name in the line is the whole of what the customer calls himself."""
    found = read_line(PPP, f"<0010>: user {name} authentication failed")
    assert found is not None
    assert found.username == name
    assert safe(found.words) == found.words
    found = read_line(HOTSPOT, f"{name} (10.0.0.1): login failed: invalid password")
    assert found is not None
    assert found.username in (name, name.partition(": ")[2], name.removeprefix("->: "))


@pytest.mark.parametrize("name", ["a authentication failed - x", "victim: invalid password", "<1>: user victim"])
def test_names_like_lines(name: str) -> None:
    for topics, line in ((PPP, f"<0010>: user {name} authentication failed"), (MANAGER, f"{name}: user is disabled")):
        found = read_line(topics, line)
        assert found is not None
        assert found.username == name


@given(st.binary(max_size=300))
def test_any_datagram(data: bytes) -> None:
    for octets in (data, b"<27>1 " + data, b"<27>Jun  1 00:00:00 " + data, b"pppoe,ppp " + data):
        line = read_datagram(octets)
        if line is not None:
            read_line(line.topics, line.message)


def refusal(seconds: float = 0, cause: RefusalCause = C.REJECTED, router: str = "bras", **more: object) -> Refusal:
    return Refusal(1, "budi", START + timedelta(seconds=seconds), cause, f"{router}-{cause}", router, **more)  # type: ignore[arg-type]


def test_the_servers_reason_stays() -> None:
    told, vague = refusal(0, C.DISABLED, "um-1"), refusal(1)
    for pair in ((told, vague), (vague, told)):
        one = later(*pair)
        assert (one.cause, one.words, one.times, one.at) == (C.DISABLED, told.words, 1, vague.at)
    much_later = later(told, refusal(60))
    assert (much_later.cause, much_later.times) == (C.REJECTED, 2)
    assert later(refusal(60), told) == much_later


def test_logins_begin_anew() -> None:
    entered = refusal(0, times=9, entered_at=START + timedelta(seconds=5))
    assert later(entered, refusal(10)).times == 1
    assert later(entered, refusal(10)).entered_at is None
    assert newest([refusal(at) for at in (100, 0, 50)])[1, "budi"].times == 3
