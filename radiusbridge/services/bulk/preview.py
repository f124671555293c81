"""What a bulk action would do, before it does anything; and the typed count that allows it."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRow, BulkRun
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.records import Customer
from radiusbridge.services import sessions
from radiusbridge.services.bulk.kinds import LIVE
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
class Spread:
    """Where the sessions of those who are hit are: how many on each NAS, by its name. unread: NASes whose list could
    not be read, and why. offline: who is on no list."""

    sessions: Mapping[str, int]
    unread: Mapping[str, str] = field(default_factory=dict)
    offline: int = 0


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
    spread: Spread | None = None
    """None: it was not looked at, since no session ends."""

    def per_server(self) -> dict[str, int]:
        """How many customers on each server, by its name."""
        counts = Counter(self.servers.get(row.server_id, "?") for row in self.rows)
        return dict(sorted(counts.items()))


async def with_spread(context: Context, preview: Preview) -> Preview:
    """The same, with where the sessions are now. A NAS that is dark delays it, and does not stop it."""
    servers = {row.server_id for row in preview.rows}
    if preview.kind not in LIVE or not servers:
        return preview
    readings = await sessions.live(context, servers=servers)
    hit = {(preview.servers.get(row.server_id, "?"), row.username) for row in preview.rows}
    chosen = {each for detail in preview.details.values() for each in _ids(detail)}
    live: Counter[str] = Counter({reading.nas: 0 for reading in readings if not reading.error})
    on_line = set()
    for reading in readings:
        for row in reading.sessions:
            who = reading.server, row.username
            if who in hit and (not chosen or row.session_id in chosen):
                live[reading.nas] += 1
                on_line.add(who)
    unread = {reading.nas: reading.error for reading in readings if reading.error}
    return replace(preview, spread=Spread(dict(sorted(live.items())), unread, len(hit - on_line)))


def _ids(detail: Mapping[str, object]) -> Collection[object]:
    found = detail.get("sessions")
    return found if isinstance(found, list) else ()


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
