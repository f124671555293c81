"""The NAS: who may kick and by which attributes, CoA, local secrets, lies and the oracle."""

import asyncio
from typing import Any

import pytest
from pyrad.packet import CoAPacket

from radiusbridge.simulator.build import DAE_KEY, add_cpe
from radiusbridge.simulator.nas.session import Session
from radiusbridge.simulator.switches import Switches
from tests.simulator.virtual import Sim, Trapped, run

DISCONNECT, ACK, NAK, COA, COA_ACK, COA_NAK = 40, 41, 42, 43, 44, 45
RATE_LIMIT, ADDRESS_LIST = 8, 19


def vendor(number: int, text: str) -> bytes:
    value = text.encode()
    return (14988).to_bytes(4, "big") + bytes((number, len(value) + 2)) + value


async def request(
    sim: Sim, attributes: dict[int, bytes], *, code: int = DISCONNECT, secret: str = DAE_KEY, **more: Any
) -> tuple[int, int | None] | None:
    """Code and Error-Cause of the answer to a request made by pyrad; None for silence."""
    packet = CoAPacket(code=code, secret=secret.encode(), id=more.get("ident", 1))
    for number, value in attributes.items():
        packet[number] = [value]
    if more.get("sign"):
        packet.add_message_authenticator()
    arrived = asyncio.Event()
    sock = sim.net.open_datagram((sim.host("nas1"), 3799), more.get("source"), arrived.set)
    try:
        sock.send(packet.RequestPacket())
        try:
            await asyncio.wait_for(arrived.wait(), 3)
        except TimeoutError:
            return None
        data = sock.receive()
        assert data is not None
        reply = packet.CreateReply(packet=data)
        assert packet.VerifyReply(reply, data)
        cause = reply.get(101)
        return reply.code, int.from_bytes(cause[0], "big") if cause else None
    finally:
        sock.close()


def session_of(sim: Sim, user: str = "cust0001") -> Session:
    (session,) = sim.oracle.sessions_really(user)
    return session


def identity(session: Session) -> dict[int, bytes]:
    return {1: session.user.encode(), 44: session.acct_session_id.encode()}


def address(session: Session) -> bytes:
    return bytes(int(part) for part in session.address.split("."))


def test_which_identifiers_suffice() -> None:
    async def main() -> None:
        sim = Sim()
        one = session_of(sim)
        user, number = b"cust0001", one.acct_session_id.encode()
        assert await request(sim, {1: user}) == (NAK, 402)
        assert await request(sim, {44: number}) == (NAK, 402)
        assert await request(sim, {1: user, 44: b"0x" + number}) == (NAK, 503)
        assert await request(sim, {1: user, 44: number, 8: bytes([1, 2, 3, 4])}) == (NAK, 503)
        assert await request(sim, {1: b"cust0002", 44: number}) == (NAK, 503)
        assert await request(sim, {1: user, 44: number, 4: bytes([9, 9, 9, 9])}) == (NAK, 403)
        assert session_of(sim) is one
        assert await request(sim, {1: user, 8: address(one), 32: b"nas1"}, sign=True) == (ACK, None)
        assert not one.alive
        assert await request(sim, {1: user, 44: number}) == (NAK, 503)
        two = session_of(sim, "cust0002")
        assert await request(sim, identity(two)) == (ACK, None)

    run(main)


def test_silence() -> None:
    async def main() -> None:
        sim = Sim()
        one = session_of(sim)
        stale = int(sim.net.wall() - 301).to_bytes(4, "big")
        fresh = int(sim.net.wall() - 200).to_bytes(4, "big")
        assert await request(sim, identity(one), source="10.9.9.9") is None
        assert await request(sim, identity(one), secret="other") is None
        assert await request(sim, {**identity(one), 55: stale}) is None
        assert await request(sim, {**identity(one), 80: bytes(16)}) is None
        api = await sim.api("nas1")
        counted = await api.one("/radius/incoming/monitor", "=once=")
        assert counted == {"requests": "4", "bad-requests": "4", "acks": "0", "naks": "0"}
        sim.world.routers["nas1"].faults.turn(clock_skew=-400.0)
        assert await request(sim, {**identity(one), 55: fresh}) == (ACK, None)

    run(main)


