"""Ending what sends many requests by a signal: first orderly, then at once."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from radiusbridge.cli.diagnostics import note


class Stoppable(Protocol):
    """What can be ended early."""

    @property
    def stopped(self) -> bool:
        """Whether it was ended."""
        ...

    def stop(self) -> None:
        """Send nothing more and wait for what is on the wire; the second time, do not wait."""
        ...


@contextmanager
def stopping(work: Stoppable, target: str) -> Iterator[None]:
    """While it is open, Ctrl-C and the like stop the work instead of the program."""
    loop = asyncio.get_running_loop()

    def stopped() -> None:
        if not work.stopped:
            note(target, "no more are sent; waiting for those on the wire (again: do not wait)")
        work.stop()

    caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in caught:
        loop.add_signal_handler(number, stopped)
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
