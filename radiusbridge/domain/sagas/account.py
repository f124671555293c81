"""Provision: an account is made or changed, read back, and, where asked, in use under its new settings."""

from collections.abc import Sequence

from radiusbridge.domain.accounts import AccessChange, PlanState
from radiusbridge.domain.effects import Effect, ReadAccount, WriteAccount
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import AccountSeen, Observation, ReadRefused, WriteBegan, Written
from radiusbridge.domain.proof import Decision, Leg, LegState, conclude, done
from radiusbridge.domain.sagas import removal
from radiusbridge.domain.sagas.changing import in_use_legs
from radiusbridge.domain.sagas.expecting import changed_here, changed_there
from radiusbridge.domain.sagas.plan import AccountPlan, Live
from radiusbridge.domain.sagas.preparing import control_login, looks_in_time, server_answers
from radiusbridge.domain.sagas.shadowing import asking_secrets
from radiusbridge.domain.sagas.writing import AGAIN
from radiusbridge.domain.verdict import Verdict


def decide(plan: AccountPlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next to have the account on the server as the database says, or gone from it."""
    if plan.remove:
        return removal.decide(plan, log, now)
    evidence = Evidence(log)
    if evidence.refused:
        return done(Verdict.FAILED, f"write: the server refused: {evidence.refused.error}")
    written = evidence.written
    if written is None:
        return _before_the_write(plan, evidence, now)
    write = _account_leg(plan, evidence, written, now)
    legs = [write, *in_use_legs(plan, evidence, written, write, now)]
    return asking_secrets(conclude(legs, now, plan.ends_at(evidence.attempt_at, written.at)))


def _before_the_write(plan: AccountPlan, evidence: Evidence, now: float) -> Decision:
    stale = changed_here(plan.expected, evidence)
    if stale is not None:
        return stale
    asking = server_answers(evidence, now)
    if asking is not None and asking.end is not None:
        return asking
    looks, until = looks_in_time(evidence, plan.nases if plan.live is Live.KICK else (), now)
    wanted: list[Effect] = list(looks)
    if plan.live is Live.KICK and "password" in plan.changed and not evidence.silences():
        control = control_login(evidence, plan.login)
        wanted += [control] if control else []
    if asking is not None:
        return Decision((*asking.effects, *wanted), asking.wake)
    seen = evidence.account()
    account = seen.account if seen else None
    if plan.fresh and not plan.adopts and account is not None and evidence.write_began == float("inf"):
        words = f"write: the server has an account {plan.username} already, which is not this customer's"
        then = "Where it is theirs after all: the same again with --adopt"
        return done(Verdict.FAILED, f"{words}; nothing was written. {then}")
    if wanted:
        return Decision(tuple(wanted), until if looks else None)
    return changed_there(plan.expected, evidence) or Decision((WriteAccount(account, _hold(plan, evidence)),))


def _hold(plan: AccountPlan, evidence: Evidence) -> AccessChange | None:
    """How the customer is to be kept out, of an account that was there or of one that this operation makes."""
    return plan.hold or (plan.hold_if_made if evidence.account_before is None else None)


def _account_leg(plan: AccountPlan, evidence: Evidence, written: Written, now: float) -> Leg:
    """Pending until the account, read after the write and held against the database, is as wanted."""
    seen = compared(evidence, written.at)
    good, words = _reached(plan, seen, evidence) if seen else (False, "nothing yet")
    if good and seen is not None:
        hidden = f"; the router does not show the {', '.join(seen.hidden)}" if seen.hidden else ""
        return Leg("write", LegState.OBSERVED, f"read back: {words}{hidden}")
    trouble = evidence.account_trouble(since=written.at)
    if seen is None and isinstance(trouble, ReadRefused):
        return Leg("write", LegState.UNOBSERVED, f"confirmed, but the read back was refused: {trouble.error}")
    reread = (ReadAccount(compare=True),)
    newest = trouble or seen
    if newest is None:
        return Leg("write", LegState.PENDING, "confirmed, not read back yet", reread)
    told = f"read back: {words}" if seen else "confirmed, but not read back"
    told += f"; then {trouble.error}" if trouble else ""
    due = newest.at + AGAIN
    at_deadline = LegState.CONTRARY if seen else LegState.UNOBSERVED
    return Leg("write", LegState.PENDING, told, reread if now >= due else (), due, at_deadline)


def compared(evidence: Evidence, since: float) -> AccountSeen | None:
    """The newest reading since then that was held against the database, or found no account."""
    found = [
        seen
        for seen in evidence.now()
        if isinstance(seen, AccountSeen) and seen.began >= since and (seen.differs is not None or seen.account is None)
    ]
    return found[-1] if found else None


def _reached(plan: AccountPlan, seen: AccountSeen, evidence: Evidence) -> tuple[bool, str]:
    account = seen.account
    if account is None:
        return False, "the account is not there"
    own = [row for row in account.plans if row.profile == plan.profile]
    assigned = {row.profile for row in account.plans} if account.plans_count else {plan.profile}
    faults = [f"{name} is not as wanted" for name in seen.differs or ()]
    if plan.profile not in assigned:
        faults.append(f"plan {plan.profile} is not assigned")
    elif plan.anew and account.plans_count and all(row.state is PlanState.USED for row in own):
        faults.append(f"plan {plan.profile} is used")
    if plan.retired and plan.retired in assigned:
        faults.append(f"plan {plan.retired} is still assigned")
    hold = _hold(plan, evidence)
    if hold is not None:
        held, words = hold.reached(account)
        faults += [] if held else [words]
    elif plan.fresh and account.disabled:
        faults.append("it is disabled")
    if plan.unbind is not None:
        faults += _bound(plan.unbind, account.caller_id, evidence)
    told = ", which is over" if own and all(row.state is PlanState.USED for row in own) else ""
    told += ", kept out" if plan.kept_out else ""
    return not faults, ", ".join(faults) or f"account {account.username} with plan {plan.profile}{told}"


def _bound(wanted: str, now: str, evidence: Evidence) -> list[str]:
    """Why the account is not open to the next device. One that was adopted meanwhile is as good, if it is another."""
    if now == wanted:
        return []
    before = _lock_before(evidence)
    if wanted and now != before:
        return []
    return [f"it is still locked to {now or 'no device'}: if that device dialled again, switch it off first"]


def _lock_before(evidence: Evidence) -> str | None:
    """The lock to a device before any write of this operation; None: not read."""
    for seen in evidence.log:
        if isinstance(seen, WriteBegan):
            return None
        if isinstance(seen, AccountSeen):
            return seen.account.caller_id if seen.account else ""
    return None
