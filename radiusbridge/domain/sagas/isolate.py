"""Isolate: write, kick, watch, try to log in (design 2, the first two rows of the proof table)."""

from collections.abc import Sequence

from radiusbridge.domain.accounts import Access, AccountRow, SessionRow
from radiusbridge.domain.effects import Effect, WriteAccess
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import Observation
from radiusbridge.domain.proof import Decision, Leg, LegState, conclude, done
from radiusbridge.domain.sagas.dropless import Change, attempt, flush_leg
from radiusbridge.domain.sagas.logins import refused_leg, walled_leg
from radiusbridge.domain.sagas.plan import AccessPlan, NasPlan
from radiusbridge.domain.sagas.preparing import control_login, looks_in_time, server_answers
from radiusbridge.domain.sagas.sessions import SessionRule, sessions_leg
from radiusbridge.domain.sagas.shadowing import asking_secrets, shadow_legs
from radiusbridge.domain.sagas.writing import write_leg
from radiusbridge.domain.verdict import Verdict


def decide(plan: AccessPlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next, given all that was observed; `now` is on the operation's clock."""
    evidence = Evidence(log)
    if evidence.refused:
        return done(Verdict.FAILED, f"write: the server refused: {evidence.refused.error}")
    if evidence.written is None:
        return asking_secrets(_before_the_write(plan, evidence, now))
    return asking_secrets(_after_the_write(plan, evidence, now))


def _before_the_write(plan: AccessPlan, evidence: Evidence, now: float) -> Decision:
    asking = server_answers(evidence, now)
    if asking is not None and asking.end is not None:
        return asking
    looks, until = looks_in_time(evidence, plan.nases, now)
    wanted: list[Effect] = list(looks)
    if plan.change.access is Access.REJECT and not evidence.silences():
        control = control_login(evidence, plan.login)
        wanted += [control] if control else []
    if asking is not None:
        return Decision((*asking.effects, *wanted), asking.wake)
    if wanted:
        return Decision(tuple(wanted), until if looks else None)
    seen = evidence.account()
    if seen is None or seen.account is None:
        return done(Verdict.FAILED, f"write: the server has no account {plan.username}")
    return Decision((WriteAccess(seen.account, plan.change),))


def _changed_in_place(
    plan: AccessPlan, evidence: Evidence, nas: NasPlan, session: SessionRow, now: float
) -> Leg | None:
    """Wall a session by CoA, then forget its connections; None: nothing to do, or nothing left to try but the kick."""
    isolation = plan.change.isolation
    if isolation in session.lists:
        stayed = session.session_id in evidence.earlier(nas.name) | evidence.outside(nas.name, isolation)
        return flush_leg(evidence, nas, session, now) if stayed else None
    change = Change(lambda row: isolation in row.lists, rate=plan.without_drop, address_list=isolation)
    return attempt(evidence, nas, session, change, now).leg


def _after_the_write(plan: AccessPlan, evidence: Evidence, now: float) -> Decision:
    written = evidence.written
    assert written is not None

    def reached(account: AccountRow | None) -> tuple[bool, str]:
        return plan.change.reached(account) if account else (False, "the account is gone")

    write = write_leg(evidence, written, reached, now)
    if plan.change.access is Access.REJECT:
        rule = SessionRule(lambda _row, _earlier: True, lambda _earlier: True, plan.settle, traces=True)
        sessions = sessions_leg(evidence, plan.nases, written, rule, now)
        login = refused_leg(evidence, plan, written, now)
    else:

        def walled(session: SessionRow) -> bool:
            return plan.change.isolation in session.lists

        kept = bool(plan.without_drop)
        rule = SessionRule(
            lambda row, earlier: (earlier and not kept) or not walled(row),
            # one that only the server shows and that came after the write is walled, for all we know
            lambda earlier: earlier,
            plan.settle,
            enough=walled,
            change=(lambda nas, row: _changed_in_place(plan, evidence, nas, row, now)) if kept else None,
        )
        sessions = sessions_leg(evidence, plan.nases, written, rule, now)
        settled = LegState.PENDING not in {write.state, sessions.state}
        login = walled_leg(evidence, plan, written, watched=settled, now=now)
    local = shadow_legs(evidence, plan.nases, now, plan.walls)
    return conclude([write, sessions, login, *local], now, plan.ends_at(evidence.attempt_at, written.at))
