"""The question before many are hit: says whom, and goes on only when the count is typed."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Group
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from radiusbridge.tui.clipboard import copy_line
from radiusbridge.tui.language import _
from radiusbridge.tui.text import cell

_LONGEST = 9


@dataclass(frozen=True, slots=True)
class Way:
    """How it would be done: what is said of it, and the count that has to be typed."""

    size: int
    lines: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Counting:
    """ways: one, or two that a key changes between. switch: that key and what it says. line: the same headless."""

    title: str
    ways: Mapping[bool, Way]
    switch: tuple[str, str] | None = None
    line: str = ""


class Counted(ModalScreen[bool | None]):
    """Ends with the way that was confirmed, or None. Nothing but the typed count and enter says yes."""

    BINDINGS = [Binding("escape,n,q", "dismiss(None)", "no", show=False)]  # noqa: RUF012 - Textual declares it so
    AUTO_FOCUS = ""

    def __init__(self, question: Counting) -> None:
        super().__init__()
        self._question = question
        self._way = False
        self._typed = ""
        self._wrong = False

    def compose(self) -> ComposeResult:
        """One box; what is said of whom scrolls."""
        with Vertical(id="counting"):
            yield Static(id="counting-title", markup=False)
            with VerticalScroll(id="counting-scroll", can_focus=False):
                yield Static(id="counting-text", markup=False)
            yield Static(id="counting-foot", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        self._show()

    def on_key(self, event: Key) -> None:
        """Digits, and nothing else, make the count."""
        switch, scroll = self._question.switch, self.query_one("#counting-scroll", VerticalScroll)
        if event.character and event.character.isascii() and event.character.isdigit():
            self._typed = (self._typed + event.character)[:_LONGEST]
        elif event.key == "backspace":
            self._typed = self._typed[:-1]
        elif event.key == "enter":
            event.stop()
            size = self._question.ways[self._way].size
            if size and self._typed == str(size):
                self.dismiss(self._way)
                return
            self._wrong, self._typed = True, ""
            self._show()
            return
        elif switch is not None and event.key == switch[0]:
            self._way, self._typed = not self._way, ""
        elif event.key in {"down", "j", "up", "k"}:
            scroll.scroll_relative(y=1 if event.key in {"down", "j"} else -1, animate=False)
        elif event.key in {"pagedown", "pageup"}:
            scroll.scroll_relative(y=scroll.size.height * (1 if event.key == "pagedown" else -1), animate=False)
        elif event.key == "c" and self._question.line:
            copy_line(self.app, self._question.line)
        else:
            return
        event.stop()
        self._wrong = False
        self._show()

    def _show(self) -> None:
        question = self._question
        way = question.ways[self._way]
        self.query_one("#counting-title", Static).update(Text(f"{question.title}\n", "bold"))
        self.query_one("#counting-text", Static).update(Group(*way.lines))
        self.query_one("#counting-foot", Static).update(self._foot(way.size))

    def _foot(self, size: int) -> Text:
        text = Text("\n")
        if self._question.switch is not None:
            key, words = self._question.switch
            text.append(f"  {key} ", "reverse")
            text.append(f" {'◉' if self._way else '○'} {words}\n")
        if not size:
            text.append("  " + _("There is nothing to do."), "bold")
        else:
            text.append("  " + _("Type {count} and enter to go on: ").format(count=size), "bold")
            text.append(f"{self._typed}_", "reverse")
            if self._wrong:
                text.append("  " + _("that is not the count; nothing was done"), "yellow")
        text.append("\n  esc ", "reverse")
        text.append(" " + _("no, leave everything as it is"))
        if self._question.line:
            text.append(f"\n  {cell(self._question.line, 300)}", "dim")
            text.append("\n  c ", "reverse")
            text.append(" " + _("copies this line"))
        return text
