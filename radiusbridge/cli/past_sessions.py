"""Sessions of the past, and what was lost together, as tables and JSON."""

from datetime import timedelta
from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import show_list
from radiusbridge.cli.views import View, time_of
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.domain.losses import Loss, Span
    from radiusbridge.services.context import Context

_COLUMNS = (
    output.column("NAS", "nas"),
    output.column("INTERFACE", "interface"),
    output.column("USER", "user"),
    output.column("SESSION", "session_id"),
    output.column("ADDRESS", "address"),
    ("FROM", lambda row: output.short_time(row["began_at"])),
    ("UNTIL", lambda row: output.short_time(row["ended_at"]) if row["ended_at"] else "live"),
)
_LOSS_FIELDS = ("by", "place", "nas", "began_at", "ended_at", "seconds", "lost", "of", "back", "users")


async def show_history(
    context: "Context", who: str | None, nas: str | None, since: float, words: str, *, as_json: bool, file: str | None
) -> int:
    """Print the sessions since so many seconds, the newest first; the exit status."""
    from radiusbridge.services.session_history import MOST_ROWS, history

    found = await history(context, who, timedelta(seconds=since), words=words)
    spans = [span for span in found if nas in {None, span.nas}]
    views = [span_view(span) for span in spans]
    show_list(views, _COLUMNS, as_json=as_json, file=file)
    if len(found) == MOST_ROWS:
        note("", f"the newest {MOST_ROWS}; there may be more: a shorter --since, or --filter")
    if not spans:
        note(who or "", "no session is recorded; the agent records them: radiusbridge agent")
    return 0


def show_losses(found: "tuple[Loss, ...]", *, as_json: bool, file: str | None) -> None:
    """Print what was lost together."""
    views = [loss_view(loss) for loss in found]
    if as_json or file:
        show_list(views, [output.column(name, name) for name in _LOSS_FIELDS], as_json=as_json, file=file)
        return
    for loss, view in zip(found, views, strict=True):
        back = f"{loss.back} back" if loss.back else "nobody back"
        output.line(f"{output.short_time(view['began_at'])}  {safe(loss.words, 300)}, {back}")
    if not found:
        note("", "nothing was lost together, as far as the agent recorded it")


def span_view(span: "Span") -> View:
    """One session of the past as JSON values."""
    return {
        "nas": span.nas,
        "interface": span.interface or None,
        "user": span.username,
        "session_id": span.session_id,
        "address": span.address or None,
        "caller_id": span.caller_id or None,
        "began_at": time_of(span.began_at),
        "seen_at": time_of(span.seen_at) if span.ended_at else None,
        "ended_at": time_of(span.ended_at),
    }


def loss_view(loss: "Loss") -> View:
    """A loss as JSON values."""
    return {
        "by": str(loss.place.by),
        "place": loss.place.name,
        "nas": loss.place.nas or None,
        "began_at": time_of(loss.began_at),
        "ended_at": time_of(loss.ended_at),
        "seconds": round(loss.seconds, 1),
        "lost": loss.lost,
        "of": loss.of,
        "back": loss.back,
        "users": list(loss.usernames),
    }
