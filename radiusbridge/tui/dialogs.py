"""Dialogs that ask before something is done to a customer. Only `y` says yes; nothing has the focus."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Key, Mount
from textual.screen import ModalScreen
from textual.widgets import Static

from radiusbridge.domain.live import Live
from radiusbridge.tui.clipboard import copy_line
from radiusbridge.tui.deliberate import deliberate
from radiusbridge.tui.evidence import live_lines
from radiusbridge.tui.language import _
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.services.watch import Presence


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several that a key picks. options: key -> (value, what it means)."""

    title: str
    options: Mapping[str, tuple[str, str]]
    picked: str | None
    """The value; None: none yet, and without one there is no yes."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is about to be done, to whom, and what follows in one sentence."""

    verb: str
    what: str
    whom: tuple[Text, ...]
    effect: str
    choices: Mapping[str, Choice] = field(default_factory=dict)


Answers = Mapping[str, str]


class Confirm(ModalScreen[Answers | None]):
    """Ends with the answers, or None."""

    BINDINGS = [Binding("escape,n,q", "dismiss(None)", "no", show=False)]  # noqa: RUF012
    AUTO_FOCUS = ""

    def __init__(
        self,
        question: Question,
        presence: Callable[[], "Presence"] | None = None,
        line: Callable[[Answers], str] | None = None,
    ) -> None:
        """presence: how the customer stands now; line: what does the same headless."""
        super().__init__()
        self._question = question
        self._look = presence
        self._line = line
        self._since = 0.0
        self._presence = None if presence is None else presence()
        self._answers = {name: choice.picked for name, choice in question.choices.items()}

    def compose(self) -> ComposeResult:
        """One box."""
        with Vertical(id="question"):
            yield Static(id="question-text", markup=False)

    @on(Mount)
    def _note_when(self, event: Mount) -> None:
        self._since = event.time

    def on_mount(self) -> None:
        """Show it."""
        self._show()

    def live_changed(self) -> None:
        """Show how the customer stands now."""
        presence = None if self._look is None else self._look()
        if presence != self._presence:
            self._presence = presence
            self._show()

    @property
    def line(self) -> str:
        """What does the same headless, with what is picked."""
        picked = {name: value for name, value in self._answers.items() if value is not None}
        return "" if self._line is None else self._line(picked)

    def on_key(self, event: Key) -> None:
        """`y` says yes; the letters of the choices pick."""
        if event.key in {"tab", "shift+tab", "enter", "space"}:
            event.stop()
            return
        if event.key == "y":
            event.stop()
            if None not in self._answers.values() and deliberate(self.app, event, self._since):
                self.dismiss({name: picked for name, picked in self._answers.items() if picked is not None})
            return
        if event.key == "c" and self.line:
            event.stop()
            copy_line(self.app, self.line)
            return
        for name, choice in self._question.choices.items():
            if event.key in choice.options:
                event.stop()
                self._answers[name] = choice.options[event.key][0]
                self._show()

    def _show(self) -> None:
        question = self._question
        text = Text()
        title = _("{verb} {what}?").format(verb=term(question.verb).capitalize(), what=question.what)
        text.append(f"{title}\n\n", "bold")
        for line in question.whom:
            text.append_text(line).append("\n")
        for name, choice in question.choices.items():
            text.append_text(choice_line(choice, self._answers[name]))
        self._append_live(text)
        text.append(f"\n  {question.effect}\n\n")
        if None in self._answers.values():
            text.append(_("  choose first"), "bold")
        else:
            text.append("  y ", "bold reverse")
            text.append(_(" yes, {verb}").format(verb=term(question.verb)))
        text.append("      ")
        text.append(" esc ", "reverse")
        text.append(_(" no"))
        if self.line:
            text.append(f"\n\n  {cell(self.line, 300)}", "dim")
            text.append("\n  c ", "reverse")
            text.append(_(" copies this line"))
        self.query_one("#question-text", Static).update(text)

    def _append_live(self, text: Text) -> None:
        if self._presence is None:
            return
        label = _("live now") if self._presence.state is not Live.UNKNOWN else _("live?")
        for line in live_lines(self._presence)[:3]:
            text.append(f"  {label:<8}  ")
            line.truncate(50, overflow="ellipsis")
            text.append_text(line)
            text.append("\n")
            label = ""


def choice_line(choice: Choice, picked_value: str | None) -> Text:
    """A choice with its keys, the picked one marked."""
    text = Text(f"  {choice.title:<10}")
    meaning = ""
    for key, (value, words) in choice.options.items():
        picked = picked_value == value
        meaning = words if picked and words else meaning
        text.append(f" {key} ", "reverse" if picked else "")
        text.append(f" {'◉' if picked else '○'} {term(value)}   ", "bold" if picked else "dim")
    text.append(meaning, "dim")
    text.append("\n")
    return text
