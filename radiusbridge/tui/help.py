"""The help screen, made from the action table."""

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from radiusbridge.domain.filters import Vocabulary
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.actions.legend import MOVES, SIGNS
from radiusbridge.tui.actions.table import PAGES, SCREENS, actions_of, own_of
from radiusbridge.tui.keymap import Keymap
from radiusbridge.tui.language import _
from radiusbridge.tui.terms import term

_TITLES = {name: title for name, title, *_key in (*SCREENS, *PAGES)}


class Help(ModalScreen[None]):
    """Every key of the screen below, and what its filter understands."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape,q,question_mark,enter", "dismiss(None)", "back", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, keymap: Keymap, state: State, vocabulary: Vocabulary | None = None) -> None:
        """vocabulary: of the filter; None: a page that is no list."""
        super().__init__()
        self._page = _page(keymap, state, vocabulary)

    def compose(self) -> ComposeResult:
        """One page."""
        with VerticalScroll(id="help"):
            yield Static(self._page, markup=False)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one("#help", VerticalScroll).scroll_relative(y=by, animate=False)


def _page(keymap: Keymap, state: State, vocabulary: Vocabulary | None) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="bold", no_wrap=True, min_width=9)
    table.add_column(no_wrap=True, min_width=8)
    table.add_column()
    table.add_row("", "", Text(_(_TITLES[state.screen]), "bold underline"))
    offered = actions_of(state.screen) if vocabulary is not None else own_of(state.screen)
    for action in sorted(offered, key=lambda each: not each.screens):
        why = action.why_not(state)
        words = Text(_(action.help))
        if why:
            words.append(_(" (now: {why})").format(why=why), "dim")
        table.add_row(keymap.shown(action), _(action.title), words)
    if vocabulary is None:
        return table
    for rows in (MOVES, SIGNS):
        table.add_row()
        for left, words_ in rows:
            table.add_row(left, "", Text(_(words_)))
    table.add_row()
    table.add_row("/", "", Text(_("words, and fields: area:utara -state:live up>2h user:*@wisp (a or b)")))
    for field in vocabulary.fields.values():
        choices = f": {', '.join(map(_choice, field.choices))}" if field.choices else ""
        table.add_row("", Text(field.name), Text(f"{_(field.help)}{choices}"))
    return table


def _choice(word: str) -> str:
    """As it is typed, and in brackets as screens show it where that differs."""
    shown = term(word)
    return word if shown == word else f"{word} ({shown})"
