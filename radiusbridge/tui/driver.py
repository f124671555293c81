"""Textual's driver, made to outlive its terminal.

Its writer thread ends with the first write to a terminal that is gone; whoever writes to the full queue of a dead
thread then waits for ever, and with it the whole application, instead of leaving.
"""

from contextlib import suppress
from typing import IO, Any, cast

from textual.drivers.linux_driver import LinuxDriver


class OutlivingFile:
    """A file whose writes go nowhere once it is gone."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write, if anybody is there."""
        with suppress(OSError, ValueError):
            self._file.write(text)

    def flush(self) -> None:
        """Flush, if anybody is there."""
        with suppress(OSError, ValueError):
            self._file.flush()

    def fileno(self) -> int:
        """The descriptor."""
        return self._file.fileno()


class OutlivingDriver(LinuxDriver):
    """Writes through an `OutlivingFile`, so that the writer thread lives until it is told to stop."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._file = cast("Any", OutlivingFile(cast("IO[str]", self._file)))
