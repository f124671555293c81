"""The attributes that User Manager knows by name, with their numbers and value types."""

from ipaddress import IPv4Address

from radiusbridge.simulator.aaa.codec import MIKROTIK, Key

KNOWN: dict[str, tuple[Key, str]] = {
    "Framed-IP-Address": (8, "ip-address"),
    "Framed-IP-Netmask": (9, "ip-address"),
    "Filter-Id": (11, "string"),
    "Framed-MTU": (12, "uint32"),
    "Reply-Message": (18, "string"),
    "Framed-Route": (22, "string"),
    "Class": (25, "hex"),
    "Session-Timeout": (27, "uint32"),
    "Idle-Timeout": (28, "uint32"),
    "Port-Limit": (62, "uint32"),
    "Acct-Interim-Interval": (85, "uint32"),
    "Framed-Pool": (88, "string"),
    "Framed-IPv6-Pool": (100, "string"),
    "Mikrotik-Recv-Limit": ((MIKROTIK, 1), "uint32"),
    "Mikrotik-Xmit-Limit": ((MIKROTIK, 2), "uint32"),
    "Mikrotik-Group": ((MIKROTIK, 3), "string"),
    "Mikrotik-Rate-Limit": ((MIKROTIK, 8), "string"),
    "Mikrotik-Mark-Id": ((MIKROTIK, 11), "string"),
    "Mikrotik-Advertise-URL": ((MIKROTIK, 12), "string"),
    "Mikrotik-Advertise-Interval": ((MIKROTIK, 13), "uint32"),
    "Mikrotik-Recv-Limit-Gigawords": ((MIKROTIK, 14), "uint32"),
    "Mikrotik-Xmit-Limit-Gigawords": ((MIKROTIK, 15), "uint32"),
    "Mikrotik-Total-Limit": ((MIKROTIK, 17), "uint32"),
    "Mikrotik-Total-Limit-Gigawords": ((MIKROTIK, 18), "uint32"),
    "Mikrotik-Address-List": ((MIKROTIK, 19), "string"),
    "Mikrotik-Delegated-IPv6-Pool": ((MIKROTIK, 22), "string"),
}


def split_attributes(text: str) -> list[tuple[str, str]]:
    """The pairs of an `attributes` word: `Name:value,Name:value`; ValueError when a part has no colon."""
    pairs = []
    for part in text.split(","):
        if part:
            name, colon, value = part.partition(":")
            if not colon:
                raise ValueError(part)
            pairs.append((name, value))
    return pairs


def encode_value(kind: str, value: str) -> bytes:
    """The octets of a value; ValueError when it is not of that type."""
    if kind == "ip-address":
        return IPv4Address(value).packed
    if kind == "uint32":
        return int(value).to_bytes(4, "big")
    if kind == "hex":
        return bytes.fromhex(value.removeprefix("0x"))
    return value.encode("utf-8", "surrogateescape")
