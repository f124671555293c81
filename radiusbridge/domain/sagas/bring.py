"""Bring: the vouchers of a batch on a server as the database says, read back and counted.

PROVEN     each voucher that is on sale is there with its profile, limits and password, and none that is over
UNPROVEN   the same, but the server does not show the passwords
FAILED     the server refused, or a voucher is missing, otherwise, or over and still there

Nobody has a session there, so the read back is all that there is to see. What was brought before a crash stays.
"""

from collections.abc import Sequence

from radiusbridge.domain.effects import CountAccounts, FillAccounts
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import Observation, ReadRefused, ServerSilent, VouchersCounted, Written
from radiusbridge.domain.proof import Decision, done, waiting
from radiusbridge.domain.telling import vouchers_text
from radiusbridge.domain.verdict import Verdict

ROUNDS = 3
"""How often they are brought: meanwhile some of them may have been sold out of, void, or over."""


def decide(log: Sequence[Observation], _now: float) -> Decision:
    """What to do next. There is no deadline: what is read and written takes as long as it takes."""
    evidence = Evidence(log)
    if evidence.refused:
        return done(Verdict.FAILED, f"write: the server refused: {evidence.refused.error}")
    own = list(evidence.now())
    silent = next((seen for seen in reversed(own) if isinstance(seen, ServerSilent)), None)
    if silent is not None:
        return waiting(silent.error)
    written = [seen for seen in own if isinstance(seen, Written)]
    last = next((seen for seen in reversed(own) if isinstance(seen, Written | VouchersCounted | ReadRefused)), None)
    if last is None:
        return Decision((FillAccounts(),))
    if isinstance(last, Written):
        return Decision((CountAccounts(),))
    wrote = "; ".join(seen.words for seen in written)
    if isinstance(last, ReadRefused):
        return done(Verdict.UNPROVEN, f"write: {wrote}, but the read back was refused: {last.error}")
    if last.faults and len(written) < ROUNDS and not last.refused:
        return Decision((FillAccounts(),))
    verdict = Verdict.FAILED if last.faults else Verdict.UNPROVEN if last.hidden else Verdict.PROVEN
    return done(verdict, f"write: {wrote}; read back: {vouchers_text(last)}")
