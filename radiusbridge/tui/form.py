"""A form that is checked as one types: each field says at once what is wrong with it."""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Key
from textual.geometry import Size
from textual.reactive import Reactive
from textual.screen import ModalScreen
from textual.widgets import Input, Static
from textual.widgets.input import Selection

from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.language import _
from radiusbridge.tui.pane import Page
from radiusbridge.tui.rows import BAD, GOOD, WARN
from radiusbridge.tui.text import cell
from radiusbridge.tui.told import told, told_line

if TYPE_CHECKING:
    from radiusbridge.gateways.ports import Finding

Values = Mapping[str, str]
MOST = 400
"""Characters of a field."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a form. check: raises BadInput for a text that cannot be."""

    name: str
    label: str
    check: Callable[[str], object]
    value: str = ""
    hint: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Ways:
    """What a form can do beside ending with what was typed.

    whole: raises BadInput for fields that do not go together. test: tries out what is typed, and changes nothing.
    save: stores it; what it raises is told in the form, which then stays.
    """

    whole: Callable[[Values], object] = lambda _: None
    test: "Callable[[Values], AsyncIterator[Finding]] | None" = None
    save: Callable[[Values], Coroutine[Any, Any, None]] | None = None


class PlainInput(Input):
    """Characters that would act on the terminal are shown instead; a secret is kept as it is typed."""

    virtual_size = Reactive(Size(0, 0))
    """As Textual's, which lays the whole screen out anew for each letter."""

    def validate_value(self, value: str) -> str:
        """Textual calls this before the value is kept."""
        return value if self.password else cell(value, MOST)

    def on_key(self, event: Key) -> None:
        """Nothing more goes to the end of a field that is full."""
        full = not self.password and len(self.value) >= MOST
        if event.is_printable and full and self.selection == Selection.cursor(len(self.value)):
            event.stop()
            event.prevent_default()


class Form(ModalScreen[Values | None]):
    """Ends with what was typed, every field of it sound, or None. Nothing is done before ctrl+s."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        Binding("escape", "dismiss(None)", "leave", show=False),
        Binding("ctrl+s", "save", "save", show=False, priority=True),
        Binding("ctrl+t", "test", "test", show=False, priority=True),
        # before the fields' own: where they are more than fit, those would scroll and leave the cursor where it is
        Binding("up", "app.focus_previous", show=False, priority=True),
        Binding("down", "app.focus_next", show=False, priority=True),
    ]

    def __init__(self, title: str, entries: Sequence[Entry], ways: Ways | None = None) -> None:
        super().__init__()
        self._title = title
        self._entries = {entry.name: entry for entry in entries}
        self._ways = ways or Ways()
        self._told = Text()
        """What the last test or attempt to save led to, until the next key."""
        self._saving = self._unchecked = False

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
            test = _("^t test   ") if self._ways.test is not None else ""
            yield Static(f" {test}{_('^s save   ⏎ next   esc leave')}", id="form-keys", markup=False)

    def on_mount(self) -> None:
        """Say from the start what is missing."""
        self._check()

    def on_input_changed(self) -> None:
        """As one types; of letters that come together once."""
        self._told = Text()
        if not self._unchecked:
            self._unchecked = True
            self.call_later(self._checked)

    def _checked(self) -> None:
        self._unchecked = False
        self._check()

    def on_input_submitted(self) -> None:
        """To the next field; never past the last one into a yes."""
        self.focus_next()

    @property
    def values(self) -> dict[str, str]:
        """What is typed."""
        return {name: self.query_one(f"#field-{name}", Input).value for name in self._entries}

    def wrong(self) -> dict[str, str]:
        """What is wrong, by field; under "" what does not go together."""
        found: dict[str, str] = {}
        values = self.values
        for name, text in values.items():
            try:
                self._entries[name].check(text)
            except BadInput as error:
                found[name] = told_line(error)
        if not found:
            try:
                self._ways.whole(values)
            except BadInput as error:
                found[""] = _words(error)
        return found

    def action_save(self) -> None:
        """End, if everything is sound; else go to the first field that is not."""
        if not self._sound() or self._saving:
            return
        if self._ways.save is None:
            self.dismiss(self.values)
        else:
            self._saving = True
            self.run_worker(self._save(self._ways.save), group="save")

    def action_test(self) -> None:
        """Try out what is typed, step by step."""
        if self._ways.test is not None and self._sound():
            page = Page()
            self.app.push_screen(page, lambda _: None)
            self.run_worker(self._test(self._ways.test, page), group="test", exclusive=True)

    def _sound(self) -> bool:
        wrong = self.wrong()
        first = next(iter(wrong), "")
        if first:
            self.query_one(f"#field-{first}", Input).focus()
        return not wrong

    async def _save(self, save: Callable[[Values], Coroutine[Any, Any, None]]) -> None:
        values = self.values
        try:
            await save(values)
        except RadiusbridgeError as error:
            self._tell(f"✖ {_words(error)}", BAD)
        else:
            self.dismiss(values)
        finally:
            self._saving = False

    async def _test(self, test: "Callable[[Values], AsyncIterator[Finding]]", page: Page) -> None:
        from radiusbridge.gateways.ports import Mark
        from radiusbridge.tui.words import finding_lines

        title = Text(_("test before it is saved"), "bold")
        found: list[Finding] = []
        page.put([title, Text("…")])
        try:
            async for finding in test(self.values):
                found.append(finding)
                page.put([title, *finding_lines(found), Text("…")])
        except RadiusbridgeError as error:
            page.put([title, *finding_lines(found), Text(f"✖ {cell(error.line(), 300)}", TONE_STYLES[BAD])])
            self._tell(f"✖ {error.line()}", BAD)
            return
        page.put([title, *finding_lines(found), Text(_("over; esc leads back to the form"), "dim")])
        failed = next((each for each in found if each.mark is Mark.FAILED), None)
        if failed is not None:
            self._tell(_("✖ the step that fails: {step}: {words}").format(step=failed.step, words=failed.words), BAD)
        elif any(each.mark is Mark.WARN for each in found):
            self._tell(_("! tested: it works, with a warning; ^t shows it"), WARN)
        else:
            self._tell(_("✔ tested: every step passed; ^s saves it"), GOOD)

    def _tell(self, words: str, tone: str) -> None:
        if self.is_attached:
            self._told = Text(cell(words, 300), TONE_STYLES[tone])
            self._check()

    def _check(self) -> None:
        wrong = self.wrong()
        for name, entry in self._entries.items():
            label = Text(f"✖ {entry.label}", "bold") if name in wrong else Text(f"  {entry.label}")
            self._put(f"#label-{name}", label)
        told = self._told
        if wrong:
            first = next(iter(wrong))
            about = f"{self._entries[first].label}: " if first else ""
            told = Text(f"✖ {about}{cell(wrong[first], 200)}", "yellow")
        self._put("#form-wrong", told)

    def _put(self, where: str, text: Text) -> None:
        line = self.query_one(where, Static)
        if line.content != text:
            line.update(text)


def _words(error: RadiusbridgeError) -> str:
    """What happened and what to do; the form says to whom, and hints that name options are for the verbs."""
    summary = told(error.summary)
    return summary if "--" in error.hint or not error.hint else f"{summary}; {told(error.hint)}"
