"""The rules of User Manager: who may log in, with what, and how sessions end."""

import asyncio
from typing import Any

import pytest
from pyrad.packet import AccessAccept, AccessReject, AuthPacket

from radiusbridge.simulator.aaa import codec, mschap
from radiusbridge.simulator.build import NAS_KEY, PROBE_KEY, add_cpe
from radiusbridge.simulator.switches import Switches
from tests.simulator.access import login, password
from tests.simulator.virtual import Sim, Trapped, run

UM = "/user-manager"


@pytest.mark.parametrize("method", ["pap", "chap"])
def test_right_and_wrong_password(method: str) -> None:
    async def main() -> None:
        sim = Sim(spread=1000.0, settle=0)
        accepted = await login(sim, "cust0001", password(sim), method=method)
        assert accepted is not None
        assert (accepted.code, accepted.rate, accepted.signed) == (AccessAccept, "10000000/20000000", True)
        for user, word in (("cust0001", "nope"), ("nobody", "x")):
            refused = await login(sim, user, word, method=method)
            assert refused is not None
            assert refused.code == AccessReject

    run(main)


@pytest.mark.parametrize("ros", ["7.16.2", "6.49.18"])
def test_customers_dial_by_mschapv2(ros: str) -> None:
    """The NAS drops an accept without the server's proof, so both ends of the method are right or nobody is in."""

    async def main() -> None:
        sim = Sim(method="mschapv2", ros=ros)
        assert sim.oracle.can_pass_traffic("cust0001")
        client, wrong = codec.Packet(codec.ACCESS_REQUEST, 1), codec.Packet(codec.ACCESS_REQUEST, 2)
        for packet, word in ((client, b"right"), (wrong, b"wrong")):
            packet.add(codec.USER_NAME, "DOMAIN\\u")
            mschap.ask(packet, word, bytes(range(33)))
        reply = codec.Packet(codec.ACCESS_ACCEPT, 1)
        assert not mschap.proven(client, reply, "right")
        assert mschap.success(wrong, b"right") is None
        reply.add(mschap.SUCCESS, mschap.success(client, b"right") or b"")
        assert mschap.proven(client, reply, "right")

    run(main)


def test_silence_for_strangers_and_for_bad_or_missing_signatures() -> None:
    async def main() -> None:
        sim = Sim()
        assert await login(sim, "cust0001", "x", source="10.9.9.9") is None
        assert await login(sim, "cust0001", "x", secret="other") is None
        assert await login(sim, "cust0001", "x", sign=False) is None
        api = await sim.api("um1")
        await api.ask(f"{UM}/set", "=require-message-auth=no")
        answer = await login(sim, "cust0001", "x", sign=False)
        assert answer is not None
        assert answer.code == AccessReject
        counters = await api.one(f"{UM}/router/monitor", "=numbers=probe", "=once=")
        assert counters["access-requests"] == "3"
        assert counters["access-failures"] == "3"

    run(main)


def test_old_versions_do_not_sign() -> None:
    async def main() -> None:
        sim = Sim(ros="7.14.3")
        answer = await login(sim, "cust0001", "x")
        assert answer is not None
        assert not answer.signed

    run(main)


@pytest.mark.parametrize(
    "writes",
    [
        [f"{UM}/user/disable", "=.id=cust0001"],
        [f"{UM}/user/set", "=.id=cust0001", "=caller-id=02:AA:AA:AA:AA:AA"],
        [f"{UM}/user-profile/remove", "=.id=*1"],
        [f"{UM}/user/remove", "=.id=cust0001"],
    ],
)
def test_what_refuses(writes: list[str]) -> None:
    async def main() -> None:
        sim = Sim(settle=0, spread=1000.0)
        assert sim.oracle.would_accept("cust0001", password(sim))
        await (await sim.api("um1")).ask(*writes)
        answer = await login(sim, "cust0001", password(sim))
        assert answer is not None
        assert answer.code == AccessReject
        assert not sim.oracle.would_accept("cust0001", password(sim))

    run(main)


