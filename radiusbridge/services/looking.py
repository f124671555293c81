"""What an operation looks at besides accounts and sessions: profiles, who runs on what, open connections."""

from collections.abc import Callable

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import ListLimits, WatchDial
from radiusbridge.domain.errors import RadiusbridgeError, Unreachable
from radiusbridge.domain.observations import (
    ConnectionsFlushed,
    DialWatched,
    Fingerprinted,
    LimitsSeen,
    Observation,
    ProfileSeen,
    ReadRefused,
    ServerSilent,
)
from radiusbridge.domain.profiles import limits_text
from radiusbridge.gateways.ports import AccountServer, NasSessions

SHOWN = 20
"""How many names the evidence keeps."""
Now = Callable[[], float]


async def read_profile(server: AccountServer, name: str, now: Now) -> Observation:
    """The profile as the server has it, and who has it there."""
    began = now()
    try:
        row = await server.read_profile(name)
        users = await server.profile_users(name) if row is not None else ()
    except Unreachable as error:
        return ServerSilent(began=began, at=now(), doing="read-profile", error=error.line())
    except RadiusbridgeError as error:
        return ReadRefused(began=began, at=now(), error=error.line())
    return ProfileSeen(began=began, at=now(), profile=row, users=users[:SHOWN], in_use=len(users))


async def fingerprint(server: AccountServer, name: str, take: Callable[[bytes], str], now: Now) -> Observation:
    """The fingerprint of the account as a plan lists it."""
    began = now()
    try:
        listed = await server.listed_account(name)
    except Unreachable as error:
        return ServerSilent(began=began, at=now(), doing="read-account", error=error.line())
    except RadiusbridgeError as error:
        return ReadRefused(began=began, at=now(), error=error.line())
    return Fingerprinted(began=began, at=now(), value=take(listed.lasting()) if listed is not None else "")


async def list_limits(nas: NasSessions, effect: ListLimits, now: Now) -> Observation:
    """Which live sessions of these users run on other limits."""
    began = now()
    try:
        listed = await nas.limited()
    except RadiusbridgeError as error:
        return LimitsSeen(began=began, at=now(), nas=effect.nas, error=error.line())
    theirs = [row for row in listed if row.username in effect.usernames and effect.isolation not in row.lists]
    other = [row for row in theirs if row.limits != effect.limits]
    told = tuple(f"{row.username} ({limits_text(row.limits)})" for row in other[:SHOWN])
    return LimitsSeen(began=began, at=now(), nas=effect.nas, live=len(theirs), other=told, others=len(other))


async def flush(nas: NasSessions, session: SessionRow, now: Now) -> Observation:
    """Forget a session's open connections."""
    began, count, error = now(), 0, ""
    try:
        count = await nas.flush(session)
    except RadiusbridgeError as failure:
        error = failure.line()
    return ConnectionsFlushed(
        began=began, at=now(), nas=session.nas, session_id=session.session_id, count=count, error=error
    )


async def watch_dial(nas: NasSessions, effect: WatchDial, username: str, now: Now) -> Observation:
    """Whether a dial of that name is refused, by the NAS's log."""
    began, refused, error = now(), "", ""
    try:
        refused = await nas.refused_dial(username, effect.seconds)
    except RadiusbridgeError as failure:
        error = failure.line()
    return DialWatched(began=began, at=now(), nas=effect.nas, refused=refused, error=error)
