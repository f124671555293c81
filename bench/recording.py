"""What recording costs: client CPU of signed Disconnect-Requests, with and without the recorder.

Both ask the same real FreeRADIUS in one run, in turns, 64 in flight. `python -m bench.recording`
"""

import asyncio
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from bench.radius_disconnect import ours
from radiusbridge.gateways.packet_ring import PacketRing
from radiusbridge.gateways.recorder import Recorder
from tests.peers.freeradius import FreeRadiusDae
from tests.radius.support import LoopClock

REQUESTS = 4000
ROUNDS = 5
GOAL = 2.0


async def _recorded(server: FreeRadiusDae, requests: int, folder: Path) -> float:
    recorder = Recorder(PacketRing(folder), LoopClock(), asyncio.to_thread)
    try:
        return await ours(server, requests, recorder.tap)
    finally:
        await recorder.flush()
        recorder.close()


def run(requests: int = REQUESTS, rounds: int = ROUNDS) -> dict[str, Any]:
    """The medians in microseconds, and the ratio of CPU with the recorder to that without."""
    plain, recorded = [], []
    with tempfile.TemporaryDirectory() as directory, FreeRadiusDae(Path(directory) / "dae") as server:
        asyncio.run(ours(server, 500))
        for _ in range(rounds):
            plain.append(asyncio.run(ours(server, requests)))
            recorded.append(asyncio.run(_recorded(server, requests, Path(directory) / "ring")))
    with_it, without = median(recorded), median(plain)
    return {
        "name": "recording every packet of signed Disconnect-Requests, client CPU against the same without",
        "ratio": round(with_it / without, 3),
        "recorded_us": round(with_it, 1),
        "plain_us": round(without, 1),
        "each_packet_us": round((with_it - without) / 2, 1),
        "goal": GOAL,
        "met": with_it <= GOAL * without,
    }


if __name__ == "__main__":
    result = run()
    print(
        "{name}: {recorded_us} us against {plain_us} us, {each_packet_us} us a packet, ratio {ratio} "
        "(goal <= {goal}: {verdict})".format(verdict="met" if result["met"] else "MISSED", **result)
    )
