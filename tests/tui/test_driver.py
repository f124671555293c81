"""A terminal that is gone does not hold up who writes to it."""

import os

from textual.drivers._writer_thread import WriterThread

from radiusbridge.tui.driver import OutlivingFile


def test_the_writer_lives_on_and_ends_when_told_though_nobody_reads() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as file:
        thread = WriterThread(OutlivingFile(file))  # type: ignore[arg-type]
        thread.start()
        for _ in range(500):
            thread.write("x" * 5000)
        assert thread.is_alive()
        thread.stop()
        assert not thread.is_alive()
        os.dup2(os.open(os.devnull, os.O_WRONLY), writing)
