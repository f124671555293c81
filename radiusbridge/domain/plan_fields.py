"""The changes of a plan in one list, a line for each field: what they can be filtered by."""

from collections.abc import Iterator
from dataclasses import dataclass

from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary
from radiusbridge.domain.planned import Place, PlannedRow, Take, What

PLAN = Vocabulary.of(
    Field("kind", Kind.CHOICE, tuple(What), "what differs"),
    Field("name", help="the account's or profile's name"),
    Field("field", help="password, profile, caller_id, …; empty where one side has nothing of it"),
    Field("here", help="the database's value"),
    Field("there", help="the server's value"),
    Field("take", Kind.CHOICE, tuple(Take), "whose side counts; skip: it is left"),
    Field("does", help="what carrying it out is, like “change there”"),
    Field("side", Kind.CHOICE, tuple(Place), "where it is"),
    Field("server", help="the server"),
    Field("customer", help="the customer's number"),
    Field("mark", Kind.CHOICE, ("yes",), "whether it is marked"),
    Field("note", help="why it is left"),
)

NOT_SHOWN = "(secret)"
NOT_THERE = "-"


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One field of a row; of a row that only one side has, the row itself."""

    row: PlannedRow
    field: str
    here: str
    there: str

    @property
    def of_row(self) -> tuple[str, str, str]:
        """What it is a part of: that is marked, directed and carried out as one."""
        return key_of(self.row)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it the same line again."""
        return (*self.of_row, self.field)


def key_of(row: PlannedRow) -> tuple[str, str, str]:
    """What makes it the same row again."""
    return row.server, str(row.what), row.name


def lines_of(row: PlannedRow) -> Iterator[PlanLine]:
    """A line for each field that differs; no password in it."""
    for each in row.differences:
        if each.field == "password":
            yield PlanLine(row, each.field, NOT_SHOWN, "another")
        else:
            yield PlanLine(row, each.field, each.wanted, each.have)
    if not row.differences:
        here, there = (NOT_THERE if row.place is place else "all of it" for place in (Place.THERE, Place.HERE))
        yield PlanLine(row, "", here, there)


def look(line: PlanLine, name: str) -> object:
    """A field of `PLAN`, but for the mark; under `""` its words."""
    row = line.row
    match name:
        case "kind":
            return str(row.what)
        case "side":
            return str(row.place)
        case "take":
            return str(row.take)
        case "field" | "here" | "there":
            value: object = getattr(line, name)
            return value
        case "":
            return " ".join((str(row.what), row.name, line.field, line.here, line.there, row.server, row.customer))
    return getattr(row, name, None)
