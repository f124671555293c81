"""What is wrong with a field, what a restart does, and what became of a log, in the operator's language.

Checks and services stand below the dashboard and speak English, as the verbs print it. Those of their sentences that
are read at once and never kept are known here by their form, and said anew with what was put into them; any other stays
as it is.
"""

import re
from functools import cache

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.tui.language import ENGLISH, N_, _, current

SENTENCES = (
    N_("“{text}” is not a rate"),
    N_("write it like 10M, 512k or 10000000"),
    N_("“{text}” is not a size"),
    N_("write it like 50G, 512M or 5000000"),
    N_("“{text}” is not a duration"),
    N_("write it like 30s, 10m, 1d12h or 4w"),
    N_("the user name is empty"),
    N_("give the name that the customer dials with"),
    N_("the user name has {n} characters"),
    N_("RADIUS carries {n} octets"),
    N_("the user name holds the character U+{code}"),
    N_("control, invisible and direction characters are not allowed"),
    N_("the user name begins or ends with a blank"),
    N_("take the blank away"),
    N_("the {what} is empty or begins or ends with a blank"),
    N_("give a plain {what}"),
    N_("the {what} has {n} characters"),
    N_("{n} are allowed"),
    N_("the {what} holds a character that is not allowed"),
    N_("letters, digits, blanks, - and _"),
    N_("the {what} holds a control, invisible or direction character"),
    N_("type it again as plain text"),
    N_("“{text}” is not host[:port]"),
    N_("write it like 10.0.0.1:3799 or [fd00::1]:3799"),
    N_("“{text}” is not a host name"),
    N_("give an address or a name without blanks"),
    N_("give an address or a name"),
    N_("“{text}” is not an IP address"),
    N_("write it like 10.20.0.7"),
    N_("“{text}” is not a date"),
    N_("“{text}” is not a day"),
    N_("write it like 2026-12-31"),
    N_("“{text}” is not a caller-id"),
    N_("a MAC address like 02:00:00:00:00:01, bind, or none"),
    N_("the certificate's fingerprint is not a SHA-256 in hex"),
    N_("give its 64 hex digits"),
)
"""As the checks say them; `what` is the name of a field."""
OF_SERVICES = (
    N_("{n} PPP sessions drop"),
    N_("{n} hotspot guests drop"),
    N_("its User Manager answers no login meanwhile"),
    N_("{what} cannot be read: {why}"),
    N_("followed"),
    N_("followed again"),
    N_("not followed: {why}"),
    N_("its buffer moved on meanwhile: lines are missing"),
    N_("that is not what has to be in the drawer"),
    N_("count again, or say why: --reason TEXT"),
)
"""As a restart foretells what it does, as we tell between a router's lines whether we follow them, and as a form says
that a drawer was counted otherwise."""
_FIELD = re.compile(r"\\{(\w+)\\}")


def told(words: str) -> str:
    """A sentence of a check or service in the operator's language."""
    if current() == ENGLISH:
        return words
    for form, text in _forms():
        if found := form.fullmatch(words):
            put_in = {name: _(value) if name == "what" else value for name, value in found.groupdict().items()}
            return _(text).format(**put_in)
    return words


def told_line(error: RadiusbridgeError) -> str:
    """As `RadiusbridgeError.line`."""
    return type(error)(told(error.summary), target=error.target, hint=told(error.hint)).line()


@cache
def _forms() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(_FIELD.sub(r"(?P<\1>.*)", re.escape(text)), re.DOTALL), text) for text in SENTENCES + OF_SERVICES
    )
