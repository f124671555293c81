"""User Manager 6's menus as this gateway reads them: property lists, and rows typed by what the menu says.

RouterOS 6 shows one plan of a user, `actual-profile`; no groups, no plan rows. So that accounts read alike on both
generations, an account has the isolation's name as its group while anything of the isolation is on it, and the plan
that was set aside counts as running behind the isolation's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from radiusbridge.domain.accounts import AccountRow, PlanRow, PlanState, ServerSession
from radiusbridge.domain.records import Profile
from radiusbridge.gateways.accounts import aside
from radiusbridge.gateways.accounts.aside import PLAN as PLAN
from radiusbridge.gateways.accounts.aside import STATIC_ADDRESS as STATIC_ADDRESS
from radiusbridge.gateways.accounts.aside import kept_plan as kept_plan
from radiusbridge.gateways.accounts.aside import noted as noted
from radiusbridge.gateways.accounts.aside import unlisted
from radiusbridge.gateways.accounts.rows import NO, Row, is_yes, shared_users
from radiusbridge.gateways.ports import Usual
from radiusbridge.routeros.attributes import AttributeList

USER_PROPERTIES = (
    ".id",
    "customer",
    "username",
    "name",
    "disabled",
    "shared-users",
    "caller-id",
    "caller-id-bind-on-first-use",
    "ip-address",
    "actual-profile",
    "last-seen",
    "comment",
)
SESSION_PROPERTIES = (".id", "user", "acct-session-id", "host-ip", "user-ip", "calling-station-id", "active")
NAMED_BY = ("username", "name")
"""The property that has a user's name. Some programs that work call it `name`."""
WAITING = "Waiting"
"""The name under which a plan is noted there that begins with the next login: 6 may not show such a plan at all."""
SEEN = "Seen"
"""The name under which is noted when its customer had been seen last, if ever: who comes later has begun it."""
NO_ADDRESS = ("", str(IPv4Address(0)))
"""How a user without a static address may be shown, most often by no property at all, and how one is taken away: 6 has
no `unset` here, and which of the two it accepts is not established."""


@dataclass(frozen=True, slots=True)
class Wall:
    """What the isolation is: its profile's name, and whether walled customers get an address from its pool."""

    name: str
    pooled: bool


def chosen(rows: Iterable[Row], owner: str) -> Row | None:
    """The user among those of that name: our owner's, else the first, since logins do not name an owner."""
    rows = list(rows)
    return next((row for row in rows if row.get("customer", owner) == owner), next(iter(rows), None))


def name_of(user: Row) -> str:
    """The user's name, under whichever property."""
    return user.get("username") or user.get("name", "")


def static_address(user: Row) -> str:
    """The user's own address; '' for none."""
    address = user.get("ip-address", "")
    return "" if address in NO_ADDRESS else address


def never_seen(user: Row) -> bool:
    """Whether nobody has logged in with that name yet."""
    return user.get("last-seen", "never") in {"", "never"}


def unseen_since(user: Row) -> bool:
    """Whether nobody has logged in since a plan was noted as waiting; without such a note, whether nobody ever has."""
    noted_then = unlisted(aside.read(user.get("comment", ""))[1].get(SEEN))
    return never_seen(user) or (bool(noted_then) and noted_then == user.get("last-seen"))


def waiting_notes(user: Row, plan: str | None) -> dict[str, str | None]:
    """What is noted of a plan that was given and waits for a login; None: of none."""
    return {WAITING: plan, SEEN: user.get("last-seen") if plan and not never_seen(user) else None}


def caller_lock(user: Row) -> str:
    """The device that the user is locked to; `bind`: the first one that comes."""
    return user.get("caller-id", "") or ("bind" if is_yes(user.get("caller-id-bind-on-first-use")) else "")


def account_row(user: Row, sessions: Iterable[Row], wall: Wall, plan: PlanRow | None) -> AccountRow:
    """An account from its rows. plan: what is known of its actual or waiting plan."""
    kept = set_aside(user)
    address, actual = static_address(user), user.get("actual-profile", "")
    # a static address beats the isolation's pool, so an account that has one is not walled yet
    touched = bool(kept.entries) or (actual == wall.name and not (wall.pooled and address))
    plans = [] if plan is None else [plan]
    if actual == wall.name and kept_plan(kept):
        plans.append(PlanRow("", kept_plan(kept), PlanState.RUNNING))
    return AccountRow(
        id=user[".id"],
        username=name_of(user),
        disabled=is_yes(user.get("disabled")),
        group=wall.name if touched else "default",
        shared_users=shared_users(user),
        caller_id=caller_lock(user),
        attributes=f"{STATIC_ADDRESS}:{address}" if address else "",
        plans=tuple(plans),
        sessions=tuple(session_row(row) for row in sessions if is_yes(row.get("active"))),
        plans_count=True,
    )


def plain_terms(profiles: Iterable[Profile]) -> dict[str, str]:
    """How many sessions the users of a profile have, as print shows it; by the profile's name."""
    return {each.name: str(each.shared_users) for each in profiles}


def plainly_alike(user: Row, terms: Mapping[str, str], known: Usual) -> bool:
    """Whether a user is certain to be open, with its plan, and as wanted. terms: `plain_terms`."""
    profile = user.get("actual-profile", "")
    return (
        user.get("disabled") in NO
        and "[" not in user.get("comment", "")
        and user.get("shared-users", "") == terms.get(profile)
        and known.passed_by(name_of(user), user.get("password", ""), profile, caller_lock(user), static_address(user))
    )


def plan_row(user: Row, *, at_login: bool, endless: bool) -> PlanRow | None:
    """What 6 lets know of a user's plan; at_login and endless are the terms of `plan_name`.

    The actual plan is in force, unless its time begins with a login and there was none. A plan that waits may not be
    shown at all: then our own mark tells of it, and it is certain to wait still if nobody came or it has no end.
    """
    actual, name = user.get("actual-profile", ""), plan_name(user)
    if not name:
        return None
    if actual:
        waits = at_login and unseen_since(user)
        return PlanRow("", actual, PlanState.WAITING if waits else PlanState.RUNNING_ACTIVE)
    certain = unseen_since(user) or endless
    return PlanRow("", name, PlanState.WAITING if certain else PlanState.UNKNOWN)


def plan_name(user: Row) -> str:
    """The actual plan, else the one that we gave and that has not begun; '' for none."""
    return user.get("actual-profile", "") or unlisted(aside.read(user.get("comment", ""))[1].get(WAITING))


def session_row(row: Row) -> ServerSession:
    """A row of `/tool/user-manager/session`, its Acct-Session-Id byte for byte."""
    return ServerSession(
        row[".id"],
        row.get("acct-session-id", ""),
        row.get("host-ip", ""),
        row.get("user-ip", ""),
        row.get("calling-station-id", ""),
    )


def set_aside(user: Row) -> AttributeList:
    """What of a walled user is set aside; our mark of a waiting plan is not of that."""
    return aside.read(user.get("comment", ""))[1].merged({WAITING: None, SEEN: None})
