"""1,000 customers added to one server through the journal: look, write, read back and verdict for each.

Without a cap against the same sentences sent one by one by plain librouteros, whose connection takes one command at a
time. They are heard on our stream, since a trace is work that librouteros is spared as well. With a cap on the router's
requests a second, against the time that the requests in the trace take at that cap. The simulated ISP runs in a process
of its own; brakes are off.
"""

import asyncio
import json
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.ground import prepared, simulated
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRun
from radiusbridge.domain.records import Customer, Operation
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.factory import Gateways
from radiusbridge.routeros.dialer import ByteStream, TcpDialer
from radiusbridge.routeros.endpoint import TlsPolicy
from radiusbridge.services import customers
from radiusbridge.services.bulk.pacing import Brakes
from radiusbridge.services.bulk.preview import Preview, create
from radiusbridge.services.bulk.runner import BulkRunner
from radiusbridge.services.bulk.selection import Selection
from radiusbridge.services.context import Context
from radiusbridge.services.provisioning import provision
from radiusbridge.simulator.api.wire import Decoder

RTT = 0.020
MANY = 1000
SIDE_BY_SIDE = 32
CAP = 130.0
MOST_REQUESTS = 4.0
MOST_OVER_CAP = 1.15
GOAL = 6.0
REPLAYED = 1000
"""Sentences that the peer sends; its time for all of them is taken from these."""


def _added(unit: UnitOfWork, context: Context, _run: BulkRun, customer: Customer) -> Operation:
    return provision(unit, context, customer, "bench")


async def _record(context: Context, names: list[str], profile: str) -> tuple[Customer, ...]:
    for name in names:
        customer = Customer("", name, 0, 0, password=Secret(f"pw-{name}"))
        await customers.add(context, customer, profile=profile, server="um1", provisioned=False)
    return await context.database.read(lambda unit: tuple(unit.customers.find(name) for name in names))


@dataclass
class _Heard:
    """A stream of which what goes out is kept."""

    stream: ByteStream
    sent: bytearray

    async def read(self) -> bytes:
        return await self.stream.read()

    def write(self, data: bytes) -> None:
        self.sent.extend(data)
        self.stream.write(data)

    async def drain(self) -> None:
        await self.stream.drain()

    def close(self) -> None:
        self.stream.close()


@dataclass
class _Hearing:
    """A dialer of such streams; only one server is dialled."""

    sent: bytearray = field(default_factory=bytearray)

    async def dial(self, host: str, port: int, tls: TlsPolicy) -> ByteStream:
        return _Heard(await TcpDialer().dial(host, port, tls), self.sent)


async def _heard(endpoints: dict[str, Any], folder: Path, many: int) -> tuple[float, list[list[str]]]:
    """(seconds, the sentences that went to the server)."""
    hearing = _Hearing()
    async with prepared(endpoints, folder) as context:
        gateways = Gateways(context.clock, context.entropy, dialer=hearing)
        try:
            seconds = await _add(replace(context, gateways=gateways), endpoints, many)
        finally:
            await gateways.close()
    return seconds, [words for words in Decoder().feed(bytes(hearing.sent)) if words[0] != "/login"]


async def _traced(endpoints: dict[str, Any], folder: Path, many: int) -> tuple[float, int]:
    """(seconds, how many requests to the server the trace has)."""
    trace = folder / "trace.jsonl"
    async with prepared(endpoints, folder, trace) as context:
        seconds = await _add(context, endpoints, many)
    lines = map(json.loads, trace.read_text().splitlines())
    return seconds, sum(line["dir"] == "send" and line["words"][0] != "/login" for line in lines)


async def _add(context: Context, endpoints: dict[str, Any], many: int) -> float:
    """Seconds from the first operation to the last verdict."""
    found = await _record(context, [f"new{count:05}" for count in range(many)], endpoints["profile"])
    preview = Preview("add", Selection(numbers=tuple(row.username for row in found)), {}, found)
    brakes = Brakes(per_second=0, server_per_second=0, side_by_side=SIDE_BY_SIDE, canary=0, failure_limit=0)
    run = await create(context, preview, typed=many, brakes=brakes)
    began = time.perf_counter()
    standing = await BulkRunner(context, run.id, submit=_added).run()
    seconds = time.perf_counter() - began
    assert standing.states == {"PROVEN": many}, standing
    return seconds


def _one_by_one(api: dict[str, Any], sentences: list[list[str]]) -> float:
    """Seconds a sentence."""
    from librouteros import connect
    from librouteros.exceptions import TrapError

    peer = connect(api["host"], api["user"], api["password"], port=api["port"])
    began = time.perf_counter()
    for words in sentences:
        try:
            list(peer.rawCmd(*(word for word in words if not word.startswith(".tag="))))
        except TrapError:
            continue
    return (time.perf_counter() - began) / len(sentences)


def _uncapped(folder: Path, many: int) -> dict[str, Any]:
    with simulated(folder, 1, RTT) as endpoints:
        seconds, sent = asyncio.run(_heard(endpoints, folder, many))
    with simulated(folder, 1, RTT) as endpoints:
        api = next(router["api"] for router in endpoints["routers"] if "server" in router["roles"])
        theirs = _one_by_one(api, sent[:REPLAYED]) * len(sent)
    ratio = theirs / seconds
    return {
        "name": f"{many} customers added, round trip {RTT * 1000:.0f} ms, against their sentences sent one by one",
        "ratio": round(ratio, 2),
        "goal": f">= {GOAL:g}",
        "ours_s": round(seconds, 2),
        "theirs_s": round(theirs, 2),
        "requests_each": round(len(sent) / many, 2),
        "side_by_side": SIDE_BY_SIDE,
        "met": ratio >= GOAL,
    }


def _capped(folder: Path, many: int) -> dict[str, Any]:
    with simulated(folder, 1, RTT, CAP) as endpoints:
        seconds, requests = asyncio.run(_traced(endpoints, folder, many))
    least = requests / CAP + RTT
    each = requests / many
    return {
        "name": f"{many} customers added under a cap of {CAP:g} requests/s, against the time of their requests",
        "ratio": round(seconds / least, 3),
        "goal": f"<= {MOST_OVER_CAP} and at most {MOST_REQUESTS:g} requests each",
        "ours_s": round(seconds, 2),
        "theirs_s": round(least, 2),
        "requests_each": round(each, 2),
        "met": seconds <= MOST_OVER_CAP * least and each <= MOST_REQUESTS,
    }


def run(many: int = MANY) -> list[dict[str, Any]]:
    """Without the cap, and with it."""
    results = []
    for measure in (_uncapped, _capped):
        with tempfile.TemporaryDirectory() as name:
            results.append(measure(Path(name), many))
    return results


if __name__ == "__main__":
    print(run())
