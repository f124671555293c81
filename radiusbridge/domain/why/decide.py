"""From what was read to the chain, and from the chain to an answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from radiusbridge.domain.refusals import RefusalCause
from radiusbridge.domain.text import safe
from radiusbridge.domain.why.facts import Facts
from radiusbridge.domain.why.link import HERE, Link, State, broken, note, ok, ours, unseen
from radiusbridge.domain.why.nas_links import nas_links
from radiusbridge.domain.why.record_links import record_links
from radiusbridge.domain.why.server_links import said, server_links

ESSENTIAL = frozenset(
    {"session", "server", "account", "plan", "nas", "pppoe", "use-radius", "local-secret", "radius-row", "dial"}
)
"""Links without which nobody can say that nothing keeps the customer out."""
DECIDED = frozenset(
    {
        RefusalCause.DISABLED, RefusalCause.UNKNOWN_USER, RefusalCause.LICENCE, RefusalCause.NO_ADDRESS,
    }
)  # fmt: skip
"""Causes that what was read decides; one that it contradicts was mended since."""


class Answer(StrEnum):
    """How the question was answered."""

    ONLINE = "online"
    BROKEN = "broken"
    """A link is broken; the first one is the answer."""
    SILENT = "silent"
    """Everything that keeps customers out was looked at and does not; nobody dials."""
    UNKNOWN = "unknown"
    """Nothing is broken among what could be looked at; something could not be."""
    READING = "reading"


@dataclass(frozen=True, slots=True)
class Chain:
    """The links, from the customer outwards. words: the answer in one sentence, safe to show."""

    answer: Answer
    words: str
    links: tuple[Link, ...]

    def of(self, *states: State) -> tuple[Link, ...]:
        """The links in one of these states."""
        return tuple(link for link in self.links if link.state in states)

    @property
    def first(self) -> Link | None:
        """The first broken link."""
        return next(iter(self.of(State.BROKEN)), None)


def decide(facts: Facts) -> Chain:
    """The chain as far as it was read, and the answer that it gives."""
    links = [*record_links(facts), *server_links(facts), *_at_nases(facts)]
    links = [_session(facts), *links]
    links.append(_dial(facts, links))
    answer, words = _answer(facts, links)
    return Chain(answer, safe(words, 600), tuple(links))


def _at_nases(facts: Facts) -> Iterator[Link]:
    """The links of the NAS that the customer dials in at; where that is not known, of all: then one in order is enough
    for a customer to get in, as far as anybody can tell."""
    home = facts.home
    if not facts.nas_records:
        yield unseen("nas", facts.server_record.name, "no NAS of this server is recorded: radiusbridge nas add")
        return
    names = sorted((nas.name for nas in facts.nas_records), key=lambda name: (name != home, name))
    chains = {name: list(nas_links(facts, name)) for name in names}
    all_broken = all(any(link.state is State.BROKEN for link in chain) for chain in chains.values())
    for name, chain in chains.items():
        if name == home or (home is None and all_broken):
            yield from chain
        elif home is None:
            yield from map(_perhaps, chain)
        else:
            yield _perhaps(chain[0])


def _perhaps(link: Link) -> Link:
    """A link of a NAS that may not be the customer's."""
    if link.state is not State.BROKEN:
        return link
    return replace(link, state=State.UNSEEN if link.id == "nas" else State.DOUBT)


def _session(facts: Facts) -> Link:
    if facts.moving:
        told = [
            f"session {row.session_id or row.id}, {row.address or 'no address'}, from {row.caller_id or '?'}"
            for row in facts.moving
        ]
        return ok("session", HERE, _online(facts), *told)
    if facts.live:
        where = ", ".join(sorted({row.nas for row in facts.live}))
        seen = f"a session on {where}, in the isolation list"
        return note("session", HERE, seen)
    unread = [nas.name for nas in facts.nases if nas.sessions is None]
    if len(facts.nases) < len(facts.nas_records):
        return Link("session", HERE, State.PENDING, "being looked for")
    if unread or not facts.nas_records:
        return unseen("session", HERE, f"no session was seen; not read: {', '.join(unread) or 'any NAS'}")
    return note("session", HERE, f"no session on {', '.join(nas.name for nas in facts.nases)}")


def _online(facts: Facts) -> str:
    return "online on " + " and ".join(f"{row.nas}{f' for {row.uptime}' if row.uptime else ''}" for row in facts.moving)


def _dial(facts: Facts, links: Sequence[Link]) -> Link:
    """What is known of the customer's own dials since the last login."""
    if _reading(links):
        return Link("dial", HERE, State.PENDING, "being looked for")
    if facts.live and not facts.moving and not any(link.state is State.BROKEN for link in links):
        seen = "the session is still in the isolation list, though nothing isolates any more"
        return broken("dial", HERE, seen, mend=ours("kick", facts.customer.number))
    refusal = facts.refusal
    unread = [f"{each.router}: {each.trouble}" for each in facts.heard if each.trouble]
    if facts.live:
        return ok("dial", HERE, "the last dial was let in")
    if refusal is None:
        since = f", which reaches back to {_reach(facts)}" if _reach(facts) else ""
        if unread or not facts.heard:
            return unseen("dial", HERE, f"no refusal is known, and not every log was read: {'; '.join(unread)}")
        last = f"; last login {facts.entered:%Y-%m-%d %H:%M:%S} UTC" if facts.entered else ""
        logs = ", ".join(each.router for each in facts.heard)
        return note("dial", HERE, f"no dial in the log of {logs}{since}{last}")
    if any(link.state is State.BROKEN for link in links):
        return note("dial", HERE, f"the last dial was refused: {said(refusal)}")
    if refusal.cause in DECIDED:
        return unseen(
            "dial", HERE, f"refused for a reason that is mended since; wait for the next dial: {said(refusal)}"
        )
    why = "" if refusal.cause is not RefusalCause.REJECTED else ", and no log says why"
    return broken("dial", HERE, f"the last dial was refused{why}", said(refusal), *unread)


def _reach(facts: Facts) -> str:
    moments: list[datetime] = [each.back_to for each in facts.heard if each.back_to is not None]
    return f"{max(moments):%Y-%m-%d %H:%M:%S} UTC" if moments else ""


def _reading(links: Sequence[Link]) -> bool:
    return any(link.state is State.PENDING for link in links)


def _answer(facts: Facts, links: Sequence[Link]) -> tuple[Answer, str]:
    who = f"{facts.customer.number} ({facts.customer.username})"
    if facts.moving:
        return Answer.ONLINE, f"{who} is {_online(facts)}"
    if _reading(links):
        return Answer.READING, f"reading about {who}"
    first = next((link for link in links if link.state is State.BROKEN), None)
    if first is not None:
        where = "" if first.where == HERE else f"{first.where}: "
        return Answer.BROKEN, f"{who} cannot get online: {where}{first.seen}"
    dark = [link for link in links if link.state is State.UNSEEN and link.id in ESSENTIAL]
    if dark:
        told = "; ".join(f"{link.id} at {link.where}: {link.seen}" for link in dark)
        return Answer.UNKNOWN, f"nothing broken was found for {who}, but not everything could be seen: {told}"
    return Answer.SILENT, f"nothing was found that keeps {who} out, and nobody dials: look at the line and the CPE"
