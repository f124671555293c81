"""`probe auth` as an operator runs it, at a real FreeRADIUS."""

import pytest

from tests.peers.freeradius import FreeRadiusAuth, free_udp_ports
from tests.peers.verbs import Result, Verbs

pytestmark = pytest.mark.peer

METHODS = ["pap", "chap"]
PORTS = ["auth", "legacy"]
"""Signed, unsigned."""


def probe(
    verbs: Verbs,
    server: FreeRadiusAuth,
    port: str | int,
    user: str,
    password: str,
    *more: str,
    secret: str | None = None,
) -> Result:
    number = port if isinstance(port, int) else server.ports[port]
    secret = secret or server.secret
    result = verbs.light(
        *("probe", "auth", f"{server.host}:{number}", "--secret-file", verbs.secret("secret", secret)),
        *("--user", user, "--password-file", verbs.secret("password", password), *more),
    )
    assert secret not in result.out + result.err
    assert password not in result.out + result.err
    return result


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize(
    ("user", "password", "status", "answer", "says"),
    [
        ("alice", "alice-pw-1", 0, "accepted", "hello alice"),
        ("żaneta", "zażółć-gęślą", 0, "accepted", "cześć"),
        ("bob", "bob-pw-1", 1, "rejected", "account suspended"),
        ("alice", "not-the-password", 1, "rejected", "was rejected"),
    ],
)
def test_the_answer_is_the_exit_status(
    verbs: Verbs,
    freeradius_auth: FreeRadiusAuth,
    port: str,
    method: str,
    user: str,
    password: str,
    status: int,
    answer: str,
    says: str,
) -> None:
    result = probe(verbs, freeradius_auth, port, user, password, "--method", method, "--json")
    told = result.json
    assert (result.status, told["exit"], told["answer"], result.err) == (status, status, answer, "")
    assert (told["signed"], told["method"], told["user"]) == (port == "auth", method, user)
    assert told["server"] == f"127.0.0.1:{freeradius_auth.ports[port]}"
    assert told["milliseconds"] > 0
    assert says in told["text"]


def test_what_a_person_reads(verbs: Verbs, freeradius_auth: FreeRadiusAuth) -> None:
    result = probe(verbs, freeradius_auth, "auth", "carol", "carol-pw-1", "--method", "chap")
    first, *rest = result.out.splitlines()
    assert (result.status, result.err) == (0, "")
    assert first.startswith(f"ACCEPTED  carol at 127.0.0.1:{freeradius_auth.ports['auth']}  chap  ")
    assert first.endswith(" ms  signed")
    shown = dict(line.split(maxsplit=1) for line in rest[1:])
    assert shown["Framed-Pool"] == "pool-active"
    assert shown["Mikrotik-Rate-Limit"] == "10M/20M 15M/30M 8M/16M 10/10"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("port", PORTS)
def test_a_wrong_secret_is_no_answer(verbs: Verbs, freeradius_auth: FreeRadiusAuth, port: str, method: str) -> None:
    result = probe(
        *(verbs, freeradius_auth, port, "alice", "alice-pw-1", "--method", method, "--timeout", "1s", "--json"),
        secret="another-secret",
    )
    assert (result.status, result.json["answer"], result.json["milliseconds"]) == (3, "unanswered", None)
    assert "shared secret" in result.json["text"]


def test_silence_and_a_closed_port_are_told_apart(verbs: Verbs, freeradius_auth: FreeRadiusAuth) -> None:
    silent = probe(verbs, freeradius_auth, "auth", "silent", "silent-pw-1", "--timeout", "1s", "--json")
    assert (silent.status, silent.json["answer"]) == (3, "unanswered")
    assert "no answer" in silent.json["text"]
    (free,) = free_udp_ports(1)
    closed = probe(verbs, freeradius_auth, free, "alice", "alice-pw-1", "--timeout", "1s", "--json")
    assert (closed.status, closed.json["answer"]) == (3, "unanswered")
    assert "nothing listens" in closed.json["text"]


def test_an_unsigned_answer_is_not_trusted_where_a_signature_is_required(
    verbs: Verbs, freeradius_auth: FreeRadiusAuth
) -> None:
    options = ("--signing", "require", "--timeout", "1s", "--json")
    unsigned = probe(verbs, freeradius_auth, "legacy", "alice", "alice-pw-1", *options)
    assert (unsigned.status, unsigned.json["answer"], unsigned.json["attributes"]) == (1, "untrusted", [])
    assert "Message-Authenticator" in unsigned.json["text"]
    signed = probe(verbs, freeradius_auth, "auth", "alice", "alice-pw-1", "--signing", "require", "--json")
    assert (signed.status, signed.json["answer"], signed.json["signed"]) == (0, "accepted", True)
