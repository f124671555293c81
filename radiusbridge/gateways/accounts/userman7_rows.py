"""User Manager 7's menus as this gateway reads them: paths, property lists, and rows typed by what the menu says."""

from collections.abc import Iterable, Mapping

from radiusbridge.domain.accounts import AccountRow, PlanRow, PlanState, ServerSession
from radiusbridge.domain.errors import BadInput
from radiusbridge.routeros import menus
from radiusbridge.routeros.commands import Value, equal
from radiusbridge.routeros.schema import Kind, Menu

ROOT = menus.USER_MANAGER.path
USER = menus.UM_USER.path
GROUP = menus.UM_GROUP.path
PROFILE = menus.UM_PROFILE.path
LIMITATION = menus.UM_LIMITATION.path
PROFILE_LIMITATION = menus.UM_PROFILE_LIMITATION.path
USER_PROFILE = menus.UM_USER_PROFILE.path
SESSION = menus.UM_SESSION.path
ROUTER = menus.UM_ROUTER.path

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
Row = Mapping[str, str]


def is_yes(value: str | None) -> bool:
    """A boolean as print shows it, `true` or `yes`."""
    return value in {"true", "yes"}


def active_of(username: str) -> tuple[str, ...]:
    """The query for a user's active sessions; how print spells booleans differs between programs that work."""
    return ("?active=true", "?active=yes", "?#|", equal("user", username), "?#&")


def account_row(
    user: Row, plans: Iterable[Row], sessions: Iterable[Row], settings: Iterable[Row], shared_default: int = 1
) -> AccountRow:
    """An account from its rows."""
    shared = user.get("shared-users", "")
    return AccountRow(
        id=user[".id"],
        username=user.get("name", ""),
        disabled=is_yes(user.get("disabled")),
        group=user.get("group", "default"),
        shared_users=None if shared == "unlimited" else int(shared) if shared.isdecimal() else shared_default,
        caller_id=user.get("caller-id", ""),
        attributes=user.get("attributes", ""),
        plans=tuple(map(plan_row, plans)),
        sessions=tuple(session_row(row) for row in sessions if is_yes(row.get("active"))),
        plans_count=any(is_yes(row.get("use-profiles")) for row in settings),
    )


def plan_row(row: Row) -> PlanRow:
    """A row of `/user-manager/user-profile`."""
    state = row.get("state", "").replace(" ", "-")
    known = PlanState(state) if state in {member.value for member in PlanState} else PlanState.UNKNOWN
    return PlanRow(row[".id"], row.get("profile", ""), known, row.get("end-time", ""))


def session_row(row: Row) -> ServerSession:
    """A row of `/user-manager/session`, its Acct-Session-Id byte for byte."""
    return ServerSession(
        row[".id"],
        row.get("acct-session-id", ""),
        row.get("nas-ip-address", ""),
        row.get("user-address", ""),
        row.get("calling-station-id", ""),
    )


def differing(path: str, have: Row, wanted: Mapping[str, Value]) -> dict[str, Value]:
    """What of the wanted properties has to be written, whichever form print shows the values in."""
    menu = menus.MENUS[path]
    return {
        name: value
        for name, value in wanted.items()
        if _meaning(menu, name, have.get(name, "")) != _meaning(menu, name, _text(value))
    }


def _text(value: Value) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _meaning(menu: Menu, name: str, text: str) -> object:
    """The typed value; nothing, 0 and `unlimited` are one where numbers and durations are meant."""
    known = menu.properties.get(name)
    if known is None or known.kind in {Kind.TEXT, Kind.ATTRIBUTES}:
        return text
    if text in {"", "unlimited"}:
        return 0
    try:
        return menu.parse(name, text)
    except BadInput:
        return text
