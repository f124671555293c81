"""Programs that peer tests need: found, run, ended by their pid."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds for what takes milliseconds on an idle machine."""
_LOOK = 0.02


def find(program: str) -> str | None:
    """Where the program is, the system folders included that an ordinary user's PATH leaves out."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/local/sbin"))
    return shutil.which(program, path=path)


def unavailable(reason: str) -> NoReturn:
    """Skip the test with the reason, or fail it where CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def require(program: str) -> str:
    """The program's path; a missing one skips the test with a reason, or fails it where CI=true."""
    return find(program) or unavailable(f"{program} is not installed")


def until(look: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """Look again and again until something true is seen, and return it; AssertionError after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"{what}: not seen within {seconds:g} s"
        time.sleep(_LOOK)


@contextmanager
def running(command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program with its output in `log`, ended by its pid."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here, and wait for it."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
