"""`kick USER --nas HOST` as an operator runs it, at a real FreeRADIUS that plays a NAS."""

import pytest

from tests.peers.freeradius import FreeRadiusDae
from tests.peers.verbs import Result, Verbs
from tests.ports import refusing_udp_port

pytestmark = pytest.mark.peer

CAUSES = [*range(401, 408), *range(501, 509)]
VERDICTS = {5: "UNPROVEN", 1: "FAILED", 3: "UNREACHABLE"}


def kick(
    verbs: Verbs, server: FreeRadiusDae, user: str, *more: str, port: str | int = "dae", secret: str | None = None
) -> Result:
    number = port if isinstance(port, int) else server.ports[port]
    secret = secret or server.secret
    at = f"{server.host}:{number}"
    result = verbs.light("kick", user, "--nas", at, "--secret-file", verbs.secret("secret", secret), *more)
    assert secret not in result.out + result.err
    assert result.err == f"radiusbridge: {at}: not journaled, and the NAS's list was not read\n"
    if "--json" in more:
        told = result.json
        assert (told["type"], told["user"], told["nas"], told["journaled"]) == ("kick", user, at, False)
        assert (told["exit"], told["verdict"]) == (result.status, VERDICTS[result.status])
    return result


@pytest.mark.parametrize("port", ["dae", "strict"])
def test_an_ack_alone_proves_nothing(verbs: Verbs, freeradius_dae: FreeRadiusDae, port: str) -> None:
    result = kick(verbs, freeradius_dae, "static-ali", "--json", port=port)
    assert (result.status, result.json["answer"]) == (5, "accepted")
    assert result.json["text"].startswith("Disconnect-ACK in ")
    assert result.json["milliseconds"] > 0
    read = kick(verbs, freeradius_dae, "static-ali", port=port)
    assert read.status == 5
    assert read.out.startswith(f"UNPROVEN  kick static-ali at 127.0.0.1:{freeradius_dae.ports[port]}  ")


@pytest.mark.parametrize("cause", CAUSES)
def test_every_error_cause(verbs: Verbs, freeradius_dae: FreeRadiusDae, cause: int) -> None:
    result = kick(verbs, freeradius_dae, f"err-{cause}", "--json")
    answer = {501: "prohibited", 503: "not-found"}.get(cause, "refused")
    assert (result.status, result.json["answer"]) == (5 if cause == 503 else 1, answer)
    assert result.json["text"].startswith(f"Disconnect-NAK {cause} in ")


def test_a_nak_without_a_cause(verbs: Verbs, freeradius_dae: FreeRadiusDae) -> None:
    result = kick(verbs, freeradius_dae, "bare-ali", "--json")
    assert (result.status, result.json["answer"]) == (1, "refused")
    assert result.json["text"].startswith("Disconnect-NAK in ")


def test_what_is_no_answer(verbs: Verbs, freeradius_dae: FreeRadiusDae) -> None:
    soon = ("--timeout", "1s", "--json")
    silent = kick(verbs, freeradius_dae, "mute-ali", *soon)
    stranger = kick(verbs, freeradius_dae, "static-ali", *soon, secret="another-secret")
    with refusing_udp_port() as free:
        closed = kick(verbs, freeradius_dae, "static-ali", "--json", port=free)
    assert {(one.status, one.json["answer"]) for one in (silent, stranger, closed)} == {(3, "silent")}
    assert "no answer" in silent.json["text"]
    assert "the shared secret" in stranger.json["text"]
    assert "nothing listens" in closed.json["text"]


def test_a_session_id_is_sent_byte_for_byte(verbs: Verbs, freeradius_dae: FreeRadiusDae) -> None:
    """This NAS compares the id exactly; lists that we read spell the same one in another case, or without 0x."""
    ids = {"0x8130AbCd": "accepted", "0x8130abcd": "not-found", "8130AbCd": "not-found", "STATIC-1": "not-found"}
    for session_id, answer in ids.items():
        result = kick(verbs, freeradius_dae, "ali", "--session-id", session_id, "--json")
        assert (result.status, result.json["answer"]) == (5, answer), session_id


def test_the_nas_address_is_sent_as_given(verbs: Verbs, freeradius_dae: FreeRadiusDae) -> None:
    right = kick(verbs, freeradius_dae, "static-ali", "--nas-address", "192.0.2.1", "--json")
    assert (right.status, right.json["answer"]) == (5, "accepted")
    wrong = kick(verbs, freeradius_dae, "static-ali", "--nas-address", "192.0.2.2", "--json")
    assert (wrong.status, wrong.json["answer"]) == (1, "refused")
    assert "NAK 403" in wrong.json["text"]


def test_an_address_that_the_nas_does_not_take_is_left_out(verbs: Verbs, freeradius_dae: FreeRadiusDae) -> None:
    framed = ("--address", "192.0.2.99", "--json")
    named = kick(verbs, freeradius_dae, "noframed-ali", "--session-id", "noframed-1", *framed)
    assert (named.status, named.json["answer"]) == (5, "accepted")
    assert "NAK 401" in named.json["text"]
    assert "; asked again without Framed-IP-Address: Disconnect-ACK in " in named.json["text"]
    unnamed = kick(verbs, freeradius_dae, "noframed-ali", *framed)
    assert (unnamed.status, unnamed.json["answer"]) == (1, "refused")
    assert "asked again" not in unnamed.json["text"]


def test_an_answer_that_is_signed_wrongly_is_told_from_silence(verbs: Verbs, freeradius_dae: FreeRadiusDae) -> None:
    result = kick(verbs, freeradius_dae, "static-ali", "--timeout", "3s", "--json", port="missigned")
    if result.json["answer"] == "accepted":
        pytest.skip("this FreeRADIUS (3.2.4 or later) signs its replies rightly")
    assert (result.status, result.json["answer"]) == (3, "silent")
    assert "Message-Authenticator does not verify" in result.json["text"]
