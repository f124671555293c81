"""Signals: each is heard at once, whichever thread the system gives it to."""

import asyncio
import signal
import threading
from pathlib import Path

import pytest

from radiusbridge.cli.stopping import heard


def test_an_interruption_that_another_thread_takes_ends_the_work() -> None:
    """The main thread's wait goes on then: nothing but the signal itself can end this work."""
    main = threading.get_native_id()

    def interrupt() -> None:
        for _ in range(50_000):  # where the system does not tell that it waits, it has begun to by the end of this
            if "poll" in Path(f"/proc/self/task/{main}/wchan").read_text():
                break
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    async def work() -> None:
        with heard():
            thread = threading.Thread(target=interrupt)
            thread.start()
            try:
                await asyncio.Event().wait()
            finally:
                thread.join()

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(work())
    assert signal.set_wakeup_fd(-1) == -1, "nothing is left of it"
