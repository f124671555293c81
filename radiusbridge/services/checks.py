"""Checks of what operators type that several services share. Each returns the plain form or raises BadInput."""

import re

from radiusbridge.domain.errors import BadInput

_MAC = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def plain_text(text: str, what: str, limit: int = 200) -> str:
    """One line of printable text, blanks at the ends taken away; may be empty."""
    plain = text.strip()
    if len(plain) > limit:
        raise BadInput(f"the {what} has {len(plain)} characters", hint=f"{limit} are allowed")
    if not plain.isprintable():
        raise BadInput(
            f"the {what} holds a control, invisible or direction character", hint="type it again as plain text"
        )
    return plain


def caller_id(text: str) -> str:
    """A MAC address as RouterOS writes it, `bind`, or empty: no lock."""
    plain = text.strip()
    if plain.casefold() == "bind" or not plain:
        return plain.casefold()
    mac = plain.upper().replace("-", ":")
    if not _MAC.fullmatch(mac):
        raise BadInput(f"“{plain[:40]}” is not a caller-id", hint="a MAC address like 02:00:00:00:00:01, bind, or none")
    return mac


def fingerprint(text: str) -> str:
    """A certificate's SHA-256 in 64 lower-case hex digits; colons are allowed."""
    plain = text.replace(":", "").strip().lower()
    if not _FINGERPRINT.fullmatch(plain):
        raise BadInput("the certificate's fingerprint is not a SHA-256 in hex", hint="give its 64 hex digits")
    return plain


def host(text: str, what: str) -> str:
    """An address or host name without blanks and control characters."""
    plain = text.strip()
    if not plain or len(plain) > 255 or not plain.isprintable() or any(char.isspace() for char in plain):
        raise BadInput(f"“{plain[:80]}” is not a host name", target=what, hint="give an address or a name")
    return plain
