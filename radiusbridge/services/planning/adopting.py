"""From an account on a server to a customer: a new one, or the fields that the server is right about."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import STARTABLE, AccountRow
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.planned import PlannedRow
from radiusbridge.domain.records import Customer, Hold, HoldKind, Server
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.aside import read as set_aside
from radiusbridge.gateways.ports import ListedAccount
from radiusbridge.services.comparing import own_address
from radiusbridge.services.context import Context
from radiusbridge.services.customer_changes import checked

OF_PROFILE = frozenset({"shared_users", "pool", "address_list", "set_aside"})
"""Fields that the database keeps with the profile, so that one account's own cannot be taken over."""

_NEW = ("password", "caller_id", "static_address", "routes", "access")


@dataclass(frozen=True, slots=True)
class Adoption:
    """Where and how accounts are taken over. hold: of who is kept out there; profile: of who has no plan there."""

    unit: UnitOfWork
    context: Context
    server: Server
    hold: HoldKind
    profile: str
    reason: str


def adopt(adoption: Adoption, row: PlannedRow, listed: ListedAccount, customer: Customer | None) -> str:
    """Store the account; what is to be known of it, in words. BadInput: it cannot be a customer."""
    unit, account, words = adoption.unit, listed.account, list[str]()
    before, fields = customer, row.differing if customer is not None else _NEW
    if customer is None:
        profile_id = _profile(adoption, account)
        customer = Customer("", account.username, adoption.server.id, profile_id, note=_note(listed))
    after = checked(replace(customer, **_values(adoption, listed, fields)))
    if before is None:
        after = unit.customers.add(after)
    elif after != before:
        unit.customers.change(after)
    _tell(adoption, "customer.edit" if before else "customer.add", after, before)
    if "access" in fields:
        _access(adoption, after, shut=account.disabled or _walled(adoption.server, account))
    if after.password is None:
        words.append("without a password: the router does not show it")
    kept = OF_PROFILE.intersection(row.differing)
    if kept:
        words.append(f"stays different: {', '.join(sorted(kept))} is the profile's here")
    return "; ".join(words).replace("_", " ")


def _values(adoption: Adoption, listed: ListedAccount, fields: tuple[str, ...]) -> dict[str, Any]:
    account = listed.account
    values: dict[str, Any] = {}
    if "username" in fields:
        values["username"] = account.username
    if "password" in fields and listed.password is not None:
        values["password"] = listed.password
    if "caller_id" in fields:
        values["caller_id"] = account.caller_id or None
    if "static_address" in fields:
        values["static_address"] = own_address(listed) or None
    if "routes" in fields:
        values["routes"] = listed.row.get("routes") or None
    if "profile" in fields:
        values["profile_id"] = _profile(adoption, account)
    return values


def _note(listed: ListedAccount) -> str:
    """The comment, where it can be kept."""
    words = set_aside(listed.comment)[0].strip()
    return words if words.isprintable() and len(words) <= 200 else ""


def _profile(adoption: Adoption, account: AccountRow) -> int:
    """The profile of the plan in force, else of the one that comes next, else the one that was named."""
    own = [plan for plan in account.plans if plan.profile != adoption.server.isolation_name]
    force = account.in_force
    chosen = next((plan for plan in own if force is not None and plan.profile == force.profile), None)
    chosen = chosen or next((plan for plan in own if plan.state in STARTABLE), None) or next(iter(own), None)
    name = chosen.profile if chosen is not None else adoption.profile
    if not name:
        raise BadInput("no plan is assigned there", hint="--profile names the one of such accounts")
    try:
        return adoption.unit.profiles.named(name).id
    except UnknownName:
        raise BadInput(f"its plan {safe(name, 60)} is no profile here", hint="take profiles over, too") from None


def _walled(server: Server, account: AccountRow) -> bool:
    force = account.in_force
    return account.group == server.isolation_name or (force is not None and force.profile == server.isolation_name)


def _access(adoption: Adoption, customer: Customer, *, shut: bool) -> None:
    """Who is kept out there gets a hold, and who is let in there loses all."""
    unit, context = adoption.unit, adoption.context
    holds = unit.holds.open_holds(customer.id)
    note = partial(unit.note, who=context.who, channel=context.channel)
    if shut and not holds:
        hold = Hold(customer.id, adoption.hold, context.who, unit.now, reason=adoption.reason)
        note("hold.open", customer.username, after=unit.holds.open_another(hold))
    for hold in () if shut else holds:
        closed = unit.holds.close(customer.id, hold.kind, by=context.who, at=unit.now)
        note("hold.close", customer.username, before=closed, reason=adoption.reason)


def _tell(adoption: Adoption, action: str, after: Customer, before: Customer | None) -> None:
    context = adoption.context
    adoption.unit.note(
        action,
        after.username,
        who=context.who,
        channel=context.channel,
        before=before,
        after=after,
        reason=adoption.reason,
    )
