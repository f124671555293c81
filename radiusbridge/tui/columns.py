"""The dialog in which the operator chooses a list's columns; what is chosen is seen at once."""

from collections.abc import Callable
from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from radiusbridge.tui.language import _
from radiusbridge.tui.sheet import Sheet


class Columns(ModalScreen[None]):
    """A line for each column."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        Binding("escape,q,enter,vertical_line", "dismiss(None)", "back", show=False),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("space,x", "flip", show=False),
        Binding("d", "usual", show=False),
    ]

    def __init__(self, sheet: Sheet[Any], changed: Callable[[], None]) -> None:
        """changed: draws the list again."""
        super().__init__()
        self._sheet = sheet
        self._changed = changed
        self._columns = tuple({each.name: each for each in reversed(sheet.columns)}.values())[::-1]
        self._at = 0

    def compose(self) -> ComposeResult:
        """One box."""
        with VerticalScroll(id="help"):
            yield Static(id="columns", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        self._show()

    def action_move(self, by: int) -> None:
        """To another column."""
        self._at = max(0, min(len(self._columns) - 1, self._at + by))
        self._show()

    def action_flip(self) -> None:
        """Show this one, or hide it; the last one stays."""
        column, here = self._columns[self._at], self._here()
        shown = column.name not in here
        trouble = ""
        if shown or len(here) > 1:
            self._choose(column.name, shown=shown)
        if shown and column.name not in self._here():
            trouble = _("{title} does not fit: hide another one").format(title=_(column.title))
        self._show(trouble)
        self._changed()

    def _here(self) -> frozenset[str]:
        """The columns that are shown."""
        return frozenset(each.name for each in self._sheet.shown(self.app.size.width))

    def _choose(self, name: str, *, shown: bool) -> None:
        """Only what differs from what the width of the screen decides is kept."""
        chosen = self._sheet.chosen
        chosen.pop(name, None)
        if (name in self._here()) != shown:
            chosen[name] = shown

    def action_usual(self) -> None:
        """As it was made."""
        self._sheet.chosen.clear()
        self._show()
        self._changed()

    def _show(self, trouble: str = "") -> None:
        here = self._here()
        text = Text(_("Columns of this list") + "\n\n", no_wrap=True, overflow="ellipsis")
        for at, column in enumerate(self._columns):
            line = f" {'▸' if at == self._at else ' '} [{'x' if column.name in here else ' '}] {_(column.title)} "
            text.append(line, "reverse" if at == self._at else "")
            if self._sheet.chosen.get(column.name) and column.name not in here:
                text.append(" " + _("does not fit"), "dim")
            text.append("\n")
        text.append(f"\n {trouble}\n" if trouble else "\n", "bold")
        for key, words in (("space", _("shows or hides")), ("d", _("as usual")), ("esc", _("back"))):
            text.append(f" {key} ", "reverse")
            text.append(f" {words}   ")
        self.query_one("#columns", Static).update(text)
