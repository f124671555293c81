"""Links that our own record decides: holds, and the last paid day."""

from collections.abc import Iterator

from radiusbridge.domain.records import HoldKind
from radiusbridge.domain.text import safe
from radiusbridge.domain.why.facts import Facts
from radiusbridge.domain.why.link import HERE, Link, broken, note, ok, ours


def record_links(facts: Facts) -> Iterator[Link]:
    """In order."""
    yield _held(facts)
    yield _paid(facts)


def _held(facts: Facts) -> Link:
    if not facts.holds:
        return ok("held", HERE, "no hold is open")
    number = facts.customer.number
    told = "; ".join(
        f"{hold.kind} since {hold.since:%Y-%m-%d}"
        + (f", {hold.reason}" if hold.reason else "")
        + (f", ticket {hold.ticket}" if hold.ticket else "")
        for hold in facts.holds
    )
    evidence = [f"hold {hold.kind} opened by {hold.owner or 'somebody unnamed'}" for hold in facts.holds]
    mend = tuple(
        line
        for hold in facts.holds
        for line in (
            ours("renew", number, "--months", "1")
            if hold.kind is HoldKind.UNPAID
            else ours("activate", number, "--hold", str(hold.kind))
        )
    )
    return broken("held", HERE, f"held: {told}", *evidence, mend=mend)


def _paid(facts: Facts) -> Link:
    paid, standing = facts.customer.paid_until, facts.standing
    if paid is None or standing is None:
        return ok("paid", HERE, "no last paid day is recorded")
    if not standing.days_late:
        return ok("paid", HERE, f"paid until {paid:%Y-%m-%d}")
    next_ = standing.left_out or "the next due run isolates"
    seen = f"{standing.days_late} days late ({next_}); by itself that keeps nobody out"
    return note("paid", HERE, safe(seen, 300))
