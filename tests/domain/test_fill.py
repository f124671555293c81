"""The saga of a fill: written, read back whole, one login tried; who takes over writes what is missing still."""

import pytest

from radiusbridge.domain.effects import CountAccounts, FillAccounts, Purpose, TryLogin
from radiusbridge.domain.observations import (
    AccountsCounted,
    AttemptBegan,
    LoginAnswer,
    LoginSeen,
    Observation,
    ReadRefused,
    ServerSilent,
    WriteBegan,
    WriteRefused,
    Written,
)
from radiusbridge.domain.sagas.fill import FillPlan, decide
from radiusbridge.domain.telling import tell
from radiusbridge.domain.verdict import Status, Verdict

PLAN = FillPlan("ali")
CLAIM = AttemptBegan(began=0.0, at=0.0, attempt=1)
AGAIN = AttemptBegan(began=30.0, at=30.0, attempt=2)
WRITE = WriteBegan(began=0.1, at=0.1)
WROTE = Written(began=0.1, at=9.0, already=False, words="3 accounts with 1 plans in 1 transactions")
WHOLE = AccountsCounted(began=9.0, at=10.0, alike=3)
SILENT = ServerSilent(began=1.0, at=2.0, doing="write", error="the connection broke")


def login(answer: LoginAnswer, at: float = 11.0) -> LoginSeen:
    return LoginSeen(began=at, at=at, purpose=Purpose.PROOF, answer=answer, words="Access-…")


def verdict(*log: Observation, plan: FillPlan = PLAN) -> tuple[Verdict | None, str]:
    end = decide(plan, log, 60.0).end
    assert end is not None
    return end.verdict, "; ".join(end.reasons)


def test_it_writes_reads_back_and_tries_a_login() -> None:
    assert decide(PLAN, [CLAIM], 0.0).effects == (FillAccounts(),)
    assert decide(PLAN, [CLAIM, WRITE, WROTE], 9.0).effects == (CountAccounts(),)
    assert decide(PLAN, [CLAIM, WRITE, WROTE, WHOLE], 10.0).effects == (TryLogin(Purpose.PROOF, None),)
    proven, words = verdict(CLAIM, WRITE, WROTE, WHOLE, login(LoginAnswer.ACCEPTED))
    assert proven is Verdict.PROVEN
    assert "each of 3 customers has the account that the database says" in words
    assert "the test login of ali is accepted" in words


def test_after_a_crash_or_silence_everything_is_looked_at_anew() -> None:
    waits = decide(PLAN, [CLAIM, WRITE, SILENT], 3.0).end
    assert waits is not None
    assert waits.status is Status.WAITING
    assert decide(PLAN, [CLAIM, WRITE, SILENT, AGAIN], 30.0).effects == (FillAccounts(),)
    assert decide(PLAN, [CLAIM, WRITE, WROTE, WHOLE, AGAIN], 30.0).effects == (FillAccounts(),)


@pytest.mark.parametrize(
    ("seen", "expected", "words"),
    [
        (
            [WHOLE.__class__(began=9.0, at=10.0, alike=1, missing=1, differ=1, names=("budi", "cici"))],
            Verdict.FAILED,
            "of 3 customers 1 without an account and 1 with another one than the database says: budi, cici",
        ),
        ([WHOLE, login(LoginAnswer.REJECTED)], Verdict.FAILED, "the test login of ali is rejected"),
        ([WHOLE, *(login(LoginAnswer.UNANSWERED, at) for at in (11.0, 12.0, 13.0))], Verdict.UNPROVEN, "unanswered"),
        (
            [ReadRefused(began=9.0, at=10.0, error="no right"), login(LoginAnswer.ACCEPTED)],
            Verdict.UNPROVEN,
            "the read back was refused: no right",
        ),
    ],
)
def test_what_else_it_comes_to(seen: list[Observation], expected: Verdict, words: str) -> None:
    found, reasons = verdict(CLAIM, WRITE, WROTE, *seen)
    assert found is expected
    assert words in reasons


def test_a_refused_write_and_nobody_to_log_in_as() -> None:
    assert verdict(CLAIM, WRITE, WriteRefused(began=1.0, at=2.0, error="no right"))[0] is Verdict.FAILED
    found, reasons = verdict(CLAIM, WRITE, WROTE, WHOLE, plan=FillPlan("", "no password is known"))
    assert found is Verdict.UNPROVEN
    assert "no test login: no password is known" in reasons
    assert tell(WHOLE) == ("read-accounts", "3 alike", "each of 3 customers has the account that the database says")
