"""User Manager 7's menus as this gateway reads them: paths, property lists, and rows typed by what the menu says."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from radiusbridge.domain.accounts import AccountRow, PlanRow, PlanState, ServerSession
from radiusbridge.domain.records import Profile
from radiusbridge.gateways.accounts.rows import NO, Row, is_yes, shared_users
from radiusbridge.gateways.ports import Usual
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


def plain_terms(profiles: Iterable[Profile]) -> dict[str, str]:
    """How many sessions the users of a profile have, as print shows it; only of profiles that give them no attributes.
    By name."""
    return {each.name: str(each.shared_users) for each in profiles if not (each.pool or each.address_list)}


def plainly_alike(row: Row, plans: Sequence[Row], terms: Mapping[str, str], known: Usual) -> bool:
    """Whether a user is certain to be open, with its plan, and as wanted. terms: `plain_terms`."""
    if row.get("disabled") not in NO or row.get("group") != "default" or row.get("attributes") or len(plans) != 1:
        return False
    profile = plans[0].get("profile", "")
    return row.get("shared-users", "") == terms.get(profile) and known.passed_by(
        row.get("name", ""), row.get("password", ""), profile, row.get("caller-id", ""), ""
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
