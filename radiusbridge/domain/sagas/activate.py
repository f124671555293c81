"""Activate: open the account, end walled sessions, see the customer come back or a test login accepted."""

from collections.abc import Sequence

from radiusbridge.domain.accounts import AccountRow, SessionRow
from radiusbridge.domain.effects import Kick, ReadAccount, Rung, WriteAccess
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import Observation, SessionsSeen, Written
from radiusbridge.domain.proof import Decision, Leg, LegState, conclude, done, worst
from radiusbridge.domain.sagas.logins import accepted_leg
from radiusbridge.domain.sagas.plan import AccessPlan
from radiusbridge.domain.sagas.preparing import first_looks, server_answers
from radiusbridge.domain.sagas.sessions import SessionRule, sessions_leg
from radiusbridge.domain.sagas.writing import write_leg
from radiusbridge.domain.verdict import Verdict

GHOST_PAUSE = 1.0
"""Seconds between two looks at a row that the server was asked to close."""


def decide(plan: AccessPlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next, given all that was observed; `now` is on the operation's clock."""
    evidence = Evidence(log)
    if evidence.refused:
        return done(Verdict.FAILED, f"write: the server refused: {evidence.refused.error}")
    if evidence.written is None:
        return _before_the_write(plan, evidence, now)
    return _after_the_write(plan, evidence, evidence.written, now)


def _before_the_write(plan: AccessPlan, evidence: Evidence, now: float) -> Decision:
    asking = server_answers(evidence, now)
    wanted = first_looks(evidence, plan.nases)
    if asking is not None:
        return asking if asking.end else Decision((*asking.effects, *wanted), asking.wake)
    if wanted:
        return Decision(wanted)
    seen = evidence.account()
    if seen is None or seen.account is None:
        return done(Verdict.FAILED, f"write: the server has no account {plan.username}")
    return Decision((WriteAccess(seen.account, plan.change),))


def _after_the_write(plan: AccessPlan, evidence: Evidence, written: Written, now: float) -> Decision:
    def reached(account: AccountRow | None) -> tuple[bool, str]:
        return plan.change.reached(account) if account else (False, "the account is gone")

    def walled(session: SessionRow) -> bool:
        return plan.change.isolation in session.lists

    write = write_leg(evidence, written, reached, now)
    kicked = any(evidence.last_kick(nas.name) >= written.at for nas in plan.nases)
    rule = SessionRule(
        lambda row, _earlier: walled(row),
        # without a walled session to drop, one look is enough: nobody has to be given time to dial again
        plan.settle if kicked else 0.0,
        surfacing=None,
        enough=lambda row: not walled(row),
    )
    watch = sessions_leg(evidence, plan.nases, written, rule, now)
    if watch.state is LegState.UNOBSERVED and not kicked and _all_listed(evidence, plan, written):
        watch = Leg("sessions", LegState.OBSERVED, "no walled session is left")
    ghosts = _ghost_leg(plan, evidence, written, now)
    sessions = worst("sessions", [watch, ghosts])
    settled = watch.state is not LegState.PENDING and ghosts.state is not LegState.PENDING
    login = accepted_leg(evidence, plan, written, watched=settled, now=now)
    waits = plan.wait_online > 0 and login.state is LegState.PENDING and settled
    if waits:
        login = _watch_for_dial(plan, evidence, login, now)
    deadline = evidence.attempt_at + max(plan.deadline, plan.wait_online + 5.0)
    return conclude([write, sessions, login], now, deadline)


def _all_listed(evidence: Evidence, plan: AccessPlan, written: Written) -> bool:
    return bool(plan.nases) and all(isinstance(evidence.look(nas.name, written.at), SessionsSeen) for nas in plan.nases)


def _watch_for_dial(plan: AccessPlan, evidence: Evidence, login: Leg, now: float) -> Leg:
    """Read the lists every two seconds while the customer is given time to dial."""
    last = max((at.at for nas in plan.nases for at in evidence.looks(nas.name)), default=now)
    due = last + 2.0
    looks = first_looks(Evidence(()), plan.nases) if now >= due else ()
    wake = min(due, login.wake) if login.wake is not None else due
    return Leg(login.name, login.state, login.words, (*login.effects, *looks), wake, login.at_deadline)


def _ghost_leg(plan: AccessPlan, evidence: Evidence, written: Written, now: float) -> Leg:
    """Rows that the server still counts though no NAS has the session, up to the shared-users limit."""
    seen = evidence.account(written.at)
    if seen is None or seen.account is None or not _all_listed(evidence, plan, written):
        return Leg("ghosts", LegState.OBSERVED, "no ghost row known")
    live = set()
    for nas in plan.nases:
        newest = evidence.look(nas.name, written.at)
        live |= {row.session_id.lower() for row in newest.sessions} if isinstance(newest, SessionsSeen) else set()
    account = seen.account
    ghosts = [row for row in account.sessions if row.session_id.lower() not in live]
    full = account.shared_users is not None and len(ghosts) >= account.shared_users
    if not full or live:
        return Leg("ghosts", LegState.OBSERVED, "no ghost row fills the shared-users limit")
    words = f"the server still counts session {ghosts[0].session_id}, which no NAS has"
    untried = [row for row in ghosts if not evidence.kicks("", row.session_id)]
    if untried:
        effects = tuple(
            Kick(SessionRow("", "", account.username, row.session_id), Rung.CLOSE_SESSION, row.id) for row in untried
        )
        return Leg("ghosts", LegState.PENDING, words, effects, at_deadline=LegState.CONTRARY)
    due = seen.at + GHOST_PAUSE
    effects_again = (ReadAccount(),) if now >= due else ()
    return Leg("ghosts", LegState.PENDING, words, effects_again, due, LegState.CONTRARY)
