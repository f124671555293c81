"""User Manager 7: what is its own beside the contract: round trips, hand-made values, plans."""

import asyncio
from dataclasses import replace

import pytest

from radiusbridge.domain.accounts import Access, AccountRow
from radiusbridge.domain.errors import NotSuchPeer, PeerRefused
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.accounts.userman7_accounts import AccountKeeper
from radiusbridge.gateways.accounts.userman7_isolation import Isolation
from radiusbridge.gateways.ports import WantedAccount
from radiusbridge.routeros.endpoint import ApiEndpoint
from tests.gateways.contract import profile
from tests.gateways.support import Place, change

USER = "/user-manager/user"


async def test_reading_is_one_round_trip(isp: Place) -> None:
    await isp.account("cust0001")
    with isp.one_round_trip("um1"):
        account = await isp.account("cust0001")
    assert account.plans_count
    assert [session.user_address for session in account.sessions]
    assert account.in_force is not None


async def test_rejecting_is_one_command(isp: Place) -> None:
    account = await isp.account("cust0001")
    before = len(isp.sent())
    await isp.accounts.write_access(account, change(Access.REJECT))
    assert isp.sent()[before:] == [["/user-manager/user/set", f"=.id={account.id}", "=disabled=yes"]]


async def test_the_isolation_is_made_once_and_does_not_depend_on_the_plan(isp: Place) -> None:
    server = replace(isp.server, isolation_rate=512_000, isolation_pool="pool-isolir")
    accounts = isp.fresh(server)
    for name in ("cust0001", "cust0002"):
        await accounts.write_access(await isp.account(name), change(Access.WALLED))
    group = isp.row("/user-manager/user/group", "isolir")
    assert group["attributes"] == ("Mikrotik-Address-List:isolir,Mikrotik-Rate-Limit:512k/512k,Framed-Pool:pool-isolir")
    assert isp.row("/user-manager/limitation", "isolir")["rate-limit-rx"] == "512000"
    assert isp.row("/user-manager/profile", "isolir")["validity"] == "unlimited"
    looks = [words for words in isp.sent() if words[0] == "/user-manager/user/group/print"]
    assert len(looks) == 1


async def test_a_hand_made_isolation_group_keeps_what_is_not_ours(isp: Place) -> None:
    groups = isp.um.menus["/user-manager/user/group"]
    groups.add({"name": "isolir", "attributes": "Session-Timeout:600,Mikrotik-Rate-Limit:1M/1M", "comment": "by hand"})
    await isp.accounts.write_access(await isp.account("cust0001"), change(Access.WALLED))
    row = isp.row("/user-manager/user/group", "isolir")
    assert row["attributes"] == "Session-Timeout:600,Mikrotik-Rate-Limit:256k/256k,Mikrotik-Address-List:isolir"
    assert row["comment"] == "by hand"


async def test_an_isolation_group_removed_by_hand_is_made_again(isp: Place) -> None:
    accounts = isp.accounts
    await accounts.write_access(await isp.account("cust0001"), change(Access.WALLED))
    await accounts.write_access(await isp.account("cust0001"), change(Access.OPEN))
    groups = isp.um.menus["/user-manager/user/group"]
    groups.remove(isp.row("/user-manager/user/group", "isolir"))
    await accounts.write_access(await isp.account("cust0001"), change(Access.WALLED))
    assert change(Access.WALLED).reached(await isp.account("cust0001"))[0]


async def test_own_attributes_that_override_the_isolation_are_set_aside_and_come_back(isp: Place) -> None:
    users = isp.um.menus[USER]
    own = "Framed-IP-Address:10.1.2.3,Mikrotik-Address-List:vip,Session-Timeout:3600,Mikrotik-Rate-Limit:50M/50M"
    users.set(isp.row(USER, "cust0001"), {"attributes": own, "comment": "Pak Ali [corner]"})
    accounts = isp.fresh(replace(isp.server, isolation_pool="pool-isolir"))
    for _ in range(2):
        await accounts.write_access(await isp.account("cust0001"), change(Access.WALLED))
        row = isp.row(USER, "cust0001")
        assert row["attributes"] == "Session-Timeout:3600"
        assert "10.1.2.3" in row["comment"]
    await accounts.write_access(await isp.account("cust0001"), change(Access.OPEN))
    row = isp.row(USER, "cust0001")
    assert sorted(row["attributes"].split(",")) == sorted(own.split(","))
    assert row["comment"] == "Pak Ali [corner]"


async def test_the_group_before_isolation_comes_back(isp: Place) -> None:
    isp.um.menus["/user-manager/user/group"].add({"name": "gold"})
    isp.um.menus[USER].set(isp.row(USER, "cust0001"), {"group": "gold"})
    await isp.accounts.write_access(await isp.account("cust0001"), change(Access.WALLED, group="gold"))
    await isp.accounts.write_access(await isp.account("cust0001"), change(Access.OPEN, group="gold"))
    assert isp.row(USER, "cust0001")["group"] == "gold"
    assert isp.plans("cust0001") == {"20M": "running-active"}


async def test_a_plan_that_is_over_is_not_given_again(isp: Place) -> None:
    await isp.accounts.write_access(await isp.account("cust0001"), change(Access.WALLED))
    plans = isp.um.menus["/user-manager/user-profile"]
    row = next(row for row in plans.rows() if row["user"] == "cust0001" and row["profile"] == "20M")
    row["state"] = "used"
    await isp.accounts.write_access(await isp.account("cust0001"), change(Access.OPEN))
    account = await isp.account("cust0001")
    assert isp.plans("cust0001") == {"20M": "used"}
    assert change(Access.OPEN).reached(account) == (False, "plan 20M is used; renew gives it anew")


