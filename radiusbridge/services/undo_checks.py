"""Whether an operation can be taken back: what was changed, and whether anybody changed it since."""

from collections.abc import Sequence
from dataclasses import replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.changes import Change
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.observations import AccountSeen, Observation, ProfileSeen, Written
from radiusbridge.domain.profiles import profile_digest
from radiusbridge.domain.records import PROFILE_INTENTS, Customer, Intent, Operation, Profile
from radiusbridge.gateways.ports import ListedAccount, WantedAccount
from radiusbridge.services.context import Context

_LOOKED_BACK = 50
_HARMLESS = (Intent.KICK, Intent.APPLY, Intent.SPEED, Intent.REBOOT, Intent.RENEW)
"""Intents that leave nothing behind that an undo would meet."""
_UNDONE = (Intent.ISOLATE, Intent.ACTIVATE, Intent.PROVISION, Intent.REMOVE, Intent.PROFILE_ENSURE, Intent.RENEW)


_INSTEAD = {
    Intent.FILL: ("its accounts are their customers' by now, and go with them", "radiusbridge customer remove"),
    Intent.FAILOVER: ("the NASes are turned back by another one", "radiusbridge standby failback, or failover"),
    Intent.MIRROR: ("a standby follows its server", "undo the operation that it mirrors; see: radiusbridge op show"),
}
"""Intents that are taken back in another way: why, and how."""


def refusal(operation: Operation, why: str, hint: str = "") -> Refused:
    """What to raise where an operation is not undone."""
    return Refused(f"not undone: {why}", target=f"operation {operation.id}", hint=hint)


def change_of(unit: UnitOfWork, operation: Operation, log: Sequence[Observation]) -> Change:
    """What the operation changed. Refused: not finished, nothing to take back, or something came after it."""
    if not operation.status.final:
        raise refusal(operation, f"it is {operation.status}", f"radiusbridge op cancel {operation.id}")
    if operation.intent in _INSTEAD:
        raise refusal(operation, *_INSTEAD[operation.intent])
    if operation.intent not in _UNDONE:
        raise refusal(operation, f"a {operation.intent} leaves nothing that could be taken back: a session is gone")
    change = unit.changes.of(operation.id)
    if change is None:
        raise refusal(operation, "what was before it is not kept", "radiusbridge plan shows what differs now")
    wrote = any(isinstance(seen, Written) and not seen.already for seen in log)
    if change.nothing and not wrote:
        raise refusal(operation, "nothing was changed by it")
    later = _later(unit, operation)
    if later is not None:
        told = f"({later.intent}, {later.verdict or later.status})"
        after = unit.changes.of(later.id)
        if after is not None and after.undoes == operation.id:
            hint = f"radiusbridge undo {later.id} does it again"
            raise refusal(operation, f"it was undone already, by operation {later.id} {told}", hint)
        what = f"operation {later.id} {told} came after it"
        raise refusal(operation, what, f"undo that one first: radiusbridge undo {later.id}")
    return change


def _later(unit: UnitOfWork, operation: Operation) -> Operation | None:
    if operation.intent in PROFILE_INTENTS:
        newest = unit.operations.about_profile(operation.server_id, operation.username)
        return newest if newest is not None and newest.id > operation.id else None
    listed = unit.operations.listed(customer_id=operation.customer_id, limit=_LOOKED_BACK)
    return next((one for one in listed if one.id > operation.id and one.intent not in _HARMLESS), None)


def check_records(unit: UnitOfWork, operation: Operation, change: Change) -> Customer | None:
    """The customer as the database has it, if nothing that would be taken back was changed since. None: removed."""
    known = unit.customers.by_ids([operation.customer_id]).get(operation.customer_id)
    if change.profile_after is not None:
        _same(operation, change.profile_fields, unit.profiles.get(change.profile_after.id), change.profile_after)
        return None
    if known is None and change.after is not None:
        raise refusal(operation, "the customer is not here any more")
    if known is None or change.after is None:
        return known
    _same(operation, change.fields, known, change.after)
    now = {hold.kind for hold in unit.holds.open_holds(known.id)}
    if now != {hold.kind for hold in change.holds_after}:
        raise refusal(operation, "the customer's holds were changed since", "radiusbridge audit list")
    return known


def _same(operation: Operation, fields: Sequence[str], now: object, after: object) -> None:
    others = [name for name in fields if getattr(now, name) != getattr(after, name)]
    if others:
        raise refusal(operation, f"{', '.join(others)} was edited since", "radiusbridge audit list")


def check_account(
    operation: Operation, log: Sequence[Observation], now: ListedAccount | None, wanted: WantedAccount | None
) -> None:
    """Refused, where somebody edited the account on the server since the operation read it last."""
    seen = next((one for one in reversed(log) if isinstance(one, AccountSeen) and not one.former), None)
    if seen is None:
        return
    if (now is None) != (seen.account is None):
        raise refusal(operation, "the account was removed since" if now is None else "the account is there again")
    if now is None or seen.account is None:
        return
    others = _differing(seen.account, now.account)
    if wanted is not None and any(each.field == "password" for each in now.compare(wanted).fields):
        others.append("password")
    if others:
        words = f"{', '.join(others)} of the account was edited on the server since"
        raise refusal(operation, words, "radiusbridge plan shows what differs")


def _differing(then: AccountRow, now: AccountRow) -> list[str]:
    if then.caller_id == "bind":  # it has adopted the first device since, as it was to
        then = replace(then, caller_id=now.caller_id)
    names = ("disabled", "group", "shared_users", "caller_id", "attributes")
    others = [name.replace("_", " ") for name in names if getattr(then, name) != getattr(now, name)]
    plans = {plan.profile for plan in then.plans} == {plan.profile for plan in now.plans}
    return others if plans else [*others, "plan"]


async def check_profile(context: Context, operation: Operation, log: Sequence[Observation], profile: Profile) -> str:
    """The digest of the profile on the server. Refused, where somebody edited it there since."""
    server = await context.database.read(lambda unit: unit.servers.get(operation.server_id))
    now = profile_digest(await context.gateways.account_server(server).read_profile(profile.name))
    seen = next((one for one in reversed(log) if isinstance(one, ProfileSeen)), None)
    if seen is not None and profile_digest(seen.profile) != now:
        raise refusal(operation, "the profile was edited on the server since", "radiusbridge plan shows what differs")
    return now
