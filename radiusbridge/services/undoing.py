"""Undo: the inverse of an operation, from what was before it, as an operation of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import ACCESS_OF, Access
from radiusbridge.domain.bulk import Renewal
from radiusbridge.domain.changes import Change
from radiusbridge.domain.observations import Observation, SessionsSeen, WriteBegan
from radiusbridge.domain.records import Customer, Intent, Operation, Server
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE, Live
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.rows import made_by_hand
from radiusbridge.gateways.ports import WantedAccount
from radiusbridge.services.access import Manner, enter_access
from radiusbridge.services.context import Context
from radiusbridge.services.customer_changes import checked, submit_edit, usual_live
from radiusbridge.services.evidence_codec import decode
from radiusbridge.services.foretelling import MOVING
from radiusbridge.services.keeping_out import held_by
from radiusbridge.services.permissions import require
from radiusbridge.services.planning.prints import account_here, profile_here
from radiusbridge.services.profile_operations import REDIAL, ensure, having
from radiusbridge.services.provisioning import Handling, provision, removal
from radiusbridge.services.undo_checks import change_of, check_account, check_profile, check_records

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
    ) -> tuple[Operation, Change, Sequence[Observation], Server, Customer | None, Access | None]:
        operation = unit.operations.get(operation_id)
        log = _log(unit, operation)
        change = change_of(unit, operation, log)
        known = check_records(unit, operation, change)
        server = unit.servers.get(operation.server_id)
        access = _access_before(unit, operation, change, server) if operation.intent in _ACCESS else None
        return operation, change, log, server, known, access

    operation, change, log, server, known, access = await context.database.read(work)
    if change.profile_after is not None and change.profile_before is not None:
        there = await check_profile(context, operation, log, change.profile_after)
        return UndoPlan(
            operation,
            change,
            _fields(change.profile_fields, change.profile_before, change.profile_after),
            ("sessions change when they dial again",),
            there,
        )
    listed = await context.gateways.account_server(server).listed_account(operation.username)
    wanted = await _wanted(context, known)
    check_account(operation, log, listed, wanted)
    there = context.database.marks.fingerprint(listed.lasting()) if listed is not None else ""
    return UndoPlan(operation, change, _does(operation, change, access), _lost(operation, change, log), there, access)


_ACCESS = (Intent.ISOLATE, Intent.ACTIVATE)
_BY_ID = ("profile_id", "server_id")


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


def _does(operation: Operation, change: Change, access: Access | None) -> tuple[str, ...]:
    name = safe(operation.username, 60)
    words = [f"{name.removesuffix('_id')} is as before" for name in _BY_ID if name in change.fields]
    words += [f"hold {hold.kind} is opened again" for hold in change.closed]
    words += [f"hold {hold.kind} is closed" for hold in change.opened]
    if access is not None:
        words.append(f"{name} is {'let in again' if access is Access.OPEN else f'kept out again ({access})'}")
    if change.before is None:
        words.append(f"account and record of {name} are removed; a live session ends")
    elif change.after is None:
        words.append(f"account and record of {safe(change.before.username, 60)} are made again")
    return (*words, *_fields(change.fields, change.before, change.after))


def _fields(names: Sequence[str], before: object, after: object) -> tuple[str, ...]:
    return tuple(
        f"{name.replace('_', ' ')}: {_shown(before, name)} again, now {_shown(after, name)}"
        for name in names
        if name not in _BY_ID
    )


def _shown(record: object, field: str) -> str:
    value = getattr(record, field)
    return "***" if field == "password" else safe(str(value), 80) if value not in {None, ""} else "none"


def _lost(operation: Operation, change: Change, log: Sequence[Observation]) -> tuple[str, ...]:
    """What does not come back."""
    ended = _ended(log)
    words = [f"sessions that ended do not come back: {', '.join(ended[:5])}"] if ended else []
    if operation.intent is Intent.ISOLATE and not ended:
        words.append("sessions that ended do not come back: the customer dials again")
    moved = any(name in MOVING for name in change.fields)
    if operation.intent is Intent.REMOVE or moved:
        words.append("a validity or quota that the server counts begins anew; its counters and sessions are gone")
    elif "profile_id" in change.fields:
        words.append("a validity or quota of the plan that is given again begins anew")
    if "unbind" in operation.wanted and (device := (operation.rows_before or {}).get("caller_id")):
        words.append(f"the lock to {device} was the server's own, and is not made again")
    if operation.intent is Intent.REMOVE:
        by_hand = made_by_hand(str((operation.rows_before or {}).get("attributes", "")))
        words += [f"made by hand, and gone: {', '.join(by_hand)}"] if by_hand else []
    return tuple(words)


def _ended(log: Sequence[Observation]) -> list[str]:
    """Ids of the sessions that were live before the write, and that the newest lists do not have."""
    looks = [seen for seen in log if isinstance(seen, SessionsSeen)]
    began = next((seen.began for seen in log if isinstance(seen, WriteBegan)), float("inf"))
    before = {row.session_id for seen in looks if seen.began <= began for row in seen.sessions}
    newest = {seen.nas: seen for seen in looks}
    return sorted(before - {row.session_id for seen in newest.values() for row in seen.sessions})


async def undo(context: Context, planned: UndoPlan, *, reason: str = "") -> tuple[Operation, ...]:
    """Submit the inverse, if all is still as it was looked at; of a profile one operation for each server.

    Errors: Refused; AlreadyThere, where another customer has the name or number meanwhile; BadInput.
    """
    require(context, "operation.undo")

    def work(unit: UnitOfWork) -> tuple[Operation, ...]:
        operation = unit.operations.get(planned.operation.id)
        change = change_of(unit, operation, _log(unit, operation))
        known = check_records(unit, operation, change)
        inverse = _Inverse(unit, context, planned, reason or f"undo of operation {operation.id}")
        if change.profile_after is not None:
            return inverse.profile()
        if operation.intent in _ACCESS:
            assert known is not None
            return (inverse.access(known),)
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
        unit, change, access = self.unit, self.planned.change, self.planned.access
        assert access is not None
        earlier = unit.holds.open_holds(known.id)
        for hold in change.closed:
            again = replace(hold, id=0, closed_at=None, closed_by="", since=unit.now)
            self._note("hold.open", known.username, after=unit.holds.open_another(again))
        for hold in change.opened:
            closed = unit.holds.close(known.id, hold.kind, by=self.context.who, at=unit.now)
            self._note("hold.close", known.username, before=closed)
        back = self._restored(known)
        done = Change(known, back, earlier, unit.holds.open_holds(known.id), undoes=change.operation_id)
        settle, deadline = self._times()
        entered = enter_access(unit, self.context, back, access, Manner(settle, deadline), done, reason=self.reason)
        moved = known.paid_until != back.paid_until
        if moved and back.paid_until is not None:
            row = Renewal(known.id, known.username, known.paid_until, back.paid_until, self.reason, self.context.who,
                          unit.now, operation_id=entered.id)  # fmt: skip
            unit.renewals.add(row)
        return entered

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