async def test_a_waiting_plan_starts_only_where_assignment_starts_it(isp: Place) -> None:
    for name, starts in (("cust0001", "assigned"), ("cust0002", "first-auth")):
        isp.um.menus["/user-manager/profile"].set(isp.row("/user-manager/profile", "20M"), {"starts-when": starts})
        await isp.accounts.write_access(await isp.account(name), change(Access.WALLED))
        rows = isp.um.menus["/user-manager/user-profile"].rows()
        next(row for row in rows if row["user"] == name and row["profile"] == "20M")["state"] = "waiting"
        before = len(isp.sent())
        await isp.accounts.write_access(await isp.account(name), change(Access.OPEN))
        activated = any("activate-user-profile" in words[0] for words in isp.sent()[before:])
        assert activated is (starts == "assigned")


async def test_without_use_profiles_the_group_alone_walls(isp: Place) -> None:
    settings = isp.um.menus["/user-manager"]
    settings.set(next(iter(settings.rows())), {"use-profiles": "no"})
    await isp.accounts.write_access(await isp.account("cust0001"), change(Access.WALLED))
    account = await isp.account("cust0001")
    assert change(Access.WALLED).reached(account)[0]
    assert isp.plans("cust0001") == {"20M": "running-active"}


async def test_hand_made_values_survive_completion(isp: Place) -> None:
    users, limitations = isp.um.menus[USER], isp.um.menus["/user-manager/limitation"]
    await isp.accounts.ensure_profile(profile("20M"))
    limitations.set(isp.row("/user-manager/limitation", "20M"), {"rate-limit-min-rx": "64k", "comment": "by hand"})
    users.set(isp.row(USER, "cust0001"), {"attributes": "Session-Timeout:3600", "comment": "Bu Siti", "caller-id": "X"})
    assert await isp.accounts.ensure_profile(profile("20M", price=1))
    wanted = WantedAccount("cust0001", Secret("pw"), profile("20M"), None, "10.1.1.1")
    assert await isp.accounts.ensure_account(wanted)
    row = isp.row(USER, "cust0001")
    assert row["attributes"] == "Session-Timeout:3600,Framed-IP-Address:10.1.1.1"
    assert (row["comment"], row["caller-id"]) == ("Bu Siti", "X")
    limitation = isp.row("/user-manager/limitation", "20M")
    assert (limitation["rate-limit-min-rx"], limitation["comment"]) == ("64000", "by hand")
    assert (limitation["rate-limit-rx"], limitation["rate-limit-tx"]) == ("2000000", "10000000")


async def test_side_by_side_nothing_is_made_twice(isp: Place) -> None:
    wanted = [WantedAccount(f"new{number}", Secret("pw"), profile("10M")) for number in range(4)]
    accounts = isp.accounts

    async def provision(one: WantedAccount) -> None:
        await accounts.ensure_profile(one.profile)
        await accounts.ensure_account(one)
        await accounts.write_access(await isp.account(one.username), change(Access.WALLED, "10M"))

    await asyncio.gather(*map(provision, wanted))
    links = [row["profile"] for row in isp.um.menus["/user-manager/profile-limitation"].rows()]
    assert sorted(links) == ["10M", "20M", "isolir"]
    for one in wanted:
        assert isp.plans(one.username) == {"10M": "running", "isolir": "running-active"}


async def test_an_account_that_somebody_else_adds_meanwhile_is_completed(isp: Place) -> None:
    await isp.accounts.ensure_profile(profile("10M"))
    asked: list[str] = []

    users = isp.um.menus[USER]
    read = isp.accounts.read_account

    async def read_then_add(username: str) -> AccountRow | None:
        account = await read(username)
        if not asked:
            asked.append(username)
            users.add({"name": username, "password": "theirs", "attributes": "Session-Timeout:60"})
        return account

    router = isp.gateways._routers.at(ApiEndpoint.of("um1", isp.server.router))
    keeper = AccountKeeper(router, Isolation(router, isp.server), read_then_add)
    assert await keeper.ensure(WantedAccount("new", Secret("pw"), profile("10M")))
    assert isp.isp.oracle.would_accept("new", "pw")
    assert isp.row(USER, "new")["attributes"] == "Session-Timeout:60"


async def test_close_session_ends_a_session(isp: Place) -> None:
    account = await isp.account("cust0001")
    reply = await isp.accounts.close_session(account.sessions[0].id)
    assert reply.answer is KickAnswer.ACCEPTED
    first = account.sessions[0].session_id
    await isp.isp.until(
        lambda: first not in {live.acct_session_id for live in isp.isp.oracle.sessions_really("cust0001")}
    )
    gone = await isp.accounts.close_session("*FFFFFF")
    assert gone.answer is KickAnswer.NOT_FOUND
    assert "no such item" in gone.words


async def test_a_missing_package_is_told(isp: Place) -> None:
    server = replace(isp.server, api=isp.nas.api or isp.server.api)
    with pytest.raises((PeerRefused, NotSuchPeer), match="no such command"):
        await isp.fresh(server).read_account("cust0001")
