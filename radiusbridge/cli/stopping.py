"""Long work that signals stop in two steps: first nothing more is begun, then what is in flight is left."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from radiusbridge.cli.diagnostics import note

INTERRUPTED = "interrupted"


@contextmanager
def stopping(stop: Callable[[str], None], work: "asyncio.Task[Any]", name: str) -> Iterator[None]:
    """stop: is given `INTERRUPTED` by the first of SIGINT, SIGTERM and SIGHUP; the second cancels the work."""
    asked = False

    def stopped() -> None:
        nonlocal asked
        if asked:
            work.cancel()
            return
        asked = True
        stop(INTERRUPTED)
        note(name, "no more are begun; waiting for those in flight (again: leave them)")

    with catching(stopped):
        yield


@contextmanager
def catching(asked: Callable[[], None]) -> Iterator[None]:
    """While it is open, SIGINT, SIGTERM and SIGHUP call that instead of ending the program."""
    loop, caught = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in caught:
        loop.add_signal_handler(number, asked)
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
