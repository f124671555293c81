"""A form that is checked as one types: each field says at once what is wrong with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from radiusbridge.domain.errors import BadInput
from radiusbridge.tui.text import cell

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a form. check: raises BadInput for a text that cannot be."""

    name: str
    label: str
    check: Callable[[str], object]
    value: str = ""
    hint: str = ""
    secret: bool = False


class PlainInput(Input):
    """Characters that would act on the terminal are shown instead; a secret is kept as it is typed."""

    def validate_value(self, value: str) -> str:
        """Textual calls this before the value is kept."""
        return value if self.password else cell(value, 400)


class Form(ModalScreen[Values | None]):
    """Ends with what was typed, every field of it sound, or None. Nothing is done before ctrl+s."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        Binding("escape", "dismiss(None)", "leave", show=False),
        Binding("ctrl+s", "save", "save", show=False, priority=True),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._title = title
        self._entries = {entry.name: entry for entry in entries}

    def compose(self) -> ComposeResult:
        """A line for each field, what is wrong below."""
        with Vertical(id="form"):
            yield Static(self._title, id="form-title", markup=False)
            with VerticalScroll(id="form-fields", can_focus=False):
                for entry in self._entries.values():
                    with Horizontal(classes="field"):
                        yield Static(entry.label, classes="label", id=f"label-{entry.name}", markup=False)
                        yield PlainInput(
                            entry.value,
                            placeholder=entry.hint,
                            password=entry.secret,
                            id=f"field-{entry.name}",
                            compact=True,
                            select_on_focus=False,
                        )
            yield Static(id="form-wrong", markup=False)
            yield Static(" ^s save   ⏎ next   esc leave", id="form-keys", markup=False)

    def on_mount(self) -> None:
        """Say from the start what is missing."""
        self._check()

    def on_input_changed(self) -> None:
        """As one types."""
        self._check()

    def on_input_submitted(self) -> None:
        """To the next field; never past the last one into a yes."""
        self.focus_next()

    @property
    def values(self) -> dict[str, str]:
        """What is typed."""
        return {name: self.query_one(f"#field-{name}", Input).value for name in self._entries}

    def wrong(self) -> dict[str, str]:
        """What is wrong, by field."""
        found: dict[str, str] = {}
        for name, text in self.values.items():
            try:
                self._entries[name].check(text)
            except BadInput as error:
                found[name] = error.line()
        return found

    def action_save(self) -> None:
        """End, if everything is sound; else go to the first field that is not."""
        wrong = self.wrong()
        if wrong:
            self.query_one(f"#field-{next(iter(wrong))}", Input).focus()
        else:
            self.dismiss(self.values)

    def _check(self) -> None:
        wrong = self.wrong()
        for name, entry in self._entries.items():
            label = Text(f"✖ {entry.label}", "bold") if name in wrong else Text(f"  {entry.label}")
            self.query_one(f"#label-{name}", Static).update(label)
        first = next(iter(wrong), None)
        told = "" if first is None else f"✖ {self._entries[first].label}: {cell(wrong[first], 200)}"
        self.query_one("#form-wrong", Static).update(Text(told, "yellow"))
