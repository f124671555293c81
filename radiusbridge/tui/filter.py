"""The line in which a filter is typed."""

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from radiusbridge.tui.language import _
from radiusbridge.tui.text import cell

MOST = 200
"""Characters of a filter."""


class FilterLine(Input):
    """What is typed or pasted; characters that would act on the terminal are shown instead."""

    virtual_size = Reactive(Size(0, 0))
    """As Textual's, which lays the whole screen out anew for each letter."""

    def __init__(self, value: str = "") -> None:
        hint = _("words, field:value, -not, (a or b)   ⏎ keep   esc clear   fields: ?")
        super().__init__(cell(value), id="filter", placeholder=hint, select_on_focus=False)

    def watch_has_focus(self, _has_focus: bool) -> None:
        """It is shown with the focus only: Textual would work its style out anew."""

    def validate_value(self, value: str) -> str:
        """Textual calls this before the value is kept; with its own `max_length` it would refuse a long paste whole."""
        return cell(value[:MOST])
