"""The question before something is done to many: who and how many, and their number to be typed.

Nothing but the number says yes: a key that is held down types no number, and Enter alone confirms nothing.
"""

from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import Worker

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.tui import formats
from radiusbridge.tui.bulk_asking import EFFECTS, Asked
from radiusbridge.tui.clipboard import copy_line
from radiusbridge.tui.dialogs import Answers, choice_line
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.services.bulk.preview import Preview

NAMED = 4
"""Customers that are named before they are only counted."""
LONGEST = 7
"""Digits that can be typed."""
Typed = tuple["Preview", int]


class TypedCount(ModalScreen[Typed | None]):
    """Ends with what was shown and the number that was typed, or None."""

    BINDINGS = [Binding("escape", "dismiss(None)", "no", show=False)]  # noqa: RUF012 - Textual declares it so
    AUTO_FOCUS = ""

    def __init__(self, asked: Asked, preview: "Preview") -> None:
        super().__init__()
        self._asked = asked
        self._preview: Preview | None = preview
        self._answers: Answers = asked.first
        self._digits = ""
        self._wrong = ""
        self._looking: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        """One box."""
        with Vertical(id="question"):
            yield Static(id="question-text", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        self._show()

    def on_key(self, event: Key) -> None:
        """Digits are typed, Enter compares, letters pick."""
        if event.key == "escape":
            return
        event.stop()
        if event.character is not None and event.character in "0123456789" and len(self._digits) < LONGEST:
            self._digits += event.character
            self._wrong = ""
        elif event.key in {"backspace", "ctrl+h"}:
            self._digits = self._digits[:-1]
        elif event.key == "enter":
            self._compare()
            return
        elif event.key == "c" and self._line:
            copy_line(self.app, self._line)
            return
        else:
            self._pick(event.key)
        self._show()

    def _compare(self) -> None:
        preview = self._preview
        if preview is not None and preview.rows and self._digits == str(len(preview.rows)):
            self.dismiss((preview, len(preview.rows)))
            return
        if self._digits:
            self._wrong = _("{typed} is not the number; nothing was done").format(typed=self._digits)
        self._digits = ""
        self._show()

    def _pick(self, key: str) -> None:
        for name, choice in self._asked.choices.items():
            if key in choice.options:
                self._answers = {**self._answers, name: choice.options[key][0]}
                self._digits, self._preview = "", None
                self._looking = self.run_worker(self._look_again, exclusive=True)

    async def _look_again(self) -> None:
        try:
            self._preview = await self._asked.look(self._answers)
            self._wrong = ""
        except RadiusbridgeError as error:
            self._wrong = cell(error.line(), 200)
        self._show()

    @property
    def _line(self) -> str:
        return "" if self._preview is None else self._asked.line(self._answers, self._preview)

    def _show(self) -> None:
        asked, preview = self._asked, self._preview
        count = 0 if preview is None else len(preview.rows)
        text = Text()
        title = ngettext("{verb} {n} customer?", "{verb} {n} customers?", count)
        text.append(title.format(verb=term(asked.action).capitalize(), n=formats.number(count)) + "\n\n", "bold")
        if preview is None:
            text.append(_("  looking whom it hits …\n"))
        else:
            self._append_whom(text, preview)
        for name, choice in asked.choices.items():
            text.append_text(choice_line(choice, self._answers[name]))
        text.append(f"\n  {_(EFFECTS[asked.action])}\n")
        text.append(_("  3 have to end PROVEN before the others follow; one key stops it.\n\n"), "dim")
        if self._wrong:
            text.append(f"  ✖ {self._wrong}\n", "bold red")
        if count:
            text.append(_("  Type {n} and press ⏎: ").format(n=count), "bold")
            text.append(f"{self._digits}▏", "bold reverse")
            text.append("      ")
        text.append("  esc ", "reverse")
        text.append(_(" no"))
        if self._line:
            text.append(f"\n\n  {cell(self._line, 200)}", "dim")
            text.append("\n  c ", "reverse")
            text.append(_(" copies this line"))
        self.query_one("#question-text", Static).update(text)

    def _append_whom(self, text: Text, preview: "Preview") -> None:
        servers = ", ".join(f"{cell(name, 30)} {count}" for name, count in preview.per_server().items())
        for label, words in ((_("on"), servers), (_("live on"), cell(self._asked.spread(preview), 200))):
            if words:
                line = Text(f"  {label:<10}{words}", no_wrap=True)
                line.truncate(68, overflow="ellipsis")
                text.append_text(line).append("\n")
        for row in preview.rows[:NAMED]:
            line = Text(f"            {cell(row.number, 20)} ", no_wrap=True)
            line.append(cell(row.username, 40), "bold").append(f"  {cell(row.name, 40)}")
            line.truncate(68, overflow="ellipsis")
            text.append_text(line).append("\n")
        if len(preview.rows) > NAMED:
            text.append(_("            and {n} more\n").format(n=len(preview.rows) - NAMED))
        if self._asked.gone:
            text.append(
                _("  gone      {n} of the marked are not there any more\n").format(n=self._asked.gone), "yellow"
            )
        if preview.left_out:
            first = preview.left_out[0]
            who = cell(first.customer.number or first.customer.username, 20)
            words = _("  left out  {n}: {who}: {why}").format(n=len(preview.left_out), who=who, why=cell(first.why, 60))
            line = Text(words, "yellow", no_wrap=True)
            line.truncate(68, overflow="ellipsis")
            text.append_text(line).append("\n")
