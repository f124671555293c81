"""PPP secrets: the login leg is the customer's own refused dial, as the log of the NAS tells it."""

from dataclasses import dataclass, field

import pytest

from radiusbridge.domain.accounts import Access
from radiusbridge.domain.effects import Effect, WatchDial
from radiusbridge.domain.ladder import Rungs
from radiusbridge.domain.local_access import LocalSecret, SecretsOfName
from radiusbridge.domain.observations import DialWatched, Observation
from radiusbridge.domain.sagas import isolate
from radiusbridge.domain.sagas.plan import AccessPlan, LoginPlan, NasPlan
from radiusbridge.domain.verdict import Verdict
from tests.domain.driver import Run, steady
from tests.domain.world import ISOLATION, USER, Device, Router, World, change_to

LINE = "<0007>: user budi authentication failed"
NAS = NasPlan("nas1", Rungs(False, False, True, True), frozenset({"10.0.0.1"}), keeps_accounts=True)


@dataclass(slots=True)
class Heard(World):
    """log: what each following of it ends with, then nothing; (seconds, line, error)."""

    log: list[tuple[float, str, str]] = field(default_factory=list)
    kept: tuple[LocalSecret, ...] = ()

    def perform(self, effect: Effect, now: float) -> Observation:
        if not isinstance(effect, WatchDial):
            return World.perform(self, effect, now)
        _, line, error = self.log.pop(0) if self.log else (effect.seconds, "", "")
        return DialWatched(began=now, at=now, nas=effect.nas, refused=line, error=error)

    def _secrets(self, router: Router) -> SecretsOfName:
        return SecretsOfName(self.kept)

    def delay(self, effect: Effect) -> tuple[float, float]:
        if not isinstance(effect, WatchDial):
            return steady(0.02)(effect)
        return (self.log[0][0] if self.log else effect.seconds), 0.0


def brought(truth: Heard, access: Access = Access.REJECT) -> Run:
    plan = AccessPlan(USER, change_to(access), (NAS,), LoginPlan("nobody else can try it", dials=("nas1",)))
    return Run(lambda log, now: isolate.decide(plan, log, now), truth, truth.delay).go()


def heard(*log: tuple[float, str, str], device: Device | None = None, **how: object) -> Heard:
    router = Router("nas1")
    return Heard({"nas1": router}, [device or Device("nas1")], log=list(log), **how)  # type: ignore[arg-type]


def test_a_refused_dial_after_a_session_proves_it() -> None:
    run = brought(heard((2.0, LINE, "")))
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert LINE in str(run.reasons)
    assert "had been let in before it" in str(run.reasons)


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ((), "not dialled since"),
        (((0.0, "", "not enough permissions (9)"),) * 99, "could not be followed: not enough permissions (9)"),
        (((0.0, "", ""),) * 99, "not dialled since"),
    ],
)
def test_without_one_nothing_is_proven(log: tuple[tuple[float, str, str], ...], words: str) -> None:
    run = brought(heard(*log, device=Device("nas1", None)))
    assert run.verdict is Verdict.UNPROVEN, run.reasons
    assert words in str(run.reasons)
    watched = sum(isinstance(effect, WatchDial) for effect in run.started)
    assert 1 <= watched <= 40, "it is asked for again, and not without rest"


def test_a_log_that_cannot_be_followed_at_first_is_followed_again() -> None:
    run = brought(heard((0.1, "", "the connection was lost"), (3.0, LINE, "")))
    assert run.verdict is Verdict.PROVEN, run.reasons


def test_who_was_not_online_before_is_not_waited_for() -> None:
    run = brought(heard((0.5, LINE, ""), device=Device("nas1", None, online=False)))
    assert run.verdict is Verdict.UNPROVEN
    assert run.now < 15.0
    assert not any(isinstance(effect, WatchDial) for effect in run.started)
    assert "nobody was online with that name" in str(run.reasons)


@pytest.mark.parametrize(
    ("access", "profile", "verdict"),
    [
        (Access.REJECT, "home", Verdict.UNPROVEN),
        (Access.WALLED, "home", Verdict.UNPROVEN),
        (Access.WALLED, ISOLATION, Verdict.PROVEN),
    ],
)
def test_another_secret_of_the_name_is_a_doubt_and_the_walled_account_is_none(
    access: Access, profile: str, verdict: Verdict
) -> None:
    run = brought(heard((2.0, LINE, ""), kept=(LocalSecret("nas1", USER, profile=profile),)), access)
    assert run.verdict is verdict, run.reasons
    assert ("another secret of nas1" in str(run.reasons)) is (verdict is Verdict.UNPROVEN)
