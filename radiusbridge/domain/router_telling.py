"""What was seen of a router that is started anew, in an operator's words."""

from typing import assert_never

from radiusbridge.domain.reboot import KINDS
from radiusbridge.domain.router_observations import (
    RebootAnswered,
    RouterAlive,
    RouterBack,
    RouterCounted,
    RouterSilent,
    Seen,
)


def tell_router(seen: Seen) -> tuple[str, str, str]:
    """As `telling.tell`."""
    match seen:
        case RouterCounted():
            guests = f", {seen.guests} hotspot guests" if seen.guests else ""
            counts = _counts({kind: len(names) for kind, names in seen.names}) + guests
            return "count", f"{seen.sessions + seen.guests} drop", f"RouterOS {seen.version or '?'}; {counts}"
        case RebootAnswered():
            return "reboot", str(seen.answer), seen.words
        case RouterSilent():
            return "look", "silent", seen.error
        case RouterAlive():
            return "look", "answers", "its uptime is not told" if seen.started is None else f"up for {_up(seen)}"
        case RouterBack():
            gone = sum(each.count for each in seen.missing)
            unread = "".join(f"; {kind} cannot be read: {why}" for kind, why in seen.unread)
            return "look", f"{gone} missing" if gone else "all back", _counts(dict(seen.counts)) + unread
        case _:
            assert_never(seen)


def _up(seen: RouterAlive) -> str:
    assert seen.started is not None
    return f"{max(0.0, seen.at - seen.started):.0f} s"


def _counts(of: dict[str, int]) -> str:
    return ", ".join(f"{kind} {of[kind]}" for kind in KINDS if kind in of)
