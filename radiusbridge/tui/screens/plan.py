"""Servers and database brought together: the plan as a diff, and what a drift patrol found; chosen rows carried out."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.days import day_of
from radiusbridge.domain.planned import Take, What
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.actions.table import action
from radiusbridge.tui.bulk_runs import Work
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.frame import ListScreen, bindings_of
from radiusbridge.tui.headless import line_of
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.lines import Lines
from radiusbridge.tui.listing import Listing, Rows
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.review import applying, repairing
from radiusbridge.tui.review.drift_list import DriftList
from radiusbridge.tui.review.plan_list import WORDS, PlanList
from radiusbridge.tui.sheet import Sheet
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell
from radiusbridge.tui.typed_count import Asked, Hit

if TYPE_CHECKING:
    from radiusbridge.services.drift.repair import Chosen
    from radiusbridge.services.planning.applying import ApplyPreview

_TAKES = {"d": Take.DATABASE, "s": Take.SERVER, "k": Take.SKIP}
_ALL = "0"
_LETTERS = "123456789abdefghilmnoprstuvwxyz"


class PlanScreen(ListScreen[Any]):
    """Two lists: the plan, and drift."""

    NAME = "plan"
    RENEWAL = 60.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self.plan, self.drift = PlanList(), DriftList()
        self.list: PlanList | DriftList = self.plan
        self.marks = self.plan.marks
        self.servers: tuple[str, ...] = ()
        self._listings: dict[str, Listing[Any]] = {}

    @property
    def listed(self) -> str:
        """The plan, or drift."""
        return self.list.name

    def sheet(self) -> Sheet[Any]:
        """Of the list that is shown."""
        return self.list.sheet

    def sheets(self) -> tuple[Sheet[Any], ...]:
        """Of both lists."""
        return self.plan.sheet, self.drift.sheet

    def make_rows(self, desk: Desk) -> Listing[Any]:
        """Both lists; the one that is shown."""
        context = desk.context
        lists: tuple[PlanList | DriftList, ...] = (self.plan, self.drift)
        for each in lists:
            self._listings[each.name] = Listing[Any](
                each.sheet,
                partial(each.load, desk),
                self.rows_changed,
                self.failed,
                lambda: day_of(context.clock.now(), context.zone),
            )
        return self._listings[self.list.name]

    def state_of(self, row: Any) -> State:
        """The row, and which list it is of."""
        kind = str(row.item.kind) if self.list is self.drift and row is not None and row.finding is not None else ""
        return State(self.NAME, selected=row is not None, servers=self.servers, listed=self.list.name, kind=kind)

    def detail(self, row: Any) -> Detail:
        """Of the list that is shown."""
        return self.list.detail(row)

    @property
    def nothing(self) -> str:
        """Also that it was read, and nothing was found."""
        return self.list.nothing

    def counted(self, rows: Rows[Any]) -> str:
        """Not "0 differences" before anything was read."""
        return super().counted(rows) if self.list.was_read else _("not read yet")

    def draw_freshness(self) -> None:
        """How fresh the list is."""
        if self.desk is None or not self.is_attached:
            return
        if not self.query_text:
            self.table.say_empty(self.nothing)
        if self.unfit or self.trouble:
            super().draw_freshness()
            return
        name = cell(", ".join(self.servers), 60) or _("all servers")
        parts = (name, self.list.status(self.desk))
        words = " " + "   ".join(part for part in parts if part)
        self.say_freshness(Text(words, no_wrap=True, overflow="ellipsis"))

    # -- reading

    def do_review(self) -> None:
        """Read what is shown, again."""
        if self.desk is None:
            return
        desk, listed = self.desk, self.list
        self.trouble = ""

        async def read() -> None:
            await listed.read(desk, self.servers, self.renew)

        self.quietly(f"read {listed.name}", read)

    def do_choose_server(self) -> None:
        """Which, or all; then it is read."""

        async def work(desk: Desk) -> None:
            servers = await desk.context.database.read(lambda unit: unit.servers.all())
            names = dict(zip(_LETTERS, (server.name for server in servers), strict=False))
            lines = [(_ALL, _("all servers")), *names.items()]

            def picked(key: str | None) -> None:
                if key is not None:
                    self.servers = () if key == _ALL else (names[key],)
                    self.do_review()

            self.app.push_screen(Lines(lines, _("Read which server?"), pick=True), picked)

        self.dashboard.acting.opening("server", work)

    def do_toggle_drift(self) -> None:
        """The other list, without the filter of this one."""
        self.list = self.drift if self.list is self.plan else self.plan
        self.marks = self.list.marks
        self.clear_filter()
        if self._listings:
            self.rows = self._listings[self.list.name]
            self.on_resize()
            self.renew()

    # -- choosing

    def do_direct(self) -> None:
        """Of the marked rows, or of this one."""
        count = len(self.plan.chosen(self.row))
        title = ngettext("Direction of {count} row", "Direction of {count} rows", count).format(count=count)
        lines = [(key, _(WORDS[take])) for key, take in _TAKES.items()]

        def picked(key: str | None) -> None:
            if key is not None:
                self.plan.direct(self.row, _TAKES[key])
                self._chosen_changed()

        self.app.push_screen(Lines(lines, title, pick=True), picked)

    def do_direct_kind(self) -> None:
        """Of all accounts, or of all profiles."""
        options = {
            str(number): (what, take)
            for number, (what, take) in enumerate(((what, take) for what in What for take in Take), 1)
        }
        lines = [(key, f"{term(f'{what}s')}: {_(WORDS[take])}") for key, (what, take) in options.items()]

        def picked(key: str | None) -> None:
            if key is not None:
                self.plan.direct_kind(*options[key])
                self._chosen_changed()

        self.app.push_screen(Lines(lines, _("Direction of all rows of a kind"), pick=True), picked)

    def _chosen_changed(self) -> None:
        self.renew()
        self.ages_changed()

    # -- carrying out

    def do_apply(self) -> None:
        """Look what it would do, ask, and carry out."""
        rows, review = self.plan.chosen(self.row), self.plan.review
        assert review is not None

        async def ask(desk: Desk) -> "Asked[ApplyPreview]":
            return (await applying.look(desk, review, rows)).question(self._headless("apply"))

        async def begin(desk: Desk, hit: "Hit[ApplyPreview]") -> Work:
            return await applying.begin(desk, hit.found, self._tells(self.plan.outcomes))

        self.dashboard.acting.bulk.count("apply", ask, begin)

    def do_repair(self) -> None:
        """Look what it would do, ask, and carry out."""
        findings = self.drift.chosen(self.row)

        async def ask(desk: Desk) -> "Asked[Chosen]":
            return (await repairing.look(desk, findings)).question(self._headless("repair"))

        async def begin(desk: Desk, hit: "Hit[Chosen]") -> Work:
            return await repairing.begin(desk, hit.found, findings, self._tells(self.drift.outcomes))

        self.dashboard.acting.bulk.count("repair", ask, begin)

    def _headless(self, name: str) -> str:
        return line_of(action(name), self.dashboard.acting.state)

    def _tells(self, outcomes: dict[tuple[str, ...], str]) -> Callable[[tuple[str, ...], str], None]:
        def ended(key: tuple[str, ...], state: str) -> None:
            outcomes[key] = state
            if self.is_attached:
                self.ages_changed()

        return ended

    def do_save_plan(self) -> None:
        """The marked rows, or all, as a file."""
        review = self.plan.review
        if review is None:
            self.notify(_("nothing was read yet"), title=_("to file"), severity="warning")
            return
        keys = [row for row in review.rows if row in self.plan.marks] or list(review.rows)

        async def work(desk: Desk) -> None:
            from radiusbridge.services import exporting

            text = review.text(desk.context, keys)
            stem = f"radiusbridge-{desk.context.clock.now():%Y%m%d-%H%M%S}"
            file = await asyncio.to_thread(lambda: exporting.write_new(Path.cwd(), stem, "plan", text))
            told = ngettext("{count} row written", "{count} rows written", len(keys))
            self.notify(f"radiusbridge apply {file}", title=told.format(count=len(keys)))

        self.dashboard.acting.beside("to file", work)
