"""Lines of the routers' logs, and what became of following them: what they can be filtered by."""

import re
from dataclasses import dataclass
from datetime import datetime

from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary
from radiusbridge.domain.refusals import read_line

OURS = "radiusbridge"
"""The topic of what we say ourselves."""
LONGEST = 1_000
"""Characters of a message that are kept."""

LOG = Vocabulary.of(
    Field("at", Kind.DAY, help="the day of the line"),
    Field("router", help="whose log it is"),
    Field("topics", help="as RouterOS writes them, like pppoe,ppp,error; radiusbridge: we say it"),
    Field("message", help="the line"),
    Field("user", help="the user name that the line is about, where it names one"),
    Field("cause", help="of a refusal: wrong_password, disabled, …"),
)

_PPP = (
    re.compile(r"(?P<name>.{1,253}) logged (?:in|out),.*", re.DOTALL),
    re.compile(r"<pppoe-(?P<name>.{1,253}?)>: .*", re.DOTALL),
)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """at: by our clock. live: it came as it was written. Texts are the router's own, to be neutralised where shown."""

    number: int
    at: datetime
    router: str
    topics: str
    message: str
    live: bool = True
    user: str = ""
    cause: str = ""


def user_of(topics: str, message: str) -> tuple[str, str]:
    """(user name, cause of a refusal) that a line names; empty: none."""
    if len(message) > LONGEST:
        return "", ""
    refused = read_line(topics, message)
    if refused is not None:
        return refused.username, str(refused.cause)
    if "ppp" in topics.split(","):
        for pattern in _PPP:
            found = pattern.fullmatch(message)
            if found is not None:
                return found["name"], ""
    return "", ""


def look(entry: LogEntry, name: str) -> object:
    """A field of `LOG`; under `""` its words."""
    match name:
        case "at":
            return entry.at.astimezone().date()
        case "":
            return " ".join((entry.router, entry.topics, entry.message))
    value: object = getattr(entry, name)
    return value
