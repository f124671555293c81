"""`/ppp/secret` as this gateway reads it: property lists, and rows typed by what the menu says.

So that accounts read alike on every kind of server, a secret's profile is its plan, in force without an end; an account
has the isolation's name as its group while it is in the isolation profile, and the plan that was set aside counts as
running behind the isolation's.
"""

from collections.abc import Iterable

from radiusbridge.domain.accounts import AccountRow, PlanRow, PlanState, ServerSession
from radiusbridge.gateways.accounts import aside
from radiusbridge.gateways.accounts.rows import NO, Row, is_yes
from radiusbridge.gateways.ports import Usual

SECRET_PROPERTIES = (
    ".id",
    "name",
    "service",
    "caller-id",
    "profile",
    "remote-address",
    "routes",
    "disabled",
    "comment",
)
ACTIVE_PROPERTIES = (".id", "name", "caller-id", "address", "session-id")
SERVICE = "pppoe"
_DIALS_PPPOE = (SERVICE, "any")
"""Services of a secret by which a PPPoE customer is let in, the nearest first."""


def ours(row: Row) -> bool:
    """Whether a PPPoE customer is let in by it; others are of VPNs, and nobody's account here."""
    return row.get("service", "any") in _DIALS_PPPOE


def chosen(rows: Iterable[Row]) -> Row | None:
    """The secret among those of one name that is a PPPoE customer's."""
    found = sorted(filter(ours, rows), key=lambda row: _DIALS_PPPOE.index(row.get("service", "any")))
    return found[0] if found else None


def walled(row: Row, isolation: str, pool: str | None) -> bool:
    """Whether all of the isolation is on a secret: one with an address of its own gets none from the pool."""
    return row.get("profile") == isolation and not (pool and row.get("remote-address"))


def account_row(row: Row, active: Iterable[Row], isolation: str, pool: str | None, address: str) -> AccountRow:
    """An account from its secret and the sessions of its name. address: the router's, as NASes are known by."""
    static, profile = row.get("remote-address", ""), row.get("profile", "")
    plans = [PlanRow("", profile, PlanState.RUNNING_ACTIVE)] if profile else []
    kept = aside.kept_plan(aside.read(row.get("comment", ""))[1])
    if profile == isolation and kept:
        plans.append(PlanRow("", kept, PlanState.RUNNING))
    return AccountRow(
        id=row[".id"],
        username=row.get("name", ""),
        disabled=is_yes(row.get("disabled")),
        group=isolation if walled(row, isolation, pool) else "default",
        shared_users=None,
        caller_id=row.get("caller-id", ""),
        attributes=f"{aside.STATIC_ADDRESS}:{static}" if static else "",
        plans=tuple(plans),
        sessions=tuple(session_row(each, address) for each in active),
        plans_count=True,
    )


def session_row(row: Row, address: str) -> ServerSession:
    """A row of `/ppp/active`; its id as accounting has it, without `0x`."""
    return ServerSession(
        row[".id"],
        row.get("session-id", "").lower().removeprefix("0x"),
        address,
        row.get("address", ""),
        row.get("caller-id", ""),
    )


def plainly_alike(row: Row, known: Usual) -> bool:
    """Whether a secret is certain to be open, with its plan, and as wanted."""
    return (
        row.get("disabled") in NO
        and "[" not in row.get("comment", "")
        and not row.get("routes")
        and known.passed_by(
            row.get("name", ""),
            row.get("password", ""),
            row.get("profile", ""),
            row.get("caller-id", ""),
            row.get("remote-address", ""),
        )
    )
