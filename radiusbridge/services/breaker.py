"""The breakers of servers, in the database: one look at a dark server serves all processes and all that wait."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.breaker import CLOSED, Admission, Breaker
from radiusbridge.domain.observations import (
    AccountsCounted,
    AccountSeen,
    Observation,
    ProfileSeen,
    ReadRefused,
    ServerSilent,
    VouchersCounted,
    WriteRefused,
    Written,
)
from radiusbridge.domain.records import UNHELD
from radiusbridge.services.context import Context

_ANSWERS = AccountSeen | AccountsCounted | VouchersCounted | ProfileSeen | ReadRefused | WriteRefused | Written


@dataclass(frozen=True, slots=True)
class Dark:
    """A server that does not answer."""

    server: str
    breaker: Breaker


def waits_for_server(unit: UnitOfWork, operation_id: int, server_id: int | None = None) -> bool:
    """Whether an operation is left alone until somebody has heard its server."""
    if not unit.breakers.open():
        return False
    operation = unit.operations.get(operation_id)
    if operation.intent in UNHELD:
        return False
    if server_id is None:
        server_id = operation.server_id
    return unit.breakers.of(server_id).admission(unit.now) is None


def admitted(unit: UnitOfWork, server_id: int, *, insist: bool = False) -> Admission:
    """On which terms an attempt begins that this transaction has claimed; a trial is noted."""
    breaker = unit.breakers.of(server_id)
    admission = breaker.admission(unit.now, insist=insist)
    if admission is Admission.TRIAL:
        unit.breakers.put(server_id, breaker.on_trial(unit.now))
    return admission or Admission.INSISTED


def end_trial(unit: UnitOfWork, server_id: int) -> None:
    """A trial is over, whatever came of it."""
    breaker = unit.breakers.of(server_id)
    if breaker.trial_until is not None:
        unit.breakers.put(server_id, replace(breaker, trial_until=None))


def answer_of(seen: Iterable[Observation]) -> Observation | None:
    """The newest answer of the operation's own server among these observations."""
    answers = [one for one in seen if isinstance(one, _ANSWERS) and not one.former]
    return answers[-1] if answers else None


def silence_of(seen: Iterable[Observation]) -> str | None:
    """Why the operation's own server is taken for dark: it was asked and never answered."""
    errors = []
    for one in seen:
        if one.former:
            continue
        if isinstance(one, _ANSWERS):
            return None
        if isinstance(one, ServerSilent):
            errors.append(one.error)
    return errors[-1] if errors else None


def note_answer(unit: UnitOfWork, server_id: int, at: datetime) -> None:
    """The server answered at that moment: whatever waits for it is due."""
    breaker = unit.breakers.of(server_id)
    if breaker.dark_since is not None and at >= breaker.dark_since:
        unit.breakers.put(server_id, CLOSED)
        unit.operations.hasten(server_id=server_id)


def note_silence(unit: UnitOfWork, server_id: int, admission: Admission, error: str, share: float) -> datetime | None:
    """An attempt heard nothing; when the server is asked next."""
    before = unit.breakers.of(server_id)
    after = before.after_silence(admission, unit.now, error, share)
    if after != before:
        unit.breakers.put(server_id, after)
    return after.next_try


def hasten(unit: UnitOfWork, now: datetime) -> None:
    """Let somebody ask every dark server at once."""
    for server_id, breaker in dict(unit.breakers.open()).items():
        unit.breakers.put(server_id, breaker.hastened(now))


async def dark_servers(context: Context) -> Mapping[int, Dark]:
    """The servers that do not answer, by id."""

    def work(unit: UnitOfWork) -> dict[int, Dark]:
        return {of: Dark(unit.servers.get(of).name, breaker) for of, breaker in unit.breakers.open().items()}

    return await context.database.read(work)
