"""User Manager 6: what is its own beside the contract: round trips, plans that end, owners, what is set aside."""

from dataclasses import replace

import pytest

from radiusbridge.domain.accounts import Access, AccessChange, PlanState
from radiusbridge.domain.errors import PeerRefused
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.records import Profile, StartsAt
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.accounts.userman6_profiles import limitation_of, profile_of
from radiusbridge.gateways.accounts.userman6_rows import (
    PLAN,
    STATIC_ADDRESS,
    WAITING,
    account_row,
    chosen,
    kept_plan,
    noted,
    plan_name,
    plan_row,
    set_aside,
)
from radiusbridge.gateways.accounts.userman6_rows import Wall as Isolated
from radiusbridge.gateways.ports import WantedAccount
from radiusbridge.simulator.switches import Switches
from tests.gateways.conftest import SIX
from tests.gateways.contract import profile
from tests.gateways.support import Place, change, place

ROOT = "/tool/user-manager"
MONTH = 30 * 86_400


def commands(isp: Place, since: int) -> list[str]:
    return [words[0].removeprefix(f"{ROOT}/") for words in isp.sent()[since:]]


async def test_reading_is_one_round_trip(isp6: Place) -> None:
    await isp6.account("cust0001")
    before = len(isp6.sent())
    with isp6.one_round_trip("um1"):
        account = await isp6.account("cust0001")
    assert commands(isp6, before) == ["user/print", "session/print"]
    assert account.plans_count
    (live,) = isp6.isp.oracle.sessions_really("cust0001")
    (session,) = account.sessions
    assert (session.session_id, session.user_address) == (live.acct_session_id, live.address)
    assert session.nas_address == live.customer.nas.router.host
    assert account.in_force is not None
    assert account.in_force.state is PlanState.RUNNING_ACTIVE


async def test_rejecting_is_one_command_and_a_new_account_three(isp6: Place) -> None:
    account = await isp6.account("cust0001")
    before = len(isp6.sent())
    await isp6.accounts.write_access(account, change(Access.REJECT))
    assert isp6.sent()[before:] == [[f"{ROOT}/user/set", f"=.id={account.id}", "=disabled=yes"]]
    await isp6.accounts.ensure_profile(profile("10M"))
    before = len(isp6.sent())
    await isp6.accounts.ensure_account(WantedAccount("new", Secret("pw"), profile("10M")))
    assert commands(isp6, before) == ["user/print", "user/add", "user/create-and-activate-profile"]


async def test_the_isolation_is_made_once_with_list_rate_and_pool(isp6: Place) -> None:
    accounts = isp6.fresh(replace(isp6.server, isolation_rate=512_000, isolation_pool="pool-isolir"))
    for name in ("cust0001", "cust0002"):
        await accounts.write_access(await isp6.account(name), change(Access.WALLED))
    limitation, plan = isp6.row(f"{ROOT}/profile/limitation", "isolir"), isp6.row(f"{ROOT}/profile", "isolir")
    assert (limitation["address-list"], limitation["ip-pool"]) == ("isolir", "pool-isolir")
    assert (limitation["rate-limit-rx"], limitation["rate-limit-tx"]) == ("512000", "512000")
    assert (plan["validity"], plan["starts-at"], plan["owner"]) == ("0s", "now", "admin")
    assert sum(words[0] == f"{ROOT}/profile/limitation/print" for words in isp6.sent()) == 1


@pytest.mark.parametrize("which", ["in force", "to go back to"])
async def test_a_plan_that_ends_is_not_walled_and_nothing_is_written(isp6: Place, which: str) -> None:
    await isp6.accounts.ensure_profile(profile("month", validity=MONTH))
    if which == "in force":
        await isp6.accounts.ensure_account(WantedAccount("cust0001", None, profile("month", validity=MONTH)))
    account, before = await isp6.account("cust0001"), len(isp6.sent())
    with pytest.raises(PeerRefused, match="month lasts 4w2d") as refused:
        await isp6.accounts.write_access(account, change(Access.WALLED, "month"))
    assert "--policy reject" in refused.value.hint
    assert refused.value.target == "um1"
    assert {words[0].rpartition("/")[2] for words in isp6.sent()[before:]} == {"print"}
    await isp6.accounts.write_access(account, change(Access.REJECT, "month"))
    await isp6.accounts.write_access(await isp6.account("cust0001"), change(Access.OPEN, account.plans[0].profile))
    assert await isp6.account("cust0001") == account


