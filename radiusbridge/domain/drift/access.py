"""Who is let in, and who is kept out, against what the holds say."""

from collections.abc import Iterator

from radiusbridge.domain.accounts import STARTABLE, PlanState, SessionRow
from radiusbridge.domain.drift.finding import Action, Finding, Kind, Severity
from radiusbridge.domain.drift.view import View
from radiusbridge.domain.local_access import in_ranges
from radiusbridge.domain.records import HoldKind

_KEPT_OUT = ("disabled", "walled", "half walled")


def held_accepted(view: View) -> Iterator[Finding]:
    """A hold is open, and the account is neither disabled nor walled."""
    access = view.difference("access")
    if not view.held or access is None or view.account is None:
        return
    yield view.found(
        Kind.HELD_ACCEPTED,
        Severity.CRITICAL,
        f"held ({view.hold_words()}), but the account is {access.have}",
        view.here(f"hold {view.hold_words()}"),
        view.there(view.account_words()),
        repair=view.about("isolate", "--hold", str(view.holds[0].kind)),
        action=Action.ISOLATE,
    )


def online_held(view: View) -> Iterator[Finding]:
    """A hold is open, and a session that no isolation holds is live. A walled account's sessions: `unwalled`."""
    moving = view.moving()
    if not view.held or not moving or _walled(view):
        return
    yield view.found(
        Kind.ONLINE_HELD,
        Severity.CRITICAL,
        f"held ({view.hold_words()}), but online on {_nases(moving)}",
        view.here(f"hold {view.hold_words()}"),
        *map(view.listed, moving),
        repair=view.about("isolate", "--hold", str(view.holds[0].kind)),
        action=Action.ISOLATE,
    )


def online_expired(view: View) -> Iterator[Finding]:
    """Due, not held, and online."""
    moving, standing = view.moving(), view.standing
    if view.held or standing is None or not standing.due or not moving:
        return
    words = f"{standing.days_late} days late, {standing.grace} days of grace"
    yield view.found(
        Kind.ONLINE_EXPIRED,
        Severity.WARNING,
        f"{words}, and online on {_nases(moving)}",
        view.here(f"{words}; no hold is open"),
        *map(view.listed, moving),
        repair=view.about("isolate", "--hold", str(HoldKind.UNPAID)),
        action=Action.ISOLATE,
    )


def paid_refused(view: View) -> Iterator[Finding]:
    """Neither held nor due, and the account does not let in: it is disabled or walled, or no plan of it runs."""
    due = view.standing is not None and view.standing.due
    if view.customer is None or view.account is None or view.held or due:
        return
    access, faults = view.difference("access"), []
    if access is not None and access.have in _KEPT_OUT:
        faults.append(f"the account is {access.have}")
    states = {plan.state for plan in view.account.plans}
    # a FreeRADIUS lets in who has no plan at all, without any limit
    refuses = view.account.plans_count and (bool(states) or view.ground.server.sql is None)
    no_plan = refuses and not states & {*STARTABLE, PlanState.UNKNOWN}
    if no_plan:
        faults.append("no plan of it runs")
    if not faults:
        return
    over = no_plan and any(plan.profile == _own(view) for plan in view.account.plans)
    renews = over and not view.paid
    yield view.found(
        Kind.PAID_REFUSED,
        Severity.CRITICAL if view.paid or not over else Severity.WARNING,
        f"nothing keeps the customer out, but {' and '.join(faults)}",
        view.here(f"no hold is open; {_paid_words(view)}"),
        view.there(view.account_words()),
        repair=view.about("renew", "--months", "1") if renews else view.about("activate"),
        action=None if renews else Action.ACTIVATE,
    )


def unwalled_session(view: View) -> Iterator[Finding]:
    """The account is walled as the hold asks; a session runs without its list, or outside its pool."""
    if not view.held or not _walled(view):
        return
    server = view.ground.server
    for row in view.live:
        faults = [] if view.walled(row) else [f"is not in the list {server.isolation_name}"]
        local = view.ground.local.get(row.nas)
        ranges = local.pools.get(server.isolation_pool or "") if local else None
        if ranges is not None and row.address and not in_ranges(row.address, ranges):
            faults.append(f"has {row.address}, which is not of the pool {server.isolation_pool}")
        if not faults:
            continue
        yield view.found(
            Kind.UNWALLED_SESSION,
            Severity.CRITICAL if not view.walled(row) else Severity.WARNING,
            f"walled, but the session on {row.nas} {' and '.join(faults)}",
            view.there(view.account_words()),
            view.listed(row),
            repair=view.about("isolate", "--hold", str(view.holds[0].kind), "--policy", "walled"),
            action=Action.ISOLATE,
            sessions=(row.session_id,),
            nas=row.nas,
        )


def _walled(view: View) -> bool:
    account = view.account
    return (
        account is not None
        and not account.disabled
        and account.group == view.ground.server.isolation_name
        and view.difference("access") is None
    )


def _own(view: View) -> str:
    return view.profile.name if view.profile else ""


def _paid_words(view: View) -> str:
    customer = view.customer
    if customer is None or customer.paid_until is None:
        return "no paid-until date"
    return f"paid until {customer.paid_until:%Y-%m-%d}"


def _nases(rows: tuple[SessionRow, ...]) -> str:
    return ", ".join(sorted({row.nas for row in rows}))
