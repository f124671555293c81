"""Undo: the inverse of an operation, from what was before it, as an operation of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import ACCESS_OF, Access
from radiusbridge.domain.bulk import Renewal
from radiusbridge.domain.changes import Change
from radiusbridge.domain.observations import Observation
from radiusbridge.domain.records import Customer, Intent, Operation, Server
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE, Live
from radiusbridge.gateways.ports import WantedAccount
from radiusbridge.services.access import Manner, enter_access
from radiusbridge.services.context import Context
from radiusbridge.services.customer_changes import checked, submit_edit, usual_live
from radiusbridge.services.evidence_codec import decode
from radiusbridge.services.foretelling import MOVING
from radiusbridge.services.importing.undoing import check_import_undo, undo_import
from radiusbridge.services.keeping_out import held_by
from radiusbridge.services.permissions import require
from radiusbridge.services.planning.prints import account_here, profile_here
from radiusbridge.services.profile_operations import REDIAL, ensure, having
from radiusbridge.services.provisioning import Handling, provision, removal
from radiusbridge.services.renewal import enter_date
from radiusbridge.services.speed_undoing import check_speed_undo, speed_undo_words, undo_speed
from radiusbridge.services.undo_checks import change_of, check_account, check_profile, check_records
from radiusbridge.services.undo_words import does_words, field_words, lost_days, lost_words

_NOT_DROPPED = ("no session drops; a redial meanwhile has the profile's rate already",)
_MOVED_BY_A_RENEWAL = ("paid_until", "promise_until", "billing_day")


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What an undo would do. does, lost: sentences; there: the fingerprint of what the server has now."""

    operation: Operation
    change: Change
    does: tuple[str, ...]
    lost: tuple[str, ...]
    there: str = ""
    access: Access | None = None


async def plan_undo(context: Context, operation_id: int) -> UndoPlan:
    """Look what undoing it would do; nothing is changed.

    Errors: UnknownName; Refused, with the reason; Unreachable, PeerRefused as the server answers, which is asked
    whether somebody edited there since.
    """

    def work(
        unit: UnitOfWork,
    ) -> UndoPlan | tuple[Operation, Change, Sequence[Observation], Server | None, Customer | None, Access | None]:
        operation = unit.operations.get(operation_id)
        if operation.intent is Intent.SPEED:
            change, customer = check_speed_undo(unit, operation)
            return UndoPlan(operation, change, speed_undo_words(unit, operation, customer), _NOT_DROPPED)
        if operation.intent is Intent.IMPORT:
            return UndoPlan(operation, Change(), check_import_undo(unit, operation), ())
        log = _log(unit, operation)
        change = change_of(unit, operation, log)
        known = check_records(unit, operation, change)
        if operation.intent is Intent.RENEW:
            return operation, change, log, None, known, None
        server = unit.servers.get(operation.server_id)
        access = _access_before(unit, operation, change, server) if operation.intent in _ACCESS else None
        return operation, change, log, server, known, access

    found = await context.database.read(work)
    if isinstance(found, UndoPlan):
        return found
    operation, change, log, server, known, access = found
    if change.profile_after is not None and change.profile_before is not None:
        there = await check_profile(context, operation, log, change.profile_after)
        return UndoPlan(
            operation,
            change,
            field_words(change.profile_fields, change.profile_before, change.profile_after),
            ("sessions change when they dial again",),
            there,
        )
    does = does_words(operation, change, access, context.zone)
    if server is None:
        return UndoPlan(operation, change, does, lost_days(context, change))
    listed = await context.gateways.account_server(server).listed_account(operation.username)
    wanted = await _wanted(context, known)
    check_account(operation, log, listed, wanted)
    there = context.database.marks.fingerprint(listed.lasting()) if listed is not None else ""
    return UndoPlan(operation, change, does, lost_words(operation, change, log), there, access)


_ACCESS = (Intent.ISOLATE, Intent.ACTIVATE)


def _log(unit: UnitOfWork, operation: Operation) -> list[Observation]:
    return [decode(step.detail) for step in unit.operations.steps(operation.id)]


async def _wanted(context: Context, known: Customer | None) -> WantedAccount | None:
    if known is None:
        return None
    profile = await context.database.read(lambda unit: unit.profiles.get(known.profile_id))
    return WantedAccount(known.username, known.password, profile, known.caller_id, known.static_address)


