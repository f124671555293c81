"""The chain of `why`: for people and for scripts."""

from radiusbridge.cli import output
from radiusbridge.cli.views import View, time_of
from radiusbridge.domain.text import safe
from radiusbridge.domain.why.link import HERE, Link, State
from radiusbridge.services.why import Told

_MARKS = {
    State.OK: "ok     ",
    State.NOTE: "note   ",
    State.BROKEN: "BROKEN ",
    State.DOUBT: "doubt  ",
    State.UNSEEN: "unseen ",
    State.PENDING: "…      ",
}
_TOLD = (State.BROKEN, State.DOUBT, State.UNSEEN, State.NOTE)


def show(told: Told, *, everything: bool) -> None:
    """The answer, what mends it, then the chain; lines to paste stand alone, unbroken."""
    chain = told.chain
    for part in output.wrapped(chain.words, output.width()):
        output.line(part)
    if chain.first is not None:
        _mend(chain.first)
    output.line()
    for link in chain.links:
        if everything or link.state in _TOLD:
            _show(link, first=link is chain.first)
    in_order = len(chain.of(State.OK))
    if in_order and not everything:
        output.line(f"{in_order} links are in order (--all shows them)")


def _show(link: Link, *, first: bool) -> None:
    where = "" if link.where == HERE else f" @ {safe(link.where, 20)}"
    head = f"  {_MARKS[link.state]}  {link.id + where:<24}"
    room = max(30, output.width() - len(head))
    words = [part for text in (link.seen, *link.evidence) for part in output.wrapped(safe(text, 600), room)]
    output.line((head + words[0]).rstrip())
    for part in words[1:]:
        output.line(" " * len(head) + part)
    if not first:
        _mend(link)


def _mend(link: Link) -> None:
    for mend in link.mend:
        output.line(f"  -> {f'on {safe(mend.on, 40)}: ' if mend.on else ''}{safe(mend.line, 2000)}")


def view(told: Told, status: int) -> View:
    """The whole answer."""
    chain, facts = told.chain, told.facts
    return {
        "customer": facts.customer.number,
        "user": facts.customer.username,
        "server": facts.server_record.name,
        "at": time_of(facts.now),
        "answer": str(chain.answer),
        "text": chain.words,
        "nas": facts.home,
        "first": None if chain.first is None else _link(chain.first),
        "links": [_link(link) for link in chain.links],
        "exit": status,
    }


def _link(link: Link) -> View:
    return {
        "id": link.id,
        "where": link.where,
        "state": str(link.state),
        "text": link.seen,
        "evidence": [safe(each, 300) for each in link.evidence],
        "mend": [{"on": mend.on or None, "line": mend.line} for mend in link.mend],
    }