async def test_a_plan_that_may_be_over_is_not_given_again(isp6: Place) -> None:
    plan = profile("month", validity=MONTH)
    await isp6.accounts.ensure_profile(plan)
    manager = isp6.um.user_manager
    assert manager is not None
    for row in list(manager.plans.of("cust0001")):
        manager.user_profiles.remove(row)
    account = await isp6.account("cust0001")
    assert account.plans == ()
    with pytest.raises(PeerRefused, match="would start its 4w2d anew"):
        await isp6.accounts.write_access(account, change(Access.OPEN, "month"))
    with pytest.raises(PeerRefused) as refused:
        await isp6.accounts.ensure_account(WantedAccount("cust0001", None, plan))
    assert "renew" in refused.value.hint
    assert isp6.plans("cust0001") == {}
    assert await isp6.accounts.write_access(account, change(Access.OPEN, "20M")), "an endless one gains nothing"
    assert isp6.plans("cust0001") == {"20M": "running-active"}


async def test_the_account_is_not_let_in_before_it_is_walled(isp6: Place) -> None:
    await isp6.accounts.write_access(await isp6.account("cust0001"), change(Access.REJECT))
    before = len(isp6.sent())
    await isp6.accounts.write_access(await isp6.account("cust0001"), change(Access.WALLED))
    written = [
        words for words in isp6.sent()[before:] if words[0].startswith(f"{ROOT}/user/") and "print" not in words[0]
    ]
    assert written[-1][-1] == "=disabled=no"
    assert written[-2][0].endswith("create-and-activate-profile")


async def test_what_is_set_aside_is_told_in_the_comment_and_a_plan_given_meanwhile_counts(isp6: Place) -> None:
    users = isp6.menu("user")
    users.set(isp6.stored("cust0001"), {"ip-address": "10.1.2.3", "comment": "Pak Ali [corner]"})
    accounts = isp6.fresh(replace(isp6.server, isolation_pool="pool-isolir"))
    await accounts.write_access(await isp6.account("cust0001"), change(Access.WALLED))
    row = isp6.user("cust0001")
    assert row["comment"] == "Pak Ali [corner] [radiusbridge keeps Profile:20M,Framed-IP-Address:10.1.2.3]"
    assert row["ip-address"] == ""
    odd = profile("50M, night: 100% é")
    await accounts.ensure_profile(odd)
    await accounts.ensure_account(WantedAccount("cust0001", None, odd, None, "10.1.2.4"))
    walled = await accounts.read_account("cust0001")
    assert walled is not None
    assert [plan.profile for plan in walled.plans] == ["isolir", odd.name]
    assert await accounts.write_access(walled, AccessChange(Access.OPEN, "isolir", ""))
    row = isp6.user("cust0001")
    assert (row["comment"], row["ip-address"], row["actual-profile"]) == ("Pak Ali [corner]", "10.1.2.4", odd.name)


async def test_without_any_plan_to_go_back_to_nothing_is_guessed(isp6: Place) -> None:
    manager = isp6.um.user_manager
    assert manager is not None
    for row in list(manager.plans.of("cust0001")):
        manager.user_profiles.remove(row)
    await isp6.accounts.write_access(await isp6.account("cust0001"), AccessChange(Access.WALLED, "isolir", ""))
    with pytest.raises(PeerRefused, match="no plan is known") as refused:
        await isp6.accounts.write_access(await isp6.account("cust0001"), AccessChange(Access.OPEN, "isolir", ""))
    assert refused.value.hint