def _access_before(unit: UnitOfWork, operation: Operation, change: Change, server: Server) -> Access:
    """What the account was before the operation: as its rows say, else as the holds did."""
    held = ACCESS_OF[held_by(unit, operation.customer_id, server, operation.id)]
    policy = held if change.holds_before else Access.OPEN
    rows = operation.rows_before
    if not rows:
        return policy
    if rows.get("disabled"):
        return Access.REJECT
    plans = rows.get("plans") or ()
    assert isinstance(plans, Sequence)
    force = {plan["profile"] for plan in plans if plan["state"] in {"running", "running-active"}}
    walled = rows.get("group") == server.isolation_name or server.isolation_name in force
    return Access.WALLED if walled else policy


async def undo(context: Context, planned: UndoPlan, *, reason: str = "") -> tuple[Operation, ...]:
    """Submit the inverse, if all is still as it was looked at; of a profile one operation for each server.

    Errors: Refused; AlreadyThere, where another customer has the name or number meanwhile; BadInput.
    """
    require(context, "operation.undo")

    def work(unit: UnitOfWork) -> tuple[Operation, ...]:
        operation = unit.operations.get(planned.operation.id)
        why = reason or f"undo of operation {operation.id}"
        if operation.intent is Intent.SPEED:
            return (undo_speed(unit, context, operation, why),)
        if operation.intent is Intent.IMPORT:
            return (undo_import(unit, context, operation, why),)
        change = change_of(unit, operation, _log(unit, operation))
        known = check_records(unit, operation, change)
        inverse = _Inverse(unit, context, planned, why)
        if change.profile_after is not None:
            return inverse.profile()
        if operation.intent in _ACCESS:
            assert known is not None
            return (inverse.access(known),)
        if operation.intent is Intent.RENEW:
            assert known is not None
            return (inverse.date(known),)
        if change.before is None:
            assert known is not None
            return (inverse.remove(known),)
        return (inverse.make_again(known) if change.after is None or known is None else inverse.edit(known),)

    return await context.database.write(work)


