"""Observations in an operator's words: the name of the step, how it ended, one sentence."""

from typing import assert_never

from radiusbridge.domain.effects import Purpose
from radiusbridge.domain.failover_observations import Seen as OfPair
from radiusbridge.domain.failover_telling import tell_failover
from radiusbridge.domain.local_access import SecretsOfName
from radiusbridge.domain.observations import (
    AccountsCounted,
    AccountSeen,
    AttemptBegan,
    ConnectionsFlushed,
    DialWatched,
    Fingerprinted,
    Kicked,
    LimitsSeen,
    LoginAnswer,
    LoginSeen,
    Observation,
    OfOperation,
    ProfileSeen,
    ReadRefused,
    ServerSilent,
    SessionChanged,
    SessionsSeen,
    SessionsUnreadable,
    VouchersCounted,
    WriteBegan,
    WriteRefused,
    Written,
)
from radiusbridge.domain.profiles import FIELDS, NONE, ProfileRow, limits_text, shown
from radiusbridge.domain.router_observations import (
    RebootAnswered,
    RouterAlive,
    RouterBack,
    RouterCounted,
    RouterSilent,
)
from radiusbridge.domain.router_telling import tell_router
from radiusbridge.domain.text import beside


def tell(seen: Observation) -> tuple[str, str, str]:
    """(step, outcome, sentence), e.g. (`list-sessions`, `2 live`, `bras-1: 81300077 at 10.20.0.7, …`)."""
    step, outcome, text = _told(seen)
    return step, outcome, f"former account: {text}" if seen.former else text


def _told(seen: Observation) -> tuple[str, str, str]:
    return tell_failover(seen) if isinstance(seen, OfPair) else _of_operation(seen)


def _of_operation(seen: OfOperation) -> tuple[str, str, str]:
    match seen:
        case AttemptBegan() | WriteBegan():
            return _began(seen)
        case RouterCounted() | RebootAnswered() | RouterSilent() | RouterAlive() | RouterBack():
            return tell_router(seen)
        case AccountSeen() | Fingerprinted() | AccountsCounted() | VouchersCounted():
            return _read(seen)
        case ServerSilent():
            return seen.doing, "silent", seen.error
        case ReadRefused():
            return "read", "refused", seen.error
        case Written() | WriteRefused():
            return _write(seen)
        case SessionsSeen():
            left = f"; {', '.join(row.session_id for row in seen.traces)}" if seen.traces else ""
            return "list-sessions", f"{len(seen.sessions)} live", _sessions(seen) + left
        case SessionsUnreadable():
            return "list-sessions", "unreadable", f"{seen.nas}: {beside(seen.nas, seen.error)}"
        case LoginSeen() | DialWatched():
            return _login(seen)
        case Kicked():
            where = f"{seen.nas}: " if seen.nas else ""
            return f"kick by {seen.rung}", str(seen.answer), f"{where}{seen.session_id}: {seen.words}"
        case ProfileSeen() | LimitsSeen() | SessionChanged() | ConnectionsFlushed():
            return _of_profiles(seen)
        case _:
            assert_never(seen)


def _began(seen: AttemptBegan | WriteBegan) -> tuple[str, str, str]:
    if isinstance(seen, AttemptBegan):
        return "claim", f"attempt {seen.attempt}", "taken from the journal"
    return "write", "begins", "the write goes out"


def _read(seen: AccountSeen | Fingerprinted | AccountsCounted | VouchersCounted) -> tuple[str, str, str]:
    if isinstance(seen, AccountsCounted):
        return "read-accounts", f"{seen.alike} alike", accounts_text(seen)
    if isinstance(seen, VouchersCounted):
        return "read-vouchers", f"{seen.alike} alike", vouchers_text(seen)
    if isinstance(seen, Fingerprinted):
        return "fingerprint", "taken" if seen.value else "unknown", seen.value or "the server has no such account"
    return "read-account", "read" if seen.account else "unknown", _account(seen)


def _of_profiles(seen: ProfileSeen | LimitsSeen | SessionChanged | ConnectionsFlushed) -> tuple[str, str, str]:
    match seen:
        case ProfileSeen():
            return "read-profile", "read" if seen.profile else "unknown", _profile(seen)
        case LimitsSeen():
            return _limits(seen)
        case SessionChanged():
            return f"change by {seen.rung}", str(seen.answer), f"{seen.nas}: {seen.session_id}: {seen.words}"
        case ConnectionsFlushed():
            where = f"{seen.nas}: {seen.session_id}"
            return "flush", "refused" if seen.error else f"{seen.count} gone", f"{where}: {seen.error or 'connections'}"
        case _:
            assert_never(seen)


def _write(seen: Written | WriteRefused) -> tuple[str, str, str]:
    if isinstance(seen, WriteRefused):
        return "write", "refused", seen.error
    return "write", "already so" if seen.already else "confirmed", seen.words