def test_a_closed_port_is_told_from_silence() -> None:
    async def main() -> None:
        sim = Sim()
        await (await sim.api("nas1")).ask("/radius/incoming/set", "=accept=no")
        arrived = asyncio.Event()
        sock = sim.net.open_datagram((sim.host("nas1"), 3799), None, arrived.set)
        sock.send(b"x")
        await asyncio.wait_for(arrived.wait(), 1)
        with pytest.raises(ConnectionRefusedError):
            sock.receive()
        assert sock.receive() is None

    run(main)


@pytest.mark.parametrize(
    ("rule", "answer", "walled"),
    [("accept", (COA_ACK, None), True), ("nak", (COA_NAK, 401), False), ("ignore", (COA_ACK, None), False)],
)
def test_coa(rule: Any, answer: tuple[int, int | None], walled: bool) -> None:
    async def main() -> None:
        sim = Sim(switches=Switches(coa_address_list=rule))
        one = session_of(sim)
        rate = {**identity(one), 26: vendor(RATE_LIMIT, "1M/1M")}
        assert await request(sim, rate, code=COA) == (COA_ACK, None)
        assert one.limits() == (1_000_000, 1_000_000)
        listed = {**identity(one), 26: vendor(ADDRESS_LIST, "isolir")}
        assert await request(sim, listed, code=COA, ident=2) == answer
        assert sim.oracle.walled("cust0001") is walled
        assert one.alive
        pool = {**identity(one), 88: b"pool-isolir"}
        assert await request(sim, pool, code=COA, ident=3) == (COA_NAK, 401)

    run(main)


def test_a_liar_says_yes_and_keeps_the_session() -> None:
    async def main() -> None:
        sim = Sim()
        sim.world.routers["nas1"].faults.turn(lie=True)
        one = session_of(sim)
        assert await request(sim, identity(one)) == (ACK, None)
        api, um = await sim.api("nas1"), await sim.api("um1")
        assert await api.ask("/ppp/active/remove", "=.id=cust0001") == []
        row = await um.one("/user-manager/session/print", "?user=cust0001")
        await um.ask("/user-manager/session/close-session", f"=numbers={row['.id']}")
        await asyncio.sleep(5)
        row = await um.one("/user-manager/session/print", "?user=cust0001")
        assert row["active"] == "false"
        assert sim.oracle.can_pass_traffic("cust0001")
        assert (await api.one("/ppp/active/print", "?name=cust0001"))["address"] == one.address
        sim.world.routers["nas1"].faults.turn(list_lies=True)
        assert await api.ask("/ppp/active/print", "?name=cust0001") == []
        assert sim.oracle.can_pass_traffic("cust0001")

    run(main)


def test_redial_gets_a_new_id_within_seconds() -> None:
    async def main() -> None:
        sim = Sim()
        one = session_of(sim)
        await request(sim, identity(one))
        assert not sim.oracle.can_pass_traffic("cust0001")
        await asyncio.sleep(6)
        assert session_of(sim).acct_session_id > one.acct_session_id

    run(main)


def test_a_local_secret_hides_the_account() -> None:
    async def main() -> None:
        sim = Sim()
        customer = sim.world.customers["cust0001"]
        api, um = await sim.api("nas1"), await sim.api("um1")
        secret = ["=name=cust0001", f"=password={customer.password}", "=remote-address=10.77.0.1"]
        await api.ask("/ppp/secret/add", *secret)
        with pytest.raises(Trapped, match="secret with the same name already exists"):
            await api.ask("/ppp/secret/add", *secret)
        await um.ask("/user-manager/user/disable", "=.id=cust0001")
        await api.ask("/ppp/active/remove", "=.id=cust0001")
        await asyncio.sleep(8)
        one = session_of(sim)
        assert (one.address, one.grant.radius) == ("10.77.0.1", False)
        assert sim.oracle.would_accept("cust0001", customer.password)
        assert await request(sim, identity(one)) == (NAK, 503)

    run(main)


