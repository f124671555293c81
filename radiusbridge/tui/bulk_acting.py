"""Marking, and what is done to the marked: the question, the run, its page."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from radiusbridge.tui.actions.kinds import Need
from radiusbridge.tui.actions.mark_actions import MARKED_ON
from radiusbridge.tui.actions.table import action
from radiusbridge.tui.bulk_page import BulkPage, toast_of
from radiusbridge.tui.bulk_runs import Work
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.language import _
from radiusbridge.tui.typed_count import Asked, Hit, TypedCount

if TYPE_CHECKING:
    from radiusbridge.services.bulk.preview import Preview
    from radiusbridge.tui.app import Dashboard

F = TypeVar("F")
ON_MARKED = {"customers": ("isolate", "activate", "kick", "renew"), "sessions": ("kick",)}
"""What can be done to the marked, by screen."""
SHOWN = 10.0
"""Seconds that the end of a run stays on the screen."""


class BulkActing:
    """The bulk half of one dashboard's actions."""

    def __init__(self, app: "Dashboard") -> None:
        self._app = app

    def takes(self, action_id: str) -> bool:
        """Whether an action hits the marked rows now, instead of the one under the cursor."""
        screen = self._app.list_screen
        return bool(screen.marks) and action_id in ON_MARKED.get(screen.NAME, ())

    def why_not(self, action_id: str) -> str:
        """Why it is not available on the marked; empty: it is."""
        if Need.WRITING in action(action_id).needs and self._app.read_only:
            return _("this dashboard is read-only")
        return "" if self._app.desk is not None else _("the database is not open yet")

    def mark(self) -> None:
        """Mark the row, or unmark it, and move on."""
        screen = self._app.list_screen
        if screen.NAME in MARKED_ON and screen.row is not None:
            screen.marks.toggle(screen.sheet().mark_key(screen.row))
            screen.table.action_move(1)
            screen.marks_changed()

    def mark_all(self) -> None:
        """Mark all that the filter shows."""
        screen = self._app.list_screen
        rows, query = screen.rows, screen.query_text.strip()
        if rows is None:
            return
        if screen.unfit:  # by the palette: the rows that are shown are not those of the filter
            self._app.notify(screen.unfit, title=_("mark all"), severity="warning")
            return

        async def marked() -> None:
            screen.marks.add_all(await rows.keys(), query)
            screen.marks_changed()

        self._app.keyboard.hold(screen.quietly("mark", marked))

    def ask(self, action_id: str) -> None:
        """Look whom it hits, and ask for their number."""
        screen = self._app.list_screen

        async def look(desk: Desk) -> "Asked[Preview]":
            return screen.ask_marked(desk, action_id)

        async def begin(desk: Desk, hit: "Hit[Preview]") -> Work:
            return await desk.works.begin(hit.found, hit.size, hit.pace)

        self.count(action_id, look, begin)

    def count(
        self,
        title: str,
        ask: Callable[[Desk], Coroutine[Any, Any, Asked[F]]],
        begin: Callable[[Desk, Hit[F]], Coroutine[Any, Any, Work | None]],
    ) -> None:
        """Ask for the number; once it is typed, begin, unmark, and show how it goes."""
        screen = self._app.list_screen

        async def look(desk: Desk) -> None:
            asked = await ask(desk)
            self._app.acting.offer(title, TypedCount(asked, await asked.look(asked.first)), answered)

        def answered(hit: Hit[F] | None) -> None:
            if hit is not None:
                self._app.acting.opening(title, partial(begun, hit))

        async def begun(hit: Hit[F], desk: Desk) -> None:
            work = await begin(desk, hit)
            if work is not None:
                screen.marks.clear()
                screen.marks_changed()
                self._app.push_screen(BulkPage(desk.works, work))

        self._app.acting.opening(title, look)

    def show_runs(self) -> None:
        """What was begun last here."""

        async def work(desk: Desk) -> None:
            last = desk.works.last
            if last is None:
                self._app.notify(_("no bulk run was begun here; radiusbridge bulk list"), title=_("bulk run"))
                return
            self._app.push_screen(BulkPage(desk.works, last))

        self._app.acting.opening("runs", work)

    # -- news

    def watch(self, desk: Desk) -> None:
        """Hear of the runs."""
        desk.works.changed = lambda _work: self._app.list_screen.draw_edges()
        desk.works.ended = self._ended

    def _ended(self, work: Work) -> None:
        if self._app.leaving:
            return
        title, words, severity = toast_of(work)
        self._app.notify(words or " ", title=title, severity=severity, timeout=SHOWN)
        self._app.list_screen.draw_edges()
        self._app.list_screen.renew()
