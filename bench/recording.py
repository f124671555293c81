"""What recording costs: client CPU and requests a second of signed Disconnect-Requests, with and without the recorder.

Both ask the same real FreeRADIUS in one run, in turns, 64 in flight. `python -m bench.recording`
"""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench.radius_disconnect import _address, _cpu_each
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.packet_ring import PacketRing
from radiusbridge.gateways.recorder import Recorder
from radiusbridge.radius.client import RadiusClient, Tap
from radiusbridge.radius.outcome import Kind
from radiusbridge.radius.requests import disconnect_request
from tests.peers.freeradius import FreeRadiusDae
from tests.radius.support import Dice, LoopClock

REQUESTS = 4000
ROUNDS = 5
GOAL = 2.0


async def _ask(server: FreeRadiusDae, requests: int, tap: Tap | None) -> tuple[float, float]:
    """Microseconds of CPU and of wall time for each request."""
    loop = asyncio.get_running_loop()
    async with RadiusClient(
        server.host, server.ports["dae"], Secret(server.secret), clock=LoopClock(), entropy=Dice(), tap=tap
    ) as client:

        async def ask(number: int) -> bool:
            request = disconnect_request(
                (
                    ("User-Name", f"user{number}"),
                    ("Acct-Session-Id", f"static-{number}"),
                    ("Framed-IP-Address", _address(number)),
                )
            )
            return (await client.send(request, deadline=loop.time() + 30)).kind is Kind.ACK

        began = time.perf_counter()
        cpu = await _cpu_each(ask, requests)
        return cpu, (time.perf_counter() - began) / requests * 1e6


async def _recorded(server: FreeRadiusDae, requests: int, folder: Path) -> tuple[float, float]:
    recorder = Recorder(PacketRing(folder), LoopClock(), asyncio.to_thread)
    try:
        return await _ask(server, requests, recorder.tap)
    finally:
        await recorder.flush()
        recorder.close()


def run(requests: int = REQUESTS, rounds: int = ROUNDS) -> dict[str, Any]:
    """The medians in microseconds, and the ratio of CPU with the recorder to that without."""
    plain, recorded = [], []
    with tempfile.TemporaryDirectory() as directory, FreeRadiusDae(Path(directory) / "dae") as server:
        asyncio.run(_ask(server, 500, None))
        for _ in range(rounds):
            plain.append(asyncio.run(_ask(server, requests, None)))
            recorded.append(asyncio.run(_recorded(server, requests, Path(directory) / "ring")))
    ours, without = (median(cpu for cpu, _ in found) for found in (recorded, plain))
    return {
        "name": "recording every packet of signed Disconnect-Requests, client CPU against the same without",
        "ratio": round(ours / without, 3),
        "recorded_us": round(ours, 1),
        "plain_us": round(without, 1),
        "each_packet_us": round((ours - without) / 2, 1),
        "wall_ratio": round(median(wall for _, wall in recorded) / median(wall for _, wall in plain), 3),
        "goal": GOAL,
        "met": ours <= GOAL * without,
    }


if __name__ == "__main__":
    result = run()
    print(
        "{name}: {recorded_us} us against {plain_us} us, {each_packet_us} us a packet, ratio {ratio} "
        "(goal <= {goal}: {verdict})".format(verdict="met" if result["met"] else "MISSED", **result)
    )
