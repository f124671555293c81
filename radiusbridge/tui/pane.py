"""One customer with the last operation: as a pane beside the list, and as a page of its own."""

from datetime import datetime

from rich.console import Group
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from radiusbridge.services.roster import Entry
from radiusbridge.services.watch import Presence
from radiusbridge.tui.evidence import Shown, customer_lines, headline, reasons, step_line, step_table


def head(entry: Entry, presence: Presence, shown: Shown | None, now: datetime) -> list[Text]:
    """What always has to be seen: the customer, how they stand, the verdict and why."""
    lines = customer_lines(entry, presence, now)
    return lines if shown is None else [*lines, headline(shown.operation, now), *reasons(shown.operation)]


class Pane(Static):
    """Beside the list: what fits, the newest steps."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__("", id=id, markup=False)
        self._drawn: tuple[Text, ...] = ()

    def show(self, entry: Entry | None, presence: Presence | None, shown: Shown | None, now: datetime) -> None:
        """Draw, if anything differs."""
        lines: list[Text] = []
        if entry is not None and presence is not None:
            lines = head(entry, presence, shown, now)
            room = self.content_size.height - len(lines)
            if shown is not None and room > 0:
                start = shown.steps[0].started_at if shown.steps else now
                lines += [step_line(step, start) for step in shown.steps[-room:]]
        for line in lines:
            line.no_wrap, line.overflow = True, "ellipsis"
        if tuple(lines) != self._drawn:
            self._drawn = tuple(lines)
            self.update(Group(*lines))


class EvidencePage(ModalScreen[None]):
    """All of it, scrolled; follows the newest step until the operator scrolls up."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        Binding("escape,q,enter", "dismiss(None)", "back", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("g,home", "edge(-1)", show=False),
        Binding("G,end", "edge(1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._drawn: tuple[tuple[Text, ...], int] = ((), 0)

    def compose(self) -> ComposeResult:
        """One page and how to leave it."""
        with VerticalScroll(id="page"):
            yield Static(id="page-text", markup=False)
        yield Static(" esc back   j k pgup pgdn scroll", id="page-keys", markup=False)

    def show(self, entry: Entry | None, presence: Presence | None, shown: Shown | None, now: datetime) -> None:
        """Draw, if anything differs."""
        if entry is None or presence is None or not self.is_mounted:
            return
        lines = head(entry, presence, shown, now)
        steps = () if shown is None else shown.steps
        if (tuple(lines), len(steps)) == self._drawn:
            return
        self._drawn = (tuple(lines), len(steps))
        page = self.query_one("#page", VerticalScroll)
        at_end = page.scroll_offset.y >= page.max_scroll_y - 1
        below = step_table(steps) if steps else Text("no operation yet", "dim")
        self.query_one("#page-text", Static).update(Group(*lines, Text(""), below))
        if at_end and shown is not None and not shown.operation.status.final:
            page.scroll_end(animate=False)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one("#page", VerticalScroll).scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Scroll by screens."""
        page = self.query_one("#page", VerticalScroll)
        page.scroll_relative(y=by * max(1, page.size.height - 1), animate=False)

    def action_edge(self, to: int) -> None:
        """To the first or the last line."""
        page = self.query_one("#page", VerticalScroll)
        (page.scroll_home if to < 0 else page.scroll_end)(animate=False)
