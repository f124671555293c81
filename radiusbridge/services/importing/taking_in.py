"""An import: a look at what it would do, then all of it in one transaction and one entry of the journal, or nothing."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TypeVar

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.changes import Change
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.imports import Judged, Kind, SourceRow, Tally, Terms
from radiusbridge.domain.records import Customer, Hold, Intent, Operation, Profile, Server
from radiusbridge.services import servers
from radiusbridge.services.checks import plain_text
from radiusbridge.services.context import Context
from radiusbridge.services.importing.judging import CHUNK, Draft, Judge, stopped
from radiusbridge.services.importing.sources import Source
from radiusbridge.services.journal import enter_recorded
from radiusbridge.services.permissions import require

T = TypeVar("T")
Tell = Callable[[Sequence[Judged]], None]
"""Hears of rows as they are judged, in the thread that reads."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What an import would do. mark: of every row and what becomes of it, so that nothing else is carried out."""

    source: Source
    terms: Terms
    tally: Tally
    mark: bytes

    @property
    def size(self) -> int:
        """Customers that would be written."""
        return self.tally.size


@dataclass(slots=True)
class Stop:
    """Says to the thread that reads that nobody waits for it any more."""

    asked: bool = False


async def look(context: Context, source: Source, terms: Terms, tell: Tell | None = None) -> Looked:
    """Read all of a source and judge it; nothing is changed. Errors: BadInput, UnknownName."""
    stop = Stop()

    def work(unit: UnitOfWork) -> Looked:
        passing = _Pass(Judge(unit, context, _server(unit, terms), source, terms), stop)
        for drafts in passing.through(source):
            if tell is not None:
                tell([draft.told for draft in drafts])
        return Looked(source, terms, passing.tally, passing.mark)

    return await _stoppable(context.database.read(work), stop)


def check(looked: Looked, typed: int | None, *, leave_refused: bool) -> None:
    """Refused: rows are refused and may not be left, or the typed count is not that of what is written."""
    left = looked.tally.kinds[Kind.REFUSED]
    if left and not leave_refused:
        hint = "--refused FILE lists them; --leave-refused imports the others"
        raise Refused(f"{left} rows are refused, so nothing is imported", target=looked.source.name, hint=hint)
    if not looked.size or typed == looked.size:
        return
    given = "no count was given" if typed is None else f"the typed count is {typed}"
    raise Refused(
        f"{given}, but {looked.size} customers would be written; nothing was done",
        target="import",
        hint=f"look at the list, then type the count, or --yes-count {looked.size}",
    )


async def take_in(context: Context, looked: Looked, *, reason: str = "", tell: Tell | None = None) -> Operation:
    """Write all that was looked at, in one transaction; nothing goes to a server. The caller has confirmed the count.
    tell: hears of rows as they are written; what was told is void until all of it is.

    Errors: Refused, where source or database are not as they were looked at; BadInput; Busy.
    """
    require(context, "customer.import")
    plain_text(reason, "reason")
    stop = Stop()

    def work(unit: UnitOfWork) -> Operation:
        server = _server(unit, looked.terms)
        operation = _entered(unit, context, server, looked, reason)
        writing = _Writing(unit, context, operation, looked.terms)
        passing = _Pass(Judge(unit, context, server, looked.source, looked.terms), stop)
        for drafts in passing.through(looked.source):
            writing.chunk(drafts, passing.judge)
            if tell is not None:
                tell([draft.told for draft in drafts])
        if passing.mark != looked.mark:
            raise Refused("list or database were changed since the look; nothing was imported",
                          target=looked.source.name, hint="look again")  # fmt: skip
        return operation

    return await _stoppable(context.database.write(work), stop)


async def _stoppable(work: Awaitable[T], stop: Stop) -> T:
    try:
        return await work
    except asyncio.CancelledError:
        stop.asked = True
        raise


def _server(unit: UnitOfWork, terms: Terms) -> Server:
    return servers.chosen(unit, terms.server or None)


