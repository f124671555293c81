"""How plans are shown: a line for each row, its fields below, and what it comes to."""

from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.views import View
from radiusbridge.domain.planned import PlannedRow, Take, What
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.planning.applying import ApplyPreview
    from radiusbridge.services.planning.reading import Tally
    from radiusbridge.services.planning.taking import TakenRow

SHOWN = 20
"""Rows that a preview shows before it only counts."""


def show_row(row: PlannedRow) -> None:
    """One row: what would be done, to what; then each field on both sides."""
    number = f" ({safe(row.customer, 40)})" if row.customer else ""
    output.line(f"{row.does:<12} {row.what} {safe(row.name, 60)}{number} on {safe(row.server, 60)}")
    for words in _details(row):
        for at, part in enumerate(output.wrapped(safe(words, 400), output.width() - 6)):
            output.line(f"    {'  ' if at else ''}{part}")


ROW = ("server", "kind", "name", "customer", "side", "take", "does", "fields")
"""Of a row of `row_view`."""


def row_view(row: PlannedRow) -> View:
    """A row for a file."""
    place = (row.server, str(row.what), row.name, row.customer, str(row.place), str(row.take), row.does)
    return dict(zip(ROW, (*place, _details(row)), strict=True))


def _details(row: PlannedRow) -> list[str]:
    told = []
    for each in row.differences:
        left = "left alone: " if each.field in row.leave else ""
        field = each.field.replace("_", " ")
        if each.field == "password":
            told.append(f"{left}{field}: not the same")
        else:
            told.append(f"{left}{field}: here {each.wanted}, there {each.have}")
    if row.hidden:
        told.append(f"the router does not show: {', '.join(row.hidden)}")
    if row.left_alone:
        told.append(f"made by hand, left alone: {', '.join(row.left_alone)}")
    return [*told, row.note] if row.note else told


def show_tally(tally: "Tally") -> None:
    """What the plan comes to, and which servers are not in it."""
    for what in What:
        counts = {take: tally.rows[what, take] for take in Take}
        if tally.unread and not tally.same[what] and not any(counts.values()):
            continue
        words = [f"{tally.same[what]} the same"]
        words += [f"{counts[Take.DATABASE]} to be written to the server"] if counts[Take.DATABASE] else []
        words += [f"{counts[Take.SERVER]} to be taken over from the server"] if counts[Take.SERVER] else []
        words += [f"{counts[Take.SKIP]} differ and are left"] if counts[Take.SKIP] else []
        note("", f"{what}s: {', '.join(words)}")
    if tally.by_hand:
        note("", f"{tally.by_hand} accounts have attributes that were made by hand; they are left alone")
    for name, error in tally.unread.items():
        note(safe(name, 60), f"not in the plan: {error.line()}")


def show_preview(preview: "ApplyPreview") -> None:
    """What `apply` would do: how many of what, whose session it drops, what it leaves."""
    rows = preview.there + preview.here
    for row in rows[:SHOWN]:
        show_row(row)
    if len(rows) > SHOWN:
        output.line(f"and {len(rows) - SHOWN} more")
    for row, why in preview.left[:SHOWN]:
        output.line(f"{'left':<12} {row.what} {safe(row.name, 60)} on {safe(row.server, 60)}: {safe(why, 300)}")
    if len(preview.left) > SHOWN:
        output.line(f"and {len(preview.left) - SHOWN} more are left")
    for words, count in (
        ("to be written to servers", len(preview.there)),
        ("to be taken over into the database", len(preview.here)),
        ("to be deleted", sum(row.deletes for row in rows)),
        ("left", len(preview.left)),
    ):
        if count:
            note("", f"{count} {'row' if count == 1 else 'rows'} {words}")
    if not rows:
        note("", "there is nothing to do")
    for (server, user), nases in sorted(preview.drops.items()):
        output.line(f"drops the session of {safe(user, 60)} ({safe(server, 60)}, on {', '.join(nases)})")
    for nas, words in preview.unread.items():
        note(safe(nas, 60), f"its sessions are not known, and none of them is dropped: {safe(words, 200)}")


def preview_view(preview: "ApplyPreview") -> View:
    """The same as JSON values."""
    return {
        "type": "preview",
        "count": preview.size,
        "to_server": len(preview.there),
        "to_database": len(preview.here),
        "deleted": sum(row.deletes for row in (*preview.there, *preview.here)),
        "drops": [
            {"server": server, "user": user, "nases": list(nases)}
            for (server, user), nases in sorted(preview.drops.items())
        ],
        "left": [
            {"server": row.server, "kind": str(row.what), "name": row.name, "why": why} for row, why in preview.left
        ],
        "unread": dict(preview.unread),
    }


def show_taken(taken: "TakenRow") -> None:
    """A row that was taken over, or why it was left."""
    words = taken.refused or taken.words
    told = f": {safe(words, 300)}" if words else ""
    output.line(f"{'left' if taken.refused else 'taken':<5}  {taken.row.what} {safe(taken.row.name, 60)}{told}")


def taken_view(taken: "TakenRow") -> View:
    """The same as JSON values."""
    return {
        "type": "taken",
        "server": taken.row.server,
        "kind": str(taken.row.what),
        "name": taken.row.name,
        "refused": taken.refused or None,
        "text": taken.words,
    }
