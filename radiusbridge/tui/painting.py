"""The part of the application that sends to the terminal only what differs from what it shows."""

import os
from typing import Any, ClassVar, cast

from rich.color import ColorSystem
from rich.console import RenderableType
from textual import screen as textual_screen
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from radiusbridge.tui.repaint import Canvas, Ready

FRAMES = 480
"""Paintings a second at most. Textual's timer lets the second painting behind a key, with the rows that a letter finds,
wait for up to two of its periods: 33 ms with its 60. `Canvas` makes that painting as small as what it adds."""

if "TEXTUAL_FPS" not in os.environ:
    setattr(textual_screen, "UPDATE_PERIOD", 1 / FRAMES)  # noqa: B010


class PaintingApp(App[int]):
    """Paints by a `Canvas`. ctrl+l paints everything anew: other programs write on a terminal too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "repaint", "paint anew", show=False, priority=True),
    ]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._canvas = Canvas()

    def on_mount(self) -> None:
        """After ctrl-z the terminal shows something else. Textual calls this beside the `on_mount` of a subclass."""
        self.app_resume_signal.subscribe(self, lambda _: self._canvas.forget(), immediate=True)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """As Textual's, without what is on the screen already."""
        nothing = renderable is None or self._batch_count
        if nothing or not self._running or self._closed or self.is_headless or self._driver is None:
            super()._display(screen, renderable)
        elif not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            self._canvas.forget()
            super()._display(screen, renderable)
        else:
            colours = self.console._color_system or ColorSystem.TRUECOLOR  # noqa: SLF001 - as Textual's
            octets = self._canvas.paint(renderable, self.size, colours)
            cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
            if octets or cursor != self._previous_cursor_position:
                super()._display(screen, cast("RenderableType", Ready(octets)))
            else:
                self.post_display_hook()

    def action_repaint(self) -> None:
        """Whatever is on the terminal now."""
        self._canvas.forget()
        self.screen.refresh()
