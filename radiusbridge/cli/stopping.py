"""How signals end what runs: at once, or in two steps, where first nothing more is begun and then what is in flight is
left."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from radiusbridge.cli.diagnostics import note

INTERRUPTED = "interrupted"


@contextmanager
def heard() -> Iterator[None]:
    """While it is open, a signal wakes the loop, so that Python's own handler ends the work without delay.

    `asyncio.run` alone hears SIGINT only where it breaks off the main thread's wait: not if another thread takes it,
    nor in the moment before that wait begins. Then it is noticed when something else happens, which may be never.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        loop.add_reader(ours, ours.recv, 4096)
        before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(ours)


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
