"""What a bulk action would do, before it does anything; and the typed count that allows it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRow, BulkRun
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.records import Customer
from radiusbridge.services.bulk.pacing import Brakes
from radiusbridge.services.bulk.selection import Selection
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A customer whom the action passes by, and why."""

    customer: Customer
    why: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a bulk action hits, in the order of beginning, and whom it passes by."""

    kind: str
    selection: Selection
    wanted: Mapping[str, object]
    """What is done to each: JSON values."""
    rows: tuple[Customer, ...]
    left_out: tuple[LeftOut, ...] = ()
    servers: Mapping[int, str] = field(default_factory=dict)
    """Names by id."""
    foretold: tuple[str, ...] = ()
    """What they will experience, one sentence each."""
    details: Mapping[int, Mapping[str, object]] = field(default_factory=dict)
    """What is done to one customer alone, by id: JSON values."""

    def per_server(self) -> dict[str, int]:
        """How many customers on each server, by its name."""
        counts = Counter(self.servers.get(row.server_id, "?") for row in self.rows)
        return dict(sorted(counts.items()))


def check_count(preview: Preview, typed: int | None) -> None:
    """Refused unless the typed count is that of the preview. Nobody has to confirm nothing."""
    size = len(preview.rows)
    if not size or typed == size:
        return
    given = "no count was given" if typed is None else f"the typed count is {typed}"
    raise Refused(
        f"{given}, but {size} customers would be hit; nothing was done",
        target=f"{preview.kind} run",
        hint=f"look at the list, then type the count, or --yes-count {size}",
    )


async def create(context: Context, preview: Preview, *, typed: int | None, brakes: Brakes, reason: str = "") -> BulkRun:
    """Store a run with the customers of a preview, as a draft. Refused: the typed count is another."""
    require(context, f"bulk.{preview.kind}")
    check_count(preview, typed)
    draft = BulkRun(
        preview.kind,
        preview.selection.as_json(),
        preview.wanted,
        brakes.as_json(),
        context.who,
        context.channel,
        reason=reason,
    )
    rows = [
        BulkRow(row.id, row.server_id, row.number, row.username, detail=preview.details.get(row.id))
        for row in preview.rows
    ]

    def work(unit: UnitOfWork) -> BulkRun:
        run = unit.bulk.create(draft, rows, unit.now)
        after = {"kind": run.kind, "size": run.size, "selection": dict(run.selection), "wanted": dict(run.wanted)}
        unit.note(
            "bulk.create", f"bulk run {run.id}", who=context.who, channel=context.channel, after=after, reason=reason
        )
        return run

    return await context.database.write(work)
