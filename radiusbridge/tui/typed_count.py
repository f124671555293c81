"""The question before something is done to many: who and how many, and their number to be typed.

Nothing but the number says yes: a key that is held down types no number, and Enter alone confirms nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from rich.console import ConsoleRenderable, Group
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.events import Key, Mount
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import Worker

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.tui.clipboard import copy_line
from radiusbridge.tui.deliberate import deliberate
from radiusbridge.tui.dialogs import Answers, Choice, choice_line
from radiusbridge.tui.language import _
from radiusbridge.tui.text import cell

LONGEST = 7
"""Digits that can be typed."""
LEAST = 3
"""Lines of those who are hit that are always seen."""
SCROLLS = {"down": 1, "j": 1, "up": -1, "k": -1, "pagedown": 10, "pageup": -10}
"""Lines that a key scrolls by."""
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Hit(Generic[F]):
    """Who is hit, with these answers. size: the number to be typed; found: what a yes carries out; line: the same
    headless; pace: times the usual one."""

    size: int
    found: F
    lines: tuple[ConsoleRenderable, ...] = ()
    line: str = ""
    pace: float = 1.0


@dataclass(frozen=True, slots=True)
class Asked(Generic[F]):
    """One question about many. title: with their number; look: who is hit; effects: a sentence each."""

    title: Callable[[int], str]
    look: Callable[[Answers], Awaitable[Hit[F]]]
    effects: tuple[str, ...] = ()
    choices: Mapping[str, Choice] = field(default_factory=dict)

    @property
    def first(self) -> Answers:
        """What is picked before anything is."""
        return {name: choice.picked or "" for name, choice in self.choices.items()}


class TypedCount(ModalScreen[Hit[F] | None], Generic[F]):
    """Ends with what was shown, once its number was typed, or None."""

    BINDINGS = [Binding("escape", "dismiss(None)", "no", show=False)]  # noqa: RUF012 - Textual declares it so
    AUTO_FOCUS = ""

    def __init__(self, asked: Asked[F], hit: Hit[F]) -> None:
        super().__init__()
        self._asked = asked
        self._hit: Hit[F] | None = hit
        self._number = hit.size
        """Of what was looked at last."""
        self._answers: Answers = asked.first
        self._digits = ""
        self._wrong = ""
        self._since = 0.0
        self._looking: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        """One box; who is hit scrolls."""
        with Vertical(id="count"):
            yield Static(id="count-title", markup=False)
            with VerticalScroll(id="count-scroll", can_focus=False):
                yield Static(id="count-whom", markup=False)
            yield Static(id="count-foot", markup=False)

    @on(Mount)
    def _note_when(self, event: Mount) -> None:
        self._since = event.time

    def on_mount(self) -> None:
        """Show it."""
        self._show()

    def on_resize(self) -> None:
        """What has to be typed is seen at any height."""
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
            if deliberate(self.app, event, self._since):
                self._compare()
            return
        elif any(event.key in choice.options for choice in self._asked.choices.values()):
            self._pick(event.key)
        elif event.key in SCROLLS:
            self.query_one("#count-scroll", VerticalScroll).scroll_relative(y=SCROLLS[event.key], animate=False)
            return
        elif event.key == "c" and self._hit is not None and self._hit.line:
            copy_line(self.app, self._hit.line)
            return
        self._show()

    def _compare(self) -> None:
        hit = self._hit
        if hit is not None and hit.size and self._digits == str(hit.size):
            self.dismiss(hit)
            return
        if self._digits:
            self._wrong = _("{typed} is not the number; nothing was done").format(typed=self._digits)
        self._digits = ""
        self._show()

    def _pick(self, key: str) -> None:
        for name, choice in self._asked.choices.items():
            if key in choice.options:
                self._answers = {**self._answers, name: choice.options[key][0]}
        self._digits, self._hit = "", None
        self._looking = self.run_worker(self._look_again, exclusive=True)

    async def _look_again(self) -> None:
        try:
            self._hit = await self._asked.look(self._answers)
            self._number = self._hit.size
            self._wrong = ""
        except RadiusbridgeError as error:
            self._wrong = cell(error.line(), 200)
        self._show()

    def _show(self) -> None:
        if not self.is_mounted:
            return
        hit = self._hit
        size = 0 if hit is None else hit.size
        width = max(3, min(78, self.size.width) - 4)
        title, foot = Text(f"{self._asked.title(self._number)}\n", "bold"), self._foot(size, width)
        lines = (Text(_("  looking whom it hits …")),) if hit is None else hit.lines
        self.query_one("#count-title", Static).update(title)
        self.query_one("#count-whom", Static).update(Group(*lines))
        self.query_one("#count-foot", Static).update(foot)
        below = len(foot.wrap(self.app.console, width))
        self.query_one("#count-scroll").styles.max_height = max(LEAST, self.size.height - below - 4)

    def _foot(self, size: int, width: int) -> Text:
        text = Text("\n")
        for name, choice in self._asked.choices.items():
            text.append_text(choice_line(choice, self._answers[name]))
        for effect in self._asked.effects:
            rows = Text(effect).wrap(self.app.console, width - 2)
            text.append("".join(f"  {row.plain}\n" for row in rows), "dim")
        text.append("\n")
        if self._wrong:
            text.append(f"  ✖ {self._wrong}\n", "bold red")
        if size:
            text.append(_("  Type {n} and press ⏎: ").format(n=size), "bold")
            text.append(f"{self._digits}▏", "bold reverse")
            text.append("      ")
        elif self._hit is not None:
            text.append("  " + _("There is nothing to do.") + "      ", "bold")
        text.append("  esc ", "reverse")
        text.append(_(" no"))
        if self._hit is not None and self._hit.line:
            text.append(f"\n\n  {cell(self._hit.line, 200)}", "dim")
            text.append("\n  c ", "reverse")
            text.append(_(" copies this line"))
        return text


def shortened(line: Text, width: int = 72) -> Text:
    """On one line of a dialog."""
    line.no_wrap = True
    line.truncate(width, overflow="ellipsis")
    return line
