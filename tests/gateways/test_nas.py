"""A NAS's own list, and kicks through its API."""

from dataclasses import replace

import pytest

from radiusbridge.domain.accounts import Access
from radiusbridge.domain.errors import Unreachable
from radiusbridge.domain.local_access import SecretsOfName
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.gateways.nas import plain_session_id, session_rows
from tests.gateways.support import Place, change


async def test_sessions_of_one_name_and_of_all(isp: Place) -> None:
    every = await isp.sessions().sessions()
    assert {session.username for session in every} == {"cust0001", "cust0002", "cust0003"}
    live = isp.isp.oracle.sessions_really("cust0002")[0]
    (session,) = await isp.sessions().sessions("cust0002")
    assert (session.session_id, session.address) == (live.acct_session_id, live.address)
    assert session.nas == isp.nas.name
    assert (await isp.account("cust0002")).sessions[0].session_id == session.session_id
    assert await isp.sessions().sessions("nobody") == ()


async def test_walled_sessions_show_their_list_in_one_round_trip(isp: Place) -> None:
    sessions = isp.sessions()
    await sessions.sessions("cust0001")
    await isp.accounts.write_access(await isp.account("cust0001"), change(Access.WALLED))
    (before,) = await sessions.sessions("cust0001")
    assert before.lists == ()
    await sessions.remove(before)
    await isp.isp.until(lambda: isp.isp.oracle.walled("cust0001"))
    (after,) = await sessions.sessions("cust0001")
    assert after.lists == ("isolir",)
    assert after.session_id != before.session_id
    with isp.one_round_trip(isp.nas.name):
        assert (await sessions.sessions("cust0001"))[0].lists == ("isolir",)
    (fresh,) = await isp.sessions(id=9).sessions("cust0001")
    assert fresh.lists == ("isolir",)


async def test_removing_ends_that_session_and_no_other(isp: Place) -> None:
    sessions = isp.sessions()
    (one,) = await sessions.sessions("cust0001")
    (two,) = await sessions.sessions("cust0002")
    mistaken = replace(one, id=two.id)
    assert (await sessions.remove(mistaken)).answer is KickAnswer.ACCEPTED
    assert one.session_id not in {live.acct_session_id for live in isp.isp.oracle.sessions_really("cust0001")}
    assert isp.isp.oracle.sessions_really("cust0002")[0].acct_session_id == two.session_id
    again = await sessions.remove(one)
    assert again.answer is KickAnswer.NOT_FOUND
    assert one.session_id in again.words


async def test_a_kick_without_the_right_or_the_router_is_unavailable(isp: Place) -> None:
    sessions = isp.sessions()
    (one,) = await sessions.sessions("cust0001")
    router = isp.isp.router(isp.nas.name)
    groups = router.menus["/user/group"]
    row = groups.named("api")
    assert row is not None
    groups.set(row, {"policy": "api,read"})
    await isp.gateways._routers.close()
    reply = await sessions.remove(one)
    assert reply.answer is KickAnswer.UNAVAILABLE
    assert "not enough permissions" in reply.words
    isp.isp.faults(isp.nas.name).turn(refuse_tcp=True)
    await isp.gateways._routers.close()
    assert (await sessions.remove(one)).answer is KickAnswer.UNAVAILABLE
    with pytest.raises(Unreachable):
        await sessions.sessions()


def test_session_ids_and_lists_as_devices_write_them() -> None:
    assert plain_session_id("0x81300077") == "81300077"
    assert plain_session_id("0X813000AF") == "813000af"
    active = [{".id": "*1", "name": "a", "session-id": "0x81A", "address": "10.0.0.1"}, {".id": "*2", "name": "b"}]
    entries = [{"list": "x", "address": "10.0.0.1/32"}, {"list": "y", "address": "10.0.0.1"}, {"list": "z"}]
    one, two = session_rows("nas", active, entries)
    assert (one.lists, one.session_id) == (("x", "y"), "81a")
    assert (two.address, two.session_id, two.service) == (None, "", "")


async def test_local_secrets_of_the_name_come_with_its_sessions_in_one_round_trip(either: Place) -> None:
    sessions, menu = either.sessions(), either.isp.router(either.nas.name).menus["/ppp/secret"]
    for name, more in {
        "cust0001": {"service": "pppoe", "profile": "default-encryption"},
        "cust0002": {"disabled": "yes"},
        "cust0003": {"service": "l2tp"},
        "cust0001x": {},
    }.items():
        menu.add({"name": name, "password": "p4ss-of-the-secret", **more})
    rows, local = await sessions.with_secrets("cust0001")
    assert rows == await sessions.sessions("cust0001")
    [secret] = local.letting_in
    assert (secret.nas, secret.name, secret.service, secret.profile) == (
        either.nas.name,
        "cust0001",
        "pppoe",
        "default-encryption",
    )
    for name in ("cust0002", "cust0003"):
        _, shut = await sessions.with_secrets(name)
        assert ([one.name for one in shut.secrets], shut.letting_in) == ([name], ())
    assert (await sessions.with_secrets("nobody"))[1] == SecretsOfName()
    with either.one_round_trip(either.nas.name):
        assert (await sessions.with_secrets("cust0001"))[1] == local
    asked = [line for line in either.trace.read_text().splitlines() if '"/ppp/secret/print"' in line]
    assert len(asked) == 5
    assert all("password" not in line for line in asked)
    assert "p4ss-of-the-secret" not in either.trace.read_text()


async def test_secrets_that_may_not_be_looked_at_leave_the_sessions(either: Place) -> None:
    del either.isp.router(either.nas.name).menus["/ppp/secret"]
    rows, local = await either.sessions().with_secrets("cust0001")
    assert len(rows) == 1
    assert (local.secrets, "no such command" in local.error) == ((), True)
    either.isp.faults(either.nas.name).turn(refuse_tcp=True)
    await either.gateways._routers.close()
    with pytest.raises(Unreachable):
        await either.sessions().with_secrets("cust0001")
