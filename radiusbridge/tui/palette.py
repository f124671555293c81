"""The command palette: every action and screen of the table by name, those that are not available with the reason."""

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.markup import escape

from radiusbridge.tui.actions.kinds import Action
from radiusbridge.tui.actions.table import actions_of
from radiusbridge.tui.headless import line_of
from radiusbridge.tui.language import _
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.tui.app import Dashboard


class Actions(Provider):
    """The actions of the list that is worked with."""

    @property
    def _dashboard(self) -> "Dashboard":
        return cast("Dashboard", self.app)

    def _offered(self) -> list[tuple[Action, str]]:
        acting = self._dashboard.acting
        state = acting.state
        return [
            # Textual reads markup here; names from the network are in it.
            (action, escape(cell(action.why_not(state) or line_of(action, state) or _(action.help), 300)))
            for action in actions_of(acting.screen.NAME)
            if action.id != "palette"
        ]

    async def discover(self) -> Hits:
        """All of them."""
        for action, words in self._offered():
            yield DiscoveryHit(self._title(action), partial(self._dashboard.acting.act, action.id), help=words)

    async def search(self, query: str) -> Hits:
        """Those that the letters fit."""
        matcher = self.matcher(query)
        for action, words in self._offered():
            title = self._title(action)
            score = max(matcher.match(_(action.title)) * 2, matcher.match(_(action.help)))
            if score > 0:
                yield Hit(score, title, partial(self._dashboard.acting.act, action.id), help=words)

    def _title(self, action: Action) -> str:
        return f"{_(action.title)}  ({self._dashboard.keymap.shown(action)})"
