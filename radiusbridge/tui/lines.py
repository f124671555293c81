"""A short list to pick from by key: headless lines to copy, forms of a file."""

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from radiusbridge.tui.clipboard import copy_line
from radiusbridge.tui.language import _
from radiusbridge.tui.text import cell


class Lines(ModalScreen[str | None]):
    """lines: (key as it is shown, line). Picking copies the line, or with `pick` ends with the key."""

    BINDINGS = [Binding("escape,q", "dismiss(None)", "back", show=False)]  # noqa: RUF012 - Textual declares it so

    def __init__(self, lines: Sequence[tuple[str, str]], title: str = "", *, pick: bool = False) -> None:
        super().__init__()
        self._lines = dict(lines)
        copying = _("Copy the headless line of") if lines else _("Nothing can be done here without the dashboard")
        self._title = title if pick else copying
        self._pick = pick

    def compose(self) -> ComposeResult:
        """One box."""
        text = Text(f"{self._title}\n\n", "")
        for key, line in self._lines.items():
            text.append(f" {key} ", "reverse")
            text.append(f"  {cell(line, 300)}\n")
        text.append("\n esc ", "reverse")
        text.append(_(" back"))
        with VerticalScroll(id="help"):
            yield Static(text, markup=False)

    def on_key(self, event: Key) -> None:
        """Pick."""
        for key, line in self._lines.items():
            if event.character == key or (key == "⏎" and event.key == "enter") or event.key == key:
                event.stop()
                if not self._pick:
                    copy_line(self.app, line)
                self.dismiss(key)
                return
