"""PPP secrets behind the contract of every account server, and what is theirs alone."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from radiusbridge.domain.accounts import Access
from radiusbridge.domain.errors import BadInput, PeerRefused
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.profiles import differences
from radiusbridge.domain.records import Profile, Server, Service, StartsAt
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.accounts.kinds import PPP
from radiusbridge.gateways.ports import AccountServer, Mark, WantedAccount
from radiusbridge.simulator.menus.menu import Menu
from radiusbridge.simulator.router import Router
from tests.gateways.contract import AccountServerContract, long_profile, profile
from tests.gateways.support import Place, api_of, findings, place

SIX, SEVEN = "6.49.18", "7.16.2"


@dataclass
class PppPlace:
    """A NAS that is its own account server."""

    isp: Place
    server: Server

    @property
    def accounts(self) -> AccountServer:
        return self.isp.gateways.account_server(self.server)

    @property
    def nas(self) -> Router:
        return self.isp.isp.router("nas1")

    def menu(self, path: str = "/ppp/secret") -> Menu:
        return self.nas.menus[path]

    def row(self, name: str, path: str = "/ppp/secret") -> dict[str, str]:
        row = self.menu(path).named(name)
        assert row is not None, name
        return row


@pytest.fixture(params=[SEVEN, SIX])
async def ppp(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PppPlace]:
    """On each generation; walled customers get an address from a pool of their own."""
    async with place(tmp_path / "trace.jsonl", ros=request.param) as isp:
        described = next(each for each in isp.isp.endpoints()["routers"] if each["name"] == "nas1")
        yield PppPlace(isp, Server("nas1", PPP, api_of(described), id=2, isolation_pool="pool-isolir"))


class TestPppSecrets(AccountServerContract):
    """What a secret cannot do is refused."""

    @pytest.fixture
    def server(self, ppp: PppPlace) -> AccountServer:
        return ppp.accounts

    @pytest.fixture
    def accepts(self, ppp: PppPlace) -> Callable[[str, str], bool]:
        return ppp.isp.isp.oracle.would_accept

    async def test_a_lock_is_taken_away_and_none_is_bound(self, server: AccountServer) -> None:
        assert (await self.made(server, caller_id="02:00:00:00:00:01")).caller_id == "02:00:00:00:00:01"
        assert (await self.made(server, caller_id="")).caller_id == ""
        with pytest.raises(BadInput, match="first device"):
            await self.made(server, caller_id="bind")

    @pytest.mark.parametrize(
        ("beyond", "words"),
        [
            ({"starts_at": StartsAt.FIRST_LOGIN}, "first login"),
            ({"data_quota": 10**9}, "quota"),
            ({"time_quota": 3600}, "quota"),
            ({"shared_users": 3}, "3 sessions"),
            ({"service": Service.HOTSPOT}, "hotspot"),
        ],
    )
    async def test_what_no_ppp_profile_carries_is_refused(
        self, ppp: PppPlace, server: AccountServer, beyond: dict[str, object], words: str
    ) -> None:
        with pytest.raises(BadInput, match=words):
            await server.ensure_profile(replace(profile("promise"), **beyond))  # type: ignore[arg-type]
        assert ppp.menu("/ppp/profile").named("promise") is None

    async def test_a_plan_is_never_over_there(self, server: AccountServer) -> None:
        account = await self.made(server, profile=profile("month", validity=86_400))
        anew = replace(self.change(Access.OPEN, "month"), anew=True)
        assert anew.reached(account)[0]
        assert not await server.write_access(account, anew)

    async def test_a_profile_is_read_back_as_far_as_it_is_kept(self, server: AccountServer) -> None:
        wanted = long_profile(validity=30 * 86_400, price=150_000)
        assert await server.read_profile(wanted.name) is None
        assert await server.ensure_profile(wanted)
        assert not await server.ensure_profile(wanted)
        row = await server.read_profile(wanted.name)
        assert row is not None
        assert (differences(wanted, row), row.missing, row.odd, row.extras) == ((), (), (), ())
        assert row in await server.read_profiles()
        changed = replace(wanted, rate_up=3_000_000, validity=None, price=1, priority=None)
        assert [one.field for one in differences(changed, row)] == ["rate_up"]
        assert await server.ensure_profile(changed)
        assert (row := await server.read_profile(wanted.name)) is not None
        assert row.profile.priority == 3, "the router's own, where the database says nothing"
        assert await server.remove_profile(wanted.name)
        assert not await server.remove_profile(wanted.name)


async def test_hand_made_values_survive_and_a_static_address_is_set_aside(ppp: PppPlace) -> None:
    server, secrets = ppp.accounts, ppp.menu()
    contract = AccountServerContract()
    await contract.made(server, static_address="10.9.8.7", routes="10.1.0.0/24")
    own = {"comment": "RT 05 [rumah]", "local-address": "10.9.0.1", "limit-bytes-in": "1000", "routes": "10.1.0.0/24"}
    secrets.set(ppp.row("cust"), own)
    before = dict(ppp.row("cust"))
    await server.write_access(await contract.read(server), contract.change(Access.WALLED))
    walled = ppp.row("cust")
    assert "remote-address" not in walled
    assert (walled["profile"], walled["local-address"]) == ("isolir", "10.9.0.1")
    assert walled["comment"].startswith("RT 05 [rumah] [radiusbridge keeps ")
    # while it is walled, the customer gets another address and another plan
    await contract.made(server, profile=profile("20M"), static_address="10.9.8.8")
    assert "remote-address" not in ppp.row("cust")
    assert await server.profile_users("20M") == ("cust",)
    with pytest.raises(PeerRefused, match="cust"):
        await server.remove_profile("20M")
    await server.write_access(await contract.read(server), contract.change(Access.OPEN, "20M"))
    assert ppp.row("cust") == {**before, "profile": "20M", "remote-address": "10.9.8.8"}
    await contract.made(server, profile=profile("20M"), static_address="")
    assert "remote-address" not in ppp.row("cust")


async def test_what_broke_off_while_walling_is_not_taken_for_walled(ppp: PppPlace) -> None:
    server, contract = ppp.accounts, AccountServerContract()
    await contract.made(server, static_address="10.9.8.7", disabled=True)
    await server.write_access(await contract.read(server), contract.change(Access.WALLED))
    # as it is between the first command and the second
    ppp.menu().set(ppp.row("cust"), {"remote-address": "10.9.8.7", "disabled": "yes"})
    half = await contract.read(server)
    assert not contract.change(Access.WALLED).reached(half)[0]
    assert not contract.change(Access.OPEN).reached(half)[0]
    assert await server.write_access(half, contract.change(Access.WALLED))
    assert contract.change(Access.WALLED).reached(await contract.read(server))[0]
    assert await server.write_access(await contract.read(server), contract.change(Access.OPEN))
    row = ppp.row("cust")
    assert (row["profile"], row["remote-address"], row.get("comment", "")) == ("10M", "10.9.8.7", "")


async def test_new_profiles_take_addresses_from_the_pppoe_server_and_rates_keep_what_is_not_ours(ppp: PppPlace) -> None:
    server, profiles = ppp.accounts, ppp.menu("/ppp/profile")
    await server.ensure_profile(profile())
    usual, made = ppp.row("default", "/ppp/profile"), ppp.row("10M", "/ppp/profile")
    assert (made["local-address"], made["remote-address"]) == (usual["local-address"], usual["remote-address"])
    assert made["only-one"] == "yes"
    profiles.set(
        made, {"rate-limit": "2M/10M 0/0 0/0 0/0 5 1M/1M", "on-up": "/log info hi", "local-address": "10.0.0.9"}
    )
    assert not await server.ensure_profile(profile())
    row = await server.read_profile("10M")
    assert row is not None
    assert row.extras == ("limit-at is 1M/1M",)
    assert await server.ensure_profile(replace(profile(), rate_down=12_000_000))
    made = ppp.row("10M", "/ppp/profile")
    assert (made["rate-limit"], made["local-address"]) == ("2000000/12000000 0/0 0/0 0/0 5 1M/1M", "10.0.0.9")
    profiles.set(made, {"rate-limit": "by hand"})
    assert (row := await server.read_profile("10M")) is not None
    assert dict(row.odd)["rate_up"] == "by hand"
    assert await server.ensure_profile(profile())
    default = await server.read_profile("default")
    assert default is not None
    assert ("shared_users", "unlimited") in default.odd


async def test_secrets_of_vpns_are_nobodys_account(ppp: PppPlace) -> None:
    server, secrets = ppp.accounts, ppp.menu()
    await AccountServerContract().made(server)
    secrets.add({"name": "staff", "password": "pw", "service": "l2tp", "profile": "default"})
    assert [listed.username async for listed in server.accounts()] == ["cust"]
    assert await server.read_account("staff") is None
    with pytest.raises(PeerRefused, match="same name"):
        await server.ensure_account(WantedAccount("staff", Secret("pw"), profile()))
    assert ppp.row("staff")["service"] == "l2tp"
    assert {row.name for row in await server.read_profiles()} == {"10M", "default"}


async def test_sessions_are_those_of_the_router_and_can_be_ended(ppp: PppPlace) -> None:
    server, oracle = ppp.accounts, ppp.isp.isp.oracle
    sessions = [(name, session) async for name, session in server.sessions()]
    assert {name for name, _ in sessions} >= {"cust0001"}
    name, session = sessions[0]
    assert session.nas_address == ppp.server.router.host
    assert session.session_id in {live.acct_session_id for live in oracle.sessions_really(name)}
    assert (await server.close_session(session.id)).answer is KickAnswer.ACCEPTED
    assert session.session_id not in {live.acct_session_id for live in oracle.sessions_really(name)}
    assert (await server.close_session(session.id)).answer is KickAnswer.NOT_FOUND
    assert (await server.close_session("")).answer is KickAnswer.UNAVAILABLE


async def test_a_server_that_asks_radius_too_is_told(ppp: PppPlace) -> None:
    told = await findings(ppp.accounts.inspect())
    assert told["radius"].mark is Mark.WARN
    assert told["pppoe"].mark is told["isolation"].mark is told["secrets"].mark is Mark.OK
    aaa = ppp.nas.nas.aaa
    aaa.set(aaa.values, {"use-radius": "no"})
    ppp.menu("/ip/pool").remove(ppp.row("pool-isolir", "/ip/pool"))
    usual = ppp.row("default", "/ppp/profile")
    ppp.menu("/ppp/profile").unset(usual, "local-address")
    told = await findings(ppp.accounts.inspect())
    assert told["radius"].mark is Mark.OK
    assert told["isolation"].mark is told["pppoe"].mark is Mark.WARN
    assert "local-address" in told["pppoe"].words


def test_rates_without_a_profile_of_ours_are_read() -> None:
    from radiusbridge.gateways.accounts.ppp_rates import merged, parse

    assert parse("").values == {"rate_up": 0, "rate_down": 0, "priority": None}
    assert parse("512k").values["rate_down"] == 512_000
    assert dict(parse("1M/2M 2M/4M 1M/2M 8/9").odd) == {"burst_time": "8/9"}
    assert merged(Profile("p", 512_000, 512_000), "512k") == "512k"
    assert merged(Profile("p", 1, 2), "") == "1/2"
