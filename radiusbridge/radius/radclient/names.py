"""Attribute and packet names as radclient takes them: in any case, and the raw forms of unknown attributes."""

import re
from functools import cache

from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.radius import dictionary
from radiusbridge.radius.packet import VALUE_MAXIMUM, VENDOR_VALUE_MAXIMUM, Code, Key, code_name
from radiusbridge.radius.radclient.lines import Pair

_RAW = re.compile(r"attr-26\.(\d{1,10})\.(\d{1,3})|vendor-(\d{1,10})-attr-(\d{1,3})|attr-(\d{1,3})")
_CODES = {code_name(code).lower(): code for code in Code}


def canonical(name: str) -> str:
    """The name as our dictionary writes it; unknown ones as they are."""
    return _folded().get(name.lower(), name)


def key_of(name: str) -> Key:
    """The key of a name, `Attr-200`, `Attr-26.14988.8` and `Vendor-14988-Attr-8` among them. UnknownName."""
    raw = _RAW.fullmatch(name.lower())
    if raw is None:
        return dictionary.key_of(canonical(name))
    vendor, kind = raw[1] or raw[3], raw[2] or raw[4] or raw[5]
    if not 0 < int(kind) < 256 or (vendor and int(vendor) > 0xFFFFFFFF):
        raise UnknownName(f"no RADIUS attribute has the number of {name}", hint="1 to 255")
    return (int(vendor), int(kind)) if vendor else int(kind)


def encode(pair: Pair) -> tuple[Key, bytes]:
    """The attribute of a pair. UnknownName with the nearest names; BadInput for a value that does not fit."""
    raw = _RAW.fullmatch(pair.name.lower())
    if raw is None:
        try:
            return dictionary.encode(pair.name, pair.text)
        except UnknownName as unknown:
            known = canonical(pair.name)
            if known != pair.name:
                return dictionary.encode(known, pair.text)
            hint = f"{unknown.hint}; one that is missing here is sent as Attr-26.VENDOR.TYPE = 0xHEX"
            raise UnknownName(unknown.summary, hint=hint) from unknown
    key = key_of(pair.name)
    octets = _hexadecimal(pair)
    limit = VALUE_MAXIMUM if isinstance(key, int) else VENDOR_VALUE_MAXIMUM
    if len(octets) > limit:
        raise BadInput(f"{pair.name}: {len(octets)} octets, at most {limit} fit")
    return key, octets


def code_of(pair: Pair) -> int:
    """The packet type that the value names, `Access-Request` or a number. UnknownName."""
    text = pair.value.decode(errors="replace").strip()
    if text.isascii() and text.isdecimal() and int(text) < 256:
        return int(text)
    code = _CODES.get(text.lower())
    if code is None:
        from difflib import get_close_matches  # needed for a typing error only

        near = [code_name(_CODES[match]) for match in get_close_matches(text.lower(), _CODES, n=3)]
        hint = f"did you mean {' or '.join(near)}?" if near else "such as Access-Request or CoA-Request"
        raise UnknownName(f"{pair.name} names no packet type that is known here", hint=hint)
    return code


def _hexadecimal(pair: Pair) -> bytes:
    text = pair.value.decode(errors="replace")
    try:
        if text[:2].lower() == "0x":
            return bytes.fromhex(text[2:])
    except ValueError:
        pass
    raise BadInput(f"{pair.name} takes octets in hex after 0x")


@cache
def _folded() -> dict[str, str]:
    return {name.lower(): name for name in dictionary.names()}
