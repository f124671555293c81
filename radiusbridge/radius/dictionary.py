"""Attributes by name: pyrad's dictionary, encoders and decoders, compiled once into one function an attribute.

pyrad is imported, and the dictionary read, at the first use. Where pyrad guesses, this module does not:
`octets` take bytes as they are (pyrad reads the text "12345" as a number), and an attribute that is hidden with
the shared secret (`encrypt=`) cannot be set by name, so that no password leaves in clear.
"""

import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.text import safe
from radiusbridge.radius.packet import VALUE_MAXIMUM, VENDOR_VALUE_MAXIMUM, Attributes, Key

Value = str | int | bytes
Encoder = Callable[[Value], tuple[Key, bytes]]
Decoder = Callable[[bytes], str | int]

FILE = Path(__file__).with_name("dictionary.radiusbridge")

NAMES_SHOWN = 8

_FORMS = {
    "string": "text of at most 253 octets (247 in a vendor's attribute)",
    "octets": "text, or octets in hex after 0x",
    "integer": "a number from 0 to 4294967295",
    "ipaddr": "an IPv4 address such as 10.20.0.7",
    "ipv6addr": "an IPv6 address such as 2001:db8::1",
    "ipv6prefix": "an IPv6 prefix such as 2001:db8::/48",
    "ifid": "an interface id such as 0:0:0:1",
    "date": "seconds since 1970, or a time such as 2026-05-31T10:00:00Z",
}

MASKED = frozenset(
    {
        "User-Password",
        "CHAP-Password",
        "ARAP-Password",
        "MS-CHAP-Response",
        "MS-CHAP2-Response",
        "MS-CHAP-CPW-1",
        "MS-CHAP-CPW-2",
        "MS-CHAP2-CPW",
        "MS-CHAP-LM-Enc-PW",
        "MS-CHAP-NT-Enc-PW",
        "MS-Old-ARAP-Password",
        "MS-New-ARAP-Password",
        "Mikrotik-Wireless-Enc-Key",
        "Mikrotik-Wireless-PSK",
        "Mikrotik-Wireless-MPKey",
    }
)
"""Keys, and what a password can be found out from; attributes that the dictionary calls encrypted come on top."""


@dataclass(frozen=True, slots=True)
class _Table:
    encoders: Mapping[str, Encoder]
    decoders: Mapping[Key, tuple[str, Decoder]]
    masked: frozenset[Key]


def encode(name: str, value: Value) -> tuple[Key, bytes]:
    """The attribute's key and octets; a named value (`Framed-User`) or a plain one of the attribute's type.

    Raises UnknownName, naming the nearest known attribute, and BadInput for a value that the type does not take.
    """
    return (_table().encoders.get(name) or _unknown_encoder(name))(value)


def encode_all(pairs: Iterable[tuple[str, Value]]) -> Attributes:
    """Every pair as `encode` does it, in order."""
    encoders = _table().encoders
    return tuple([(encoders.get(name) or _unknown_encoder(name))(value) for name, value in pairs])


def _unknown_encoder(name: str) -> Encoder:
    raise _unknown(name)


def key_of(name: str) -> Key:
    """The key of a named attribute. Raises UnknownName."""
    for key, (known, _) in _table().decoders.items():
        if known == name:
            return key
    raise _unknown(name)


def decode(key: Key, octets: bytes) -> tuple[str, str | int]:
    """The attribute's name and value as it can be read; never raises.

    Octets of no known attribute (`Attr-200`, `Vendor-9-Attr-1`), of type octets, or unfit for their type come as
    `0x…`. Text is as received: pass it through `domain.text.safe` before it reaches a terminal.
    """
    known = _table().decoders.get(key)
    if known is None:
        name = f"Attr-{key}" if isinstance(key, int) else f"Vendor-{key[0]}-Attr-{key[1]}"
        return name, _hexadecimal(octets)
    name, decoder = known
    try:
        return name, decoder(octets)
    except ValueError:
        return name, _hexadecimal(octets)


def describe(attributes: Attributes) -> tuple[tuple[str, str], ...]:
    """Names and values fit for evidence, logs and terminals: hostile text made visible, passwords masked."""
    masked = _table().masked
    shown = []
    for key, octets in attributes:
        name, value = decode(key, octets)
        shown.append((name, "***" if key in masked else safe(str(value))))
    return tuple(shown)


def is_masked(key: Key) -> bool:
    """Whether the attribute's value is never shown."""
    return key in _table().masked


def names() -> tuple[str, ...]:
    """Every attribute that `encode` takes."""
    return tuple(_table().encoders)


def _hexadecimal(octets: bytes) -> str:
    return f"0x{octets.hex()}"


def _unknown(name: str) -> UnknownName:
    from difflib import get_close_matches  # needed for a typing error only

    known = {candidate.lower(): candidate for candidate in _table().encoders}
    typed = name.strip().lower()
    near = [known[typed]] if typed in known else [known[match] for match in get_close_matches(typed, known, n=3)]
    hint = f"did you mean {' or '.join(near)}?" if near else "see the RADIUS dictionary for the names"
    return UnknownName(f"no RADIUS attribute is called {safe(name, 80)!r}", hint=hint)


