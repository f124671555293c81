r"""Texts in the Value column of radcheck, radreply, radgroupcheck and radgroupreply, as FreeRADIUS 3 reads them.

A value that begins and ends with the same quote is a quoted string: its quotes go, and between back quotes `%{…}` is
expanded, so that a password or the name of an address list could make the server run something. Everywhere a backslash
may begin an escape (`\n`, `\047`). Between single quotes nothing is expanded. So texts are stored as they are where
that means the same, else between single quotes with a backslash before each backslash and single quote. A lone
backslash at the end makes the server drop the row, and with it the login. Source: rlm_sql's
sql_fr_pair_list_afrom_str and value_data_from_str, 3.2; held against the real server in
tests/peers/test_freeradius_engine.py.
"""

import re

from radiusbridge.domain.errors import BadInput

_QUOTES = ("'", '"', "`")
_ESCAPE = re.compile(r"\\(?:([0-7]{3})|(.))", re.DOTALL)
_MEANING = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"'}
LONGEST = 253
"""Octets of a text attribute (RFC 2865 section 5)."""


def stored(text: str) -> str:
    """How a text is written there. BadInput: it is empty, too long or has a NUL, and could not be an attribute."""
    size = len(text.encode("utf-8", "surrogateescape"))
    if not text or "\0" in text or size > LONGEST:
        raise BadInput(f"a text of {size} octets, or with a NUL, is no RADIUS attribute", hint="1 to 253 octets")
    if "\\" not in text and not _quoted(text):
        return text
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def meant(value: str) -> str | None:
    """The text that a stored value stands for; None: the server works it out anew for each login, or drops the row."""
    if "\\" not in value and not _quoted(value):
        return value
    if not _quoted(value):
        return None if _ends_open(value) else _ESCAPE.sub(_plain, value)
    if value[0] == "`" and "%" in value:
        return None
    return _ESCAPE.sub(_plain, value[1:-1].replace("\\'", "'") if value[0] == "'" else value[1:-1])


def _ends_open(value: str) -> bool:
    return (len(value) - len(value.rstrip("\\"))) % 2 == 1


def _quoted(value: str) -> bool:
    return len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTES


def _plain(escape: "re.Match[str]") -> str:
    octal, letter = escape.groups()
    if octal is not None:
        return chr(int(octal, 8))
    return _MEANING.get(letter, escape.group())
