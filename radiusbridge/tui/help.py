"""The help screen, made from the action table."""

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from radiusbridge.tui.actions import ACTIONS, MOVES, SIGNS


class Help(ModalScreen[None]):
    """Every key of the screen below."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape,q,question_mark,enter", "dismiss(None)", "back", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def compose(self) -> ComposeResult:
        """One page."""
        with VerticalScroll(id="help"):
            yield Static(_page(), markup=False)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one("#help", VerticalScroll).scroll_relative(y=by, animate=False)


def _page() -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="bold", no_wrap=True, min_width=10)
    table.add_column(no_wrap=True, min_width=8)
    table.add_column()
    for action in ACTIONS:
        table.add_row(action.shown, action.title, Text(action.help))
    for rows in (MOVES, SIGNS):
        table.add_row()
        for left, words in rows:
            table.add_row(left, "", Text(words))
    return table