@cache
def _table() -> _Table:
    from pyrad.dictionary import Dictionary  # 10 ms that most commands need not pay

    dictionary = Dictionary(str(FILE))
    encoders: dict[str, Encoder] = {}
    decoders: dict[Key, tuple[str, Decoder]] = {}
    masked: set[Key] = set()
    for name, attribute in dictionary.attributes.items():
        vendor = dictionary.vendors.GetForward(attribute.vendor)
        key: Key = (vendor, attribute.code) if vendor else attribute.code
        encoders[name] = _encoder(attribute, key)
        decoders[key] = (name, _decoder(attribute))
        if attribute.encrypt or name in MASKED:
            masked.add(key)
    return _Table(encoders, decoders, frozenset(masked))


def _octets(value: Value) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise TypeError("octets are given as bytes or text")
    return bytes.fromhex(value[2:]) if value.startswith("0x") else value.encode()


def _string(authority: Callable[[Value], bytes], value: Value) -> bytes:
    """Text; pyrad for all else and for the error."""
    return value.encode() if isinstance(value, str) else authority(value)


def _integer(authority: Callable[[Value], bytes], value: Value) -> bytes:
    """A number of 32 bits, in hex after 0x; pyrad, which takes four times as long, for all else and for the error."""
    if isinstance(value, str) and value[:2] in {"0x", "0X"}:
        value = int(value, 16)
    if type(value) is int and 0 <= value <= 0xFFFFFFFF:
        return value.to_bytes(4, "big")
    return authority(value)


def _address(authority: Callable[[Value], bytes], value: Value) -> bytes:
    """An IPv4 address: the C library for the common form, which costs a tenth; pyrad for all else and for the error."""
    if isinstance(value, str):
        try:
            return socket.inet_pton(socket.AF_INET, value)
        except (OSError, ValueError):
            pass
    return authority(value)


def _date(value: Value) -> bytes:
    """Seconds since 1970, given as such, as a time in ISO 8601 (UTC where it names no zone), or as FreeRADIUS writes
    one: `May 31 2026 10:00:00 UTC`."""
    if isinstance(value, str) and not value.isdecimal():
        if value.endswith(" UTC"):
            moment = datetime.strptime(value[:-3] + "+0000", "%b %d %Y %H:%M:%S %z")
        else:
            moment = datetime.fromisoformat(value)
        value = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    from pyrad import tools

    return bytes(tools.EncodeInteger(value))


def _encoder(attribute: Any, key: Key) -> Encoder:
    from pyrad import tools

    name: str = attribute.name
    if attribute.encrypt:

        def refuse(_: Value) -> tuple[Key, bytes]:
            raise BadInput(f"{name} is hidden with the shared secret and cannot be set by name")

        return refuse
    convert = {
        "string": partial(_string, tools.EncodeString),
        "octets": _octets,
        "integer": partial(_integer, tools.EncodeInteger),
        "ipaddr": partial(_address, tools.EncodeAddress),
        "ipv6addr": tools.EncodeIPv6Address,
        "ipv6prefix": tools.EncodeIPv6Prefix,
        "date": _date,
    }.get(attribute.type) or partial(tools.EncodeAttr, attribute.type)
    named: dict[Value, bytes] = {text: attribute.values.GetForward(text) for text in _value_names(attribute)}
    folded: dict[Value, bytes] = {str(text).lower(): octets for text, octets in named.items()}
    limit = VALUE_MAXIMUM if isinstance(key, int) else VENDOR_VALUE_MAXIMUM
    wanted = _wanted(attribute.type, list(named))

    def encoder(value: Value) -> tuple[Key, bytes]:
        octets = named.get(value) if named else None
        if octets is None and named and isinstance(value, str):
            octets = folded.get(value.lower())
        if octets is None:
            try:
                octets = convert(value)
            except (TypeError, ValueError) as error:
                raise BadInput(f"{name}: {safe(str(value), 80)!r} does not fit", hint=wanted) from error
            if len(octets) > limit:
                raise BadInput(f"{name}: {len(octets)} octets, at most {limit} fit", hint=wanted)
        return key, octets

    return encoder


def _wanted(kind: str, named: Sequence[Value]) -> str:
    """What a value of that type looks like."""
    form = _FORMS.get(kind, f"a value of type {kind}")
    if not named:
        return f"it takes {form}"
    shown = ", ".join(str(name) for name in named[:NAMES_SHOWN])
    return f"it takes {form}, or a name: {shown}{', …' if len(named) > NAMES_SHOWN else ''}"


def _decoder(attribute: Any) -> Decoder:
    from pyrad import tools

    kind: str = attribute.type
    named = {attribute.values.GetForward(text): text for text in _value_names(attribute)}

    def decoder(octets: bytes) -> str | int:
        if octets in named:
            return named[octets]
        value = tools.DecodeAttr(kind, octets)
        return value if isinstance(value, (str, int)) else _hexadecimal(octets)

    return decoder


def _value_names(attribute: Any) -> list[str]:
    return list(attribute.values.forward)
