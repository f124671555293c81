"""What the terminal is, whether a dashboard can be drawn on it, and how it is left in order."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping

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


def can_be_continued() -> bool:
    """Whether a shell with job control waits above: where there is none, as in a forced command of sshd, a process
    that stops itself stays so for ever."""
    above = os.getppid()
    try:
        return os.getsid(above) == os.getsid(0) and os.getpgid(above) != os.getpgid(0)
    except OSError:
        return False
