"""Taking an import back: all of it, or nothing where anything of it was touched since."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.changes import Change, changed
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.records import Customer, Intent, Operation, Profile
from radiusbridge.domain.text import safe
from radiusbridge.services.context import Context
from radiusbridge.services.journal import enter_recorded
from radiusbridge.services.undo_checks import refusal

UNDOES = "undoes"
"""In what the journal keeps of an import's undo."""


def check_import_undo(unit: UnitOfWork, operation: Operation) -> tuple[str, ...]:
    """What taking it back would do, in sentences. Refused: it was undone, or somebody changed anything of it since."""
    _check_once(unit, operation)
    new = edited = profiles = 0
    for changes in _untouched(unit, operation):
        new += sum(change.before is None and change.after is not None for change in changes)
        edited += sum(change.before is not None for change in changes)
        profiles += sum(change.profile_after is not None for change in changes)
    told = [f"{new} customers go from the database again"] if new else []
    told += [f"{edited} customers get back what was there before"] if edited else []
    told += [f"{profiles} profiles go again"] if profiles else []
    return (*told, "no server is asked: what was applied to one since would have refused it")


def undo_import(unit: UnitOfWork, context: Context, operation: Operation, reason: str) -> Operation:
    """Take it back inside the caller's transaction, as one entry of the journal. Refused: as above."""
    _check_once(unit, operation)
    wanted = {UNDOES: operation.id, "source": operation.username}
    told = f"recorded: what operation {operation.id} imported is taken back"
    back = Operation(Intent.IMPORT, operation.server_id, 0, operation.username, wanted, reason=reason, reasons=(told,))
    entered = enter_recorded(unit, context, back, Change(undoes=operation.id))
    note = partial(unit.note, who=context.who, channel=context.channel, reason=reason, operation_id=entered.id)
    profiles: list[Profile] = []
    for changes in _untouched(unit, operation):
        for change in changes:
            if change.profile_after is not None:
                profiles.append(change.profile_after)
            elif change.before is None and change.after is not None:
                note("customer.remove", change.after.username, before=unit.customers.remove(change.after.id))
            elif change.before is not None and change.after is not None:
                known = unit.customers.get(change.after.id)
                note("customer.edit", known.username, before=known, after=_restored(unit, change, known))
    for profile in profiles:
        note("profile.remove", profile.name, before=unit.profiles.remove(profile.id))
    return entered


def _restored(unit: UnitOfWork, change: Change, known: Customer) -> Customer:
    values: dict[str, Any] = {name: getattr(change.before, name) for name in change.fields}
    return unit.customers.change(replace(known, **values))


def _check_once(unit: UnitOfWork, operation: Operation) -> None:
    if UNDOES in operation.wanted:
        raise refusal(operation, "it took an import back", "import the list again")
    undone = unit.changes.undone_by(operation.id)
    if undone is not None:
        raise refusal(operation, f"it was undone already, by operation {undone}", "import the list again")


def _untouched(unit: UnitOfWork, operation: Operation) -> Iterator[Sequence[Change]]:
    """What it changed, some at a time. Refused, as soon as something of it is found that is not as it left it."""
    for changes in unit.imports.of(operation.id):
        ids = [change.after.id for change in changes if change.after is not None]
        later = unit.imports.operation_after(operation.id, ids)
        if later is not None:
            what = f"operation {later} about one of its customers came after it"
            raise refusal(operation, what, f"look at it: radiusbridge op show {later}")
        known, holds = unit.customers.by_ids(ids), unit.holds.open_of(ids)
        for change in changes:
            if change.after is not None:
                now = known.get(change.after.id)
                _check(operation, change, now)
                if {hold.kind for hold in holds.get(change.after.id, ())} != {hold.kind for hold in change.holds_after}:
                    raise _touched(operation, change.after, "its holds were changed since")
        yield changes


def _check(operation: Operation, change: Change, now: Customer | None) -> None:
    after = change.after
    assert after is not None
    if now is None:
        raise _touched(operation, after, "is not here any more")
    others = changed(now, after) if change.before is None else _edited(change, now)
    if others:
        raise _touched(operation, after, f"{', '.join(others)} was edited since")


def _edited(change: Change, now: Customer) -> tuple[str, ...]:
    return tuple(name for name in change.fields if getattr(now, name) != getattr(change.after, name))


def _touched(operation: Operation, customer: Customer, what: str) -> Refused:
    return refusal(operation, f"{safe(customer.username, 60)}: {what}", "radiusbridge audit list")
