"""The fence: what changes the world for an operation goes out only while its lease holds.

A process that was stopped wakes in the middle of a line and knows nothing of it. So the lease is looked at where a
command leaves, after every wait; nothing but the system call itself comes between.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Fence = Callable[[float], None]
"""Raises LeaseOver unless the lease holds for so many seconds more."""


class LeaseOver(Exception):
    """The lease has run out, or is another's: nothing was sent. No answer of a peer, so not of the error tree."""


def unfenced(_ahead: float) -> None:
    """Nobody's lease."""


_fence: ContextVar[Fence] = ContextVar("fence", default=unfenced)


@contextmanager
def behind(fence: Fence) -> Iterator[None]:
    """What is sent within, also by tasks that are started within, passes that fence."""
    token = _fence.set(fence)
    try:
        yield
    finally:
        _fence.reset(token)


def current() -> Fence:
    """The fence of whoever asks, for what another task sends for them."""
    return _fence.get()


def pass_fence(ahead: float = 0.0) -> None:
    """Go on, or LeaseOver. ahead: seconds for which copies may go out by themselves."""
    _fence.get()(ahead)
