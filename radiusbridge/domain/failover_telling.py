"""What was seen at a failover, in an operator's words."""

from typing import assert_never

from radiusbridge.domain.failover_observations import (
    DialsSeen,
    RolesStay,
    RolesTurned,
    RowsMoved,
    RowsSeen,
    RowsUnreadable,
    Seen,
    TargetAsked,
)


def tell_failover(seen: Seen) -> tuple[str, str, str]:
    """As `telling.tell`."""
    match seen:
        case RowsSeen():
            asked = [row for row in seen.rows if not row.disabled and row.services]
            told = ", ".join(f"{row.address} ({','.join(row.services)})" for row in asked)
            return "radius-rows", f"{len(asked)} asked", f"{seen.nas}: {told or 'nobody is asked'}"
        case RowsUnreadable():
            return "radius-rows", "silent" if seen.silent else "refused", f"{seen.nas}: {seen.error}"
        case RowsMoved():
            return "move", "failed" if seen.error else "done", f"{seen.nas}: {seen.error or seen.words}"
        case TargetAsked():
            return "target", "trouble" if seen.trouble else "ok", seen.trouble or seen.words
        case RolesTurned():
            return "turn", "turned", f"{seen.active} is the active server, epoch {seen.epoch}"
        case RolesStay():
            return "turn", "stays", seen.why
        case DialsSeen():
            return ("dials", *_dials(seen))
        case _:
            assert_never(seen)


def _dials(seen: DialsSeen) -> tuple[str, str]:
    if seen.target:
        return "seen", f"{seen.nas}: {seen.target} dialled in, and the new server counts it"
    if seen.other:
        return "elsewhere", f"{seen.nas}: {seen.other} dialled in, and the old server counts it"
    if seen.neither:
        why = f" ({seen.error})" if seen.error else ""
        return "uncounted", f"{seen.nas}: {seen.neither} dialled in, and neither server was seen to count it{why}"
    return ("unread", f"{seen.nas}: {seen.error}") if seen.error else ("none", f"{seen.nas}: nobody dialled in yet")
