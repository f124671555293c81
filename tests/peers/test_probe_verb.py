"""`probe` as an operator runs it, at a real FreeRADIUS."""

import json
import signal
import socket
import subprocess

import pytest

from tests.peers.freeradius import FreeRadius, FreeRadiusAuth, FreeRadiusDae, plain_outcome
from tests.peers.programs import PATIENCE
from tests.peers.verbs import Result, Verbs
from tests.ports import refusing_udp_port

pytestmark = pytest.mark.peer

METHODS = ["pap", "chap", "mschapv2"]
PORTS = ["auth", "legacy"]
"""Signed, unsigned."""


def probe(
    verbs: Verbs, server: FreeRadius, kind: str, port: str | int, *more: str, secret: str | None = None
) -> Result:
    number = port if isinstance(port, int) else server.ports[port]
    secret = secret or server.secret
    result = verbs.light(
        *("probe", kind, f"{server.host}:{number}", "--secret-file", verbs.secret("secret", secret), *more)
    )
    assert secret not in result.out + result.err
    return result


def login(
    verbs: Verbs,
    server: FreeRadius,
    port: str | int,
    user: str,
    password: str,
    *more: str,
    secret: str | None = None,
) -> Result:
    own = ("--user", user, "--password-file", verbs.secret("password", password))
    result = probe(verbs, server, "auth", port, *own, *more, secret=secret)
    assert password not in result.out + result.err
    return result


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize(
    ("user", "password", "status", "outcome", "says"),
    [
        ("alice", "alice-pw-1", 0, "accept", "hello alice"),
        ("żaneta", "zażółć-gęślą", 0, "accept", "cześć"),
        ("bob", "bob-pw-1", 1, "reject", "account suspended"),
        ("alice", "not-the-password", 1, "reject", "was rejected"),
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
    outcome: str,
    says: str,
) -> None:
    result = login(verbs, freeradius_auth, port, user, password, "--method", method, "--json")
    told = result.json
    signed = port == "auth"
    if outcome == "accept" and not signed:
        outcome = "accept-unsigned"
    assert (result.status, told["exit"], told["outcome"], result.err) == (status, status, outcome, "")
    assert (told["signed"], told["routeros_7_15_takes"], told["method"], told["user"]) == (signed, signed, method, user)
    assert told["address"] == f"127.0.0.1:{freeradius_auth.ports[port]}"
    assert told["milliseconds"] > 0
    assert says in told["text"]
    if method == "mschapv2" and says == "was rejected":
        assert "E=691, wrong user name or password" in told["text"]


def test_mschapv2_at_a_server_that_knows_the_hash_only(verbs: Verbs, freeradius_auth: FreeRadiusAuth) -> None:
    result = login(verbs, freeradius_auth, "auth", "hashed", "hashed-pw-1", "--method", "mschapv2", "--json")
    assert (result.status, result.json["outcome"]) == (0, "accept")


def test_what_a_person_reads(verbs: Verbs, freeradius_auth: FreeRadiusAuth) -> None:
    result = login(verbs, freeradius_auth, "auth", "carol", "carol-pw-1", "--method", "chap")
    first, *rest = result.out.splitlines()
    assert (result.status, result.err) == (0, "")
    where = f"127.0.0.1:{freeradius_auth.ports['auth']}"
    assert first.startswith(f"OK  accept  carol at {where}  chap  ")
    assert first.endswith(" ms  signed")
    shown = dict(line.split(maxsplit=1) for line in rest[1:])
    assert shown["Framed-Pool"] == "pool-active"
    assert shown["Mikrotik-Rate-Limit"] == "10M/20M 15M/30M 8M/16M 10/10"
    unsigned = login(verbs, freeradius_auth, "legacy", "carol", "carol-pw-1")
    assert "RouterOS 7.15 or later would drop this reply" in unsigned.out


def test_expectations(verbs: Verbs, freeradius_auth: FreeRadiusAuth) -> None:
    def carol(*options: str) -> Result:
        return login(verbs, freeradius_auth, "auth", "carol", "carol-pw-1", *options, "--json")

    met = carol(
        *("--expect", "accept", "--max-time", "4s", "--expect-attr", "Framed-Pool=pool-active"),
        *(
            "--expect-attr",
            "Mikrotik-Rate-Limit~^10M/20M",
            "--expect-attr",
            "Class",
            "--expect-attr",
            "Framed-Protocol=1",
        ),
    )
    assert (met.status, [one["met"] for one in met.json["expectations"]]) == (0, [True] * 6)
    other = carol("--expect-attr", "Framed-Pool=isolated", "--expect-attr", "Filter-Id", "--expect-attr", "Class")
    assert (other.status, other.json["verdict"]) == (1, "failed")
    assert [one["met"] for one in other.json["expectations"]] == [True, False, False, True]
    late = carol("--max-time", "0.000001s")
    assert (late.status, late.json["expectations"][1]["met"]) == (1, False)
    refused = carol("--expect", "reject")
    assert (refused.status, refused.json["outcome"]) == (1, "accept")
    assert login(verbs, freeradius_auth, "auth", "bob", "bob-pw-1", "--expect", "reject").status == 0
    silent = ("silent", "silent-pw-1", "--timeout", "0.5s", "--expect", "timeout")
    assert login(verbs, freeradius_auth, "auth", *silent).status == 0


def test_a_challenge_is_answered_once(verbs: Verbs, freeradius_auth: FreeRadiusAuth) -> None:
    asked = login(verbs, freeradius_auth, "auth", "otp", "whatever", "--expect", "challenge", "--json")
    assert (asked.status, asked.json["outcome"]) == (0, "challenge")
    answer = ("--answer-challenge-file", verbs.secret("otp", "otp-pw-1"))
    answered = login(verbs, freeradius_auth, "auth", "otp", "whatever", *answer, "--json")
    assert (answered.status, answered.json["outcome"]) == (0, "accept")
    assert [one["outcome"] for one in answered.json["packets"]] == ["challenge", "accept"]
    wrong = ("--answer-challenge-file", verbs.secret("otp", "no"))
    assert login(verbs, freeradius_auth, "auth", "otp", "whatever", *wrong, "--json").json["outcome"] == "reject"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("port", PORTS)
def test_a_wrong_secret_is_no_answer(verbs: Verbs, freeradius_auth: FreeRadiusAuth, port: str, method: str) -> None:
    result = login(
        *(verbs, freeradius_auth, port, "alice", "alice-pw-1", "--method", method, "--timeout", "1s", "--json"),
        secret="another-secret",
    )
    assert (result.status, result.json["outcome"], result.json["milliseconds"]) == (3, "silence", None)
    assert any("shared secret differs" in one["cause"] for one in result.json["causes"])


def test_silence_and_a_closed_port_are_told_apart(verbs: Verbs, freeradius_auth: FreeRadiusAuth) -> None:
    silent = login(verbs, freeradius_auth, "auth", "silent", "silent-pw-1", "--timeout", "1s", "--json")
    assert (silent.status, silent.json["outcome"], silent.json["verdict"]) == (3, "silence", "unanswered")
    with refusing_udp_port() as free:
        closed = login(verbs, freeradius_auth, free, "alice", "alice-pw-1", "--timeout", "30s", "--json")
    assert (closed.status, closed.json["outcome"]) == (3, "refused")
    assert "nothing listens" in closed.json["text"]


def test_an_unsigned_answer_is_not_trusted_where_a_signature_is_required(
    verbs: Verbs, freeradius_auth: FreeRadiusAuth
) -> None:
    options = ("--signing", "require", "--timeout", "3s", "--json")
    unsigned = login(verbs, freeradius_auth, "legacy", "alice", "alice-pw-1", *options)
    assert (unsigned.status, unsigned.json["outcome"], unsigned.json["attributes"]) == (1, "unsigned", [])
    assert "Message-Authenticator" in unsigned.json["text"]
    signed = login(verbs, freeradius_auth, "auth", "alice", "alice-pw-1", "--signing", "require", "--json")
    assert (signed.status, signed.json["outcome"], signed.json["signed"]) == (0, "accept", True)


def test_a_whole_session_is_recorded(verbs: Verbs, freeradius_auth: FreeRadiusAuth) -> None:
    session = (
        "--attr",
        "Acct-Session-Id=whole-1",
        "--attr",
        "Class=0x676f6c64",
        "--attr",
        "Framed-IP-Address=10.9.8.7",
    )
    done = probe(verbs, freeradius_auth, "acct", "acct", "--user", "żaneta", *session, "--json")
    assert (done.status, done.json["outcome"], len(done.json["packets"])) == (0, "recorded", 3)
    for status in ("Start", "Interim-Update", "Stop"):
        (record,) = freeradius_auth.records("whole-1", status)
        assert (record["User-Name"], record["Framed-IP-Address"], record["Class"]) == (
            "żaneta",
            "10.9.8.7",
            "0x676f6c64",
        )
    assert record["Acct-Terminate-Cause"] == "User-Request"
    one = probe(verbs, freeradius_auth, "acct", "acct", "--status", "stop", "--attr", "Acct-Session-Id=alone", "--json")
    assert [packet["request"] for packet in one.json["packets"]] == ["Accounting-Request Stop"]
    assert [len(freeradius_auth.records("alone", status)) for status in ("Start", "Stop")] == [0, 1]


def test_a_record_that_is_not_stored_is_not_answered(verbs: Verbs, freeradius_auth: FreeRadiusAuth) -> None:
    options = ("--user", "unstored", "--attr", "Acct-Session-Id=unstored-1", "--timeout", "0.5s", "--json")
    silent = probe(verbs, freeradius_auth, "acct", "acct", *options)
    assert (silent.status, silent.json["outcome"], len(silent.json["packets"])) == (3, "silence", 1)
    assert any("RFC 2866" in one["cause"] for one in silent.json["causes"])


@pytest.mark.parametrize(("port", "word"), [("auth", "Access-Accept"), ("legacy", "Access-Reject"), ("acct", "Acc")])
def test_a_server_says_that_it_is_alive(verbs: Verbs, freeradius_auth: FreeRadiusAuth, port: str, word: str) -> None:
    result = probe(verbs, freeradius_auth, "status", port, "--json")
    assert (result.status, result.json["outcome"]) == (0, "alive")
    assert result.json["text"].startswith(word)
    wanted = probe(verbs, freeradius_auth, "status", port, "--expect", "reject")
    assert wanted.status == (0 if port == "legacy" else 1)


@pytest.mark.parametrize("kind", ["coa", "disconnect"])
@pytest.mark.parametrize(
    ("options", "status", "outcome"),
    [
        ((), 0, "nak-503"),
        (("--attr", "Acct-Session-Id=static-1"), 0, "ack"),
        (("--user", "static-2"), 0, "ack"),
        (("--attr", "Acct-Session-Id=static-1", "--expect", "nak"), 1, "ack"),
        (("--attr", "Acct-Session-Id=err-501"), 1, "nak-501"),
        (("--attr", "Acct-Session-Id=bare-1", "--expect", "nak"), 0, "nak-no-cause"),
        (("--attr", "Acct-Session-Id=mute-1", "--timeout", "0.5s"), 3, "silence"),
        (("--attr", "Acct-Session-Id=mute-1", "--timeout", "0.5s", "--expect", "timeout"), 0, "silence"),
    ],
)
def test_a_nas_answers(
    verbs: Verbs, freeradius_dae: FreeRadiusDae, kind: str, options: tuple[str, ...], status: int, outcome: str
) -> None:
    result = probe(verbs, freeradius_dae, kind, "dae", *options, "--json")
    assert (result.status, plain_outcome(result.json["outcome"])) == (status, outcome)
    assert result.json["routeros_7_15_takes"] is None


def test_a_nas_whose_rate_is_changed_and_one_that_signs_wrongly(verbs: Verbs, freeradius_dae: FreeRadiusDae) -> None:
    rate = ("--user", "static-1", "--attr", "Mikrotik-Rate-Limit=2M/10M")
    assert probe(verbs, freeradius_dae, "coa", "dae", *rate).status == 0
    missigned = probe(verbs, freeradius_dae, "disconnect", "missigned", "--timeout", "3s", "--json")
    assert (missigned.status, missigned.json["outcome"]) == (1, "bad-message-authenticator")


def test_a_load_is_bounded_and_shows_what_came(verbs: Verbs, freeradius_auth: FreeRadiusAuth) -> None:
    own = ("--user", "alice", "--password-file", verbs.secret("password", "alice-pw-1"))
    where = f"{freeradius_auth.host}:{freeradius_auth.ports['auth']}"
    secret = ("--secret-file", verbs.secret("secret", freeradius_auth.secret))
    done = verbs.light("probe", "load", where, "auth", *secret, *own, "--rate", "max", "--count", "500", "--json")
    assert done.status == 0, done.err
    found = done.json
    assert (found["requests"], found["answered"], found["outcomes"]) == (500, 500, {"accept": 500})
    assert sum(row["count"] for row in found["histogram"]) == 500
    spread = found["milliseconds"]
    assert 0 < spread["min"] <= spread["p50"] <= spread["p99"] <= spread["max"]
    shown = verbs.light("probe", "load", where, *secret, "--rate", "200", "--count", "20")
    assert shown.status == 0
    assert "20 accept" in shown.out
    assert "#" in shown.out
    with refusing_udp_port() as closed:
        refused = verbs.light("probe", "load", f"127.0.0.1:{closed}", *secret, "--count", "3", "--json")
    assert (refused.status, refused.json["outcomes"]) == (3, {"refused": 3})


def test_an_interrupted_load_still_shows_its_summary(verbs: Verbs) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.settimeout(PATIENCE)
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        secret = ("--secret-file", verbs.secret("secret", "any-secret"))
        with subprocess.Popen(
            verbs.command("probe", "load", where, *secret, "--for", "1h", "--timeout", "1s", "--json"),
            env=verbs.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            silent.recv(4096)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=PATIENCE)
    found = json.loads(out)
    assert (process.returncode, found["ended_early"], found["exit"]) == (130, True, 130)
    assert found["outcomes"] == {"silence": found["requests"]}
