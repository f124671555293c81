"""The pool of API connections: one login, warm, reconnected, closed on demand."""

import asyncio
from dataclasses import replace

import pytest

from radiusbridge.domain.errors import ConnectionLost, LoginRefused, Unreachable
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.routers import IDLE_SECONDS, Router, Routers
from radiusbridge.routeros.endpoint import ApiEndpoint
from tests.gateways.support import LoopClock, Place, SeededEntropy, sent_in


def logins(isp: Place) -> int:
    return sum(words[0] == "/login" for words in isp.sent())


def router_of(isp: Place) -> Router:
    return isp.gateways._routers.at(ApiEndpoint.of("um1", isp.server.router))


async def test_concurrent_first_commands_share_one_login(isp: Place) -> None:
    await asyncio.gather(*(isp.accounts.read_account(name) for name in ("cust0001", "cust0002", "cust0003")))
    assert logins(isp) == 1
    assert len(isp.um.api.sessions) == 1


async def test_records_of_one_router_share_a_connection_and_other_accounts_do_not(isp: Place) -> None:
    routers = isp.gateways._routers
    same = routers.at(ApiEndpoint.of("another name", isp.server.router))
    other = routers.at(ApiEndpoint.of("um1", replace(isp.server.router, password=Secret("new"))))
    assert same is router_of(isp)
    assert other is not same


async def test_what_was_only_read_is_asked_again_after_a_break(isp: Place) -> None:
    await isp.account("cust0001")
    isp.isp.faults("um1").turn(reset_after_in=7, reset_executes=False, resets=1)
    rows = await asyncio.gather(*(router_of(isp).read("/system/identity/print") for _ in range(4)))
    assert [row[0]["name"] for row in rows] == ["um1"] * 4
    assert logins(isp) == 2


async def test_a_write_goes_out_once_whatever_becomes_of_it(isp: Place) -> None:
    await isp.account("cust0001")
    isp.isp.faults("um1").turn(reset_after_in=6, reset_executes=False, resets=1)
    with pytest.raises(ConnectionLost, match="may have been carried out"):
        await router_of(isp).write("/user-manager/profile/add", {"name": "new", "validity": "unlimited"})
    assert sum(words[0] == "/user-manager/profile/add" for words in isp.sent()) == 1


async def test_a_write_on_a_connection_that_broke_before_is_sent(isp: Place) -> None:
    await isp.account("cust0001")
    for session in tuple(isp.um.api.sessions):
        session.end(reset=True)
    await asyncio.wait({task for task in asyncio.all_tasks() if task.get_name().startswith("routeros-reader")})
    assert not router_of(isp)._link.alive
    await router_of(isp).write("/user-manager/profile/add", {"name": "new", "validity": "unlimited"})
    assert isp.row("/user-manager/profile", "new")


async def test_an_idle_connection_is_asked_before_it_is_trusted(isp: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    await isp.account("cust0001")
    router = router_of(isp)
    router._used_at -= IDLE_SECONDS + 1
    await isp.account("cust0001")
    assert ["/system/identity/print", "=.proplist=name"] in isp.sent()
    assert logins(isp) == 1
    monkeypatch.setattr("radiusbridge.gateways.routers.IDLE_CHECK_SECONDS", 0.05)
    faults = isp.isp.faults("um1")
    router._used_at -= IDLE_SECONDS + 1
    faults.turn(dark=True)
    asking = asyncio.create_task(isp.account("cust0001"))
    await isp.isp.until(lambda: sum(words[0] == "/system/identity/print" for words in isp.sent()) >= 2)
    faults.turn(dark=False)
    assert (await asking).username == "cust0001"


async def test_a_wrong_password_is_not_tried_again_and_again(isp: Place) -> None:
    wrong = ApiEndpoint.of("um1", replace(isp.server.router, password=Secret("wrong")))
    router = isp.gateways._routers.at(wrong)
    for _ in range(3):
        with pytest.raises(LoginRefused, match="user or password is wrong"):
            await router.read("/system/identity/print")
    assert logins(isp) == 1
    await router.forget_failures()
    with pytest.raises(LoginRefused):
        await router.read("/system/identity/print")
    assert logins(isp) == 2
    assert "wrong" not in str(sent_in(isp.trace))


async def test_closing_the_pool_closes_and_the_next_command_opens(isp: Place) -> None:
    await isp.account("cust0001")
    await isp.gateways._routers.close()
    await isp.isp.until(lambda: not isp.um.api.sessions)
    await isp.account("cust0001")
    assert logins(isp) == 2


async def test_a_host_that_does_not_resolve_is_unreachable() -> None:
    routers = Routers(LoopClock(), SeededEntropy(1))
    endpoint = ApiEndpoint("x", "no-such-host.invalid", 8728, "u", Secret("p"))
    with pytest.raises(Unreachable, match="does not resolve"):
        await routers.at(endpoint).read("/system/identity/print")
    await routers.close()
