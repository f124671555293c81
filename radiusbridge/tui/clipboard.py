"""Copying by OSC 52: through SSH, tmux and screen, as far as the terminal allows it."""

import os
from typing import Any

from textual.app import App

from radiusbridge.tui import formats
from radiusbridge.tui.headless import osc52
from radiusbridge.tui.language import _
from radiusbridge.tui.manners import Manners


def copy_line(app: App[Any], text: str) -> None:
    """Copy, and say so: whether the terminal took it cannot be known, so what was copied is shown."""
    manners = getattr(app, "manners", None)
    if isinstance(manners, Manners) and not manners.copy:
        app.notify(text, title=_("copying is switched off; this is the line"), timeout=15)
        return
    sequence = osc52(text, os.environ)
    if not sequence:
        words = _("{n} characters are too many for a terminal's clipboard")
        app.notify(words.format(n=formats.number(len(text))), title=_("not copied"))
        return
    driver = app._driver  # noqa: SLF001 - Textual's own copy_to_clipboard does not wrap for tmux and screen
    if driver is not None:
        driver.write(sequence)
    app.notify(text, title=_("copied"))
