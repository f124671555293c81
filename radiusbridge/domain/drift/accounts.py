"""Accounts against customers: who is missing on which side, and what was changed by hand."""

from collections.abc import Iterator

from radiusbridge.domain.accounts import PlanState
from radiusbridge.domain.drift.finding import Action, Finding, Kind, Severity
from radiusbridge.domain.drift.view import View
from radiusbridge.domain.profiles import NONE, Difference
from radiusbridge.domain.records import StartsAt

_OTHERS = frozenset({"password", "profile", "access", "set_aside"})
"""Differences that have a kind of their own, or are our own notes."""


def unknown_account(view: View) -> Iterator[Finding]:
    """An account there whom no customer here has, on this or another server's."""
    if view.account is None or view.customer is not None or view.elsewhere:
        return
    known = f"; a customer of {', '.join(view.lives_on)} has that name" if view.lives_on else ""
    plan = next((plan.profile for plan in view.account.plans), "PROFILE")
    server = view.ground.server.name
    adopt = ("customer", "add", "--server", server, "--user", view.username, "--profile", plan, "--no-provision")
    yield view.found(
        Kind.UNKNOWN_ACCOUNT,
        Severity.WARNING,
        f"no customer here has that account{known}",
        view.here("no such customer on that server"),
        view.there(view.account_words()),
        repair=view.line(*adopt),
        action=Action.REMOVE,
    )


def missing_account(view: View) -> Iterator[Finding]:
    """A customer here without an account there. Who is held is kept out either way."""
    if view.customer is None or view.account is not None or view.account_at is None:
        return
    known = view.customer.password is not None
    makes = known and not view.held
    yield view.found(
        Kind.MISSING_ACCOUNT,
        Severity.NOTICE if view.held else Severity.CRITICAL,
        "the customer has no account there" + (" (and is held)" if view.held else ""),
        view.here(f"profile {view.profile.name if view.profile else '?'}"),
        view.there("no such account"),
        repair="" if known else view.line("customer", "edit", view.customer.number, "--password-file", "FILE"),
        action=Action.PROVISION if makes else None,
    )


def duplicate_name(view: View) -> Iterator[Finding]:
    """An account that is unknown here, of a name that has an account on another server too."""
    if view.account is None or view.customer is not None or not view.elsewhere:
        return
    places = ", ".join(view.elsewhere)
    yield view.found(
        Kind.DUPLICATE_NAME,
        Severity.WARNING,
        f"the user name has an account on {places} too",
        view.here(f"a customer of {', '.join(view.lives_on)}" if view.lives_on else "no such customer"),
        view.there(view.account_words()),
        action=Action.REMOVE,
    )


def plan_not_running(view: View) -> Iterator[Finding]:
    """The customer's plan is there and does not run: it waits without waiting for a login, or is over; or none is."""
    account, profile = view.account, view.profile
    if account is None or profile is None or view.held or not account.plans_count or _walled_off(view):
        return
    own = {plan.state for plan in account.plans if plan.profile == profile.name}
    missing = view.difference("profile")
    if own & {PlanState.RUNNING, PlanState.RUNNING_ACTIVE, PlanState.UNKNOWN}:
        return
    action: Action | None
    if PlanState.WAITING in own:
        if profile.starts_at is not StartsAt.ASSIGNED:
            return
        words, repair, action = "waits, though it starts when it is assigned", "", Action.PROVISION
    elif own:
        renews = not view.paid
        words = f"is {min(own)}"
        repair = view.about("renew", "--months", "1") if renews else view.about("activate")
        action = None if renews else Action.ACTIVATE
    elif missing is not None and missing.have == NONE:
        words, repair, action = "is not assigned, or is over", view.about("activate"), Action.ACTIVATE
    else:
        return
    yield view.found(
        Kind.PLAN_NOT_RUNNING,
        Severity.WARNING,
        f"plan {profile.name} {words}",
        view.here(f"profile {profile.name}, starts at {profile.starts_at}"),
        view.there(view.account_words()),
        repair=repair,
        action=action,
    )


def changed_profile(view: View) -> Iterator[Finding]:
    """Another plan is assigned there."""
    change = view.difference("profile")
    if change is not None and change.have != NONE:
        yield _changed(view, Kind.CHANGED_PROFILE, (change,))


def changed_attribute(view: View) -> Iterator[Finding]:
    """Static address, pool, list, lock or shared users are others there."""
    changes = tuple(each for each in view.differences if each.field not in _OTHERS and not each.unrecorded)
    if changes:
        yield _changed(view, Kind.CHANGED_ATTRIBUTE, changes)


def changed_password(view: View) -> Iterator[Finding]:
    """Another password there. Where the server does not show passwords nothing is said, and that is told."""
    change = view.difference("password")
    if change is not None:
        yield _changed(view, Kind.CHANGED_PASSWORD, (change,))


def unrecorded(view: View) -> Iterator[Finding]:
    """A lock or an address of which nothing is recorded here: record it, or have it taken away."""
    found = [each for each in view.differences if each.unrecorded]
    if not found or view.customer is None:
        return
    options = [word for each in found for word in (f"--{each.field.replace('_', '-')}", each.have)]
    told = ", ".join(f"{each.field.replace('_', ' ')} {each.have}" for each in found)
    yield view.found(
        Kind.UNRECORDED,
        Severity.NOTICE,
        f"{told} is set there, and not recorded here",
        view.here(", ".join(f"{each.field.replace('_', ' ')} {each.wanted}" for each in found)),
        view.there(told),
        repair=view.line("customer", "edit", view.customer.number, *options),
        action=Action.CLEAR,
    )


def _changed(view: View, kind: Kind, changes: tuple[Difference, ...]) -> Finding:
    named = [each for each in changes if each.field != "password"]
    words = ", ".join(f"{each.field.replace('_', ' ')} is {each.have}, not {each.wanted}" for each in named)
    return view.found(
        kind,
        Severity.CRITICAL if kind is Kind.CHANGED_PASSWORD else Severity.WARNING,
        words or "the password there is another than the one here",
        view.here(", ".join(f"{each.field.replace('_', ' ')} {each.wanted}" for each in named) or "password (kept)"),
        view.there(", ".join(f"{each.field.replace('_', ' ')} {each.have}" for each in named) or "another password"),
        action=None if changes[0].field == "username" else Action.PROVISION,
    )


def _walled_off(view: View) -> bool:
    """Whether the account is in the isolation though nobody is held: then that is what is wrong with its plan."""
    return view.account is not None and view.account.group == view.ground.server.isolation_name