async def test_locks_and_addresses_are_set_and_taken_away(isp6: Place) -> None:
    def shown() -> tuple[str, str, str]:
        row = isp6.user("cust0001")
        return row["caller-id"], row["caller-id-bind-on-first-use"], row["ip-address"]

    wanted = WantedAccount("cust0001", None, profile("20M"))
    await isp6.accounts.ensure_profile(wanted.profile)
    mac = isp6.isp.customers["cust0001"].mac
    for caller, address, expected in [
        ("bind", "10.1.1.1", ("", "true", "10.1.1.1")),
        (mac.lower(), None, (mac.lower(), "false", "10.1.1.1")),
        ("bind", "", (mac.lower(), "false", "")),
        ("", "", ("", "false", "")),
    ]:
        await isp6.accounts.ensure_account(replace(wanted, caller_id=caller, static_address=address))
        assert shown() == expected
        assert not await isp6.accounts.ensure_account(replace(wanted, caller_id=caller, static_address=address))


async def test_hand_made_values_survive_completion(isp6: Place) -> None:
    users, limitations = isp6.menu("user"), isp6.menu("limitation")
    limitation = isp6.row(f"{ROOT}/profile/limitation", "20M")
    limitations.set(limitation, {"rate-limit-min-rx": "65536", "address-list": "vip", "group-name": "gold"})
    users.set(isp6.stored("cust0001"), {"comment": "Bu Siti", "phone": "0812", "caller-id": "X"})
    plan = profile("20M", burst_up=4_000_000, burst_down=8_000_000, burst_threshold_up=1_000_000, burst_time=8)
    assert await isp6.accounts.ensure_profile(plan)
    assert await isp6.accounts.ensure_account(WantedAccount("cust0001", Secret("pw"), plan, None, "10.1.1.1"))
    limitation = isp6.row(f"{ROOT}/profile/limitation", "20M")
    assert (limitation["rate-limit-min-rx"], limitation["address-list"]) == ("65536", "vip")
    assert (limitation["rate-limit-tx"], limitation["rate-limit-burst-treshold-rx"]) == ("10000000", "1000000")
    row = isp6.user("cust0001")
    assert (row["comment"], row["phone"], row["caller-id"], row["ip-address"]) == ("Bu Siti", "0812", "X", "10.1.1.1")


async def test_rows_belong_to_the_servers_owner(isp6: Place) -> None:
    isp6.menu("customer").add({"login": "reseller"})
    accounts = isp6.fresh(replace(isp6.server, owner="reseller"))
    await accounts.ensure_profile(profile("10M"))
    await accounts.ensure_account(WantedAccount("new", Secret("pw"), profile("10M")))
    assert isp6.user("new")["customer"] == "reseller"
    for menu in ("profile", "profile/limitation"):
        assert isp6.row(f"{ROOT}/{menu}", "10M")["owner"] == "reseller"
    with pytest.raises(PeerRefused, match="already exists"):
        await isp6.accounts.ensure_profile(profile("10M", price=1))
    assert isp6.row(f"{ROOT}/profile", "10M")["price"] == "0"


@pytest.mark.parametrize("use_coa", [False, True])
async def test_close_session_reaches_the_nas_only_with_use_coa(
    tmp_path_factory: pytest.TempPathFactory, use_coa: bool
) -> None:
    switches = Switches(um6_close_ends_row=False)
    async with place(tmp_path_factory.mktemp("t") / "trace", ros=SIX, use_coa=use_coa, switches=switches) as isp:
        (row,) = (await isp.account("cust0001")).sessions
        (live,) = isp.isp.oracle.sessions_really("cust0001")
        assert (await isp.accounts.close_session(row.id)).answer is KickAnswer.ACCEPTED
        if use_coa:
            await isp.isp.until(lambda: not live.alive)
        else:
            await isp.account("cust0001")
            assert live.alive
        assert (await isp.accounts.close_session("*FFFFFF")).answer is KickAnswer.NOT_FOUND


