"""What every account server has to do, whatever stands behind it. Subclass `AccountServerContract` for an engine."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from radiusbridge.domain.accounts import Access, AccessChange, AccountRow, PlanState
from radiusbridge.domain.errors import BadInput, PeerRefused
from radiusbridge.domain.profiles import differences
from radiusbridge.domain.records import Profile, StartsAt
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.ports import AccountServer, Comparison, WantedAccount

HOSTILE_NAMES = (
    "ali baba",
    "=a=b",
    '"quoted" \\ $name',
    "*1",
    "siti☕ñ",
    "?name=x",
    "a,b",
    "[admin]",
    ".tag=1",
    "x" * 253,
)
HOSTILE_PASSWORDS = ("0123", "yes", "🙂", "***", "a=b ,c", " ")


def profile(name: str = "10M", **changes: Any) -> Profile:
    return Profile(name, 2_000_000, 10_000_000, **changes)


def long_profile(**more: Any) -> Profile:
    """A hostile name, bursts, and all else that every account server keeps. more: what this one keeps besides."""
    return profile(
        'say "10M" \\ $x', burst_up=4_000_000, burst_down=20_000_000, burst_threshold_up=1_000_000,
        burst_threshold_down=5_000_000, burst_time=16, priority=3, pool="pool-vip", address_list="vip", **more,
    )  # fmt: skip


class AccountServerContract:
    """The engine's fixture `server` is an AccountServer with no account of the names used here.

    Profiles without validity never end. Its fixture `accepts` says, behind the server's back, whether a login would be
    accepted; `isolation` names its isolation.
    """

    isolation = "isolir"

    def change(self, access: Access, plan: str = "10M", group: str = "default") -> AccessChange:
        return AccessChange(access, self.isolation, plan, group)

    async def made(self, server: AccountServer, name: str = "cust", **wanted: Any) -> AccountRow:
        plan = wanted.pop("profile", profile())
        await server.ensure_profile(plan)
        await server.ensure_account(WantedAccount(name, wanted.pop("password", Secret("pw")), plan, **wanted))
        account = await server.read_account(name)
        assert account is not None
        return account

    async def test_an_unknown_account_is_none(self, server: AccountServer) -> None:
        assert await server.read_account("nobody") is None

    async def test_a_profile_is_made_once_and_changed_where_it_differs(self, server: AccountServer) -> None:
        plan = profile(validity=30 * 86_400, price=150_000, burst_up=4_000_000, burst_down=20_000_000, burst_time=8)
        assert await server.ensure_profile(plan)
        assert not await server.ensure_profile(plan)
        assert await server.ensure_profile(profile(validity=30 * 86_400, price=175_000))
        assert not await server.ensure_profile(profile(validity=30 * 86_400, price=175_000))

    async def test_an_account_is_made_once_with_its_plan_in_force(self, server: AccountServer) -> None:
        account = await self.made(server, static_address="10.9.8.7", caller_id="02:00:00:00:00:01")
        assert account.username == "cust"
        assert not account.disabled
        assert account.in_force is not None
        assert account.in_force.profile == "10M"
        assert account.caller_id == "02:00:00:00:00:01"
        wanted = WantedAccount("cust", Secret("pw"), profile(), "02:00:00:00:00:01", "10.9.8.7")
        assert not await server.ensure_account(wanted)
        assert len((await self.read(server)).plans) == 1

    async def test_an_account_is_held_against_what_it_is_to_be(self, server: AccountServer) -> None:
        wanted = WantedAccount("cust", Secret("pw"), profile(), "02:00:00:00:00:01", "10.9.8.7")
        assert await server.compare_account(wanted) == Comparison(())
        await self.made(server, static_address="10.9.8.7", caller_id="02:00:00:00:00:01")
        compared = await server.compare_account(wanted)
        assert not compared.differs
        for other in (replace(wanted, caller_id="02:00:00:00:00:02"), replace(wanted, static_address="10.9.8.8")):
            assert len((await server.compare_account(other)).differs) == 1
        password = await server.compare_account(replace(wanted, password=Secret("other")))
        assert password == (compared if compared.hidden else Comparison(("password",)))
        assert (await self.read(server)).caller_id == "02:00:00:00:00:01"

    async def test_a_new_account_can_be_made_disabled(self, server: AccountServer) -> None:
        assert (await self.made(server, disabled=True)).disabled
        await self.made(server, static_address="10.9.8.7")
        assert (await self.read(server)).disabled

    async def test_another_plan_takes_over(self, server: AccountServer) -> None:
        await self.made(server)
        account = await self.made(server, profile=profile("20M"))
        assert account.in_force is not None
        assert account.in_force.profile == "20M"

    async def test_no_account_is_made_without_a_password(self, server: AccountServer) -> None:
        await server.ensure_profile(profile())
        with pytest.raises(BadInput, match="password"):
            await server.ensure_account(WantedAccount("cust", None, profile()))
        assert await server.read_account("cust") is None

    async def test_an_unknown_password_is_left_alone(
        self, server: AccountServer, accepts: Callable[[str, str], bool]
    ) -> None:
        await self.made(server)
        await server.ensure_account(WantedAccount("cust", None, profile()))
        assert accepts("cust", "pw")

    @pytest.mark.parametrize("access", [Access.REJECT, Access.WALLED])
    async def test_isolate_and_open_again(
        self, server: AccountServer, accepts: Callable[[str, str], bool], access: Access
    ) -> None:
        before = await self.made(server)
        change = self.change(access)
        assert await server.write_access(before, change)
        isolated = await self.read(server)
        assert change.reached(isolated)[0], change.reached(isolated)[1]
        assert accepts("cust", "pw") is (access is Access.WALLED)
        assert not await server.write_access(isolated, change)
        back = self.change(Access.OPEN)
        assert not back.reached(isolated)[0]
        assert await server.write_access(isolated, back)
        after = await self.read(server)
        assert back.reached(after)[0], back.reached(after)[1]
        assert after.plans == before.plans
        assert after == before
        assert not await server.write_access(after, back)

    async def test_from_one_isolation_to_the_other_and_back(self, server: AccountServer) -> None:
        before = await self.made(server)
        for access in (Access.WALLED, Access.REJECT, Access.WALLED, Access.OPEN):
            await server.write_access(await self.read(server), self.change(access))
            account = await self.read(server)
            assert self.change(access).reached(account)[0], self.change(access).reached(account)[1]
        assert await self.read(server) == before

    @pytest.mark.parametrize("access", [Access.REJECT, Access.WALLED])
    async def test_completing_an_isolated_account_does_not_open_it(self, server: AccountServer, access: Access) -> None:
        account = await self.made(server)
        await server.write_access(account, self.change(access))
        await self.made(server, profile=profile("20M", address_list="vip"), static_address="10.9.8.7")
        assert self.change(access).reached(await self.read(server))[0]

    async def test_opening_assigns_a_plan_only_where_there_is_none(self, server: AccountServer) -> None:
        await server.ensure_profile(profile("20M"))
        account = await self.made(server)
        assert await server.write_access(account, self.change(Access.OPEN, "20M"))
        after = await self.read(server)
        assert "20M" in {plan.profile for plan in after.plans}
        assert not await server.write_access(after, self.change(Access.OPEN, "20M"))
        assert await self.read(server) == after

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    async def test_names_are_data(self, server: AccountServer, accepts: Callable[[str, str], bool], name: str) -> None:
        await self.made(server, "decoy")
        account = await self.made(server, name)
        assert account.username == name
        for access in (Access.REJECT, Access.OPEN, Access.WALLED):
            await server.write_access(await self.read(server, name), self.change(access))
            assert self.change(access).reached(await self.read(server, name))[0]
        decoy = await self.read(server, "decoy")
        assert self.change(Access.OPEN).reached(decoy)[0]
        await server.remove_account(await self.read(server, name))
        assert await server.read_account(name) is None
        assert await server.read_account("decoy") == decoy

    @pytest.mark.parametrize("password", HOSTILE_PASSWORDS)
    async def test_passwords_are_text(
        self, server: AccountServer, accepts: Callable[[str, str], bool], password: str
    ) -> None:
        await self.made(server, password=Secret(password))
        assert accepts("cust", password)
        await self.made(server, password=Secret("other"))
        assert accepts("cust", "other")

    async def test_removing_twice_is_fine(self, server: AccountServer) -> None:
        account = await self.made(server)
        await server.remove_account(account)
        await server.remove_account(account)
        assert await server.read_account("cust") is None

    async def test_writing_to_an_account_that_went_meanwhile_is_refused(self, server: AccountServer) -> None:
        account = await self.made(server)
        await server.remove_account(account)
        with pytest.raises(PeerRefused, match=r"no account|no such item"):
            await server.write_access(account, self.change(Access.REJECT))

    async def test_an_account_that_was_made_anew_meanwhile_is_found(self, server: AccountServer) -> None:
        account = await self.made(server)
        await server.remove_account(account)
        await self.made(server)
        assert await server.write_access(account, self.change(Access.REJECT))
        assert (await self.read(server)).disabled

    @staticmethod
    async def read(server: AccountServer, name: str = "cust") -> AccountRow:
        account = await server.read_account(name)
        assert account is not None
        return account

    async def test_a_profile_that_somebody_has_is_not_removed(self, server: AccountServer) -> None:
        await self.made(server)
        assert await server.profile_users("10M") == ("cust",)
        with pytest.raises(PeerRefused, match="cust"):
            await server.remove_profile("10M")
        row = await server.read_profile("10M")
        assert row is not None
        assert row.missing == ()
        await server.remove_account(await self.read(server))
        assert await server.profile_users("10M") == ()
        assert await server.remove_profile("10M")


class UserManagerContract(AccountServerContract):
    """What a server has to do besides that keeps all of a plan: its time, quotas and number of sessions; and that locks
    an account to the first device that comes. Its fixture `ends` makes a user's plans be over."""

    async def test_a_lock_is_taken_away_and_bound_anew(self, server: AccountServer) -> None:
        assert (await self.made(server, caller_id="02:00:00:00:00:01")).caller_id == "02:00:00:00:00:01"
        assert (await self.made(server, caller_id="bind")).caller_id == "02:00:00:00:00:01"
        assert (await self.made(server, caller_id="bind", rebind=True)).caller_id == "bind"
        assert (await self.made(server, caller_id="")).caller_id == ""

    async def test_a_plan_that_starts_at_the_first_login_is_not_started(self, server: AccountServer) -> None:
        account = await self.made(server, profile=profile("voucher", starts_at=StartsAt.FIRST_LOGIN, validity=3600))
        assert account.in_force is None
        assert [plan.profile for plan in account.plans] == ["voucher"]

    @pytest.mark.parametrize("access", [Access.OPEN, Access.REJECT])
    async def test_a_plan_that_is_over_is_given_anew_once_where_that_is_meant(
        self,
        server: AccountServer,
        accepts: Callable[[str, str], bool],
        ends: Callable[[str], None],
        access: Access,
    ) -> None:
        await self.made(server, profile=profile("month", validity=86_400))
        await server.write_access(await self.read(server), self.change(access, "month"))
        ends("cust")
        anew = replace(self.change(Access.OPEN, "month"), anew=True)
        assert not anew.reached(await self.read(server))[0]
        assert await server.write_access(await self.read(server), anew)
        after = await self.read(server)
        assert anew.reached(after)[0], anew.reached(after)[1]
        assert accepts("cust", "pw")
        assert [plan.profile for plan in after.plans] == ["month"]
        assert not await server.write_access(after, anew), "it runs: nothing is to be given"
        assert await self.read(server) == after
        ends("cust")
        wanted = WantedAccount("cust", None, profile("month", validity=86_400), anew=True)
        assert await server.ensure_account(wanted)
        assert accepts("cust", "pw")
        assert not await server.ensure_account(wanted)

    async def test_a_plan_that_starts_with_a_login_waits_for_one_when_it_is_given_anew(
        self, server: AccountServer, accepts: Callable[[str, str], bool], ends: Callable[[str], None]
    ) -> None:
        voucher = profile("voucher", starts_at=StartsAt.FIRST_LOGIN, validity=3600)
        await self.made(server, profile=voucher)
        ends("cust")
        anew = replace(self.change(Access.OPEN, "voucher"), anew=True)
        assert await server.write_access(await self.read(server), anew)
        after = await self.read(server)
        assert (after.in_force, [plan.state for plan in after.plans]) == (None, [PlanState.WAITING])
        assert "starts at the next login" in anew.reached(after)[1]
        assert anew.reached(after)[0]
        assert accepts("cust", "pw")
        assert not await server.write_access(after, anew)

    async def test_a_profile_is_read_back_field_by_field(self, server: AccountServer) -> None:
        wanted = long_profile(
            validity=30 * 86_400,
            starts_at=StartsAt.FIRST_LOGIN,
            price=150_000,
            shared_users=3,
            time_quota=3600,
            data_quota=5_000_000_000,
        )
        assert await server.read_profile(wanted.name) is None
        await server.ensure_profile(wanted)
        row = await server.read_profile(wanted.name)
        assert row is not None
        assert differences(wanted, row) == ()
        assert (row.missing, row.odd, row.extras) == ((), (), ())
        assert row in await server.read_profiles()
        changed = replace(wanted, rate_up=3_000_000, validity=None, shared_users=1)
        assert [(one.field, one.wanted, one.have) for one in differences(changed, row)] == [
            ("rate_up", "3M", "2M"),
            ("validity", "none", "4w2d"),
            ("shared_users", "1", "3"),
        ]
        assert await server.ensure_profile(changed)
        row = await server.read_profile(wanted.name)
        assert row is not None
        assert differences(changed, row) == ()
        assert await server.remove_profile(wanted.name)
        assert await server.read_profile(wanted.name) is None
        assert not await server.remove_profile(wanted.name)
