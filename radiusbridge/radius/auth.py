"""How a password travels in an Access-Request: PAP (RFC 2865 section 5.2), CHAP (2.2, 5.3, 5.40), MS-CHAP-V2."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import md5

from radiusbridge.domain.clock import Entropy
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.radius.mschap import Attempt
from radiusbridge.radius.packet import Attributes, encode_attributes

USER_PASSWORD = 2
CHAP_PASSWORD = 3
CHAP_CHALLENGE = 60

PAP_MAXIMUM = 128
_BLOCK = 16


class Method(StrEnum):
    """Password methods, as operators name them."""

    PAP = "pap"
    CHAP = "chap"
    MSCHAPV2 = "mschapv2"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A password and how to send it. Raises BadInput for a PAP password of more than 128 octets.

    attempt: for MS-CHAP-V2, which needs the challenges again when the answer comes.
    """

    password: Secret
    method: Method
    attempt: Attempt | None = None

    def __post_init__(self) -> None:
        if self.method is Method.PAP and len(self.password.octets()) > PAP_MAXIMUM:
            raise BadInput(f"PAP takes a password of at most {PAP_MAXIMUM} octets", hint="use CHAP")
        if (self.method is Method.MSCHAPV2) != (self.attempt is not None):
            raise BadInput("an MS-CHAP-V2 login needs its challenges, and no other login has them")

    def attributes(self, secret: bytes, request_authenticator: bytes, entropy: Entropy) -> Attributes:
        """The attributes that carry the password in one request."""
        if self.attempt is not None:
            return self.attempt.attributes
        if self.method is Method.PAP:
            return ((USER_PASSWORD, hide(self.password.octets(), secret, request_authenticator)),)
        challenge = entropy.octets(16)
        response = chap_response(entropy.octets(1), self.password.octets(), challenge)
        return (CHAP_PASSWORD, response), (CHAP_CHALLENGE, challenge)

    def octets(self, secret: bytes, request_authenticator: bytes, entropy: Entropy) -> bytes:
        """The same, as they stand in the packet."""
        if self.method is not Method.PAP:
            return encode_attributes(self.attributes(secret, request_authenticator, entropy))
        hidden = hide(self.password.octets(), secret, request_authenticator)
        return bytes((USER_PASSWORD, len(hidden) + 2)) + hidden


def hide(password: bytes, secret: bytes, request_authenticator: bytes) -> bytes:
    """User-Password: the password padded with NUL to blocks of 16, each XORed with an MD5 chained on the last."""
    hidden = b""
    last = request_authenticator
    for at in range(0, len(password) or 1, _BLOCK):
        mask = int.from_bytes(md5(secret + last).digest(), "big")
        block = password[at : at + _BLOCK].ljust(_BLOCK, b"\0")
        last = (int.from_bytes(block, "big") ^ mask).to_bytes(_BLOCK, "big")
        hidden += last
    return hidden


def chap_response(identifier: bytes, password: bytes, challenge: bytes) -> bytes:
    """CHAP-Password: the one identifier octet and MD5(identifier + password + challenge)."""
    return identifier + md5(identifier + password + challenge).digest()
