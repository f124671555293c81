"""A link of the chain from a customer to the internet."""

import shlex
from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.text import safe


class State(StrEnum):
    """How a link is."""

    OK = "ok"
    BROKEN = "broken"
    DOUBT = "doubt"
    """It may break the chain; what was seen does not decide it."""
    NOTE = "note"
    """Worth knowing; it keeps nobody out."""
    UNSEEN = "unseen"
    """It could not be looked at. Never taken for ok."""
    PENDING = "pending"
    """It is being read."""


@dataclass(frozen=True, slots=True)
class Mend:
    """A line that mends. on: the router into whose terminal it goes; empty: into our shell."""

    line: str
    on: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """where: the router that it is at, or `here`. seen: what was found; evidence: rows and lines that show it, each in
    words; mend: lines that mend it, in order."""

    id: str
    where: str
    state: State
    seen: str
    evidence: tuple[str, ...] = ()
    mend: tuple[Mend, ...] = ()


HERE = "here"


def ok(id_: str, where: str, seen: str, *evidence: str) -> Link:
    """In order."""
    return Link(id_, where, State.OK, safe(seen, 300), evidence)


def note(id_: str, where: str, seen: str, *evidence: str) -> Link:
    """Worth knowing."""
    return Link(id_, where, State.NOTE, safe(seen, 300), evidence)


def unseen(id_: str, where: str, why: str) -> Link:
    """Could not be looked at."""
    return Link(id_, where, State.UNSEEN, safe(why, 300))


def broken(id_: str, where: str, seen: str, *evidence: str, mend: tuple[Mend, ...] = ()) -> Link:
    """It keeps the customer out."""
    return Link(id_, where, State.BROKEN, safe(seen, 300), _told(evidence), mend)


def doubt(id_: str, where: str, seen: str, *evidence: str, mend: tuple[Mend, ...] = ()) -> Link:
    """It may."""
    return Link(id_, where, State.DOUBT, safe(seen, 300), _told(evidence), mend)


def _told(evidence: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(safe(each, 300) for each in evidence if each)


def ours(*words: str) -> tuple[Mend, ...]:
    """A line for our shell; names are quoted for it."""
    return (Mend("radiusbridge " + " ".join(shlex.quote(safe(word, 300)) for word in words)),)


def on(router: str, *lines: str) -> tuple[Mend, ...]:
    """Lines for a router's terminal."""
    return tuple(Mend(line, router) for line in lines)
