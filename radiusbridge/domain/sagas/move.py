"""Another user name or server: the new account is made and proven, then the former one is removed and proven gone.

Both parts share one operation, one log and one verdict, so that a crash between them resumes where it was, and nothing
submitted later for the customer runs while two accounts are there. What belongs to the former account is marked so.
"""

from collections.abc import Sequence
from dataclasses import replace

from radiusbridge.domain.observations import AccountSeen, AttemptBegan, Observation, Written
from radiusbridge.domain.proof import Decision, End
from radiusbridge.domain.sagas import account, removal
from radiusbridge.domain.sagas.plan import MovePlan
from radiusbridge.domain.verdict import Status, Verdict

_GRAVITY = (Verdict.PROVEN, Verdict.UNPROVEN, Verdict.FAILED)


def decide(plan: MovePlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next. The former account is left alone until the new one stands."""
    made = account.decide(plan.new, [seen for seen in log if not seen.former], now)
    began = former_began(log)
    if began is None and (made.end is None or not _stands(made.end, log)):
        return made if made.end is None else _left(made.end, plan)
    former = of_former(log, now if began is None else began)
    gone = removal.decide(plan.former, former, now)
    effects = (*made.effects, *(replace(effect, former=True) for effect in gone.effects))
    if gone.end is not None and gone.end.status is Status.WAITING:
        return gone
    if made.end is None or gone.end is None:
        wakes = [wake for wake in (made.wake, gone.wake) if wake is not None]
        return Decision(effects, min(wakes, default=None))
    return Decision(end=_together(made.end, gone.end, plan))


def worse(*verdicts: Verdict | None) -> Verdict:
    """The worst of several."""
    return max((verdict for verdict in verdicts if verdict is not None), key=_GRAVITY.index)


def _stands(end: End, log: Sequence[Observation]) -> bool:
    """Whether the new account was seen after its write: a server may confirm one that it never carries out."""
    if end.status is not Status.DONE or end.verdict is Verdict.FAILED:
        return False
    own = [seen for seen in log if not seen.former]
    written = max((seen.at for seen in own if isinstance(seen, Written)), default=None)
    return written is not None and any(
        isinstance(seen, AccountSeen) and seen.account is not None and seen.began >= written for seen in own
    )


def _left(end: End, plan: MovePlan) -> Decision:
    reason = f"former account {plan.former.username}: left as it is"
    return Decision(end=end if end.status is Status.WAITING else replace(end, reasons=(*end.reasons, reason)))


def former_began(log: Sequence[Observation]) -> float | None:
    """When this attempt turned to the former account; None: not yet."""
    start = max((at for at, seen in enumerate(log) if isinstance(seen, AttemptBegan)), default=0)
    return next((seen.began for seen in log[start:] if seen.former), None)


def of_former(log: Sequence[Observation], began: float) -> list[Observation]:
    """What was seen of it; for its own deadlines the running attempt begins when it was turned to."""
    last = max((at for at, seen in enumerate(log) if isinstance(seen, AttemptBegan)), default=-1)
    return [
        replace(seen, began=began, at=began) if at == last else seen
        for at, seen in enumerate(log)
        if seen.former or isinstance(seen, AttemptBegan)
    ]


def _together(made: End, gone: End, plan: MovePlan) -> End:
    former = tuple(f"former account {plan.former.username}, {reason}" for reason in gone.reasons)
    return End(Status.DONE, worse(made.verdict, gone.verdict), (*made.reasons, *former))
