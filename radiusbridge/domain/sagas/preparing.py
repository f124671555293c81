"""Before the write: read the account, list the sessions, let the control login through, then write."""

from radiusbridge.domain.effects import Effect, ListSessions, Purpose, ReadAccount, ReadProfile, TryLogin
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import LoginAnswer
from radiusbridge.domain.proof import Decision, done, waiting
from radiusbridge.domain.sagas.plan import LoginPlan, NasPlan
from radiusbridge.domain.verdict import Verdict

PATIENCE = 3
"""Unanswered questions in a row, or unanswered writes, before the operation waits for its server."""
LIST_PATIENCE = 3.0
"""Seconds that a NAS may hold up the others before its list was read once."""
FIRST_PAUSE = 0.5
"""Seconds before a question is asked again; doubles."""


def server_answers(evidence: Evidence, now: float, ask: Effect | None = None) -> Decision | None:
    """None once the account was read in this attempt; else ask, ask again, or wait for the server.

    ask: what is read instead, the account being nobody's concern: `ReadProfile`.
    """
    what = ask or ReadAccount()
    unanswered = evidence.silent_writes()
    if len(unanswered) >= PATIENCE:
        return waiting(f"server did not answer the write: {unanswered[-1].error}")
    silences = evidence.silences()
    if len(silences) >= PATIENCE:
        return waiting(f"server did not answer: {silences[-1].error}")
    if silences:
        due = silences[-1].at + FIRST_PAUSE * 2 ** (len(silences) - 1)
        return Decision((what,)) if now >= due else Decision(wake=due)
    trouble = evidence.account_trouble()
    if trouble is not None:
        read = "profile" if isinstance(what, ReadProfile) else "account"
        return done(Verdict.FAILED, f"write: the {read} could not be read: {trouble.error}")
    return Decision((what,)) if (evidence.account() or evidence.profile()) is None else None


def first_looks(evidence: Evidence, nases: tuple[NasPlan, ...]) -> tuple[Effect, ...]:
    """Lists of this attempt that are still to be read."""
    return tuple(ListSessions(nas.name) for nas in nases if nas.readable and not evidence.looks(nas.name))


def looks_in_time(evidence: Evidence, nases: tuple[NasPlan, ...], now: float) -> tuple[tuple[Effect, ...], float]:
    """The lists that are worth waiting for, and until when: a dark NAS does not keep the write from the others."""
    until = evidence.attempt_at + LIST_PATIENCE
    return (first_looks(evidence, nases) if now < until else ()), until


def control_login(evidence: Evidence, plan: LoginPlan) -> TryLogin | None:
    """The control login, if it is still to be made: once, and once more with the device's own Calling-Station-Id.

    It is left out where a write may already be out: what it shows would not be the time before the write. Where it
    could start or bind something, it waits until the account is read.
    """
    seen = evidence.account()
    if (
        plan.barred_for(seen.account if seen else None)
        or evidence.control is not None
        or evidence.write_began != float("inf")
    ):
        return None
    tried = evidence.logins(Purpose.CONTROL)
    if not tried:
        return TryLogin(Purpose.CONTROL, plan.calling_station_id)
    device = device_seen(evidence)
    refused = tried[-1].answer is LoginAnswer.REJECTED
    if refused and device and all(login.calling_station_id != device for login in tried):
        return TryLogin(Purpose.CONTROL, device)
    return None


def device_seen(evidence: Evidence) -> str | None:
    """The Calling-Station-Id that the account is locked to, or that its live session shows."""
    account = evidence.account()
    if account and account.account and account.account.caller_id not in {"", "bind"}:
        return account.account.caller_id
    for seen in evidence.now():
        for session in getattr(seen, "sessions", ()):
            if session.caller_id:
                return str(session.caller_id)
    return None
