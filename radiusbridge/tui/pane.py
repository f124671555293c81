"""What is known of one row: as a pane beside the list, and as a page of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rich.console import ConsoleRenderable, Group
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.tui.evidence import TONE_STYLES, Shown, headline, reasons, step_line, step_table
from radiusbridge.tui.language import N_, _
from radiusbridge.tui.rows import BAD
from radiusbridge.tui.text import cell


@dataclass(frozen=True, slots=True)
class Detail:
    """head: what always has to be seen; shown: an operation with its evidence; more: lines below."""

    head: tuple[Text, ...] = ()
    shown: Shown | None = None
    more: tuple[Text, ...] = ()
    nothing: str = ""
    """What the page says where there is neither evidence nor more."""

    def top(self, now: datetime) -> list[Text]:
        """Head, verdict and why."""
        if self.shown is None:
            return list(self.head)
        return [*self.head, headline(self.shown.operation, now), *reasons(self.shown.operation)]


class Pane(Static):
    """Beside the list: what fits, the newest steps."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__("", id=id, markup=False)
        self._drawn: tuple[Text, ...] = ()

    def show(self, detail: Detail, now: datetime) -> None:
        """Draw, if anything differs."""
        lines = [line.copy() for line in detail.top(now)]
        room = self.content_size.height - len(lines)
        if detail.shown is not None and room > 0:
            steps = detail.shown.steps
            lines += [step_line(step, steps[0].started_at) for step in steps[-room:]]
            room -= min(room, len(steps))
        lines += [line.copy() for line in detail.more[: max(0, room)]]
        for line in lines:
            line.no_wrap, line.overflow = True, "ellipsis"
        if tuple(lines) != self._drawn:
            self._drawn = tuple(lines)
            self.update(Group(*lines), layout=False)


class Page(ModalScreen[None]):
    """Lines to scroll."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        Binding("escape,q,enter", "dismiss(None)", "back", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("g,home", "edge(-1)", show=False),
        Binding("G,end", "edge(1)", show=False),
    ]

    KEYS: ClassVar[str] = N_(" esc back   j k pgup pgdn scroll")

    def __init__(self) -> None:
        super().__init__()
        self._put: tuple[ConsoleRenderable, ...] = ()
        self._drawn: tuple[object, ...] = ()
        """What a detail was when it was last drawn."""

    def compose(self) -> ComposeResult:
        """One page and how to leave it."""
        with VerticalScroll(id="page"):
            yield Static(id="page-text", markup=False)
        yield Static(_(self.KEYS), id="page-keys", markup=False)

    def put(self, lines: Sequence[ConsoleRenderable], *, follow: bool = False) -> None:
        """Draw, if anything differs; follow: stay at the end."""
        if tuple(lines) != self._put:
            self._put = tuple(lines)
            if self.is_mounted and self.is_attached:
                self._draw(Group(*lines), follow=follow)

    def broke(self, error: RadiusbridgeError) -> None:
        """What ended it, below what is there; nothing more comes."""
        here = [
            Text(line.plain.removesuffix("…").rstrip(), line.style) if isinstance(line, Text) else line
            for line in self._put
        ]
        why = Text(f"✖ {cell(error.line(), 400)}", TONE_STYLES[BAD])
        self.put([*(line for line in here if line != Text("")), Text(""), why])

    def on_mount(self) -> None:
        """Draw what was put before."""
        if self._put:
            self._draw(Group(*self._put), follow=False)

    def _draw(self, content: Group, *, follow: bool) -> None:
        page = self.query_one("#page", VerticalScroll)
        at_end = page.scroll_offset.y >= page.max_scroll_y - 1
        self.query_one("#page-text", Static).update(content)
        if at_end and follow:
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


class EvidencePage(Page):
    """All of a detail; follows the newest step until the operator scrolls up."""

    def show(self, detail: Detail, now: datetime) -> None:
        """Draw, if anything differs."""
        lines = detail.top(now)
        steps = () if detail.shown is None else detail.shown.steps
        if not self.is_mounted or (tuple(lines), len(steps), detail.more) == self._drawn:
            return
        self._drawn = (tuple(lines), len(steps), detail.more)
        table: list[ConsoleRenderable] = [step_table(steps), Text("")] if steps else []
        nothing = [Text(detail.nothing, "dim")] if detail.nothing and not steps and not detail.more else []
        running = detail.shown is not None and not detail.shown.operation.status.final
        self._draw(Group(*lines, Text(""), *table, *detail.more, *nothing), follow=running)


class DetailPage(EvidencePage):
    """Of the row under the cursor: the list shows it."""
