"""MS-CHAP-V2 in RADIUS (RFC 2759, RFC 2548 section 2.3): our response, and the server's own proof; and V1.

MS-CHAP2-Success proves that the *server* knew the password, which no other method does. MD4 and DES come from
pycryptodome, imported at the first login; their weakness is the protocol's, not a choice.
"""

import hmac
import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha1

from radiusbridge.domain.clock import Entropy
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.radius.packet import Attributes, Key

MICROSOFT = 311
MS_CHAP_RESPONSE: Key = (MICROSOFT, 1)
MS_CHAP_ERROR: Key = (MICROSOFT, 2)
MS_CHAP_CHALLENGE: Key = (MICROSOFT, 11)
MS_CHAP2_RESPONSE: Key = (MICROSOFT, 25)
MS_CHAP2_SUCCESS: Key = (MICROSOFT, 26)

LONGEST_PASSWORD = 256
"""Characters (RFC 2759 section 8.1)."""

ERRORS = {
    646: "logon at this hour is not allowed",
    647: "the account is disabled",
    648: "the password has expired",
    649: "the account may not dial in",
    691: "wrong user name or password",
    709: "the password could not be changed",
}
"""RFC 2759 section 6."""

_TO_CLIENT = b"Magic server to client signing constant"
_PAD = b"Pad to make it do more than one iteration"
_ERROR = re.compile(rb"E=([0-9]{1,10})")
_MESSAGE = re.compile(rb"M=(.+)", re.DOTALL)


class ServerProof(StrEnum):
    """What an Access-Accept says about the server."""

    VERIFIED = "verified"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One login: challenges drawn, response made. The server's proof can be held against it."""

    attributes: Attributes
    success: bytes
    """The value that MS-CHAP2-Success has to have: the identifier, `S=` and 40 hex digits."""

    def proof(self, given: bytes | None) -> ServerProof:
        """Whether MS-CHAP2-Success as received proves that the server knows the password; None: it is not there."""
        if given is None:
            return ServerProof.MISSING
        known = given[:1] + given[1 : len(self.success)].upper()
        return ServerProof.VERIFIED if hmac.compare_digest(known, self.success) else ServerProof.WRONG


def attempt(user_name: str, password: Secret, entropy: Entropy) -> Attempt:
    """A login with new challenges. Raises BadInput for a password that MS-CHAP-V2 cannot carry."""
    ours, theirs, identifier = entropy.octets(16), entropy.octets(16), entropy.octets(1)
    unicode = _utf16(password)
    name = user_name.encode()
    response = nt_response(theirs, ours, name, unicode)
    attributes: Attributes = (
        (MS_CHAP_CHALLENGE, theirs),
        (MS_CHAP2_RESPONSE, identifier + b"\0" + ours + bytes(8) + response),
    )
    return Attempt(attributes, identifier + authenticator_response(unicode, response, ours, theirs, name))


def attempt_v1(password: Secret, entropy: Entropy) -> Attributes:
    """A login by MS-CHAP-V1 with a new challenge (RFC 2433, RFC 2548 section 2.1): old scripts use it. BadInput."""
    challenge = entropy.octets(8)
    response = _three_times(_md4(_utf16(password)), challenge)
    return (MS_CHAP_CHALLENGE, challenge), (MS_CHAP_RESPONSE, b"\0\1" + bytes(24) + response)


def error_words(value: bytes) -> str:
    """MS-CHAP-Error in words: `E=691, wrong user name or password`, with the server's own message; may be hostile."""
    number = _ERROR.search(value)
    if number is None:
        return value[1:].decode(errors="replace")
    code = int(number[1])
    message = _MESSAGE.search(value)
    said = f": {message[1].decode(errors='replace')}" if message else ""
    return f"E={code}, {ERRORS.get(code, 'an error that RFC 2759 does not name')}{said}"


def challenge_hash(peer_challenge: bytes, authenticator_challenge: bytes, user_name: bytes) -> bytes:
    """ChallengeHash, 8 octets (RFC 2759 section 8.2); a domain before the name (`DOMAIN\\name`) does not count."""
    name = user_name.rpartition(b"\\")[2]
    return sha1(peer_challenge + authenticator_challenge + name).digest()[:8]


def nt_response(authenticator_challenge: bytes, peer_challenge: bytes, user_name: bytes, unicode: bytes) -> bytes:
    """GenerateNTResponse, 24 octets (section 8.1); unicode: the password in UTF-16, little-endian."""
    challenge = challenge_hash(peer_challenge, authenticator_challenge, user_name)
    return _three_times(_md4(unicode), challenge)


def authenticator_response(
    unicode: bytes, response: bytes, peer_challenge: bytes, authenticator_challenge: bytes, user_name: bytes
) -> bytes:
    """GenerateAuthenticatorResponse: `S=` and 40 upper-case hex digits (section 8.7)."""
    digest = sha1(_md4(_md4(unicode)) + response + _TO_CLIENT).digest()
    challenge = challenge_hash(peer_challenge, authenticator_challenge, user_name)
    return b"S=" + sha1(digest + challenge + _PAD).hexdigest().upper().encode()


def _utf16(password: Secret) -> bytes:
    text = password.octets().decode(errors="surrogateescape")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise BadInput("MS-CHAP-V2 takes a password of text only", hint="use CHAP")
    if len(text) > LONGEST_PASSWORD:
        raise BadInput(f"MS-CHAP-V2 takes a password of at most {LONGEST_PASSWORD} characters", hint="use CHAP")
    return text.encode("utf-16-le")


def _three_times(password_hash: bytes, challenge: bytes) -> bytes:
    """ChallengeResponse, 24 octets (RFC 2759 section 8.5)."""
    from Crypto.Cipher import DES

    keys = password_hash.ljust(21, b"\0")
    blocks = [DES.new(_des_key(keys[at : at + 7]), DES.MODE_ECB).encrypt(challenge) for at in (0, 7, 14)]
    return b"".join(blocks)


def _md4(octets: bytes) -> bytes:
    from Crypto.Hash import MD4

    return MD4.new(octets).digest()


def _des_key(septets: bytes) -> bytes:
    """56 bits spread over 8 octets; the lowest bit of each is parity, which nobody looks at."""
    bits = int.from_bytes(septets, "big")
    return bytes((bits >> shift & 0x7F) << 1 for shift in range(49, -7, -7))