def test_disabling_leaves_the_session_until_it_is_kicked() -> None:
    async def main() -> None:
        sim = Sim()
        api = await sim.api("um1")
        await api.ask(f"{UM}/user/disable", "=.id=cust0001")
        await asyncio.sleep(30)
        assert sim.oracle.can_pass_traffic("cust0001")
        row = await api.one(f"{UM}/session/print", "?user=cust0001")
        await api.ask(f"{UM}/session/close-session", f"=numbers={row['.id']}")
        await asyncio.sleep(20)
        assert not sim.oracle.sessions_really("cust0001")
        assert sim.world.customers["cust0001"].refusals >= 2
        row = await api.one(f"{UM}/session/print", "?user=cust0001")
        assert (row["status"], row["active"]) == ("stop,close-acked", "false")

    run(main)


def test_switch_disabling_closes() -> None:
    async def main() -> None:
        sim = Sim(switches=Switches(disable_closes_sessions=True))
        await (await sim.api("um1")).ask(f"{UM}/user/disable", "=.id=cust0001")
        await asyncio.sleep(1)
        assert not sim.oracle.sessions_really("cust0001")

    run(main)


def test_isolation_group_walls_after_a_redial() -> None:
    async def main() -> None:
        sim = Sim()
        api = await sim.api("um1")
        attributes = "Mikrotik-Address-List:isolir,Framed-Pool:pool-isolir,Mikrotik-Rate-Limit:128k/128k"
        await api.ask(f"{UM}/user/group/add", "=name=isolir", f"=attributes={attributes}")
        await api.ask(f"{UM}/user/set", "=.id=cust0001", "=group=isolir")
        assert sim.oracle.can_pass_traffic("cust0001")
        nas = await sim.api("nas1")
        await nas.ask("/ppp/active/remove", "=.id=cust0001")
        await asyncio.sleep(10)
        assert sim.oracle.walled("cust0001")
        assert not sim.oracle.can_pass_traffic("cust0001")
        entry = await nas.one("/ip/firewall/address-list/print", "?list=isolir")
        (session,) = sim.oracle.sessions_really("cust0001")
        assert (entry["address"], entry["dynamic"]) == (session.address, "true")
        assert session.address.startswith("172.")
        # The plan's own rate stays in force; only an isolation profile takes it away.
        assert session.grant.rate == "10000000/20000000"

    run(main)


def test_plans_take_over_and_first_auth_starts() -> None:
    async def main() -> None:
        sim = Sim(settle=0, spread=1000.0, starts_when="first-auth", validity="1h")
        api = await sim.api("um1")

        async def states() -> list[tuple[str, str]]:
            rows = await api.ask(f"{UM}/user-profile/print", "?user=cust0001")
            return [(row["state"], row["end-time"]) for row in rows]

        assert await states() == [("waiting", "not-yet-running")]
        await login(sim, "cust0001", password(sim))
        ((state, ends),) = await states()
        assert (state, ends[:11]) == ("running-active", "2026-06-01 ")
        await api.ask(f"{UM}/profile/add", "=name=wall", "=validity=unlimited")
        new = await api.one(f"{UM}/user-profile/add", "=user=cust0001", "=profile=wall")
        assert [state for state, _ in await states()] == ["running-active", "running"]
        await api.ask(f"{UM}/user-profile/activate-user-profile", f"=.id={new['ret']}")
        assert [state for state, _ in await states()] == ["running", "running-active"]
        await api.ask(f"{UM}/user-profile/remove", f"=.id={new['ret']}")
        assert [state for state, _ in await states()] == ["running-active"]
        await asyncio.sleep(3700)
        assert [state for state, _ in await states()] == ["used"]
        refused = await login(sim, "cust0001", password(sim), ident=10)
        assert refused is not None
        assert refused.code == AccessReject
        with pytest.raises(Trapped, match="already used"):
            await api.ask(f"{UM}/user-profile/activate-user-profile", "=.id=*1")

    run(main)


def test_a_test_login_at_the_limit_drops_the_customer() -> None:
    async def main() -> None:
        sim = Sim()
        before = sim.world.customers["cust0001"].session
        answer = await login(sim, "cust0001", password(sim))
        assert answer is not None
        assert answer.code == AccessAccept
        assert before is not None
        assert not before.alive
        assert (await login(sim, "cust0002", password(sim, "cust0002"), ident=3)) is not None

    run(main)