def test_wrong_password_and_switched_off() -> None:
    async def main() -> None:
        sim = Sim()
        liar = add_cpe(sim.world, sim.world.routers["nas1"], "cust0002", "wrong", "02:33:00:00:00:01")
        liar.switch_on()
        await asyncio.sleep(60)
        assert liar.refusals >= 3
        assert not liar.online
        rows = await (await sim.api("nas1")).ask("/log/print", "?topics=pppoe,ppp,error")
        assert rows[-1]["message"].partition(": ")[2] == "user cust0002 authentication failed"
        one = session_of(sim)
        sim.world.customers["cust0001"].switch_off(silently=True)
        assert not sim.oracle.can_pass_traffic("cust0001")
        assert one.alive
        await asyncio.sleep(11)
        assert not one.alive

    run(main)


def test_the_firewall_decides_who_is_walled() -> None:
    async def main() -> None:
        sim = Sim()
        api = await sim.api("nas1")
        await api.ask("/ip/firewall/address-list/add", "=list=isolir", f"=address={session_of(sim).address}")
        assert sim.oracle.walled("cust0001")
        await api.ask("/ip/firewall/filter/disable", "=numbers=*1")
        assert sim.oracle.can_pass_traffic("cust0001")
        with pytest.raises(Trapped, match="already have such entry"):
            await api.ask("/ip/firewall/address-list/add", "=list=isolir", f"=address={session_of(sim).address}")

    run(main)


def test_an_exact_retransmission_by_either_rule() -> None:
    async def main(cached: bool) -> list[int]:
        sim = Sim(switches=Switches(dae_duplicate_cache=cached, dae_signs_replies=True))
        packet = CoAPacket(code=DISCONNECT, secret=DAE_KEY.encode(), id=1)
        for number, value in identity(session_of(sim)).items():
            packet[number] = [value]
        data = packet.RequestPacket()
        sock = sim.net.open_datagram((sim.host("nas1"), 3799))
        codes = []
        for _ in range(2):
            sock.send(data)
            await asyncio.sleep(0.1)
            answer = sock.receive()
            assert answer is not None
            reply = packet.CreateReply(packet=answer)
            assert packet.VerifyReply(reply, answer, enforce_ma=True)
            codes.append(reply.code)
        return codes

    assert run(lambda: main(True)) == [ACK, ACK]
    assert run(lambda: main(False)) == [ACK, NAK]


def test_forged_and_late_replies() -> None:
    async def main() -> None:
        sim = Sim()
        sim.world.routers["nas1"].faults.turn(forge_replies=1.0)
        packet = CoAPacket(code=DISCONNECT, secret=DAE_KEY.encode(), id=1)
        for number, value in identity(session_of(sim)).items():
            packet[number] = [value]
        sock = sim.net.open_datagram((sim.host("nas1"), 3799))
        sock.send(packet.RequestPacket())
        await asyncio.sleep(0.1)
        forged, real = sock.receive(), sock.receive()
        assert forged is not None
        assert real is not None
        assert not packet.VerifyReply(packet.CreateReply(packet=forged), forged)
        assert packet.VerifyReply(packet.CreateReply(packet=real), real)
        sim.world.routers["nas1"].faults.turn(forge_replies=0.0, late_replies=30.0)
        assert await request(sim, identity(session_of(sim, "cust0002"))) is None
        assert not sim.oracle.sessions_really("cust0002")

    run(main)


def test_close_session_waits_for_the_answer_where_it_does() -> None:
    async def main() -> None:
        sim = Sim(switches=Switches(close_session_waits=True))
        um = await sim.api("um1")
        row = await um.one("/user-manager/session/print", "?user=cust0001")
        one = session_of(sim)
        await um.ask("/user-manager/session/close-session", f"=numbers={row['.id']}")
        assert not one.alive

    run(main)


def test_one_that_knows_of_no_session_keeps_it() -> None:
    async def main() -> None:
        sim = Sim()
        sim.world.routers["nas1"].faults.turn(denies=True)
        session = session_of(sim)
        assert await request(sim, identity(session)) == (NAK, 503)
        assert session.alive
        assert sim.oracle.can_pass_traffic("cust0001")

    run(main)


def test_a_session_comes_up_later_than_its_login() -> None:
    async def main() -> None:
        sim = Sim()
        nas = sim.world.routers["nas1"]
        nas.faults.turn(late_sessions=20.0)
        nas.nas.end(session_of(sim), 6)
        await asyncio.sleep(15)
        assert not sim.oracle.sessions_really("cust0001")
        await asyncio.sleep(15)
        assert sim.oracle.can_pass_traffic("cust0001")

    run(main)
