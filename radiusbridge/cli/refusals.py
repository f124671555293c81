"""A customer's last refusal, for people and for scripts."""

from radiusbridge.cli import output
from radiusbridge.domain.refusals import Refusal
from radiusbridge.domain.text import safe
from radiusbridge.services.refusals import WORDS

Pairs = list[tuple[str, str]]


def refusal_view(refusal: Refusal) -> dict[str, object]:
    """As JSON has it."""
    return {
        "at": refusal.at.isoformat(),
        "cause": str(refusal.cause),
        "words": refusal.words,
        "router": refusal.router,
        "times": refusal.times,
        "entered_at": None if refusal.entered_at is None else refusal.entered_at.isoformat(),
    }


def refusal_pairs(refusal: Refusal | None) -> Pairs:
    """Names and values for `output.details`."""
    if refusal is None:
        return []
    entered = refusal.entered_at
    since = "not since" if entered is None or entered < refusal.at else output.local_time(entered)
    often = f", {refusal.times} times" if refusal.times > 1 else ""
    return [
        ("last refusal", f"{output.local_time(refusal.at)}{often}: {WORDS[refusal.cause]}"),
        ("", f"{safe(refusal.router, 60)}: {refusal.words}"),
        ("on line again", since),
    ]
