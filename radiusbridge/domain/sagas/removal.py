"""Remove: the account is gone, so are its sessions, and nobody is let in by that name any more."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from radiusbridge.domain.accounts import AccountRow, SessionRow
from radiusbridge.domain.effects import Effect, Purpose, RemoveAccount
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import AccountSeen, LoginAnswer, Observation, Written
from radiusbridge.domain.proof import Decision, Leg, LegState, conclude, done
from radiusbridge.domain.sagas.changing import first_look
from radiusbridge.domain.sagas.expecting import changed_here, changed_there
from radiusbridge.domain.sagas.logins import refused_leg
from radiusbridge.domain.sagas.plan import AccountPlan, Live
from radiusbridge.domain.sagas.preparing import control_login, looks_in_time, server_answers
from radiusbridge.domain.sagas.sessions import SessionRule, sessions_leg
from radiusbridge.domain.sagas.shadowing import asking_secrets, shadow_legs
from radiusbridge.domain.sagas.staying import staying_leg, told
from radiusbridge.domain.sagas.writing import write_leg
from radiusbridge.domain.verdict import Verdict


def decide(plan: AccountPlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next to have the account gone; live None: the write leg alone."""
    decision = _decide(plan, log, now)
    return decision if plan.guest else asking_secrets(decision)


def _decide(plan: AccountPlan, log: Sequence[Observation], now: float) -> Decision:
    evidence = Evidence(log)
    if evidence.refused:
        return done(Verdict.FAILED, f"write: the server refused: {evidence.refused.error}")
    if evidence.written is not None:
        return _after(plan, evidence, evidence.written, now)
    before = _before_the_write(plan, evidence, now)
    if before is not None:
        return before
    absent = next(seen for seen in evidence.now() if isinstance(seen, AccountSeen))
    return _after(plan, evidence, Written(began=absent.began, at=absent.at, already=True, words=""), now)


def _before_the_write(plan: AccountPlan, evidence: Evidence, now: float) -> Decision | None:
    """None: the server has no such account, so that nothing has to be written."""
    stale = changed_here(plan.expected, evidence)
    if stale is not None:
        return stale
    asking = server_answers(evidence, now)
    if asking is not None and asking.end is not None:
        return asking
    looks, until = looks_in_time(evidence, plan.nases if plan.live is Live.KICK else (), now)
    wanted: list[Effect] = list(looks)
    if plan.live is Live.KICK and not evidence.silences():
        # only where the session goes anyway: at the shared-users limit it would be dropped
        control = control_login(evidence, plan.login)
        wanted += [control] if control else []
    if asking is not None:
        return Decision((*asking.effects, *wanted), asking.wake)
    seen = evidence.account()
    account = seen.account if seen else None
    if account is None:
        return None
    if wanted:
        return Decision(tuple(wanted), until if looks else None)
    return changed_there(plan.expected, evidence) or Decision((RemoveAccount(account),))


def _after(plan: AccountPlan, evidence: Evidence, written: Written, now: float) -> Decision:
    legs = [_gone_leg(plan, evidence, written, now)]
    if plan.live is Live.KEEP:
        legs.append(staying_leg(plan, evidence, written))
        legs += map(told, shadow_legs(evidence, plan.nases, now))
    elif plan.live is Live.KICK:
        going = _going(plan, evidence, written)
        rule = SessionRule(going, lambda _earlier: True, plan.settle, traces=plan.guest)
        legs.append(sessions_leg(evidence, plan.nases, written, rule, now))
        legs.append(_login_leg(plan, evidence, written, now))
        own = [nas for nas in plan.nases if nas.name not in plan.succeeded]
        legs += [] if plan.guest else shadow_legs(evidence, own, now)
    return conclude(legs, now, plan.ends_at(evidence.attempt_at, written.at))


def _going(plan: AccountPlan, evidence: Evidence, written: Written) -> Callable[[SessionRow, bool], bool]:
    """Every session; but on a NAS where the customer dials anew under the account that took the place of this one, only
    those from before, and those of the first reading after the write, which may be as old."""
    doubtful = {row.session_id for nas in plan.redials for row in first_look(evidence, nas, written.at)}
    return lambda row, earlier: earlier or row.nas not in plan.redials or row.session_id in doubtful


def _gone_leg(plan: AccountPlan, evidence: Evidence, written: Written, now: float) -> Leg:
    if evidence.written is None:
        return Leg("write", LegState.OBSERVED, f"the server has no account {plan.username}")

    def reached(account: AccountRow | None) -> tuple[bool, str]:
        return (False, "the account is still there") if account else (True, "the account is gone")

    return write_leg(evidence, written, reached, now)


def _login_leg(plan: AccountPlan, evidence: Evidence, written: Written, now: float) -> Leg:
    """Refused as for isolate. Where it cannot be tried with a control, that is told: the account is gone all the same.

    One that got no answer stays unobserved.
    """
    leg = refused_leg(evidence, plan.as_access(), written, now)
    proofs = evidence.logins(Purpose.PROOF, written.at)
    unanswered = bool(proofs) and proofs[-1].answer is not LoginAnswer.REJECTED
    if leg.state is LegState.UNOBSERVED and not unanswered:
        return replace(leg, state=LegState.OBSERVED)
    return leg