@pytest.mark.parametrize("rule", ["drop-oldest", "reject"])
def test_second_line_at_the_limit(rule: Any) -> None:
    async def main() -> None:
        sim = Sim(nases=2, switches=Switches(shared_users=rule))
        first = sim.world.customers["cust0001"].session
        line = add_cpe(sim.world, sim.world.routers["nas2"], "cust0001", password(sim), "02:22:00:00:00:01")
        sim.world.customers["cust0001"].redial = (1000.0, 1000.0)
        line.switch_on()
        await asyncio.sleep(3)
        assert first is not None
        assert (line.online, first.alive) == ((True, False) if rule == "drop-oldest" else (False, True))
        assert len(sim.oracle.sessions_really("cust0001")) == 1

    run(main)


def test_a_ghost_row_eats_the_limit_while_the_nas_is_dark() -> None:
    async def main() -> None:
        sim = Sim(nases=2)
        sim.world.routers["nas1"].faults.turn(dark=True)
        line = add_cpe(sim.world, sim.world.routers["nas2"], "cust0001", password(sim), "02:22:00:00:00:01")
        line.switch_on()
        await asyncio.sleep(4)
        assert not line.online
        assert line.refusals

    run(main)


def test_caller_id_bind() -> None:
    async def main() -> None:
        sim = Sim(settle=0, spread=1000.0)
        api = await sim.api("um1")
        await api.ask(f"{UM}/user/set", "=.id=cust0001", "=caller-id=bind")
        first = await login(sim, "cust0001", password(sim), caller="02:01:01:01:01:01")
        assert first is not None
        assert first.code == AccessAccept
        row = await api.one(f"{UM}/user/print", "?name=cust0001")
        assert row["caller-id"] == "02:01:01:01:01:01"
        other = await login(sim, "cust0001", password(sim), caller="02:02:02:02:02:02", ident=4)
        assert other is not None
        assert other.code == AccessReject

    run(main)


def test_licence_caps_sessions() -> None:
    sim = Sim(customers=15, licence="3", settle=20)
    assert sum(customer.online for customer in sim.world.customers.values()) == 10


def test_accounting_reaches_the_totals_and_limits_close() -> None:
    async def main() -> None:
        sim = Sim(interim="1m")
        api = await sim.api("um1")
        await asyncio.sleep(130)
        row = await api.one(f"{UM}/session/print", "?user=cust0001")
        assert row["status"] == "start,interim"
        assert int(row["download"]) == pytest.approx(2_000_000 / 8 * 120, rel=0.01)
        total = await api.one(f"{UM}/user/monitor", "=numbers=cust0001", "=once=")
        assert total["total-download"] == row["download"]
        assert total["actual-profile"] == "20M"
        await api.ask(f"{UM}/limitation/set", "=.id=20M", "=transfer-limit=1000")
        await asyncio.sleep(90)
        assert not sim.oracle.sessions_really("cust0001")

    run(main)


def test_exact_retransmission_is_answered_from_the_cache() -> None:
    async def main() -> None:
        sim = Sim()
        request = AuthPacket(secret=PROBE_KEY.encode(), authenticator=b"\x01" * 16, id=1)
        request[1] = [b"cust0001"]
        request[2] = [request.PwCrypt("wrong")]
        request.add_message_authenticator()
        data = request.RequestPacket()
        sock = sim.net.open_datagram((sim.host("um1"), 1812))
        for _ in range(2):
            sock.send(data)
            await asyncio.sleep(0.1)
        assert sock.receive() == sock.receive() is not None
        api = await sim.api("um1")
        counters = await api.one(f"{UM}/router/monitor", "=numbers=probe", "=once=")
        assert (counters["access-requests"], counters["sent-from-cache"]) == ("1", "1")

    run(main)


def test_a_nas_that_boots_ends_its_rows() -> None:
    async def main() -> None:
        sim = Sim()
        sim.world.customers["cust0001"].redial = (500.0, 500.0)
        sim.world.routers["nas1"].nas.reboot()
        await asyncio.sleep(1)
        row = await (await sim.api("um1")).one(f"{UM}/session/print", "?user=cust0001")
        assert (row["active"], row["terminate-cause"]) == ("false", "um-nas-rebooted")
        await asyncio.sleep(20)
        session = sim.world.customers["cust0002"].session
        assert session is not None
        assert session.acct_session_id.startswith("811")

    run(main)


def test_colocated_user_manager_and_nas() -> None:
    sim = Sim(colocated=True)
    assert all(customer.online for customer in sim.world.customers.values())

    async def main() -> None:
        answer = await login(sim, "cust0002", password(sim, "cust0002"), secret=NAS_KEY)
        assert answer is not None
        assert answer.code == AccessAccept

    run(main)
