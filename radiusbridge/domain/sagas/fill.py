"""Fill: an account for every customer of a server who has none there, read back, and a login of one of them tried.

PROVEN     each customer of the server has the account that the database says, and a test login of one is accepted
UNPROVEN   the same, but nobody's login could be tried, or it had no answer
FAILED     the server refused, a customer has no account or another one, or the test login is refused

What was written before a crash stays: whoever goes on makes only what is missing still.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from radiusbridge.domain.effects import CountAccounts, FillAccounts, Purpose, TryLogin
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import (
    AccountsCounted,
    LoginAnswer,
    LoginSeen,
    Observation,
    ReadRefused,
    ServerSilent,
)
from radiusbridge.domain.proof import Decision, Leg, LegState, conclude, done, waiting
from radiusbridge.domain.telling import accounts_text
from radiusbridge.domain.verdict import Verdict

_TRIES = 3
_STATES = {LoginAnswer.ACCEPTED: LegState.OBSERVED, LoginAnswer.REJECTED: LegState.CONTRARY}


@dataclass(frozen=True, slots=True)
class FillPlan:
    """example: whose login is tried; no_login: why nobody's is."""

    example: str = ""
    no_login: str = ""


def decide(plan: FillPlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next. There is no deadline: what is read and written takes as long as it takes."""
    evidence = Evidence(log)
    if evidence.refused:
        return done(Verdict.FAILED, f"write: the server refused: {evidence.refused.error}")
    own = list(evidence.now())
    silent = next((seen for seen in reversed(own) if isinstance(seen, ServerSilent)), None)
    if silent is not None:
        return waiting(silent.error)
    if evidence.written is None:
        return Decision((FillAccounts(),))
    back = next((seen for seen in reversed(own) if isinstance(seen, AccountsCounted | ReadRefused)), None)
    if back is None:
        return Decision((CountAccounts(),))
    write = _write_leg(evidence.written.words, back)
    legs = [write] if write.state is LegState.CONTRARY else [write, _login_leg(plan, own)]
    return conclude(legs, now, float("inf"))


def _write_leg(wrote: str, back: AccountsCounted | ReadRefused) -> Leg:
    if isinstance(back, ReadRefused):
        return Leg("write", LegState.UNOBSERVED, f"{wrote}, but the read back was refused: {back.error}")
    good = not back.missing and not back.differ
    words = f"{wrote}; read back: {accounts_text(back)}"
    return Leg("write", LegState.OBSERVED if good else LegState.CONTRARY, words)


def _login_leg(plan: FillPlan, own: Sequence[Observation]) -> Leg:
    if plan.no_login:
        return Leg("login", LegState.UNOBSERVED, f"no test login: {plan.no_login}")
    tried = [seen for seen in own if isinstance(seen, LoginSeen)]
    if tried and (tried[-1].answer in _STATES or len(tried) >= _TRIES):
        last = tried[-1]
        told = f"the test login of {plan.example} is {last.answer}: {last.words}"
        return Leg("login", _STATES.get(last.answer, LegState.UNOBSERVED), told)
    return Leg("login", LegState.PENDING, "not tried yet", (TryLogin(Purpose.PROOF, None),))
