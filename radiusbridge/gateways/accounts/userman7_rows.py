"""User Manager 7's menus as this gateway reads them: paths, property lists, and rows typed by what the menu says."""

from collections.abc import Iterable, Sequence
from functools import cache

from radiusbridge.domain.accounts import AccountRow, PlanRow, PlanState, ServerSession
from radiusbridge.gateways.accounts.rows import NO, Row, is_yes, shared_users
from radiusbridge.gateways.ports import PlainAccount
from radiusbridge.routeros import menus

ROOT = menus.USER_MANAGER.path
USER = menus.UM_USER.path
PROFILE = menus.UM_PROFILE.path
USER_PROFILE = menus.UM_USER_PROFILE.path
SESSION = menus.UM_SESSION.path

USER_PROPERTIES = (".id", "name", "disabled", "group", "shared-users", "caller-id", "attributes")
PLAN_PROPERTIES = (".id", "user", "profile", "state", "end-time")
SESSION_PROPERTIES = (
    ".id",
    "user",
    "acct-session-id",
    "nas-ip-address",
    "user-address",
    "calling-station-id",
    "active",
)
_STATES = {member.value: member for member in PlanState}


def account_row(user: Row, plans: Iterable[Row], sessions: Iterable[Row], settings: Iterable[Row]) -> AccountRow:
    """An account from its rows."""
    return AccountRow(
        id=user[".id"],
        username=user.get("name", ""),
        disabled=is_yes(user.get("disabled")),
        group=user.get("group", "default"),
        shared_users=shared_users(user),
        caller_id=user.get("caller-id", ""),
        attributes=user.get("attributes", ""),
        plans=tuple(map(plan_row, plans)),
        sessions=tuple(session_row(row) for row in sessions if is_yes(row.get("active"))),
        plans_count=any(is_yes(row.get("use-profiles")) for row in settings),
    )


def plainly_alike(row: Row, plans: Sequence[Row], wanted: PlainAccount) -> bool:
    """Whether a user is certain to be open, with that plan, and as wanted but for its password."""
    profile = wanted.profile
    return (
        row.get("name") == wanted.username
        and row.get("disabled") in NO
        and row.get("group") == "default"
        and not row.get("attributes")
        and not (wanted.static_address or profile.pool or profile.address_list)
        and row.get("shared-users") == str(profile.shared_users)
        and row.get("caller-id", "") == (wanted.caller_id or "")
        and len(plans) == 1
        and plans[0].get("profile") == profile.name
    )


@cache
def bare_plan(profile: str, state: str) -> tuple[Row, ...]:
    """The one plan of an account without its id and end: the same for all who have it so, since they may be many."""
    return ({".id": "", "profile": profile, "state": state},)


def plan_row(row: Row) -> PlanRow:
    """A row of `/user-manager/user-profile`."""
    state = _STATES.get(row.get("state", "").replace(" ", "-"), PlanState.UNKNOWN)
    return PlanRow(row[".id"], row.get("profile", ""), state, row.get("end-time", ""))


def session_row(row: Row) -> ServerSession:
    """A row of `/user-manager/session`, its Acct-Session-Id byte for byte."""
    return ServerSession(
        row[".id"],
        row.get("acct-session-id", ""),
        row.get("nas-ip-address", ""),
        row.get("user-address", ""),
        row.get("calling-station-id", ""),
    )
