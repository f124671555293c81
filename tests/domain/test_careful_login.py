"""A test login that could start or bind something waits until the account shows that it cannot."""

import pytest

from radiusbridge.domain.accounts import Access, AccessChange, AccountRow, PlanRow, PlanState
from radiusbridge.domain.effects import Purpose, TryLogin
from radiusbridge.domain.ladder import Rungs
from radiusbridge.domain.observations import AccountSeen, AttemptBegan, Observation, SessionsSeen
from radiusbridge.domain.sagas import isolate
from radiusbridge.domain.sagas.plan import AccessPlan, LoginPlan, NasPlan


def logins(login: LoginPlan, account: AccountRow | None) -> list[TryLogin]:
    plan = AccessPlan(
        "ana",
        AccessChange(Access.REJECT, "isolir", "home"),
        (NasPlan("bras", Rungs(dae=True, nas_address=False, close_session=True, api=True)),),
        login,
    )
    log: list[Observation] = [AttemptBegan(began=0, at=0, attempt=1)]
    if account is not None:
        log += [
            AccountSeen(began=0.1, at=0.2, account=account),
            SessionsSeen(began=0.1, at=0.2, nas="bras", sessions=()),
        ]
    decision = isolate.decide(plan, log, 0.3)
    return [effect for effect in decision.effects if isinstance(effect, TryLogin)]


def account(state: PlanState, caller_id: str = "") -> AccountRow:
    return AccountRow("*1", "ana", disabled=False, caller_id=caller_id, plans=(PlanRow("*2", "home", state),))


def test_without_danger_the_control_login_goes_out_with_the_first_readings() -> None:
    assert [login.purpose for login in logins(LoginPlan(), None)] == [Purpose.CONTROL]


@pytest.mark.parametrize("login", [LoginPlan(starts=True), LoginPlan(binds=True)])
def test_with_danger_it_waits_for_the_account(login: LoginPlan) -> None:
    assert logins(login, None) == []
    running = account(PlanState.RUNNING_ACTIVE, "02:00:00:00:00:01")
    assert [each.purpose for each in logins(login, running)] == [Purpose.CONTROL]


@pytest.mark.parametrize(
    ("login", "row"),
    [
        (LoginPlan(starts=True), account(PlanState.WAITING)),
        (LoginPlan(), account(PlanState.WAITING)),
        (LoginPlan(binds=True), account(PlanState.RUNNING_ACTIVE, "bind")),
        (LoginPlan(), account(PlanState.RUNNING_ACTIVE, "bind")),
    ],
)
def test_what_would_start_or_bind_is_left_out(login: LoginPlan, row: AccountRow) -> None:
    assert logins(login, row) == []
