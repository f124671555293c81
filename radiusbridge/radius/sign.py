"""What proves a packet: Request, Response and Message-Authenticator (RFC 2865 section 3, 2869 5.14, 5176 3.4)."""

import hmac
from enum import StrEnum
from hashlib import md5
from struct import Struct

from radiusbridge.radius.packet import MESSAGE_AUTHENTICATOR, MINIMUM

_HEAD = Struct("!BBH").pack
_ZEROS = bytes(16)
_TAG = bytes((MESSAGE_AUTHENTICATOR, 18))
_EMPTY = _TAG + _ZEROS
_SIGNATURE = len(_EMPTY)

SIGNATURE_OCTETS = _SIGNATURE
"""What the Message-Authenticator adds to a packet."""


class SigningPolicy(StrEnum):
    """Whether an Access reply must carry a Message-Authenticator (Blast-RADIUS, CVE-2024-3596).

    A Message-Authenticator that is there is verified under every policy.
    """

    REQUIRE = "require"
    PREFER = "prefer"
    """Taken and reported while the server has never signed; required from its first signed reply on."""
    OFF = "off"


def sign_access(code: int, identifier: int, authenticator: bytes, body: bytes, secret: bytes) -> bytes:
    """An Access-Request or Status-Server under a random authenticator, Message-Authenticator as first attribute."""
    head = _HEAD(code, identifier, MINIMUM + _SIGNATURE + len(body)) + authenticator
    return head + _TAG + hmac.digest(secret, head + _EMPTY + body, "md5") + body


def sign_dynamic(code: int, identifier: int, body: bytes, secret: bytes) -> bytes:
    """A Disconnect- or CoA-Request: Message-Authenticator first, over zeros; then the MD5 Request Authenticator."""
    head = _HEAD(code, identifier, MINIMUM + _SIGNATURE + len(body))
    signed = _TAG + hmac.digest(secret, head + _ZEROS + _EMPTY + body, "md5") + body
    return head + md5(head + _ZEROS + signed + secret).digest() + signed


def sign_plain(code: int, identifier: int, body: bytes, secret: bytes) -> bytes:
    """A request that its Request Authenticator alone protects: Accounting-Request (RFC 2866 section 3)."""
    head = _HEAD(code, identifier, MINIMUM + len(body))
    return head + md5(head + _ZEROS + body + secret).digest() + body


def response_verifies(reply: bytes, request_authenticator: bytes, secret: bytes) -> bool:
    """Whether the Response Authenticator of a reply (cut to its Length) was made with the secret for our request."""
    expected = md5(reply[:4] + request_authenticator + reply[MINIMUM:] + secret).digest()
    return hmac.compare_digest(expected, reply[4:MINIMUM])


def message_verifies(reply: bytes, request_authenticator: bytes, secret: bytes) -> bool:
    """Whether the reply (cut to its Length, its attributes in bounds) has one Message-Authenticator, and a good one."""
    at, found = MINIMUM, -1
    while at < len(reply):
        if reply[at] == MESSAGE_AUTHENTICATOR:
            if found >= 0 or reply[at + 1] != _SIGNATURE:
                return False
            found = at
        at += reply[at + 1]
    if found < 0:
        return False
    value = slice(found + 2, found + _SIGNATURE)
    unsigned = reply[:4] + request_authenticator + reply[MINIMUM : value.start] + _ZEROS + reply[value.stop :]
    return hmac.compare_digest(hmac.digest(secret, unsigned, "md5"), reply[value])
