"""A terminal that is gone, or takes nothing, does not hold up who writes to it."""

import os
import threading
import tty

from textual.drivers._writer_thread import WriterThread

from radiusbridge.tui.driver import FULL, OutlivingFile, reopened


def test_the_writer_lives_on_and_ends_when_told_though_nobody_reads() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as file:
        outlet = OutlivingFile(file)
        thread = WriterThread(outlet)  # type: ignore[arg-type]
        thread.start()
        for _ in range(500):
            thread.write("x" * 5000)
        assert thread.is_alive()
        thread.stop()
        assert not thread.is_alive()
        assert outlet.drain(60)
        os.dup2(os.open(os.devnull, os.O_WRONLY), writing)


def test_a_terminal_that_takes_nothing_is_told_and_holds_nobody_up() -> None:
    told: list[bool] = []
    empty = threading.Event()

    def turned() -> None:
        told.append(outlet.full)
        if not outlet.full:
            empty.set()

    reading, writing = os.pipe()
    size = 1_000_000
    with os.fdopen(writing, "w") as file, os.fdopen(reading, "rb") as other:
        outlet = OutlivingFile(file, turned)
        outlet.write("y" * (FULL // 2))
        assert outlet.drain(60)
        assert told == []
        for _ in range(10):
            outlet.write("x" * (size // 10))
        assert told == [True]
        assert not outlet.drain(0.0)
        assert len(other.read(size + FULL // 2)) == size + FULL // 2
        assert empty.wait(60)
        assert told == [True, False]
        assert outlet.meter.octets == size + FULL // 2


def test_what_a_terminal_takes_waits_for_no_thread_and_the_rest_comes_in_order() -> None:
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    with os.fdopen(theirs, "w") as file, os.fdopen(ours, "rb") as other:
        outlet = OutlivingFile(file)
        outlet.open()
        outlet.write("begun ")
        assert outlet.drain(0.0)
        assert os.get_blocking(theirs)
        written = [f"{at:07d}" for at in range(100_000)]
        for text in written:
            outlet.write(text)
        assert not outlet.drain(0.0)
        wanted = "begun " + "".join(written)
        assert other.read(len(wanted)) == wanted.encode()
        assert outlet.drain(60)
        outlet.close()
        outlet.write("after all")
        assert other.read(9) == b"after all"


def test_a_file_that_is_no_terminal_is_not_opened_again() -> None:
    with open(os.devnull) as file:  # noqa: PTH123 - a descriptor is wanted
        assert reopened(file.fileno()) is None
