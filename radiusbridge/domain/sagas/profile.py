"""A profile on a server: there as the database says, field by field; or gone, with nobody who has it."""

from collections.abc import Sequence
from dataclasses import dataclass

from radiusbridge.domain.effects import Effect, ListLimits, ReadProfile, RemoveProfile, WriteProfile
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import Observation, ProfileSeen, Written
from radiusbridge.domain.profiles import differences, limits_of, limits_text, profile_digest
from radiusbridge.domain.proof import Decision, Leg, LegState, conclude, done
from radiusbridge.domain.records import Profile
from radiusbridge.domain.sagas.expecting import changed, changed_here
from radiusbridge.domain.sagas.plan import DEADLINE, Expected, NasPlan
from radiusbridge.domain.sagas.preparing import server_answers
from radiusbridge.domain.sagas.writing import ReadBack, confirmed_leg
from radiusbridge.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class ProfilePlan:
    """What a server is to have of a profile. wanted None: nothing.

    usernames: who has it in the database; where they are given, who of them still runs on other limits is told.
    """

    name: str
    wanted: Profile | None
    nases: tuple[NasPlan, ...] = ()
    usernames: frozenset[str] = frozenset()
    isolation: str = ""
    deadline: float = DEADLINE
    expected: Expected | None = None
    """What has to be so still when the write's turn comes; None: nothing was looked at."""


def decide(plan: ProfilePlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next to have the profile on the server, or gone from it."""
    evidence = Evidence(log)
    if evidence.refused:
        return done(Verdict.FAILED, f"write: the server refused: {evidence.refused.error}")
    if evidence.written is None:
        return _before_the_write(plan, evidence, now)
    back = _read_back(plan, evidence.profile(since=evidence.written.at))
    write = confirmed_leg(evidence, evidence.written, back, now)
    legs = [write, *_on_other_limits(plan, evidence, evidence.written)] if write.state is LegState.OBSERVED else [write]
    return conclude(legs, now, evidence.attempt_at + plan.deadline)


def _before_the_write(plan: ProfilePlan, evidence: Evidence, now: float) -> Decision:
    asking = changed_here(plan.expected, evidence) or server_answers(evidence, now, ReadProfile())
    if asking is not None:
        return asking
    read = evidence.profile()
    if plan.expected is not None and read is not None and evidence.write_began == float("inf"):
        stale = changed(plan.expected, profile_digest(read.profile))
        if stale is not None:
            return stale
    if plan.wanted is not None:
        return Decision((WriteProfile(),))
    seen = evidence.profile()
    assert seen is not None
    if seen.in_use:
        more = f" and {seen.in_use - len(seen.users)} more" if seen.in_use > len(seen.users) else ""
        return done(Verdict.FAILED, f"write: not removed, on the server it is used by {', '.join(seen.users)}{more}")
    # a limitation may be left of one that went half way: removing looks for that, too
    return Decision((RemoveProfile(),))


def _read_back(plan: ProfilePlan, seen: ProfileSeen | None) -> ReadBack:
    again: Effect = ReadProfile()
    if seen is None:
        return ReadBack(None, False, "nothing yet", again)
    row = seen.profile
    if plan.wanted is None:
        gone = row is None
        return ReadBack(seen, gone, f"profile {plan.name} is {'gone' if gone else 'still there'}", again)
    if row is None:
        return ReadBack(seen, False, f"profile {plan.name} is not there", again)
    different = differences(plan.wanted, row)
    if different:
        return ReadBack(seen, False, ", ".join(map(str, different)), again)
    words = f"every field of {plan.name} is as the database says"
    kept = [field for field in row.elsewhere if getattr(plan.wanted, field) is not None]
    if kept:
        words += f", {' and '.join(kept).replace('_', ' ')} is with each account"
    if row.extras:
        words += f"; left alone: {', '.join(row.extras)}"
    return ReadBack(seen, True, words, again)


def _on_other_limits(plan: ProfilePlan, evidence: Evidence, written: Written) -> list[Leg]:
    """Who still runs on what was before, told and no part of the proof: they change when they dial again."""
    if plan.wanted is None or not plan.usernames:
        return []
    limits = limits_of(plan.wanted)
    legs = []
    for nas in plan.nases:
        seen = evidence.limits(nas.name, written.at)
        if not nas.readable:
            words = "its list cannot be read, who still runs on other limits is not known"
        elif seen is None:
            look = ListLimits(nas.name, plan.usernames, limits, plan.isolation)
            legs.append(Leg("live", LegState.PENDING, "not looked at", (look,), at_deadline=LegState.OBSERVED))
            continue
        elif seen.error:
            words = f"who still runs on other limits is not known: {seen.error}"
        elif not seen.others:
            words = f"none of {seen.live} live sessions runs on other limits than {limits_text(limits)}"
        else:
            more = f" and {seen.others - len(seen.other)} more" if seen.others > len(seen.other) else ""
            words = f"{seen.others} of {seen.live} live sessions keep other limits until they dial again"
            words += f": {', '.join(seen.other)}{more}"
        legs.append(Leg("live", LegState.OBSERVED, f"{nas.name}: {words}"))
    return legs
