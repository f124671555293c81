"""What is shown on a terminal that is too small for a list."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Static

from radiusbridge.tui.language import _

LEAST = (60, 15)
"""Columns and lines that the lists and dialogs need."""


def too_small(width: int, height: int) -> bool:
    """Whether neither list nor dialog could be read."""
    return width < LEAST[0] or height < LEAST[1]


class TooSmall(ModalScreen[None]):
    """Lies on everything, dialogs too, so that no key answers a question that cannot be read."""

    BINDINGS = [Binding("q", "app.leave", show=False)]  # noqa: RUF012 - Textual declares it so

    def compose(self) -> ComposeResult:
        """A few words."""
        yield Static(id="small", markup=False)

    def on_mount(self) -> None:
        """Say how small."""
        self._look()

    def on_resize(self) -> None:
        """Say how small it is now, or go."""
        self._look()

    def on_screen_resume(self) -> None:
        """A dialog that came meanwhile is gone."""
        self._look()

    def _look(self) -> None:
        width, height = self.app.size
        if not too_small(width, height):
            if self.is_current:
                self.dismiss(None)
            return
        words = _("{width}x{height} is too small; the dashboard needs {least}, better 80x24.  q leaves")
        least = "x".join(map(str, LEAST))
        self.query_one("#small", Static).update(words.format(width=width, height=height, least=least))
