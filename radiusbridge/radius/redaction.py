"""Take the credentials out of a datagram before anything keeps it: their octets become zeros, the lengths stay.

A credential is what lets its reader log in, read traffic, or test guesses at a password: hidden, hashed, or a response
to a challenge. Kept are challenges, State (RFC 2865 section 5.24: it only refers to a dialogue) and Class. An
authenticator that was computed over a credential would be such a test for whoever knows the shared secret, so it
becomes zeros too: Message-Authenticator, and every header's but that of Access-Request and Status-Server, which is
random (RFC 2865 section 3) and is needed to verify the answer.
"""

from typing import NamedTuple

from radiusbridge.radius.packet import MESSAGE_AUTHENTICATOR, MINIMUM, VENDOR_SPECIFIC, Code, Key

CREDENTIALS = frozenset(
    {
        2,  # User-Password, RFC 2865 section 5.2
        3,  # CHAP-Password, RFC 2865 section 5.3
        69,  # Tunnel-Password, RFC 2868 section 3.5
        70,  # ARAP-Password, RFC 2869 section 5.4
        74,  # ARAP-Security-Data, RFC 2869 section 5.7
        79,  # EAP-Message, RFC 3579 section 3.1: EAP-GTC carries passwords in clear
        84,  # ARAP-Challenge-Response, RFC 2869 section 5.15
        103,  # Digest-Response, RFC 5090 section 3.1
        106,  # Digest-Response-Auth, RFC 5090 section 3.4
        121,  # Digest-HA1, RFC 5090 section 3.19
        143,  # PKM-AUTH-Key, RFC 5904 section 3.7
    }
)
"""Types whose whole value is a credential, but for the head of EAP (below)."""

VENDOR_CREDENTIALS: dict[int, frozenset[int]] = {
    9: frozenset({16, 17, 18}),  # Cisco: keying material, RFC 6218
    311: frozenset({1, 3, 4, 5, 6, 12, 16, 17, 19, 20, 25, 26, 27}),  # Microsoft: MS-CHAP, MPPE, ARAP, RFC 2548
    529: frozenset({151, 214, 215}),  # Ascend: session key, send and receive secret
    14988: frozenset({7, 16, 20}),  # MikroTik: wireless keys
}
"""The same inside a Vendor-Specific, by vendor."""

_CISCO, _AV_PAIR = 9, 1
_AV_CREDENTIALS = (b"key", b"psk", b"pass", b"secret")
_EAP_MESSAGE, _EAP_HEAD = 79, 4
_USER_NAME = 1
_WATCHED = CREDENTIALS | {_USER_NAME, MESSAGE_AUTHENTICATOR, VENDOR_SPECIFIC}
_RANDOM = frozenset({Code.ACCESS_REQUEST, Code.STATUS_SERVER})
_AUTHENTICATOR = slice(4, MINIMUM)


class Redacted(NamedTuple):
    """What may be kept of a datagram.

    zeroed: a credential was in it, so that its authenticators do not verify. cut: from some place on it was no
    sequence of attributes, and what could not be told apart was left out. user_name: the first User-Name, or empty.
    """

    octets: bytes
    zeroed: bool = False
    cut: bool = False
    user_name: bytes = b""


def is_credential(key: Key) -> bool:
    """Whether the value of an attribute is never kept."""
    return key in CREDENTIALS if isinstance(key, int) else key[1] in VENDOR_CREDENTIALS.get(key[0], ())


def redact(datagram: bytes) -> Redacted:
    """The datagram without credentials, and without padding after its Length; never raises, whatever it is."""
    if len(datagram) <= MINIMUM:
        return Redacted(datagram)
    length = datagram[2] << 8 | datagram[3]
    at, end = MINIMUM, min(length, len(datagram))
    secrets: list[tuple[int, int]] = []
    signatures: list[tuple[int, int]] = []
    user_name, first_eap = b"", True
    while at + 1 < end:
        size = datagram[at + 1]
        after = at + size
        if size < 2 or after > end:
            break
        kind = datagram[at]
        if kind not in _WATCHED:
            pass  # most are; this runs for every packet
        elif kind == _USER_NAME:
            user_name = user_name or datagram[at + 2 : after]
        elif kind == MESSAGE_AUTHENTICATOR:
            signatures.append((at + 2, after))
        elif kind == VENDOR_SPECIFIC:
            secrets += _vendor_secrets(datagram, at + 2, after)
        elif kind == _EAP_MESSAGE and first_eap:
            # the head of EAP, in the first fragment only, tells a request from a response
            secrets.append((min(after, at + 2 + _EAP_HEAD), after))
            first_eap = False
        else:
            secrets.append((at + 2, after))
        at = after
    cut = at != end
    if not secrets and not cut:
        return Redacted(datagram[:at], False, False, user_name)
    kept = bytearray(datagram[:at])
    for begin, stop in [*secrets, *signatures]:
        kept[begin:stop] = bytes(stop - begin)
    if datagram[0] not in _RANDOM:
        kept[_AUTHENTICATOR] = bytes(16)
    return Redacted(bytes(kept), bool(secrets), cut, user_name)


def _vendor_secrets(datagram: bytes, at: int, end: int) -> list[tuple[int, int]]:
    """Where credentials stand in the value of one Vendor-Specific; what cannot be told apart counts as one."""
    if end - at < 4:
        return []
    vendor = int.from_bytes(datagram[at : at + 4], "big")
    known = VENDOR_CREDENTIALS.get(vendor)
    if known is None:
        return []
    found: list[tuple[int, int]] = []
    at += 4
    while at < end:
        size = datagram[at + 1] if at + 1 < end else 0
        if size < 2 or at + size > end:
            return [*found, (at, end)]
        value = slice(at + 2, at + size)
        if datagram[at] in known or (
            vendor == _CISCO and datagram[at] == _AV_PAIR and _tells_a_key(datagram[value].lower())
        ):
            found.append((value.start, value.stop))
        at += size
    return found


def _tells_a_key(pair: bytes) -> bool:
    return any(word in pair.partition(b"=")[0] for word in _AV_CREDENTIALS)
