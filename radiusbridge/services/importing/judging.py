"""What becomes of each row: new, changed, same or refused, by the database and by the rows before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain import as_written
from radiusbridge.domain.changes import changed
from radiusbridge.domain.days import day_of
from radiusbridge.domain.errors import BadInput, Refused
from radiusbridge.domain.imports import Field, Judged, Kind, SourceRow, Terms
from radiusbridge.domain.records import Customer, Server
from radiusbridge.domain.text import folded, safe
from radiusbridge.services.context import Context
from radiusbridge.services.importing.profiles import Profiles
from radiusbridge.services.importing.reading import Reader
from radiusbridge.services.importing.seen import Seen
from radiusbridge.services.importing.sources import Source

CHUNK = 500
"""Rows that the database is asked about at once."""
_READ_DAY = frozenset({"paid_until", "billing_day"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A row that was judged, and what would be written. after None: nothing. held: a hold is opened."""

    told: Judged
    before: Customer | None = None
    after: Customer | None = None
    held: bool = False


class Judge:
    """Of one source, row after row, in one transaction."""

    def __init__(self, unit: UnitOfWork, context: Context, server: Server, source: Source, terms: Terms) -> None:
        """BadInput: a profile that the terms name is not there."""
        self._unit = unit
        self._server = server
        self._zone = context.zone
        self._reader = Reader(terms.dates, context.zone, from_1904=source.from_1904)
        self._users, self._numbers = Seen(), Seen()
        self.profiles = Profiles(unit.profiles.all(), terms)

    def chunk(self, rows: Sequence[SourceRow]) -> list[Draft]:
        """These rows, in their order."""
        read = [self._read(row) for row in rows]
        kept = [found for found in read if isinstance(found, _Row)]
        known = self._unit.customers.by_usernames(self._server.id, (found.username for found in kept))
        numbers = (number for found in kept if (number := found.fields.get("number")))
        taken = self._unit.imports.numbers_taken(numbers)
        return [found if isinstance(found, Draft) else self._judged(found, known, taken) for found in read]

    def _read(self, row: SourceRow) -> "_Row | Draft":
        try:
            if row.refused:
                raise BadInput(row.refused)
            username = self._reader.username(row.values)
            self._first(self._users, username, row.line, "the user name")
            fields = self._reader.fields(row.values)
            if fields.get("number"):
                self._first(self._numbers, fields["number"], row.line, "the number")
            return _Row(row, username, fields, self._reader.kept_out(row.values))
        except BadInput as error:
            return refused(row, error)

    def _first(self, seen: Seen, text: str, line: int, what: str) -> None:
        earlier = seen.first(folded(text), line)
        if earlier:
            raise BadInput(f"{what} “{safe(text, 60)}” stands in line {earlier} already")

    def _judged(self, row: "_Row", known: dict[str, Customer], taken: dict[str, tuple[int, str]]) -> Draft:
        key = folded(row.username)
        before = known.get(key)
        try:
            owner = taken.get(folded(row.fields.get("number", "")))
            if owner is not None and owner != (self._server.id, key):
                raise BadInput(f"the number “{safe(row.fields['number'], 40)}” is that of “{safe(owner[1], 60)}”")
            if before is None:
                return self._new(row)
            if before.username != row.username:
                raise BadInput(f"it is known as “{safe(before.username, 60)}”: RADIUS tells the case apart")
            return self._known(row, before)
        except BadInput as error:
            return refused(row.row, error)

    def _new(self, row: "_Row") -> Draft:
        profile = self.profiles.of(row.row.values)
        values = {**row.fields, "service": row.fields.get("service", profile.service)}
        after = Customer(values.pop("number", ""), row.username, self._server.id, profile.id, **values)
        words = ["kept out"] if row.held else []
        words += ["without a password"] if after.password is None else []
        told = Judged(Kind.NEW, row.row, row.username, after.name, profile.name, words=", ".join(words))
        return Draft(told, after=after, held=row.held)

    def _known(self, row: "_Row", before: Customer) -> Draft:
        """What the row does not say stays, and so do holds: whether a known customer is let in is decided here."""
        values = dict(row.fields)
        if _same_phone(before.phone, values.get("phone")):
            del values["phone"]
        if self._same_day(before, values.get("paid_until")):
            values = {name: value for name, value in values.items() if name not in _READ_DAY}
        values |= self._plan(row)
        after = replace(before, **values)
        fields = changed(before, after)
        kind = Kind.CHANGED if fields else Kind.SAME
        told = Judged(kind, row.row, before.username, after.name, fields=fields)
        return Draft(told, before, after if fields else None)

    def _same_day(self, before: Customer, read: datetime | None) -> bool:
        known, zone = before.paid_until, self._zone
        return read is not None and known is not None and day_of(known, zone) == day_of(read, zone)

    def _plan(self, row: "_Row") -> dict[str, Any]:
        """A row that names no plan leaves the one that is there."""
        if not any(field in row.row.values for field in (Field.PROFILE, Field.RATE)):
            return {}
        return {"profile_id": self.profiles.of(row.row.values).id}


@dataclass(frozen=True, slots=True)
class _Row:
    row: SourceRow
    username: str
    fields: dict[str, Any]
    held: bool


def refused(row: SourceRow, error: BadInput) -> Draft:
    """A row that cannot be taken over, and why."""
    hint = f"; {error.hint}" if error.hint else ""
    return Draft(Judged(Kind.REFUSED, row, row.values.get(Field.USER, ""), reason=f"{error.summary}{hint}"))


def _same_phone(known: str, read: str | None) -> bool:
    if read is None or not known:
        return False
    try:
        return as_written.phone(known) == read
    except BadInput:
        return False


def stopped() -> Refused:
    """Who asked for it has left."""
    return Refused("stopped; nothing was imported", target="import")
