"""What a move did not show to be gone, looked at by each later operation that says something about sessions.

The record names the new account by then, and the former one may still carry a session, on NASes that nobody would ask.
What is seen there is marked as of the former account. Nothing is written there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import Observation, Written
from radiusbridge.domain.proof import Decision, End, Leg, LegState, conclude
from radiusbridge.domain.records import Intent
from radiusbridge.domain.sagas import kick
from radiusbridge.domain.sagas.move import former_began, of_former, worse
from radiusbridge.domain.sagas.plan import AFTER_WRITE, KickPlan, NasPlan
from radiusbridge.domain.sagas.preparing import server_answers
from radiusbridge.domain.sagas.sessions import SessionRule, sessions_leg
from radiusbridge.domain.sagas.shadowing import asking_secrets, shadow_legs
from radiusbridge.domain.verdict import Status, Verdict

Decide = Callable[[Sequence[Observation], float], Decision]
_SHUTTING = (Intent.ISOLATE, Intent.REMOVE)


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """The account that operation `by` was to take away, and for what it is looked at now."""

    by: int
    username: str
    server: str
    nases: tuple[NasPlan, ...]
    intent: Intent
    settle: float
    deadline: float
    isolation: str = ""
    """The address list of walled customers there."""


def beside(main: Decide, left: LeftBehind, log: Sequence[Observation], now: float) -> Decision:
    """What `main` does, and once it has written, or is over, what is to be done about what was left behind."""
    own = [seen for seen in log if not seen.former]
    made = main(own, now)
    if made.end is not None and (made.end.status is not Status.DONE or made.end.verdict is Verdict.FAILED):
        return made
    began = former_began(log)
    if began is None and made.end is None and left.intent is not Intent.KICK and not _written(own):
        return made
    rest = _decide(left, of_former(log, now if began is None else began), now)
    effects = (*made.effects, *(replace(effect, former=True) for effect in rest.effects))
    if made.end is None or rest.end is None:
        wakes = [wake for wake in (made.wake, rest.wake) if wake is not None]
        return Decision(effects, min(wakes, default=None))
    return Decision(end=_together(made.end, rest.end, left))


def _written(own: Sequence[Observation]) -> bool:
    return Evidence(own).written is not None


def _decide(left: LeftBehind, log: Sequence[Observation], now: float) -> Decision:
    if left.intent in _SHUTTING:
        return _nobody_there(left, log, now)
    if left.intent is Intent.ACTIVATE:
        return _nobody_walled(left, log, now)
    return asking_secrets(kick.decide(KickPlan(left.username, left.nases, deadline=left.deadline, gone=True), log, now))


def _nobody_there(left: LeftBehind, log: Sequence[Observation], now: float) -> Decision:
    """Whoever is to be kept out has no session there, and does not come back."""
    evidence = Evidence(log)
    rule = SessionRule(lambda _row, _earlier: True, lambda _earlier: True, left.settle)
    sessions = sessions_leg(evidence, left.nases, _since(evidence), rule, now)
    ends_at = evidence.attempt_at + max(left.deadline, left.settle + AFTER_WRITE)
    local = shadow_legs(evidence, left.nases, now)
    return asking_secrets(conclude([_account_leg(left, evidence, now), sessions, *local], now, ends_at))


def _nobody_walled(left: LeftBehind, log: Sequence[Observation], now: float) -> Decision:
    """Whoever is let in is not held in a session that is walled there; a normal one may stay."""
    evidence = Evidence(log)

    def walled(session: SessionRow) -> bool:
        return left.isolation in session.lists

    rule = SessionRule(
        lambda row, _earlier: walled(row),
        lambda _earlier: False,
        None,
        surfacing=None,
        enough=lambda row: not walled(row),
    )
    sessions = sessions_leg(evidence, left.nases, _since(evidence), rule, now)
    return conclude([sessions], now, evidence.attempt_at + left.deadline)


def _since(evidence: Evidence) -> Written:
    """Nothing is written there: what is seen from the first look on counts."""
    return Written(began=evidence.attempt_at, at=evidence.attempt_at, already=True, words="")


def _account_leg(left: LeftBehind, evidence: Evidence, now: float) -> Leg:
    """Gone or disabled. Where it is open, nobody has to be seen there to be let in."""
    seen = evidence.account()
    if seen is None:
        asking = server_answers(evidence, now)
        assert asking is not None
        if asking.end is not None:
            return Leg("account", LegState.UNOBSERVED, "; ".join(asking.end.reasons))
        return Leg("account", LegState.PENDING, "not read yet", asking.effects, asking.wake)
    if seen.account is None or seen.account.disabled:
        return Leg("account", LegState.OBSERVED, "it is gone" if seen.account is None else "it is disabled")
    words = f"{left.username} is still open on {left.server}; radiusbridge plan {left.server} --prune takes it away"
    return Leg("account", LegState.UNOBSERVED, words)


def _together(made: End, rest: End, left: LeftBehind) -> End:
    verdict = rest.verdict if rest.status is Status.DONE and rest.verdict is not None else Verdict.UNPROVEN
    where = f"left behind by operation {left.by} ({left.username} on {left.server})"
    return End(
        Status.DONE, worse(made.verdict, verdict), (*made.reasons, *(f"{where}, {each}" for each in rest.reasons))
    )
