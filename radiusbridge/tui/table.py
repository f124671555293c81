"""A virtual table: draws the visible lines only, from rows that may still be on their way."""

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from radiusbridge.tui.rows import FAINT, PLAIN, Cell, Column, Whole, widths
from radiusbridge.tui.text import fit

Line = tuple[Cell, ...]
Lines = Callable[[int], Line | None]
"""Index -> the cells of that line; None: not here yet."""

_TONES = ("plain", "good", "warn", "bad", "faint")


class _Bar(ScrollBar):
    """The scroll bar of a table."""

    virtual_size = Reactive(Size(0, 0))
    """As Textual's, which lays the whole screen out once more when its height is another."""


class VirtualTable(ScrollView, can_focus=True):
    """`show` tells how many lines there are, `changed` that their content may differ; both never wait."""

    COMPONENT_CLASSES = {  # noqa: RUF012 - Textual declares it so
        "table--header",
        "table--cursor",
        *(f"table--{tone}" for tone in _TONES),
    }
    BINDINGS = [  # noqa: RUF012
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown,ctrl+f", "page(1)", show=False),
        Binding("pageup,ctrl+u", "page(-1)", show=False),
        Binding("home,g", "go(0)", show=False),
        Binding("end,G", "go(-1)", show=False),
    ]
    cursor = reactive(0, repaint=False)
    virtual_size = Reactive(Size(0, 0))
    """As Textual's, which lays the whole screen out anew for another number of lines."""

    class Selected(Message):
        """The cursor stands on another line, or on another row in its line."""

    def __init__(self, lines: Lines, columns: Sequence[Column], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines = lines
        self._columns = tuple(columns)
        self._widths: tuple[int, ...] = ()
        self._count = 0
        self._empty = ""
        self._more = self._to_last = False
        self._heading = ""
        self._painted: dict[int, tuple[Line | None, bool]] = {}
        self._styles: dict[tuple[str, bool], Style] = {}

    def watch_has_focus(self, _has_focus: bool) -> None:
        """It looks alike with the focus and without: Textual would work its style out anew."""

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """As Textual's, made at the first use."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = bar = _Bar(
                vertical=True, name="vertical", thickness=self.scrollbar_size_vertical
            )
            bar.display = False
            self.app._start_widget(self, bar)  # noqa: SLF001 - as Textual's
        return self._vertical_scrollbar

    @property
    def count(self) -> int:
        """How many lines there are."""
        return self._count

    @property
    def visible_lines(self) -> range:
        """The indexes that are on the screen."""
        top = self.scroll_offset.y
        return range(top, min(self._count, top + max(0, self.size.height - 1)))

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns."""
        self._columns = tuple(columns)
        self._layout()

    def show(self, count: int, cursor: int | None = None, *, more: bool = False) -> None:
        """There are so many lines now; the cursor goes where it is told, or stays as near as it can. more: there are
        more, and who wants to the last line goes there once it is known."""
        if count != self._count:
            room = self._room
            self._count = count
            if self._room != room:
                self._layout()
            self.virtual_size = Size(self.size.width, count + 1)
            self.refresh()
        wanted = self.cursor if cursor is None else cursor
        self._more, last = more, self._to_last
        if last and not more:
            wanted, self._to_last = count - 1, False
        self.cursor = max(0, min(count - 1, wanted))
        self._follow()
        self.changed()

    @property
    def sizes(self) -> tuple[int, ...]:
        """How wide the columns are now."""
        return self._widths

    def say_heading(self, words: str) -> None:
        """What stands at the top in place of the columns' titles."""
        if words != self._heading:
            self._heading = words
            self.refresh()

    def say_empty(self, words: str) -> None:
        """What stands in a list without lines."""
        if words != self._empty:
            self._empty = words
            self.refresh()

    def changed(self) -> None:
        """Draw those visible lines again whose content differs from what is on the screen."""
        top = self.scroll_offset.y
        for index in self.visible_lines:
            if self._painted.get(index) != (self._lines(index), index == self.cursor):
                self.refresh(Region(0, index - top + 1, self.size.width, 1))

    def watch_virtual_size(self, size: Size) -> None:
        """The scroll bar is about as many lines as there are."""
        self._scroll_update(size)

    def on_resize(self) -> None:
        """Other widths."""
        self._layout()
        self._follow()

    def notify_style_update(self) -> None:
        """Colours changed."""
        self._styles.clear()
        super().notify_style_update()

    @property
    def _room(self) -> int:
        """Cells that the scroll bar does not take."""
        return self.size.width - (1 if self._count + 1 > self.size.height else 0)

    def _layout(self) -> None:
        self._widths = widths(self._columns, self._room)
        self.virtual_size = Size(self.size.width, self._count + 1)
        self.refresh()

    def _style(self, tone: str, cursor: bool) -> Style:
        found = self._styles.get((tone, cursor))
        if found is None:
            found = self.rich_style + self.get_component_rich_style(f"table--{tone}", partial=True)
            if cursor:
                found += self.get_component_rich_style("table--cursor", partial=True)
            self._styles[tone, cursor] = found
        return found

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self.size.width
        if y == 0:
            header = self._style("header", False)
            titles = [column.head(size) for column, size in zip(self._columns, self._widths, strict=False)]
            return Strip([Segment(fit(self._heading or " ".join(titles), width), header)], width)
        index = self.scroll_offset.y + y - 1
        if index >= self._count:
            words = self._empty if self._count == 0 and y == 2 else ""
            return Strip([Segment(fit(words, width), self._style(FAINT, False))], width)
        here = index == self.cursor
        line = self._lines(index)
        self._painted[index] = (line, here)
        if len(self._painted) > 500:
            self._painted = {at: seen for at, seen in self._painted.items() if at in self.visible_lines}
        if line is None:
            return Strip([Segment(fit("·  ·  ·", width), self._style("faint", here))], width)
        segments: list[Segment] = []
        sizes = _in_full(line, width) if isinstance(line, Whole) else self._widths
        for (text, tone), size in zip(line, sizes, strict=False):
            segments.append(Segment(fit(text, size), self._style(tone, here)))
            segments.append(Segment(" ", self._style(PLAIN, here)))
        return Strip(segments[:-1], sum(sizes) + len(sizes) - 1).crop_extend(0, width, self._style(PLAIN, here))

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw the two lines that differ; a scroll draws all."""
        if not self._follow():
            top = self.scroll_offset.y
            for index in (old, new):
                self.refresh(Region(0, index - top + 1, self.size.width, 1))
        self.post_message(self.Selected())

    def _follow(self) -> bool:
        """Scroll so that the cursor is on the screen; whether that moved anything."""
        top, room = self.scroll_offset.y, max(1, self.size.height - 1)
        if self.cursor < top:
            wanted = self.cursor
        elif self.cursor >= top + room:
            wanted = self.cursor - room + 1
        else:
            return False
        self.scroll_to(y=wanted, animate=False, force=True)
        return True

    def on_click(self, event: Click) -> None:
        """The mouse sets the cursor."""
        index = self.scroll_offset.y + event.y - 1
        if event.y > 0 and index < self._count:
            self.cursor = index

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self._to_last = False
        self.cursor = max(0, min(self._count - 1, self.cursor + by))

    def action_page(self, by: int) -> None:
        """Move the cursor by screens."""
        self.action_move(by * max(1, self.size.height - 2))

    def action_go(self, to: int) -> None:
        """First or last line."""
        self._to_last = to < 0 and self._more
        self.cursor = max(0, self._count - 1) if to < 0 else 0


def _in_full(line: Whole, width: int) -> tuple[int, ...]:
    """The size of each cell: that of its text, as far as there is room."""
    sizes, left = list[int](), width
    for text, _ in line:
        sizes.append(min(cell_len(text), max(0, left)))
        left -= sizes[-1] + 1
    return tuple(sizes)
