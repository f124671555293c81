"""The report of a fault of our own: where it happened, without what was being handled.

Frames and types only. Neither locals nor messages, since both may hold secrets and customers' data.
"""

import os
import platform
import sys
import traceback
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from radiusbridge import __version__


def state_home() -> Path:
    """Where reports are kept: RADIUSBRIDGE_HOME/state, or the user's state directory."""
    named = os.environ.get("RADIUSBRIDGE_HOME")
    if named:
        return Path(named).expanduser() / "state"
    from platformdirs import user_state_path

    return user_state_path("radiusbridge", appauthor=False)


def write_report(error: BaseException) -> Path | None:
    """Write the report for its owner only and return its path; None where it cannot be written."""
    from radiusbridge.services.system import SystemClock

    now = SystemClock().now()
    try:
        directory = state_home()
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = directory / f"crash-{now:%Y%m%dT%H%M%S}-{os.getpid()}.txt"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in _lines(error, now))
    except OSError:
        return None
    return path


def _lines(error: BaseException, now: datetime) -> Iterator[str]:
    yield f"radiusbridge {__version__}, Python {platform.python_version()}, {sys.platform}, {now.isoformat()}"
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield f"{type(current).__module__}.{type(current).__qualname__}, from"
        for frame in traceback.extract_tb(current.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}: {frame.line}"
        current = current.__cause__ or current.__context__
