"""When the dashboard itself breaks: a report without local variables, and one line for the operator."""

import os
import tempfile
import traceback
from datetime import datetime

from radiusbridge.tui.language import _


def report_text(error: BaseException, at: datetime, version: str) -> str:
    """Where it broke: files, lines and functions, and the kind of the error.

    The messages of errors and the values of variables may hold names, passwords and secrets, and are left out.
    """
    lines = [f"radiusbridge {version}, dashboard, {at.isoformat(timespec='seconds')}", ""]
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        frames = traceback.extract_tb(current.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        current = current.__cause__ or current.__context__
    return "\n".join(lines) + "\n"


def write_report(text: str) -> str:
    """Write it to a new file that only its owner reads; the file's name, or empty if it cannot be written."""
    try:
        handle, name = tempfile.mkstemp(prefix="radiusbridge-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return ""
    return name


def last_words(error: BaseException, report: str) -> str:
    """What the operator reads on the restored terminal."""
    where = _("the report is in {file}").format(file=report) if report else _("no report could be written")
    return _("radiusbridge: the dashboard broke ({kind}); {where}").format(kind=type(error).__name__, where=where)