# -- rows, as devices may write them


def test_profiles_as_6_has_them() -> None:
    plan = Profile(
        "10M", 2_000_000, 10_000_000, burst_threshold_up=1, burst_time=8, validity=MONTH, priority=3, pool="pool-a",
        address_list="", starts_at=StartsAt.FIRST_LOGIN, data_quota=10**9, time_quota=3600,
    )  # fmt: skip
    wanted = limitation_of(plan)
    assert wanted["rate-limit-burst-treshold-rx"] == 1
    assert (wanted["ip-pool"], wanted["address-list"], wanted["rate-limit-priority"]) == ("pool-a", "", 3)
    assert (wanted["transfer-limit"], wanted["uptime-limit"]) == (10**9, "1h")
    assert profile_of(plan) == {
        "validity": "4w2d",
        "starts-at": "logon",
        "price": 0,
        "override-shared-users": 1,
    }
    assert profile_of(Profile("x", 1, 1))["validity"] == "0s"
    assert not {"ip-pool", "address-list", "rate-limit-priority"} & limitation_of(Profile("x", 1, 1)).keys()


def test_the_owners_user_is_chosen_and_either_name_is_read() -> None:
    mine, other = (
        {".id": "*1", "customer": "admin", "name": "a"},
        {".id": "*2", "customer": "reseller", "username": "a"},
    )
    assert chosen([other, mine], "admin") is mine
    assert chosen([other], "admin") is other
    assert chosen([], "admin") is None
    row = account_row(mine, [], Isolated("isolir", pooled=False), None)
    assert (row.username, row.group, row.plans, row.shared_users) == ("a", "default", (), 1)


def test_an_address_that_beats_the_pool_is_no_isolation_yet() -> None:
    user = {".id": "*1", "username": "a", "actual-profile": "isolir", "ip-address": "10.0.0.1"}
    plan = plan_row(user, at_login=False, endless=True)
    assert account_row(user, [], Isolated("isolir", pooled=True), plan).group == "default"
    assert account_row(user, [], Isolated("isolir", pooled=False), plan).group == "isolir"
    assert account_row({**user, "ip-address": "0.0.0.0"}, [], Isolated("isolir", pooled=True), plan).attributes == ""


def test_what_6_lets_know_of_a_plan() -> None:
    def state(user: dict[str, str], *, at_login: bool, endless: bool) -> PlanState | None:
        plan = plan_row(user, at_login=at_login, endless=endless)
        return plan.state if plan else None

    seen, mark = {"last-seen": "jan/28/2022 16:42:51"}, {"comment": noted("x", {WAITING: "v"})}
    assert state({"actual-profile": "v"}, at_login=True, endless=False) is PlanState.WAITING
    assert state({"actual-profile": "v", **seen}, at_login=True, endless=False) is PlanState.RUNNING_ACTIVE
    assert state({"actual-profile": ""}, at_login=True, endless=False) is None
    assert state(mark, at_login=True, endless=False) is PlanState.WAITING
    assert state({**mark, **seen}, at_login=True, endless=False) is PlanState.UNKNOWN
    assert state({**mark, **seen}, at_login=True, endless=True) is PlanState.WAITING
    assert plan_name({**mark, "actual-profile": "w"}) == "w"


@pytest.mark.parametrize("name", ["10M", "a,b:c", "100% [x]", "é\n☕", "\udcff", "x" * 60])
def test_notes_carry_any_name(name: str) -> None:
    comment = noted("by hand", {PLAN: name, STATIC_ADDRESS: "10.0.0.1", WAITING: name})
    kept = set_aside({"comment": comment})
    assert kept_plan(kept) == plan_name({"comment": comment}) == name
    assert kept.get(STATIC_ADDRESS) == "10.0.0.1"
    assert "\n" not in comment
    assert noted(comment, {PLAN: None, STATIC_ADDRESS: None, WAITING: None}) == "by hand"
    assert noted("by hand", {PLAN: None}) == "by hand"
