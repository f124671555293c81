"""Activate: open the account, end walled sessions, see the customer come back or a test login accepted."""

from collections.abc import Sequence
from dataclasses import replace

from radiusbridge.domain.accounts import AccountRow, PlanState, ServerSession, SessionRow
from radiusbridge.domain.effects import Kick, Purpose, ReadAccount, Rung, WriteAccess
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import LoginAnswer, Observation, SessionsSeen, Written
from radiusbridge.domain.proof import Decision, Leg, LegState, conclude, done, worst
from radiusbridge.domain.sagas.kicking import look
from radiusbridge.domain.sagas.logins import accepted_leg
from radiusbridge.domain.sagas.plan import AccessPlan
from radiusbridge.domain.sagas.preparing import looks_in_time, server_answers
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
    given_again = evidence.written_again
    return _after_the_write(plan, evidence, given_again or evidence.written, now)


def _before_the_write(plan: AccessPlan, evidence: Evidence, now: float) -> Decision:
    asking = server_answers(evidence, now)
    wanted, until = looks_in_time(evidence, plan.nases, now)
    if asking is not None:
        return asking if asking.end else Decision((*asking.effects, *wanted), asking.wake)
    if wanted:
        return Decision(wanted, until)
    seen = evidence.account()
    if seen is None or seen.account is None:
        return done(Verdict.FAILED, f"write: the server has no account {plan.username}")
    return Decision((WriteAccess(seen.account, plan.change),))


def _after_the_write(plan: AccessPlan, evidence: Evidence, written: Written, now: float) -> Decision:
    def reached(account: AccountRow | None) -> tuple[bool, str]:
        return plan.change.reached(account) if account else (False, "the account is gone")

    def walled(session: SessionRow) -> bool:
        return plan.change.isolation in session.lists

    write = _unless_doubtful(plan, evidence, written, write_leg(evidence, written, reached, now))
    kicked = any(evidence.last_kick(nas.name) >= written.at for nas in plan.nases)
    rule = SessionRule(
        lambda row, _earlier: walled(row),
        lambda _earlier: False,
        # without a walled session to drop, one look is enough: nobody has to be given time to dial again
        plan.settle if kicked else None,
        surfacing=None,
        enough=lambda row: not walled(row),
    )
    watch = sessions_leg(evidence, plan.nases, written, rule, now)
    ghosts = _ghost_leg(plan, evidence, written, now)
    sessions = worst("sessions", [watch, ghosts])
    settled = LegState.PENDING not in {write.state, watch.state, ghosts.state}
    login = accepted_leg(evidence, plan, written, watched=settled, now=now)
    login = _given_anew(plan, evidence, written, login)
    waits = plan.wait_online > 0 and login.state is LegState.PENDING and settled
    if waits:
        login = _watch_for_dial(plan, evidence, login, now)
    return conclude([write, sessions, login], now, plan.ends_at(evidence.attempt_at, written.at))


def _unless_doubtful(plan: AccessPlan, evidence: Evidence, written: Written, write: Leg) -> Leg:
    """A plan that the server gave and may not show is neither as wanted nor the contrary."""
    seen = evidence.account(since=written.at)
    if write.state is not LegState.PENDING or seen is None or seen.account is None:
        return write
    own = {row.state for row in seen.account.plans if row.profile == plan.change.profile}
    waits = tuple(
        replace(row, state=PlanState.WAITING if row.state is PlanState.UNKNOWN else row.state)
        for row in seen.account.plans
    )
    if own != {PlanState.UNKNOWN} or not plan.change.reached(replace(seen.account, plans=waits))[0]:
        return write
    words = f"the server does not show whether plan {plan.change.profile} waits for the next login or is over"
    return Leg("write", LegState.UNOBSERVED, f"read back: {words}")


