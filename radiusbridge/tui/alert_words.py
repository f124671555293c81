"""Alerts in the dashboard's words, on whichever screen; new ones are told on all of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.text import beside
from radiusbridge.tui import formats
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.rows import BAD, FAINT, PLAIN, WARN
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell, short_duration

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from radiusbridge.services.alerts.board import Board, Listed
    from radiusbridge.tui.app import Dashboard

LOOK_EVERY = 5.0
"""Seconds between two looks for new alerts."""
EACH = 2
"""Up to so many new ones are told one by one."""
SHOWN = 12.0
"""Seconds that a new one is shown."""
SIGNS = {
    "critical": ("✖", BAD),
    "warning": ("!", WARN),
    "seen-to": ("·", PLAIN),
    "muted": ("–", FAINT),
    "resolved": ("✔", FAINT),
}


def state(row: "Listed") -> str:
    """One of `domain.alert_fields.STATES`."""
    episode = row.episode
    if not episode.raised:
        return "resolved"
    if row.muted:
        return "muted"
    return "seen-to" if episode.acked_at is not None else str(episode.severity)


def ago(moment: datetime, now: datetime) -> str:
    """How long it is since."""
    return short_duration(max(0.0, (now - moment).total_seconds()))


def unwatched(board: "Board") -> str:
    """That nobody looks, and since when."""
    if board.looked_at is None:
        return _("nobody watches: run radiusbridge agent")
    return _("nobody watches since {when}: run radiusbridge agent").format(when=formats.clock(board.looked_at))


def line(row: "Listed") -> str:
    """`router-down bras-1: no answer`."""
    episode = row.episode
    return f"{term(episode.kind)} {cell(episode.subject, 60)}: {cell(beside(episode.subject, episode.words), 200)}"


async def tell_news(app: "Dashboard") -> None:
    """Tell of each alert that is raised from now on, until the dashboard ends."""
    from radiusbridge.services.alerts.board import board as look

    assert app.desk is not None
    context = app.desk.context
    known: set[int] | None = None
    while True:
        board: Board | None
        try:
            board = await look(context)
        except RadiusbridgeError:
            board = None  # the screens tell that the database is gone
        if board is not None:
            fresh = [row for row in board.alerts if known is not None and row.episode.id not in known and not row.muted]
            _tell(app, fresh)
            # one that is muted is told when it is not any more
            known = (known or set()) | {row.episode.id for row in board.alerts if known is None or not row.muted}
        await context.clock.sleep(LOOK_EVERY)


def _tell(app: "Dashboard", fresh: "Sequence[Listed]") -> None:
    if app.leaving or not fresh:
        return
    worst = any(state(row) == "critical" for row in fresh)
    severity: SeverityLevel = "error" if worst else "warning"
    if len(fresh) <= EACH:
        for row in fresh:
            app.notify(line(row), title=f"{_('alerts')}: {term(state(row))}", severity=severity, timeout=SHOWN)
        return
    words = ngettext("{n} new alert", "{n} new alerts", len(fresh)).format(n=formats.number(len(fresh)))
    app.notify(f"{words}: {line(fresh[0])}", title=_("alerts"), severity=severity, timeout=SHOWN)
