"""Whether a yes was meant: nobody answers a question that was not seen yet, and no text answers it."""

from typing import Any

from textual.app import App
from textual.events import Key

from radiusbridge.tui.keyboard import Keyboard
from radiusbridge.tui.language import _


def deliberate(app: App[Any], key: Key, since: float) -> bool:
    """Whether it was pressed by itself, after the question was shown (`since`); if not, that is told."""
    keyboard = getattr(app, "keyboard", None)
    if not isinstance(keyboard, Keyboard) or keyboard.deliberate(key, since):
        return True
    words = _("it came in one go with other keys, or before the question was shown; press it again")
    app.notify(words, title=_("not taken as a yes"), severity="warning")
    return False