@dataclass(frozen=True, slots=True)
class _Inverse:
    """The inverse of an operation, inside a transaction."""

    unit: UnitOfWork
    context: Context
    planned: UndoPlan
    reason: str

    def access(self, known: Customer) -> Operation:
        """The holds and the access that were before; of a renewal the days, too."""
        unit, access = self.unit, self.planned.access
        assert access is not None
        done = self._holds_and_record(known)
        settle, deadline = self._times()
        assert done.after is not None
        entered = enter_access(
            unit, self.context, done.after, access, Manner(settle, deadline), done, reason=self.reason
        )
        self._renewal(known, done.after, entered)
        return entered

    def date(self, known: Customer) -> Operation:
        """The days and the holds that were before, where no server has to know."""
        done = self._holds_and_record(known)
        assert done.after is not None
        entered = enter_date(self.unit, self.context, done, self.reason)
        self._renewal(known, done.after, entered)
        return entered

    def _holds_and_record(self, known: Customer) -> Change:
        unit, change = self.unit, self.planned.change
        earlier = unit.holds.open_holds(known.id)
        for hold in change.closed:
            again = replace(hold, id=0, closed_at=None, closed_by="", since=unit.now)
            self._note("hold.open", known.username, after=unit.holds.open_another(again))
        for hold in change.opened:
            closed = unit.holds.close(known.id, hold.kind, by=self.context.who, at=unit.now)
            self._note("hold.close", known.username, before=closed)
        back = self._restored(known)
        return Change(known, back, earlier, unit.holds.open_holds(known.id), undoes=change.operation_id)

    def _renewal(self, known: Customer, back: Customer, entered: Operation) -> None:
        if known.paid_until != back.paid_until and back.paid_until is not None:
            row = Renewal(known.id, known.username, known.paid_until, back.paid_until, self.reason, self.context.who,
                          self.unit.now, operation_id=entered.id)  # fmt: skip
            self.unit.renewals.add(row)

    def edit(self, known: Customer) -> Operation:
        """The fields that were before."""
        back = self._restored(known)
        settle, deadline = self._times()
        live = self.planned.operation.wanted.get("live")
        handling = Handling(Live(str(live)) if live else usual_live(known, back), settle, deadline)
        moves = any(name in MOVING for name in self.planned.change.fields)
        more: dict[str, object] = {} if moves else {"expected": self._expected(back)}
        return submit_edit(
            self.unit,
            self.context,
            known,
            back,
            handling,
            reason=self.reason,
            more=more,
            undoes=self.planned.change.operation_id,
        )

    def remove(self, known: Customer) -> Operation:
        """The customer goes again."""
        settle, deadline = self._times()
        handling = Handling(Live.KICK, settle, deadline)
        return removal(self.unit, self.context, known, self.reason, handling, undoes=self.planned.change.operation_id)

    def make_again(self, known: Customer | None) -> Operation:
        """A customer who was removed, with the holds; or only the account, where the record is still there."""
        unit, change = self.unit, self.planned.change
        assert change.before is not None
        back = known or unit.customers.add(replace(change.before, id=0))
        if known is None:
            self._note("customer.add", back.username, after=back)
            for hold in change.holds_before:
                again = replace(hold, id=0, customer_id=back.id)
                self._note("hold.open", back.username, after=unit.holds.open_another(again))
        holds = unit.holds.open_holds(back.id)
        wanted: dict[str, object] = {"expected": self._expected(back)}
        if holds:
            # the operations are those of the record that went
            policy = held_by(unit, change.before.id, unit.servers.get(back.server_id))
            wanted["access"] = str(ACCESS_OF[policy])
        done = Change(known, back, (), holds, undoes=change.operation_id)
        return provision(unit, self.context, back, self.reason, wanted, done)

    def profile(self) -> tuple[Operation, ...]:
        """The profile's fields that were before, on each server where a customer has it."""
        unit, change, operation = self.unit, self.planned.change, self.planned.operation
        assert change.profile_after is not None
        now = unit.profiles.get(change.profile_after.id)
        values: dict[str, Any] = {name: getattr(change.profile_before, name) for name in change.profile_fields}
        back = unit.profiles.change(replace(now, **values))
        self._note("profile.edit", back.name, before=now, after=back)
        done = Change(profile_before=now, profile_after=back, undoes=change.operation_id)
        servers = sorted({row.server_id for row in having(unit, back.id)} | {operation.server_id})
        return tuple(
            ensure(
                unit,
                self.context,
                back,
                server_id,
                reason=self.reason,
                live=REDIAL,
                changed=change.profile_fields,
                expected=self._profile_expected(profile_here(back)) if server_id == operation.server_id else None,
                change=done,
            )
            for server_id in servers
        )

    def _profile_expected(self, here: str) -> Mapping[str, object]:
        return {"here": here, "there": self.planned.there}

    def _expected(self, back: Customer) -> Mapping[str, object]:
        unit = self.unit
        octets = account_here(back, unit.profiles.get(back.profile_id), unit.holds.open_holds(back.id))
        return {"here": self.context.database.marks.fingerprint(octets), "there": self.planned.there}

    def _restored(self, known: Customer) -> Customer:
        change = self.planned.change
        if not change.fields:
            return known
        values: dict[str, Any] = {name: getattr(change.before, name) for name in change.fields}
        for name in ("caller_id", "static_address"):
            if name in values and values[name] is None:
                values[name] = ""  # taken away on the server, too
        back = checked(replace(known, **values))
        self.unit.customers.change(back)
        renewal = set(change.fields) <= set(_MOVED_BY_A_RENEWAL)
        self._note("customer.renew" if renewal else "customer.edit", back.username, before=known, after=back)
        return back

    def _times(self) -> tuple[float, float]:
        wanted = self.planned.operation.wanted
        settle, deadline = wanted.get("settle", SETTLE), wanted.get("deadline", DEADLINE)
        assert isinstance(settle, int | float)
        assert isinstance(deadline, int | float)
        return min(settle, deadline / 2), deadline

    def _note(self, action: str, subject: str, *, before: object = None, after: object = None) -> None:
        context = self.context
        self.unit.note(
            action, subject, who=context.who, channel=context.channel, before=before, after=after, reason=self.reason
        )
