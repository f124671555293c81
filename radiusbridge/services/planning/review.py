"""A plan that is looked through before anything is carried out: in memory, its directions chosen row by row."""

import io
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from radiusbridge.domain.plan_fields import key_of
from radiusbridge.domain.planned import Choice, PlannedRow, Take, What
from radiusbridge.domain.records import Server
from radiusbridge.services.context import Context
from radiusbridge.services.planning.plan_file import Plan, PlanWriter
from radiusbridge.services.planning.prints import server_print
from radiusbridge.services.planning.reading import Tally, chosen_servers, directed, planned_rows

Key = tuple[str, str, str]
"""Server, kind and name of a row."""


@dataclass(slots=True)
class Review:
    """What differs. rows: by key, in the order of reading. prints: of the servers as they were read."""

    servers: tuple[Server, ...]
    made_at: datetime
    prints: Mapping[str, str]
    rows: dict[Key, PlannedRow] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)

    def direct(self, keys: Iterable[Key], take: Take) -> None:
        """Bring these rows to that side, to delete there or here among them: who names a row means it."""
        for key in keys:
            self.rows[key] = replace(self.rows[key], take=take, note="", leave=())

    def direct_kind(self, what: What, take: Take) -> None:
        """Bring every row of a kind to that side, but for what would be deleted by that."""
        for key, row in self.rows.items():
            if row.what is what:
                self.rows[key] = directed(replace(row, note="", leave=()), Choice(take))

    def plan(self, keys: Iterable[Key]) -> Plan:
        """These rows as a plan that can be carried out; the others are no part of it."""
        wanted = set(keys)
        rows = tuple(row for key, row in self.rows.items() if key in wanted)
        names = tuple(server.name for server in self.servers)
        return Plan(names, dict(self.prints), self.made_at, rows)

    def text(self, context: Context, keys: Iterable[Key]) -> str:
        """The plan file that carries out these rows and passes the others by."""
        wanted, file = set(keys), io.StringIO()
        writer = PlanWriter(file, context.database.marks, self.servers, self.made_at, context.who)
        for key, row in self.rows.items():
            writer.row(row if key in wanted else replace(row, take=Take.SKIP))
        writer.end(tuple(self.tally.unread))
        return file.getvalue()


async def begin_review(context: Context, names: Sequence[str]) -> Review:
    """An empty one of these servers; of all where none is named. UnknownName."""
    servers, marks = await chosen_servers(context, names), context.database.marks
    prints = {server.name: marks.fingerprint(server_print(server)) for server in servers}
    return Review(servers, context.clock.now(), prints)


async def read_into(context: Context, review: Review) -> AsyncIterator[PlannedRow]:
    """Read the servers, and note every row that differs. What cannot be read is in the tally."""
    async for row in planned_rows(context, review.servers, Choice(), review.tally):
        review.rows[key_of(row)] = row
        yield row
