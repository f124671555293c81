"""What the terminal is, whether a dashboard can be drawn on it, and how it is left in order."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from radiusbridge.tui.language import N_, _

HINT = N_("use the headless verbs, e.g. radiusbridge customer list, radiusbridge isolate NAME; see radiusbridge --help")
LOOK = 2.0
"""Seconds between two looks whether the terminal is still there."""


def unfit(environment: Mapping[str, str]) -> str:
    """Why no dashboard can be drawn here; empty: it can."""
    if environment.get("TERM", "") == "dumb":
        return _("this terminal cannot place characters (TERM=dumb)")
    if not all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__)):
        return _("the dashboard needs a terminal for input and output")
    return ""


def theme_for(environment: Mapping[str, str]) -> str:
    """The theme: our own where 256 colours can be shown, else the terminal's own sixteen, or none."""
    term = environment.get("TERM", "")
    rich = environment.get("COLORTERM", "").lower() in {"truecolor", "24bit"} or "256color" in term or "direct" in term
    return "bridge" if rich and "NO_COLOR" not in environment else "ansi-dark"


class Colourless(LineFilter):
    """Takes every colour away and keeps bold, reverse and the like: what NO_COLOR asks for."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The segments without colours."""
        return [Segment(text, None if style is None else _bare(style), control) for text, style, control in segments]


@lru_cache(1024)
def _bare(style: Style) -> Style:
    return style.without_color


def leave_on_signals(leave: Callable[[int], None]) -> None:
    """Call `leave(exit status)` on SIGTERM and SIGHUP, which would otherwise end us with the screen still taken."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, leave, 128 + number)


def stop_signals() -> None:
    """As before `leave_on_signals`."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.remove_signal_handler(number)


def terminal_is_gone() -> bool:
    """Whether the terminal died without a signal: reading from it would then spin for ever."""
    return sys.__stdin__ is None or not os.isatty(sys.__stdin__.fileno())
