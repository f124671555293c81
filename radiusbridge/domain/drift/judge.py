"""Every kind with the function that finds it."""

from collections.abc import Callable, Collection, Iterator

from radiusbridge.domain.drift import access, accounts, sessions
from radiusbridge.domain.drift.finding import Finding, Kind
from radiusbridge.domain.drift.view import View

Judge = Callable[[View], Iterator[Finding]]

KINDS: dict[Kind, Judge] = {
    Kind.HELD_ACCEPTED: access.held_accepted,
    Kind.ONLINE_HELD: access.online_held,
    Kind.ONLINE_EXPIRED: access.online_expired,
    Kind.PAID_REFUSED: access.paid_refused,
    Kind.UNWALLED_SESSION: access.unwalled_session,
    Kind.UNKNOWN_ACCOUNT: accounts.unknown_account,
    Kind.MISSING_ACCOUNT: accounts.missing_account,
    Kind.DUPLICATE_NAME: accounts.duplicate_name,
    Kind.PLAN_NOT_RUNNING: accounts.plan_not_running,
    Kind.CHANGED_PROFILE: accounts.changed_profile,
    Kind.CHANGED_ATTRIBUTE: accounts.changed_attribute,
    Kind.CHANGED_PASSWORD: accounts.changed_password,
    Kind.UNRECORDED: accounts.unrecorded,
    Kind.SESSION_WITHOUT_ACCOUNT: sessions.session_without_account,
    Kind.GHOST_SESSION: sessions.ghost_session,
    Kind.UNACCOUNTED_SESSION: sessions.unaccounted_session,
    Kind.TOO_MANY_SESSIONS: sessions.too_many_sessions,
    Kind.SHADOWING_SECRET: sessions.shadowing_secret,
    Kind.SECRET_ADDRESS: sessions.secret_address,
}


def judged(view: View, kinds: Collection[Kind]) -> Iterator[Finding]:
    """What of these kinds is found in one view."""
    for kind in KINDS:
        if kind in kinds:
            yield from KINDS[kind](view)
