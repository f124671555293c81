"""A router that is started anew: counted, told once, looked at until what was there before is back.

PROVEN     it was started after the command, and everything that was there before is back
UNPROVEN   the same, but some sessions are not back, which may be their customers' own doing; or its version is another
           one, it was started once more, or something could not be read
FAILED     nothing was sent, it refused, did not restart, does not answer, or an interface, an address, a PPPoE server
           or a watched host is not back, or none of its sessions

The command goes out at most once for an operation. Where a process died between saying so in the journal and hearing
the answer, its successor does not send it: it looks whether the router was started since.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from radiusbridge.domain.effects import CountRouter, LookAlive, LookBack, Restart
from radiusbridge.domain.observations import AttemptBegan, Observation, WriteBegan
from radiusbridge.domain.proof import Decision, done
from radiusbridge.domain.reboot import BACK_WITHIN, SESSIONS, SETTLE_WITHIN
from radiusbridge.domain.router_observations import (
    Answer,
    Missing,
    RebootAnswered,
    RouterAlive,
    RouterBack,
    RouterCounted,
    RouterSilent,
)
from radiusbridge.domain.verdict import Verdict

SLACK = 5.0
"""Seconds by which two guesses of one start may differ."""
LOOK_EVERY = 2.0
SEE_EVERY = 5.0
"""Seconds between two looks: whether it answers, and what is back."""
MORE_THAN_TYPED = 10
"""So many sessions, or a tenth, may drop more than the operator typed."""

Look = RouterSilent | RouterAlive | RouterBack


@dataclass(frozen=True, slots=True)
class RestartPlan:
    """count: how many sessions the operator said would drop. forbidden: why the command must not go out any more.
    back, settle: seconds, see `BACK_WITHIN`, `SETTLE_WITHIN`."""

    count: int
    forbidden: str = ""
    back: float = BACK_WITHIN
    settle: float = SETTLE_WITHIN


def decide(plan: RestartPlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next."""
    wrote = next((at for at, seen in enumerate(log) if isinstance(seen, WriteBegan)), None)
    if wrote is None:
        return _before(plan, log)
    before = next(seen for seen in reversed(log[:wrote]) if isinstance(seen, RouterCounted))
    answer = next((seen for seen in log[wrote:] if isinstance(seen, RebootAnswered)), None)
    if answer is None and not any(isinstance(seen, AttemptBegan) for seen in log[wrote:]):
        return Decision((Restart(),))
    if answer is not None and answer.answer is Answer.REFUSED:
        return done(Verdict.FAILED, f"the router refused: {answer.words}")
    if answer is not None and answer.answer is Answer.UNSENT:
        return done(Verdict.FAILED, f"nothing was sent: {answer.words}")
    looks = [seen for seen in log[wrote:] if isinstance(seen, Look)]
    return _after(plan, before, log[wrote].began, looks, now)


def _before(plan: RestartPlan, log: Sequence[Observation]) -> Decision:
    if plan.forbidden:
        return done(Verdict.FAILED, f"nothing was sent: {plan.forbidden}")
    for seen in reversed(log):
        if isinstance(seen, AttemptBegan):
            break
        if isinstance(seen, RouterSilent):
            return done(Verdict.FAILED, f"nothing was sent: {seen.error}")
        if isinstance(seen, RouterCounted):
            drops = seen.sessions + seen.guests
            if drops - plan.count > max(MORE_THAN_TYPED, plan.count / 10):
                return done(Verdict.FAILED, f"nothing was sent: by now {drops} sessions would drop, not {plan.count}")
            return Decision((Restart(),))
    return Decision((CountRouter(),))


def _after(plan: RestartPlan, before: RouterCounted, sent: float, looks: Sequence[Look], now: float) -> Decision:
    first = next((at for at, seen in enumerate(looks) if _anew(before, sent, seen)), None)
    if first is None:
        if now - sent >= plan.back:
            return _never_back(looks, now - sent)
        return _look(LookAlive(), looks, LOOK_EVERY, now)
    since = looks[first:]
    starts = _starts(since)
    up = starts[-1]
    late = now - up.at >= plan.settle or now - sent >= plan.back + plan.settle
    newest = since[-1]
    if isinstance(newest, RouterBack):
        doubts = _doubts(before, newest, len(starts))
        if not newest.missing and not newest.unread:
            return done(Verdict.UNPROVEN, *doubts) if doubts else done(Verdict.PROVEN)
        if late:
            return _not_all_back(newest, doubts)
    elif late and isinstance(newest, RouterSilent):
        return done(Verdict.FAILED, f"it came back, and does not answer any more: {newest.error}")
    return _look(LookBack(before.names), looks, 0.0 if newest is up else SEE_EVERY, now)


def _look(look: LookAlive | LookBack, looks: Sequence[Look], every: float, now: float) -> Decision:
    due = looks[-1].at + every if looks else now
    return Decision((look,)) if now >= due else Decision(wake=due)


def _anew(before: RouterCounted, sent: float, seen: Look) -> bool:
    """Whether it was started after the command. One that never tells its uptime answers again at best."""
    if isinstance(seen, RouterSilent):
        return False
    if before.started is None or seen.started is None:
        return seen.at - sent > 2 * SLACK
    return seen.started > before.started + SLACK


def _starts(looks: Sequence[Look]) -> list[RouterAlive | RouterBack]:
    """The first look after each start of the router that was seen."""
    found: list[RouterAlive | RouterBack] = []
    for seen in looks:
        if isinstance(seen, RouterSilent):
            continue
        known = found[-1].started if found else None
        if not found or (known is not None and seen.started is not None and seen.started > known + SLACK):
            found.append(seen)
    return found


def _never_back(looks: Sequence[Look], waited: float) -> Decision:
    newest = looks[-1] if looks else None
    if newest is not None and not isinstance(newest, RouterSilent):
        return done(Verdict.FAILED, f"it answers, and was not started anew within {waited:.0f} s")
    why = f": {newest.error}" if newest is not None else ""
    return done(Verdict.FAILED, f"it has not answered for {waited:.0f} s{why}")


def _doubts(before: RouterCounted, after: RouterBack, starts: int) -> list[str]:
    """What keeps a restart after which everything is back from being PROVEN."""
    told = [f"{kind} could not be read before: {why}" for kind, why in before.unread]
    if before.started is None or after.started is None:
        told.append("the router does not tell its uptime, so that it was started anew is not seen")
    if starts > 1:
        told.append(f"it was started {starts} times since the command")
    if before.version and after.version and before.version != after.version:
        told.append(f"RouterOS {before.version} before, {after.version} now")
    return told


def _not_all_back(seen: RouterBack, doubts: Sequence[str]) -> Decision:
    lacks = {each.kind: each for each in seen.missing}
    reasons = [f"{kind} not back: {_some(each)}" for kind, each in lacks.items() if kind != SESSIONS]
    failed, sessions = bool(reasons), lacks.get(SESSIONS)
    if sessions is not None:
        reasons.append(f"{sessions.count} of {sessions.of} sessions not back: {_some(sessions)}")
        failed = failed or sessions.count == sessions.of
    reasons += [f"{kind} cannot be read: {why}" for kind, why in seen.unread]
    return done(Verdict.FAILED if failed else Verdict.UNPROVEN, *reasons, *doubts)


def _some(lacks: Missing, most: int = 5) -> str:
    shown = lacks.names[:most]
    more = f" and {lacks.count - len(shown)} more" if lacks.count > len(shown) else ""
    return ", ".join(shown) + more
