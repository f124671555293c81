"""How plans are shown: a line for each row, its fields below, and what it comes to."""

from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.domain.planned import Place, PlannedRow, Take, What
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.planning.reading import Tally

_DOES = {
    (Place.DIFFERS, Take.DATABASE): "change there",
    (Place.HERE, Take.DATABASE): "make there",
    (Place.THERE, Take.DATABASE): "DELETE there",
    (Place.DIFFERS, Take.SERVER): "change here",
    (Place.THERE, Take.SERVER): "add here",
    (Place.HERE, Take.SERVER): "DELETE here",
}


def show_row(row: PlannedRow) -> None:
    """One row: what would be done, to what; then each field on both sides."""
    does = _DOES.get((row.place, row.take), "leave")
    number = f" ({safe(row.customer, 40)})" if row.customer else ""
    output.line(f"{does:<12} {row.what} {safe(row.name, 60)}{number} on {safe(row.server, 60)}")
    for words in _details(row):
        for at, part in enumerate(output.wrapped(safe(words, 400), output.width() - 6)):
            output.line(f"    {'  ' if at else ''}{part}")


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
        words = [f"{tally.same[what]} the same"]
        words += [f"{counts[Take.DATABASE]} to be written to the server"] if counts[Take.DATABASE] else []
        words += [f"{counts[Take.SERVER]} to be taken over from the server"] if counts[Take.SERVER] else []
        words += [f"{counts[Take.SKIP]} differ and are left"] if counts[Take.SKIP] else []
        note("", f"{what}s: {', '.join(words)}")
    if tally.by_hand:
        note("", f"{tally.by_hand} accounts have attributes that were made by hand; they are left alone")
    for name, error in tally.unread.items():
        note(safe(name, 60), f"not in the plan: {error.line()}")
