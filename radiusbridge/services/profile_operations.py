"""The intents that bring a profile to a server or take it away, and what follows from their end."""

from collections.abc import Mapping, Sequence

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRow, BulkRun
from radiusbridge.domain.changes import Change
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.observations import Observation, ProfileSeen
from radiusbridge.domain.records import Customer, Intent, Operation, Profile, Server
from radiusbridge.domain.sagas.plan import DEADLINE
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services.bulk.kinds import PROFILE_ACCOUNTS, PROFILE_KICK, PROFILE_NOW
from radiusbridge.services.bulk.pacing import Brakes
from radiusbridge.services.context import Context
from radiusbridge.services.journal import enter
from radiusbridge.services.plans import Subject
from radiusbridge.services.servers import active

REDIAL, NOW, KICK = "redial", "now", "kick"
LIVE = (REDIAL, NOW, KICK)
"""What becomes of live sessions when their profile changes."""
_KINDS = {NOW: PROFILE_NOW, KICK: PROFILE_KICK}


def ensure(
    unit: UnitOfWork,
    context: Context,
    profile: Profile,
    server_id: int,
    *,
    reason: str,
    live: str = "",
    changed: Sequence[str] = (),
    brakes: Brakes | None = None,
    expected: Mapping[str, object] | None = None,
    change: Change | None = None,
) -> Operation:
    """Have the profile on the server as the database says when the operation runs.

    live: what then becomes of live sessions; empty: nobody asked. changed: the fields that were edited. expected:
    digests (`here`, `there`) of what was looked at before, without which nothing is written.
    """
    wanted: dict[str, object] = {"profile_id": profile.id, "deadline": DEADLINE, "live": live, "changed": list(changed)}
    if brakes is not None:
        wanted["brakes"] = brakes.as_json()
    if expected is not None:
        wanted["expected"] = dict(expected)
    operation = Operation(Intent.PROFILE_ENSURE, server_id, 0, profile.name, wanted, reason=reason)
    return enter(unit, context, operation, change)


def removal(unit: UnitOfWork, context: Context, profile: Profile, server_id: int, reason: str) -> Operation:
    """Have the profile gone from the server."""
    wanted: dict[str, object] = {"profile_id": profile.id, "deadline": DEADLINE}
    return enter(unit, context, Operation(Intent.PROFILE_REMOVE, server_id, 0, profile.name, wanted, reason=reason))


def having(unit: UnitOfWork, profile_id: int, server_id: int | None = None) -> tuple[Customer, ...]:
    """The customers who have a profile, by number."""
    found = [row for row in unit.customers.all() if row.profile_id == profile_id]
    chosen = [row for row in found if server_id is None or row.server_id == server_id]
    return tuple(sorted(chosen, key=lambda row: row.number))


def profile_subject(unit: UnitOfWork, operation: Operation) -> Subject:
    """The records that an operation on a profile is about."""
    server = unit.servers.get(operation.server_id)
    nases = tuple(unit.nases.of_server(server.id))
    try:
        profile = unit.profiles.get(profile_id(operation))
    except UnknownName:
        return Subject(server, nases, None, None)
    names = frozenset(row.username for row in having(unit, profile.id, server.id))
    return Subject(server, nases, None, profile, has_profile=names)


def profile_id(operation: Operation) -> int:
    """The database's id of the profile that an operation is about."""
    value = operation.wanted["profile_id"]
    assert isinstance(value, int)
    return value


def after_profile(
    unit: UnitOfWork, operation: Operation, log: Sequence[Observation], who: str, channel: str
) -> tuple[str, ...]:
    """What a PROVEN operation on a profile leads to, in the transaction of its verdict; added to its reasons."""
    if operation.intent is Intent.PROFILE_REMOVE:
        _forget(unit, operation, who, channel)
        return ()
    server = unit.servers.get(operation.server_id)
    rows = [
        BulkRow(row.id, row.server_id, row.number, row.username)
        for row in having(unit, profile_id(operation), server.id)
    ]
    changed = operation.wanted.get("changed", ())
    assert isinstance(changed, Sequence)
    elsewhere = next((at.profile.elsewhere for at in reversed(log) if isinstance(at, ProfileSeen) and at.profile), ())
    kinds = [PROFILE_ACCOUNTS] if set(changed) & set(elsewhere) else []
    live = str(operation.wanted.get("live", ""))
    kinds += [_KINDS[live]] if live in _KINDS else []
    told = tuple(_draft(unit, operation, server, kind, rows, who, channel) for kind in kinds if rows)
    for words in told:
        unit.operations.explain(operation.id, words)
    return told


def _draft(
    unit: UnitOfWork,
    operation: Operation,
    server: Server,
    kind: str,
    rows: Sequence[BulkRow],
    who: str,
    channel: str,
) -> str:
    """A bulk run that is stored with the verdict, so that a crash after it loses nothing."""
    brakes = operation.wanted.get("brakes")
    draft = BulkRun(
        kind,
        {"profile": operation.username, "server": server.name},
        {"profile": operation.username, "operation": operation.id},
        brakes if isinstance(brakes, dict) else Brakes().as_json(),
        who,
        channel,
        reason=operation.reason,
    )
    run = unit.bulk.create(draft, rows, unit.now)
    after = {"kind": kind, "size": run.size, "selection": dict(run.selection), "wanted": dict(run.wanted)}
    unit.note("bulk.create", f"bulk run {run.id}", who=who, channel=channel, after=after, operation_id=operation.id)
    return f"follows: {kind}, {run.size} to do: bulk run {run.id}"


def _forget(unit: UnitOfWork, operation: Operation, who: str, channel: str) -> None:
    """The record goes with the last of the removals that were asked for, unless somebody has the profile again.

    Without a record it was a server's alone.
    """
    if not profile_id(operation):
        return
    name = operation.username
    for server in active(unit):
        newest = unit.operations.about_profile(server.id, name)
        if newest and (newest.intent is not Intent.PROFILE_REMOVE or newest.verdict is not Verdict.PROVEN):
            return
    try:
        removed = unit.profiles.remove(profile_id(operation))
    except BadInput:
        return
    unit.note("profile.remove", removed.name, who=who, channel=channel, before=removed, operation_id=operation.id)
