"""The fault dial, and that a seed makes the same run again."""

import asyncio
import hashlib
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.simulator.simulate import SimulateOptions, isp_options, run_simulation
from tests.simulator.virtual import Sim, Trapped, run

PRINT = "/user-manager/user/print"


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("executes", [True, False])
def test_reset_after_a_sentence_received(count: int, executes: bool) -> None:
    async def main() -> None:
        sim = Sim()
        sim.world.routers["um1"].faults.turn(reset_after_in=count, reset_executes=executes)

        async def disable_two() -> None:
            api = await sim.api("um1")
            await api.ask("/user-manager/user/disable", "=.id=*1")
            await api.ask("/user-manager/user/disable", "=.id=*2")

        with pytest.raises(ConnectionResetError):
            await disable_two()
        rows = await (await sim.api("um1")).ask(PRINT, "?disabled=true")
        assert len(rows) == max(0, count - 1 - (not executes))

    run(main)


def test_reset_in_the_middle_of_a_sentence() -> None:
    async def main() -> None:
        sim = Sim()
        sim.world.routers["um1"].faults.turn(reset_after_out=3, reset_mid_sentence=True)
        api = await sim.api("um1")
        api.send(PRINT)
        assert "=name=cust0001" in await api.read()
        with pytest.raises(ConnectionResetError):
            await api.read()
        assert len(await (await sim.api("um1")).ask(PRINT)) == 3

    run(main)


def test_dark_then_light() -> None:
    async def main() -> None:
        sim = Sim()
        api = await sim.api("um1")
        sim.world.trouble(sim.world.routers["um1"].faults, 1.0, 3600.0, dark=True)
        await asyncio.sleep(2)
        api.send(PRINT)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(api.read(), 60)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(sim.net.connect_stream(sim.host("um1"), 8728), 60)
        assert sim.oracle.can_pass_traffic("cust0001")
        await asyncio.sleep(3600)
        with pytest.raises(ConnectionResetError):
            await api.ask(PRINT)
        assert len(await (await sim.api("um1")).ask(PRINT)) == 3

    run(main)


def test_refused() -> None:
    async def main() -> None:
        sim = Sim()
        sim.world.routers["um1"].faults.turn(refuse_tcp=True)
        with pytest.raises(ConnectionRefusedError):
            await sim.api("um1")
        with pytest.raises(ConnectionRefusedError):
            await sim.net.connect_stream(sim.host("nas1"), 8729)

    run(main)


def test_trap_in_the_middle_of_a_batch() -> None:
    async def main() -> None:
        sim = Sim()
        sim.world.routers["um1"].faults.turn(trap_after=1, trap_message="failure: disk full")
        api = await sim.api("um1")
        await api.ask("/user-manager/user/add", "=name=a")
        with pytest.raises(Trapped, match="disk full"):
            await api.ask("/user-manager/user/add", "=name=b")
        await api.ask("/user-manager/user/add", "=name=c")
        assert (await api.one(PRINT, "=count-only="))["ret"] == "5"

    run(main)


async def lifetime(seed: int) -> str:
    """A digest of everything that a troubled hour shows."""
    sim = Sim(seed=seed, customers=20, nases=2, loss=0.2, rtt=0.02, settle=0)
    sim.world.network.link(sim.world.routers["um1"], sim.world.routers["nas1"]).turn(loss=0.3, jitter=0.05)
    sim.world.trouble(sim.world.routers["um1"].faults, 100.0, 200.0, dark=True)
    await asyncio.sleep(3)
    digest = hashlib.sha256()
    for minute in range(60):
        api = await asyncio.wait_for(sim.api("nas1"), 1000)
        digest.update(json.dumps(await api.ask("/ppp/active/print")).encode())
        digest.update(json.dumps(await api.ask("/log/print")).encode())
        api.stream.close()
        sim.world.customers[f"cust{minute % 20 + 1:04d}"].switch_off()
        await asyncio.sleep(60)
    return digest.hexdigest()


def test_same_seed_same_run() -> None:
    assert run(lambda: lifetime(7)) == run(lambda: lifetime(7))
    assert run(lambda: lifetime(7)) != run(lambda: lifetime(8))


def test_lossy_duplicated_and_reordered_datagrams() -> None:
    async def main() -> None:
        sim = Sim()
        sim.world.routers["um1"].faults.turn(loss=0.3, duplicate=0.3, reorder=0.3, rtt=0.02)
        arrived: list[bytes] = []
        sim.world.network.bind(("10.9.0.1", 5), lambda data, _source: arrived.append(data))
        for number in range(1000):
            sim.world.network.send(number.to_bytes(2, "big"), (sim.host("um1"), 9), ("10.9.0.1", 5))
        await asyncio.sleep(1)
        assert 600 < len(set(arrived)) < 800
        assert len(arrived) > len(set(arrived)) + 100
        assert arrived != sorted(arrived)

    run(main)


async def test_loopback_dark_refused_and_back() -> None:
    async with SimulatedIsp(customers=1) as isp:
        at = next(router["api"] for router in isp.endpoints()["routers"] if router["name"] == "um1")
        faults = isp.faults("um1")
        faults.turn(refuse_tcp=True)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(at["host"], at["port"])
        faults.clear()
        await isp.shell.settled()
        reader, writer = await asyncio.open_connection(at["host"], at["port"])
        faults.turn(reset_after_in=1)
        writer.write(b"\x06/login\x00")
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1000)
        writer.close()


async def test_loopback_closed_udp_port() -> None:
    async with SimulatedIsp(customers=0) as isp:
        dae = next(router["dae"] for router in isp.endpoints()["routers"] if "dae" in router)
        isp.faults("nas1").turn(refuse_udp=True)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(60)
            sock.connect((dae["host"], dae["port"]))
            sock.send(b"x")
            with pytest.raises(ConnectionRefusedError):
                sock.recv(10)


@pytest.mark.parametrize(("ros", "version"), [("7", "7.16.2"), ("6", "6.49.18"), ("6.42.12", "6.42.12")])
async def test_simulate_writes_its_endpoints(tmp_path: Path, ros: str, version: str) -> None:
    path = tmp_path / "endpoints.json"
    started = asyncio.Event()
    options = SimulateOptions(ros=ros, customers=5, nases=2, tls=True, cap=130.0)
    task = asyncio.create_task(run_simulation(options, path, lambda _isp: started.set()))
    await asyncio.wait_for(started.wait(), 60)
    written: dict[str, Any] = json.loads(path.read_text())
    assert path.stat().st_mode & 0o777 == 0o600
    assert [router["name"] for router in written["routers"]] == ["um1", "nas1", "nas2"]
    assert {router["version"] for router in written["routers"]} == {version}
    assert set(written["routers"][0]["radius"]) == {"host", "auth_port", "acct_port", "secret"}
    assert set(written["routers"][1]["dae"]) == {"host", "port", "secret"}
    assert len(written["customers"]) == 5
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ValueError, match="not simulated"):
        isp_options(SimulateOptions(ros="8"))


def test_writes_that_are_answered_and_not_carried_out() -> None:
    async def main() -> None:
        sim = Sim()
        sim.world.routers["um1"].faults.turn(hollow_writes=True)
        api = await sim.api("um1")
        await api.ask("/user-manager/user/disable", "=.id=*1")
        await api.ask("/user-manager/user/add", "=name=nobody")
        rows = await api.ask(PRINT)
        assert len(rows) == 3
        assert not any(row["disabled"] == "true" for row in rows)

    run(main)
