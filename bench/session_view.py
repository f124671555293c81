"""The session view of 10,000 sessions on 20 routers at 20 ms, against plain librouteros that asks one after the other.

The simulated ISP runs in a process of its own. Both read the same tables over connections that are open already: the
sessions, the guests of hotspots, the address lists. Ours also says whose they are, and what is odd about them.
"""

import asyncio
import statistics
import tempfile
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from bench.ground import prepared, simulated
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Customer
from radiusbridge.domain.secret import Secret
from radiusbridge.services import sessions
from radiusbridge.services.context import Context
from radiusbridge.services.session_list import listed

RTT = 0.020
MANY, NASES = 10_000, 20
ROUNDS = 5
AT_ONCE = 1_000
WITHIN = 2.0
TABLES = {
    "/ppp/active/print": ".id,name,service,caller-id,address,uptime,session-id",
    "/ip/firewall/address-list/print": "list,address,dynamic",
    "/ip/hotspot/active/print": ".id,user,address,mac-address,uptime",
}


async def _fill(context: Context, rows: list[dict[str, Any]]) -> None:
    def work(start: int, unit: UnitOfWork) -> None:
        server, profile = unit.servers.all()[0], unit.profiles.all()[0]
        for number, row in enumerate(rows[start : start + AT_ONCE], start):
            password = Secret(row["password"])
            unit.customers.add(Customer(f"N{number}", row["username"], server.id, profile.id, password=password))

    for start in range(0, len(rows), AT_ONCE):
        await context.database.write(partial(work, start))


def _peers(routers: list[dict[str, Any]]) -> list[Any]:
    """A connection of plain librouteros to each router."""
    from librouteros import connect

    apis = [router["api"] for router in routers]
    return [connect(api["host"], api["user"], api["password"], port=api["port"], timeout=60) for api in apis]


def _polled(peers: list[Any]) -> float:
    """Seconds for all of them, one after the other."""
    began = time.perf_counter()
    rows = [list(peer.rawCmd(table, f"=.proplist={names}")) for peer in peers for table, names in TABLES.items()]
    seconds = time.perf_counter() - began
    assert sum(map(len, rows[:: len(TABLES)])) == MANY
    return seconds


async def _viewed(context: Context) -> tuple[float, float]:
    """Seconds, and seconds of this process's CPU."""
    began, used = time.perf_counter(), time.process_time()
    seen = await listed(context)
    seconds = time.perf_counter() - began, time.process_time() - used
    assert len(seen.sessions) == MANY
    assert all(each.customer is not None for each in seen.sessions)
    return seconds


def _connections(routers: list[dict[str, Any]]) -> int:
    """The most connections of this process to the API of one router (proc(5): the sockets it has open)."""
    inodes = set()
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # that of the listing itself
            inodes.add(str(each.readlink()).removeprefix("socket:[").removesuffix("]"))
    wanted = {(router["api"]["host"], router["api"]["port"]) for router in routers}
    found: Counter[tuple[str, int]] = Counter()
    for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]:
        (
            _number,
            _local,
            remote,
            state,
            *_rest,
        ) = line.split()
        host, port = remote.split(":")
        there = ".".join(str(octet) for octet in bytes.fromhex(host)[::-1]), int(port, 16)
        if state == "01" and there in wanted and line.split()[9] in inodes:
            found[there] += 1
    return max(found.values())


async def _measure(endpoints: dict[str, Any], folder: Path) -> dict[str, Any]:
    routers = [each for each in endpoints["routers"] if "nas" in each["roles"]]
    async with prepared({**endpoints, "customers": []}, folder) as context:
        await _fill(context, endpoints["customers"])
        while sum(len(reading.sessions) for reading in await sessions.live(context)) < MANY:
            await context.clock.sleep(0.5)
        connections = _connections(routers)
        peers = await asyncio.to_thread(_peers, routers)
        theirs, ours = [], []
        for _ in range(ROUNDS):
            theirs.append(await asyncio.to_thread(_polled, peers))
            ours.append(await _viewed(context))
        for peer in peers:
            peer.close()
    slow = statistics.median(theirs)
    quick, cpu = (statistics.median(each) for each in zip(*ours, strict=True))
    return {
        "name": f"{MANY} sessions on {NASES} routers at {RTT * 1000:.0f} ms in one view, against polling one by one",
        "ratio": round(slow / quick, 2),
        "goal": f"below {WITHIN:g} s, one connection a router, quicker than one by one",
        "view_s": round(quick, 2),
        "view_cpu_s": round(cpu, 2),
        "librouteros_s": round(slow, 2),
        "connections_a_router": connections,
        "met": quick < WITHIN and connections == 1 and quick < slow,
    }


def run() -> dict[str, Any]:
    """Seconds of one refresh, of the same rows polled one router after the other, and connections to a router."""
    with tempfile.TemporaryDirectory() as name, simulated(Path(name), MANY, RTT, nases=NASES) as endpoints:
        return asyncio.run(_measure(endpoints, Path(name)))


if __name__ == "__main__":
    print(run())
