"""What becomes of bulk runs that are under way when one leaves."""

from radiusbridge.services.settings import Settings
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.language import _


def leave_runs(desk: Desk | None, settings: Settings | None) -> list[str]:
    """Leave them to processes of their own; lines for the operator. settings: of the database; None: it is not ours."""
    words = []
    for run_id in () if desk is None else sorted({*desk.works.left(), *desk.runs}):
        if settings is None:
            words.append(_("bulk run {id} is stopped; radiusbridge bulk resume {id}").format(id=run_id))
            continue
        from radiusbridge.services.carrying import leave_run_to_another_process

        leave_run_to_another_process(settings.database, run_id)
        words.append(
            _("bulk run {id} goes on without the dashboard; see: radiusbridge bulk show {id}").format(id=run_id)
        )
    return words
