"""Whether what an operator looked at is still so when the write's turn comes."""

from radiusbridge.domain.effects import FingerprintAccount
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.proof import Decision, done
from radiusbridge.domain.sagas.plan import Expected
from radiusbridge.domain.verdict import Verdict

AGAIN = "nothing was written; look again, then decide anew"


def changed_here(expected: Expected | None, evidence: Evidence) -> Decision | None:
    """The end, where the database says something else by now and nothing is written yet."""
    if expected is None or not expected.changed_here or evidence.write_began != float("inf"):
        return None
    return done(Verdict.FAILED, f"write: the database was changed since it was looked at; {AGAIN}")


def changed_there(expected: Expected | None, evidence: Evidence) -> Decision | None:
    """Look at the account's fingerprint, or the end, where it is another; None: go on. After a write that began in
    an earlier attempt, which may have changed it, it says nothing."""
    if expected is None or evidence.write_began != float("inf"):
        return None
    seen = evidence.fingerprint
    if seen is None:
        return Decision((FingerprintAccount(),))
    return changed(expected, seen.value)


def changed(expected: Expected, there: str) -> Decision | None:
    """The end, where the server has something else by now."""
    if there == expected.there:
        return None
    what = "was changed there" if there and expected.there else "is there by now" if there else "is gone there"
    return done(Verdict.FAILED, f"write: it {what} since it was looked at; {AGAIN}")
