"""MS-CHAP-V2 against the vectors of RFC 2759 section 9.2, and the server's proof."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.radius import mschap
from radiusbridge.radius.mschap import MS_CHAP2_RESPONSE, MS_CHAP_CHALLENGE, ServerProof
from tests.radius.support import Dice

USER = b"User"
PASSWORD = "clientPass".encode("utf-16-le")
AUTHENTICATOR = bytes.fromhex("5B5D7C7D7B3F2F3E3C2C602132262628")
PEER = bytes.fromhex("21402324255E262A28295F2B3A337C7E")
RESPONSE = bytes.fromhex("82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF")


def test_the_vectors_of_the_rfc() -> None:
    assert mschap.challenge_hash(PEER, AUTHENTICATOR, USER).hex().upper() == "D02E4386BCE91226"
    assert mschap.nt_response(AUTHENTICATOR, PEER, USER, PASSWORD) == RESPONSE
    success = mschap.authenticator_response(PASSWORD, RESPONSE, PEER, AUTHENTICATOR, USER)
    assert success == b"S=407A5589115FD0D6209F510FE9C04566932CDA56"


def test_a_domain_before_the_name_does_not_count() -> None:
    assert mschap.nt_response(AUTHENTICATOR, PEER, b"BIGCO\\User", PASSWORD) == RESPONSE


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=60).filter(lambda text: text.isprintable()))
def test_what_is_sent_has_the_form_of_rfc_2548(user: str, password: str) -> None:
    made = mschap.attempt(user, Secret(password), Dice())
    sent = dict(made.attributes)
    challenge, response = sent[MS_CHAP_CHALLENGE], sent[MS_CHAP2_RESPONSE]
    assert (len(challenge), len(response), response[1], response[18:26]) == (16, 50, 0, bytes(8))
    name, unicode = user.encode(), password.encode("utf-16-le")
    assert mschap.nt_response(challenge, response[2:18], name, unicode) == response[26:]


def test_the_proof_of_the_server() -> None:
    made = mschap.attempt("alice", Secret("alice-pw-1"), Dice())
    assert made.proof(made.success) is ServerProof.VERIFIED
    assert made.proof(made.success.lower().replace(b"s=", b"S=") + b" M=welcome") is ServerProof.VERIFIED
    assert made.proof(None) is ServerProof.MISSING
    forged = made.success[:-1] + (b"0" if made.success[-1:] != b"0" else b"1")
    other = mschap.attempt("alice", Secret("another"), Dice())
    for wrong in (b"", b"\0", made.success[:-1], forged, other.success, bytes((made.success[0] ^ 1,)) + forged[1:]):
        assert made.proof(wrong) is ServerProof.WRONG


@given(st.binary(max_size=60))
def test_any_proof_but_the_right_one_is_wrong(given_proof: bytes) -> None:
    assert mschap.attempt("alice", Secret("x"), Dice()).proof(given_proof) is ServerProof.WRONG


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"\x07E=691 R=0 C=00 V=3 M=go away", "E=691, wrong user name or password: go away"),
        (b"\x07E=647 R=1", "E=647, the account is disabled"),
        (b"\x07E=12345678 R=1", "E=12345678, an error that RFC 2759 does not name"),
        (b"\x07nonsense", "nonsense"),
        (b"", ""),
    ],
)
def test_errors_in_words(value: bytes, words: str) -> None:
    assert mschap.error_words(value) == words


def test_a_password_that_cannot_be_carried() -> None:
    with pytest.raises(BadInput, match="256 characters"):
        mschap.attempt("alice", Secret("x" * 257), Dice())
