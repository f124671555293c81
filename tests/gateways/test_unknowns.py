"""What is not established about devices must not matter: the same job under the settings of the switches."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from radiusbridge.domain.accounts import Access, PlanState
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.ladder import Rungs, ladder
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.records import StartsAt
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.ports import WantedAccount
from radiusbridge.simulator.switches import Switches
from tests.gateways.contract import profile
from tests.gateways.support import Place, change, place

WORLDS: list[dict[str, Any]] = [
    {"ros": "7.10.2"},
    {"ros": "7.21.5"},
    {"ros": "7.21.5", "secrets": "show-sensitive", "hidden_as": None},
    {"secrets": "shown"},
    {"hidden_as": "*****", "secrets": "show-sensitive", "ros": "7.21.5"},
    {"booleans": "yes"},
    {"name_finds_row": False},
    {"user_attributes_replace_group": False},
    {"duplicate_user_text": "failure: that one is taken"},
    {"local_session_id": "upper"},
    {"disable_closes_sessions": True, "delete_closes_sessions": True},
    {"close_session_waits": True, "close_acked_ends_row": False},
    {"nak_not_found": None, "nak_mismatch": None, "nak_insufficient": None},
    {"dae_message_authenticator": "require", "dae_duplicate_cache": True, "dae_signs_replies": True},
    {"dae_unsupported_ignored": False, "dae_session_id_alone": True, "dae_user_name_alone": True},
    {"shared_users": "reject"},
    *(
        {"ros": "6.49.18", **switches}
        for switches in (
            {},
            {"um6_activation_restarts": False},
            {"um6_activation_queues": True},
            {"um6_activation_queues": True, "um6_activation_restarts": False},
            {"um6_activation_drops_others": True, "um6_activation_resets_counters": True},
            {"um6_waiting_is_actual": True},
            {"um6_actual_profile_stays": True},
            {"um6_refuses_in_use": True},
            {"um6_bind_clears_flag": True},
            {"um6_close_ends_row": False, "um6_till_time_moves": False},
            {"um6_session_timeout": False, "um6_byte_suffix": True},
            {"booleans": "yes", "secrets": "shown"},
            {"hidden_as": None, "name_finds_row": False, "local_session_id": "upper"},
            {"disable_closes_sessions": True, "delete_closes_sessions": True},
            {"duplicate_user_text": "failure: that one is taken"},
        )
    ),
]


@pytest.fixture(params=WORLDS, ids=str)
async def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    switches = dict(request.param)
    ros = switches.pop("ros", "7.16.2")
    knobs = {"ros": ros, "use_coa": ros.startswith("6."), "redial": (0.1, 0.3), "switches": Switches(**switches)}
    async with place(tmp_path_factory.mktemp("world") / "trace.jsonl", customers=2, **knobs) as made:
        yield made


async def kick(world: Place, username: str) -> None:
    """Go down the ladder, as the saga does, until the list agrees."""
    sessions, disconnector = world.sessions(), world.gateways.disconnector(world.nas)
    assert disconnector is not None
    rungs = Rungs(dae=True, nas_address=False, close_session=False, api=True)
    for session in await sessions.sessions(username):
        for rung in ladder(rungs, session, server_row=False):
            if rung is Rung.NAS_API:
                reply = await sessions.remove(session)
            else:
                reply = await disconnector.disconnect(session, rung)
            assert reply.answer is not KickAnswer.SILENT, reply
            left = {row.session_id for row in await sessions.sessions(username)}
            if session.session_id not in left:
                break
        else:
            pytest.fail(f"{session} is still there")


async def test_wall_reject_and_open_a_customer(world: Place) -> None:
    oracle = world.isp.oracle
    for access in (Access.WALLED, Access.REJECT, Access.OPEN):
        account = await world.account("cust0001")
        await world.accounts.write_access(account, change(access))
        assert change(access).reached(await world.account("cust0001"))[0]
        await kick(world, "cust0001")
        if access is Access.WALLED:
            await world.isp.until(lambda: oracle.walled("cust0001"))
            (session,) = await world.sessions().sessions("cust0001")
            assert session.lists == ("isolir",)
        if access is Access.OPEN:
            await world.isp.until(lambda: oracle.can_pass_traffic("cust0001"))
        else:
            assert not oracle.can_pass_traffic("cust0001")
    assert oracle.would_accept("cust0001", world.isp.customers["cust0001"].password)
    assert oracle.can_pass_traffic("cust0002")
    assert world.plans("cust0001") == {"20M": "running-active"}


async def test_walled_wins_over_what_is_the_customers_own(world: Place) -> None:
    own = {"attributes": "Mikrotik-Address-List:vip,Mikrotik-Rate-Limit:50M/50M,Framed-IP-Address:10.1.2.3"}
    world.menu("user").set(world.stored("cust0001"), {"ip-address": "10.1.2.3"} if world.six else own)
    accounts = world.fresh(replace(world.server, isolation_pool="pool-isolir"))
    before = world.user("cust0001")
    await accounts.write_access(await world.account("cust0001"), change(Access.WALLED))
    await kick(world, "cust0001")
    await world.isp.until(lambda: bool(world.isp.oracle.sessions_really("cust0001")))
    assert world.isp.oracle.walled("cust0001")
    (session,) = await world.sessions().sessions("cust0001")
    assert (session.address or "").startswith("172.")
    account = await accounts.read_account("cust0001")
    assert account is not None
    await accounts.write_access(account, change(Access.OPEN))
    after = world.user("cust0001")
    for name in ("ip-address", "attributes", "comment", "disabled"):
        assert sorted(after.get(name, "").split(",")) == sorted(before.get(name, "").split(","))


async def test_a_plan_that_starts_with_the_first_login_is_given_once_and_told(world: Place) -> None:
    voucher = profile("voucher", validity=3600, starts_at=StartsAt.FIRST_LOGIN)
    wanted = WantedAccount("new", Secret("pw"), voucher)
    for attempt in range(3):
        await world.accounts.ensure_profile(voucher)
        # a password that is hidden is written each time, so only the first account brings one
        assert await world.accounts.ensure_account(wanted) is (attempt == 0)
        wanted = replace(wanted, password=None)
        account = await world.account("new")
        assert [(plan.profile, plan.state) for plan in account.plans] == [("voucher", PlanState.WAITING)]
        assert change(Access.OPEN, "voucher").reached(account)[0]
    manager = world.um.user_manager
    assert manager is not None
    assert [row["profile"] for row in manager.plans.of("new")] == ["voucher"]


async def test_an_endless_plan_that_starts_with_a_login_comes_back_from_the_wall(world: Place) -> None:
    plan = profile("10M", starts_at=StartsAt.FIRST_LOGIN)
    await world.accounts.ensure_profile(plan)
    await world.accounts.ensure_account(WantedAccount("cust0001", None, plan))
    for access in (Access.WALLED, Access.OPEN):
        await world.accounts.write_access(await world.account("cust0001"), change(access, "10M"))
        assert change(access, "10M").reached(await world.account("cust0001"))[0]
        await kick(world, "cust0001")
        await world.isp.until(lambda: bool(world.isp.oracle.sessions_really("cust0001")))
        assert world.isp.oracle.walled("cust0001") is (access is Access.WALLED)
        assert change(access, "10M").reached(await world.account("cust0001"))[0]


async def test_accounts_are_made_and_completed(world: Place) -> None:
    wanted = WantedAccount("new", Secret("0123"), profile("10M"), None, "10.1.1.1")
    for _ in range(2):
        await world.accounts.ensure_profile(wanted.profile)
        await world.accounts.ensure_account(wanted)
        assert world.isp.oracle.would_accept("new", "0123")
    await world.accounts.ensure_account(replace(wanted, password=Secret("yes")))
    assert world.isp.oracle.would_accept("new", "yes")
    assert world.plans("new") == {"10M": "running-active"}
    await world.accounts.remove_account(await world.account("new"))
    assert await world.accounts.read_account("new") is None


async def test_sessions_are_closed_by_the_server(world: Place) -> None:
    account = await world.account("cust0001")
    (row,) = account.sessions
    (live,) = world.isp.oracle.sessions_really("cust0001")
    assert (await world.accounts.close_session(row.id)).answer is KickAnswer.ACCEPTED
    await world.isp.until(lambda: not live.alive)


@pytest.mark.parametrize("starts_at", StartsAt)
async def test_a_plan_that_is_over_is_given_anew(world: Place, starts_at: StartsAt) -> None:
    month = profile("month", validity=86_400, starts_at=starts_at)
    await world.accounts.ensure_profile(month)
    await world.accounts.ensure_account(WantedAccount("new", Secret("pw"), month))
    world.end_plans("new")
    assert not world.isp.oracle.would_accept("new", "pw")
    account = await world.account("new")
    if account.in_force is not None:
        # 6 may go on to name it; whoever was refused a login asks again as if it were not there
        account = replace(account, plans=())
    anew = replace(change(Access.OPEN, "month"), anew=True)
    assert await world.accounts.write_access(account, anew)
    assert world.isp.oracle.would_accept("new", "pw")
    after = await world.account("new")
    assert anew.reached(after)[0], anew.reached(after)
    waits = starts_at is StartsAt.FIRST_LOGIN
    assert after.plans[0].state is (PlanState.WAITING if waits else PlanState.RUNNING_ACTIVE)
    assert not await world.accounts.write_access(after, anew)
    manager = world.um.user_manager
    assert manager is not None
    assert len([row for row in manager.plans.of("new") if row["state"] != "used"]) == 1
