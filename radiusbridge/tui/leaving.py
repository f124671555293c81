"""What becomes of operations and bulk runs that are under way when one leaves."""

from typing import TYPE_CHECKING

from radiusbridge.domain.text import safe
from radiusbridge.domain.verdict import Status
from radiusbridge.services.settings import Settings
from radiusbridge.tui.language import _
from radiusbridge.tui.terms import term

if TYPE_CHECKING:
    from radiusbridge.domain.records import Operation
    from radiusbridge.tui.desk import Desk


def leave_runs(desk: "Desk | None", settings: Settings | None) -> list[str]:
    """Leave them to processes of their own; lines for the operator. settings: of the database; None: it is not ours."""
    words = []
    for runs in () if desk is None else desk.works.broken_off():
        ids = " ".join(map(str, runs))
        if settings is None:
            words.append(_("bulk run {id} is stopped; radiusbridge bulk resume {id}").format(id=ids))
            continue
        from radiusbridge.services.carrying import leave_runs_to_another_process

        leave_runs_to_another_process(settings.database, runs)
        words.append(
            _("bulk run {id} goes on without the dashboard; see: radiusbridge bulk show {first}").format(
                id=ids, first=runs[0]
            )
        )
    return words


def leave_operation(operation: "Operation", settings: Settings | None) -> str:
    """Leave it to a process of its own, if it can go on; a line for the operator. settings: as of `leave_runs`."""
    about = _("operation {id} ({intent} {who})").format(
        id=operation.id, intent=term(operation.intent), who=safe(operation.username, 80)
    )
    if settings is None:
        return _("{about} is {state}").format(about=about, state=term(operation.status))
    if operation.status is Status.WAITING:
        told = _("{about} waits for its server; carry it out with: radiusbridge op run {id}")
        return told.format(about=about, id=operation.id)
    from radiusbridge.services.carrying import leave_to_another_process

    leave_to_another_process(settings.database, operation.id)
    told = _("{about} goes on without the dashboard; see: radiusbridge op show {id}")
    return told.format(about=about, id=operation.id)
