"""The frame tap that writes every sentence as a JSON line: `{"dir": "send"|"recv", "server": NAME, "words": […]}`."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from radiusbridge.domain.errors import BadInput

Direction = Literal["send", "recv"]
Tap = Callable[[Direction, Sequence[str]], None]
"""Sees each sentence of a connection, secrets already masked. What it raises never hurts the connection."""


class TraceFile:
    """A file that sentences are appended to, mode 0600; one write a line, so that several processes may share it."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises BadInput if it cannot be written."""
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise BadInput(f"cannot write the trace file: {error.strerror}", target=str(path)) from error
        os.fchmod(self._file, 0o600)

    def tap(self, server: str) -> Tap:
        """The tap for one server's connections."""

        def write(direction: Direction, words: Sequence[str]) -> None:
            if self._file < 0:
                return
            line = json.dumps({"dir": direction, "server": server, "words": list(words)})
            os.write(self._file, line.encode() + b"\n")

        return write

    def close(self) -> None:
        """Close the file; taps after that write nothing."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)
