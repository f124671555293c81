"""`db copy` on a terminal: progress, what was compared, and what to do next."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.database_views import copy_view
from radiusbridge.cli.diagnostics import INTERRUPTED, note
from radiusbridge.cli.progress import Progress
from radiusbridge.cli.verbs.db import NO_INDEX
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.db.copying.run import Copied
    from radiusbridge.services.settings import Settings


class _Shown:
    """What is told while it runs: a line for what was written, and one for what was compared."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._line: Progress | None = None
        self._phase = ""

    def __call__(self, phase: str, rows: int, size: int) -> None:
        if phase != self._phase:
            self.clear()
            self._phase, self._line = phase, Progress(size, 0, self._monotonic, what=f"{phase} ")
        if self._line is not None:
            self._line.done += rows
            self._line.draw()

    def clear(self) -> None:
        if self._line is not None:
            self._line.clear()


def run_copy(settings: "Settings", to: str, *, as_json: bool) -> int:
    """Copy, and tell; the exit status. Errors: as `databases.copy_database`."""
    from radiusbridge.services.databases import copy_database, names_password
    from radiusbridge.services.system import SystemClock

    if names_password(to):
        raise BadInput(
            "a password on the command line is seen by everybody on this machine",
            target="--to",
            hint="leave it out; set PGPASSWORD, or write it in ~/.pgpass",
        )
    monotonic = SystemClock().monotonic
    shown, began = _Shown(monotonic), monotonic()
    try:
        copied = copy_database(settings, to, shown)
    except KeyboardInterrupt:
        shown.clear()
        note("db copy", f"interrupted; nothing was kept in {to}, and the source is as it was: begin it anew")
        return INTERRUPTED
    except BaseException:
        shown.clear()
        raise
    shown.clear()
    if as_json:
        output.json_value(copy_view(copied, monotonic() - began))
    else:
        _tell(copied)
    return 0


def _tell(copied: "Copied") -> None:
    views: list[output.Row] = [
        {"table": each.table, "rows": f"{each.rows:,}", "digest": each.digest} for each in copied.tables if each.rows
    ]
    output.table(views, [output.column(name.upper(), name) for name in ("table", "rows", "digest")])
    output.line(f"equal: {copied.rows:,} rows in {len(copied.tables)} tables, digest {copied.digest}")
    output.line(f"  from {safe(copied.source, 200)}")
    output.line(f"  to   {safe(copied.target, 200)}")
    if not copied.searchable:
        output.line(NO_INDEX)
    if copied.unfinished:
        output.paragraph(
            f"{copied.unfinished} operations are not finished: whoever uses the copy carries them out. Use the old "
            "database no more, or they are carried out twice."
        )
    output.paragraph("next: RADIUSBRIDGE_DATABASE names the copy for everybody, with the same key file")
