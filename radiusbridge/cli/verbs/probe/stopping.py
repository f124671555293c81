"""Ending what sends many requests by a signal: first orderly, then at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.stopping import catching


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

    def stopped() -> None:
        if not work.stopped:
            note(target, "no more are sent; waiting for those on the wire (again: do not wait)")
        work.stop()

    with catching(stopped):
        yield