def accounts_text(seen: AccountsCounted) -> str:
    """What the accounts of a server are, beside its customers, in words."""
    customers = seen.alike + seen.missing + seen.differ
    if seen.alike == customers:
        return f"each of {customers} customers has the account that the database says"
    faults = [f"{seen.missing} without an account"] * bool(seen.missing)
    faults += [f"{seen.differ} with another one than the database says"] * bool(seen.differ)
    more = ", …" if seen.missing + seen.differ > len(seen.names) else ""
    return f"of {customers} customers {' and '.join(faults)}: {', '.join(seen.names)}{more}"


def vouchers_text(seen: VouchersCounted) -> str:
    """What the vouchers on a server are, beside the database, in words."""
    faults = [f"{seen.missing} not there"] * bool(seen.missing) + [f"{seen.differ} otherwise"] * bool(seen.differ)
    faults += [f"{seen.over} over, and there still"] * bool(seen.over)
    more = ", …" if seen.faults > len(seen.names) else ""
    told = [f"{seen.alike} there as they are to be"]
    told += [f"{' and '.join(faults)}: {', '.join(seen.names)}{more}"] * bool(faults)
    told += [f"the passwords of {seen.hidden} are not shown"] * bool(seen.hidden)
    return "; ".join([*told, seen.refused] if seen.refused else told)


def _profile(seen: ProfileSeen) -> str:
    if seen.profile is None:
        return "the server has no such profile"
    return f"{seen.profile.name}: {profile_text(seen.profile)}" + (f"; {seen.in_use} have it" if seen.in_use else "")


def profile_text(row: ProfileRow) -> str:
    """What a server has of a profile, in words, without what is not set."""
    odd = dict(row.odd)
    told = [(field, odd.get(field) or shown(row.profile, field)) for field in FIELDS if field not in row.elsewhere]
    words = [f"{field.replace('_', ' ')} {value}" for field, value in told if value not in {NONE, "0"}]
    return ", ".join([*words, *(f"{part} missing" for part in row.missing), *row.extras])


def _limits(seen: LimitsSeen) -> tuple[str, str, str]:
    if seen.error:
        return "list-limits", "unreadable", f"{seen.nas}: {beside(seen.nas, seen.error)}"
    more = f" and {seen.others - len(seen.other)} more" if seen.others > len(seen.other) else ""
    told = f"{', '.join(seen.other)}{more}" if seen.other else "none on other limits"
    return "list-limits", f"{seen.others} of {seen.live}", f"{seen.nas}: {told}"


def _account(seen: AccountSeen) -> str:
    account = seen.account
    if account is None:
        return "the server has no such account"
    plan = account.in_force
    in_force = f"plan {plan.profile} {plan.state}" if plan else "no plan in force"
    state = "disabled" if account.disabled else "enabled"
    return f"{account.username} {state}, group {account.group}, {in_force}{_compared(seen)}"


def _compared(seen: AccountSeen) -> str:
    if seen.differs is None:
        return ""
    words = f"; differs: {', '.join(seen.differs)}" if seen.differs else "; as the database says"
    return f"{words}; not shown: {', '.join(seen.hidden)}" if seen.hidden else words


def _sessions(seen: SessionsSeen) -> str:
    rows = [
        f"{row.session_id} at {row.address or 'no address'}"
        + (f" in list {', '.join(row.lists)}" if row.lists else "")
        + (f" with {limits_text(row.limits)}" if row.limits else "")
        for row in seen.sessions
    ]
    return f"{seen.nas}: {'; '.join(rows) or 'none'}{_secrets(seen.local)}"


def _secrets(local: SecretsOfName | None) -> str:
    if local is None:
        return ""
    if local.error:
        return f"; local secrets unreadable: {local.error}"
    return "".join(f"; local secret, {secret.words}" for secret in local.secrets)


def _dial(seen: DialWatched) -> tuple[str, str, str]:
    if seen.error:
        return "watch-dial", "unreadable", f"{seen.nas}: {beside(seen.nas, seen.error)}"
    return "watch-dial", "refused" if seen.refused else "none", f"{seen.nas}: {seen.refused or 'no dial was refused'}"


def _login(seen: LoginSeen | DialWatched) -> tuple[str, str, str]:
    if isinstance(seen, DialWatched):
        return _dial(seen)
    step = "control login" if seen.purpose is Purpose.CONTROL else "test login"
    if seen.answer is not LoginAnswer.ACCEPTED or not seen.attributes:
        return step, str(seen.answer), seen.words
    shown = [f"{name} {value}" for name, value in seen.attributes if name.startswith(("Mikrotik-", "Framed-"))]
    return step, str(seen.answer), "; ".join([seen.words, *shown[:4]])
