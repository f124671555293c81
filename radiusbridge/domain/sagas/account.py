"""Provision and remove: the write leg alone. A removal says nothing of sessions: isolate first."""

from collections.abc import Sequence

from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.effects import RemoveAccount, WriteAccount
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import Observation, Written
from radiusbridge.domain.proof import Decision, conclude, done
from radiusbridge.domain.sagas.plan import AccountPlan
from radiusbridge.domain.sagas.preparing import server_answers
from radiusbridge.domain.sagas.writing import write_leg
from radiusbridge.domain.verdict import Verdict


def decide(plan: AccountPlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next to have the account on the server, or gone from it."""
    evidence = Evidence(log)
    if evidence.refused:
        return done(Verdict.FAILED, f"write: the server refused: {evidence.refused.error}")
    if evidence.written is None:
        return _before_the_write(plan, evidence, now)
    return _after_the_write(plan, evidence, evidence.written, now)


def _before_the_write(plan: AccountPlan, evidence: Evidence, now: float) -> Decision:
    asking = server_answers(evidence, now)
    if asking is not None:
        return asking
    seen = evidence.account()
    account = seen.account if seen else None
    if not plan.remove:
        return Decision((WriteAccount(account),))
    if account is None:
        return done(Verdict.PROVEN, f"write: the server has no account {plan.username}")
    return Decision((RemoveAccount(account),))


def _after_the_write(plan: AccountPlan, evidence: Evidence, written: Written, now: float) -> Decision:
    def reached(account: AccountRow | None) -> tuple[bool, str]:
        if plan.remove:
            return (False, "the account is still there") if account else (True, "the account is gone")
        if account is None:
            return False, "the account is not there"
        if account.plans_count and plan.profile not in {row.profile for row in account.plans}:
            return False, f"plan {plan.profile} is not assigned"
        return True, f"account {account.username} with plan {plan.profile}"

    return conclude([write_leg(evidence, written, reached, now)], now, evidence.attempt_at + plan.deadline)
