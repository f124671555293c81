"""What becomes of bulk runs that are under way when one leaves."""

from typing import TYPE_CHECKING

from radiusbridge.services.settings import Settings
from radiusbridge.tui.language import _

if TYPE_CHECKING:
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
