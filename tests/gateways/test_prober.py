"""Test logins against the simulated User Manager."""

from dataclasses import replace
from typing import Any

import pytest

from radiusbridge.domain.accounts import Access
from radiusbridge.domain.observations import LoginAnswer
from radiusbridge.domain.records import LoginMethod, RadiusAccess
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.logins import signing_of
from radiusbridge.gateways.ports import LoginReply
from radiusbridge.gateways.prober import RadiusProber
from radiusbridge.radius.sign import SigningPolicy
from radiusbridge.simulator.switches import Switches
from tests.gateways.support import Place, SeededEntropy, change, place


async def login(isp: Place, name: str = "cust0001", password: str | None = None, **changes: Any) -> LoginReply:
    method = changes.pop("method", LoginMethod.PAP)
    extra = changes.pop("extra", ())
    seconds = changes.pop("seconds", 60.0)
    assert isp.server.radius is not None
    prober = RadiusProber(replace(isp.server.radius, **changes), clock=isp.clock, entropy=SeededEntropy(3))
    customer = isp.isp.customers["cust0001"]
    known = Secret(customer.password if password is None else password)
    try:
        mac = customer.mac
        return await prober.login(name, known, method=method, calling_station_id=mac, extra=extra, seconds=seconds)
    finally:
        prober.close()


@pytest.mark.parametrize("method", LoginMethod)
async def test_accepted_and_rejected(isp: Place, method: LoginMethod) -> None:
    accepted = await login(isp, method=method)
    assert accepted.answer is LoginAnswer.ACCEPTED
    assert dict(accepted.attributes)["Mikrotik-Rate-Limit"] == "10000000/20000000"
    assert accepted.signed
    assert accepted.round_trip is not None
    assert accepted.words.startswith("Access-Accept in ")
    rejected = await login(isp, password="wrong", method=method)
    assert rejected.answer is LoginAnswer.REJECTED
    assert f"[{method.value}]" in rejected.words


async def test_a_walled_login_shows_the_isolation(isp: Place) -> None:
    await isp.accounts.write_access(await isp.account("cust0001"), change(Access.WALLED))
    reply = await login(isp)
    assert dict(reply.attributes)["Mikrotik-Address-List"] == "isolir"
    assert dict(reply.attributes)["Mikrotik-Rate-Limit"].startswith("256")


async def test_a_caller_id_lock_sees_the_copied_device(isp: Place) -> None:
    users = isp.um.menus["/user-manager/user"]
    users.set(isp.row("/user-manager/user", "cust0001"), {"caller-id": isp.isp.customers["cust0001"].mac})
    assert (await login(isp)).answer is LoginAnswer.ACCEPTED


async def test_silence_a_closed_port_and_a_wrong_secret_are_kept_apart(isp: Place) -> None:
    silent = await login(isp, seconds=0.5, source="127.0.0.99")
    assert silent.answer is LoginAnswer.UNANSWERED
    words = silent.words
    causes = ("/user-manager/router", "shared secret", "is off", "firewall")
    assert [words.index(cause) for cause in causes] == sorted(words.index(cause) for cause in causes)
    assert "127.0.0.99" in words
    closed = await login(isp, port=9)
    assert closed.answer is LoginAnswer.UNANSWERED
    assert "nothing listens" in closed.words
    wrong = await login(isp, seconds=0.5, secret=Secret("wrong"))
    assert wrong.answer in {LoginAnswer.UNANSWERED, LoginAnswer.UNTRUSTED}
    assert "secret" in wrong.words
    assert not wrong.attributes


async def test_a_server_that_signed_once_has_to_sign(tmp_path_factory: pytest.TempPathFactory) -> None:
    trace = tmp_path_factory.mktemp("trace") / "trace"
    async with place(trace, customers=1, switches=Switches(um_signs_replies=False)) as isp:
        taken = await login(isp)
        assert (taken.answer, taken.signed) == (LoginAnswer.ACCEPTED, False)
        assert taken.words.endswith("unsigned")
        for changes in ({"signing": "require"}, {"signing": "prefer", "signed_once": True}):
            refused = await login(isp, seconds=1.5, **changes)
            assert refused.answer is LoginAnswer.UNTRUSTED
            assert "Message-Authenticator" in refused.words
        assert (await login(isp, signing="off", signed_once=True)).answer is LoginAnswer.ACCEPTED


def test_the_signing_policy_in_force() -> None:
    access = RadiusAccess("h", 1812, Secret("s"))
    assert signing_of(access) is SigningPolicy.PREFER
    assert signing_of(replace(access, signed_once=True)) is SigningPolicy.REQUIRE
    assert signing_of(replace(access, signed_once=True, signing="off")) is SigningPolicy.OFF


async def test_extra_attributes_take_the_place_of_ours(isp: Place) -> None:
    reply = await login(isp, extra=(("NAS-Identifier", "bras1"), ("NAS-Port-Type", 5), ("NAS-Port", 7)))
    assert reply.answer is LoginAnswer.ACCEPTED
