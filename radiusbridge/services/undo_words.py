"""What an undo would do, and what it does not bring back, in words."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from radiusbridge.domain.accounts import Access
from radiusbridge.domain.changes import Change
from radiusbridge.domain.days import day_of
from radiusbridge.domain.observations import Observation, SessionsSeen, WriteBegan
from radiusbridge.domain.records import Intent, Operation
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.rows import made_by_hand
from radiusbridge.services.context import Context
from radiusbridge.services.foretelling import MOVING

_BY_ID = ("profile_id", "server_id")


def does_words(
    operation: Operation, change: Change, access: Access | None, zone: tzinfo | None = None
) -> tuple[str, ...]:
    """What it would do. zone: by which days are counted."""
    name = safe(operation.username, 60)
    words = [f"{name.removesuffix('_id')} is as before" for name in _BY_ID if name in change.fields]
    words += [f"hold {hold.kind} is opened again" for hold in change.closed]
    words += [f"hold {hold.kind} is closed" for hold in change.opened]
    if access is not None:
        words.append(f"{name} is {'let in again' if access is Access.OPEN else f'kept out again ({access})'}")
    if change.before is None:
        words.append(f"account and record of {name} are removed; a live session ends")
    elif change.after is None:
        words.append(f"account and record of {safe(change.before.username, 60)} are made again")
    return (*words, *field_words(change.fields, change.before, change.after, zone))


def field_words(names: Sequence[str], before: object, after: object, zone: tzinfo | None = None) -> tuple[str, ...]:
    """Each of these fields, as it was before and will be again."""
    return tuple(
        f"{name.replace('_', ' ')}: {_shown(before, name, zone)} again, now {_shown(after, name, zone)}"
        for name in names
        if name not in _BY_ID
    )


def _shown(record: object, field: str, zone: tzinfo | None) -> str:
    value = getattr(record, field)
    if isinstance(value, datetime):
        return day_of(value, zone).isoformat()
    return "***" if field == "password" else safe(str(value), 80) if value not in {None, ""} else "none"


def lost_words(operation: Operation, change: Change, log: Sequence[Observation]) -> tuple[str, ...]:
    """What does not come back."""
    ended = _ended(log)
    words = [f"sessions that ended do not come back: {', '.join(ended[:5])}"] if ended else []
    if operation.intent is Intent.ISOLATE and not ended:
        words.append("sessions that ended do not come back: the customer dials again")
    moved = any(name in MOVING for name in change.fields)
    if operation.intent is Intent.REMOVE or moved:
        words.append("a validity or quota that the server counts begins anew; its counters and sessions are gone")
    elif "profile_id" in change.fields:
        words.append("a validity or quota of the plan that is given again begins anew")
    if "unbind" in operation.wanted and (device := (operation.rows_before or {}).get("caller_id")):
        words.append(f"the lock to {device} was the server's own, and is not made again")
    if operation.intent is Intent.REMOVE:
        by_hand = made_by_hand(str((operation.rows_before or {}).get("attributes", "")))
        words += [f"made by hand, and gone: {', '.join(by_hand)}"] if by_hand else []
    return tuple(words)


def lost_days(context: Context, change: Change) -> tuple[str, ...]:
    """Of a renewal that only moved the date."""
    words = ["time that was used meanwhile; the renewal and its payment note stay in the history"]
    before = change.before
    if before is not None and before.paid_until is not None and before.paid_until <= context.clock.now():
        words.append("the customer is past the last paid day again: the next run of due customers may isolate")
    return tuple(words)


def _ended(log: Sequence[Observation]) -> list[str]:
    """Ids of the sessions that were live before the write, and that the newest lists do not have."""
    looks = [seen for seen in log if isinstance(seen, SessionsSeen)]
    began = next((seen.began for seen in log if isinstance(seen, WriteBegan)), float("inf"))
    before = {row.session_id for seen in looks if seen.began <= began for row in seen.sessions}
    newest = {seen.nas: seen for seen in looks}
    return sorted(before - {row.session_id for seen in newest.values() for row in seen.sessions})