def _given_anew(plan: AccessPlan, evidence: Evidence, written: Written, login: Leg) -> Leg:
    """Where a plan that was paid for is shown in force and the login is refused, it may be over: once it is given anew.

    RouterOS 6 has no rows of plans, only the name of one, which may stay when it is over.
    """
    seen = evidence.account(since=written.at)
    proofs = evidence.logins(Purpose.PROOF, since=written.at)
    if not (plan.change.anew and seen and seen.account and proofs) or evidence.wrote_after_first:
        return login
    in_force = seen.account.in_force
    hides = in_force is not None and in_force.profile == plan.change.profile and not in_force.id
    if not hides or proofs[-1].answer is not LoginAnswer.REJECTED or login.state is not LegState.PENDING:
        return login
    words = f"{login.words}; plan {plan.change.profile} may be over, and is given anew"
    write = WriteAccess(replace(seen.account, plans=()), plan.change)
    return Leg("login", LegState.PENDING, words, (write,), at_deadline=LegState.CONTRARY)


def _all_listed(evidence: Evidence, plan: AccessPlan, written: Written) -> bool:
    return bool(plan.nases) and all(isinstance(evidence.look(nas.name, written.at), SessionsSeen) for nas in plan.nases)


def _watch_for_dial(plan: AccessPlan, evidence: Evidence, login: Leg, now: float) -> Leg:
    """Read the lists every two seconds while the customer is given time to dial."""
    last = max((at.at for nas in plan.nases for at in evidence.looks(nas.name)), default=now)
    due = last + 2.0
    looks = tuple(look(nas) for nas in plan.nases if nas.readable) if now >= due else ()
    wake = min(due, login.wake) if login.wake is not None else due
    return Leg(login.name, login.state, login.words, (*login.effects, *looks), wake, login.at_deadline)


def _ghost_leg(plan: AccessPlan, evidence: Evidence, written: Written, now: float) -> Leg:
    """Rows that the server still counts though no NAS has the session, up to the shared-users limit."""
    seen = evidence.account(written.at)
    ghosts = _ghosts(plan, evidence, written, seen.account) if seen and seen.account else []
    if seen is None or seen.account is None or not ghosts:
        return Leg("ghosts", LegState.OBSERVED, "no ghost row fills the shared-users limit")
    words = f"the server still counts session {ghosts[0].session_id}, which no NAS has"
    # a customer who dialled between the two readings is no ghost; nor is one whose Stop is on its way
    late = [nas for nas in plan.nases if evidence.look(nas.name, seen.at) is None]
    if late:
        return Leg("ghosts", LegState.PENDING, words, tuple(look(nas) for nas in late))
    if seen.began < max(evidence.last_kick(nas.name) for nas in plan.nases):
        return Leg("ghosts", LegState.PENDING, words, (ReadAccount(),))
    untried = [row for row in ghosts if not evidence.kicks("", row.session_id)]
    if untried:
        effects = tuple(
            Kick(SessionRow("", "", seen.account.username, row.session_id), Rung.CLOSE_SESSION, row.id)
            for row in untried
        )
        return Leg("ghosts", LegState.PENDING, words, effects, at_deadline=LegState.CONTRARY)
    trouble = evidence.account_trouble(seen.at)
    due = (trouble or seen).at + GHOST_PAUSE
    again = (ReadAccount(),) if now >= due else ()
    return Leg("ghosts", LegState.PENDING, words, again, due, LegState.CONTRARY)


def _ghosts(plan: AccessPlan, evidence: Evidence, written: Written, account: AccountRow) -> list[ServerSession]:
    """The rows without a session, if they fill the limit. Of a NAS that we do not know nothing can be said."""
    if account.shared_users is None or not _all_listed(evidence, plan, written):
        return []
    newest = [evidence.look(nas.name, written.at) for nas in plan.nases]
    live = {row.session_id.lower() for at in newest if isinstance(at, SessionsSeen) for row in at.sessions}
    known = {address for nas in plan.nases for address in nas.addresses}
    ghosts = [row for row in account.sessions if row.nas_address in known]
    return ghosts if not live and len(ghosts) >= account.shared_users else []