def _entered(unit: UnitOfWork, context: Context, server: Server, looked: Looked, reason: str) -> Operation:
    kinds = looked.tally.kinds
    counts = {"new": kinds[Kind.NEW], "changed": kinds[Kind.CHANGED], "left": kinds[Kind.REFUSED]}
    told = f"recorded: {counts['new']} new, {counts['changed']} changed; no server was asked"
    wanted = {"source": looked.source.name, **counts}
    operation = Operation(Intent.IMPORT, server.id, 0, looked.source.name, wanted, reason=reason, reasons=(told,))
    entered = enter_recorded(unit, context, operation, Change())
    unit.note(
        "customer.import", looked.source.name, who=context.who, channel=context.channel, after=wanted, reason=reason,
        operation_id=entered.id,
    )  # fmt: skip
    return entered


class _Pass:
    """One way through all rows of a source."""

    def __init__(self, judge: Judge, stop: Stop) -> None:
        self.judge = judge
        self.tally = Tally()
        self._stop = stop
        self._mark = hashlib.blake2b()

    @property
    def mark(self) -> bytes:
        """Of all that was passed."""
        return self._mark.digest()

    def through(self, source: Source) -> Iterator[list[Draft]]:
        """Chunk by chunk; a profile that has to be made is in the judge's list as its first row comes."""
        rows = source.rows()
        while chunk := list(islice(rows, CHUNK)):
            if self._stop.asked:
                raise stopped()
            drafts = self.judge.chunk(chunk)
            for row, draft in zip(chunk, drafts, strict=True):
                self._count(row, draft)
            self.tally.profiles += [each.name for each in self.judge.profiles.made[len(self.tally.profiles) :]]
            yield drafts

    def _count(self, row: SourceRow, draft: Draft) -> None:
        tally, told = self.tally, draft.told
        tally.kinds[told.kind] += 1
        if draft.before is None and draft.after is not None:
            tally.without_password += draft.after.password is None
            tally.kept_out += draft.held
        parts = (str(row.line), told.kind, told.profile, *told.fields, *row.values, *row.values.values())
        self._mark.update("\x1f".join(parts).encode(errors="surrogatepass") + b"\x1e")


class _Writing:
    """Writes what was judged, in the caller's transaction."""

    def __init__(self, unit: UnitOfWork, context: Context, operation: Operation, terms: Terms) -> None:
        self._unit = unit
        self._operation = operation
        self._terms = terms
        self._note = partial(
            unit.note, who=context.who, channel=context.channel, reason=operation.reason, operation_id=operation.id
        )
        self._who = context.who
        self._profiles: dict[int, Profile] = {}

    def chunk(self, drafts: Sequence[Draft], judge: Judge) -> None:
        """These rows, with their audit rows, events, and what was before."""
        changes = self._make(judge.profiles.made[len(self._profiles) :])
        new = [draft for draft in drafts if draft.before is None and draft.after is not None]
        added = self._unit.imports.add_customers([self._placed(draft.after) for draft in new if draft.after])
        holds = [self._hold(customer) if draft.held else () for draft, customer in zip(new, added, strict=True)]
        self._unit.imports.keep_added(self._operation, zip(added, holds, strict=True), self._unit.now)
        for draft in drafts:
            if draft.before is not None and draft.after is not None:
                changes.append(self._change(draft.before, self._placed(draft.after)))
        self._unit.imports.keep(self._operation.id, changes)

    def _make(self, made: Sequence[Profile]) -> list[Change]:
        changes = []
        for profile in made:
            stored = self._unit.profiles.add(replace(profile, id=0))
            self._profiles[profile.id] = stored
            self._note("profile.add", stored.name, after=stored)
            changes.append(Change(profile_after=stored))
        return changes

    def _placed(self, customer: Customer) -> Customer:
        made = self._profiles.get(customer.profile_id)
        return customer if made is None else replace(customer, profile_id=made.id)

    def _hold(self, customer: Customer) -> tuple[Hold]:
        hold = Hold(customer.id, self._terms.hold, self._who, self._unit.now, reason="kept out where they came from")
        opened = self._unit.holds.open_another(hold)
        self._note("hold.open", customer.username, after=opened)
        return (opened,)

    def _change(self, before: Customer, after: Customer) -> Change:
        self._unit.customers.change(after)
        self._note("customer.edit", after.username, before=before, after=after)
        holds = self._unit.holds.open_holds(after.id)
        return Change(before, after, holds, holds)
