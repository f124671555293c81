"""MS-CHAPv2 as a RADIUS server checks it (RFC 2759, RFC 2548 section 2.3)."""

import hashlib
import hmac

from radiusbridge.simulator.aaa import codec

_MICROSOFT = 311
ERROR, CHALLENGE, RESPONSE, SUCCESS = (_MICROSOFT, 2), (_MICROSOFT, 11), (_MICROSOFT, 25), (_MICROSOFT, 26)
WRONG_PASSWORD = b"E=691 R=0 C=00000000000000000000000000000000 V=3 M=Authentication failed"


def attempted(packet: codec.Packet) -> bool:
    """Whether the request is such a login."""
    return packet.first(RESPONSE) is not None


def success(packet: codec.Packet, password: bytes) -> bytes | None:
    """What MS-CHAP2-Success answers to the right response; None: the response is wrong."""
    given, challenge = packet.first(RESPONSE), packet.first(CHALLENGE)
    if given is None or challenge is None or len(given) != 50 or len(challenge) != 16:
        return None
    key = _md4(password.decode("utf-8", "replace").encode("utf-16-le"))
    block = _challenge(packet, given[2:18], challenge)
    if not hmac.compare_digest(_encrypted(key, block), given[26:]):
        return None
    signed = hashlib.sha1(_md4(key) + given[26:] + b"Magic server to client signing constant").digest()
    proof = hashlib.sha1(signed + block + b"Pad to make it do more than one iteration").hexdigest()
    return given[:1] + b"S=" + proof.upper().encode()


def ask(packet: codec.Packet, password: bytes, octets: bytes) -> None:
    """Add a client's login to a request; octets: 33 random ones, for identifier and challenges."""
    identifier, own, challenge = octets[:1], octets[1:17], octets[17:]
    key = _md4(password.decode("utf-8", "replace").encode("utf-16-le"))
    response = _encrypted(key, _challenge(packet, own, challenge))
    packet.add(CHALLENGE, challenge)
    packet.add(RESPONSE, identifier + b"\0" + own + bytes(8) + response)


def proven(packet: codec.Packet, reply: codec.Packet, password: str) -> bool:
    """Whether the server has shown that it knows the password; True of other logins, which have no such thing."""
    if not attempted(packet):
        return True
    wanted = success(packet, password.encode("utf-8", "surrogateescape"))
    return wanted is not None and reply.first(SUCCESS) == wanted


def failure(packet: codec.Packet) -> bytes:
    """What MS-CHAP-Error says to a wrong one."""
    return (packet.first(RESPONSE) or b"\0")[:1] + WRONG_PASSWORD


def _challenge(packet: codec.Packet, own: bytes, challenge: bytes) -> bytes:
    """What is encrypted: of both challenges and the user name without its domain."""
    name = packet.text(codec.USER_NAME).encode("utf-8", "surrogateescape").split(b"\\")[-1]
    return hashlib.sha1(own + challenge + name).digest()[:8]


def _md4(data: bytes) -> bytes:
    from Crypto.Hash import MD4  # late, as DES below: most simulations see no such login

    return MD4.new(data).digest()


def _encrypted(key: bytes, block: bytes) -> bytes:
    """The block under three DES keys of 7 octets each, cut from the key with zeros after it."""
    from Crypto.Cipher import DES

    padded = key + bytes(5)
    result = b""
    for at in (0, 7, 14):
        bits = "".join(f"{octet:08b}" for octet in padded[at : at + 7])
        spread = bytes(int(bits[start : start + 7] + "0", 2) for start in range(0, 56, 7))
        result += DES.new(spread, DES.MODE_ECB).encrypt(block)
    return result
