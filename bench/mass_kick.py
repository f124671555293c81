"""10,000 sessions on 20 routers kicked at the default brakes, in virtual time; User Manager bears 30 logins a second.

The world says who was put out, who is back, and how many logins the NASes gave up; a second run is stopped by the key.
"""

import asyncio
from typing import Any

from radiusbridge.services.bulk.pacing import LIVE_BRAKES
from tests.sim.mass import Fleet, crowd, proven
from tests.sim.rungs import Street, on_street

COUNT, NASES, LOGINS = 10_000, 20, 30.0
GOAL = 1.15


async def _measure(street: Street) -> dict[str, Any]:
    fleet, clock = Fleet(street), street.clock
    await fleet.rise()
    began = clock.monotonic()
    standing = await (await fleet.kick()).run()
    took = clock.monotonic() - began
    assert proven(standing) == len(fleet.before), standing
    assert fleet.out == set(fleet.before)
    await street.until(lambda: all(cpe.online for cpe in street.world.customers.values()))
    timeouts = fleet.timeouts()
    runner, before = await fleet.kick(), len(fleet.ended)
    running = asyncio.create_task(runner.run())
    await street.until(lambda: len(fleet.ended) > before + len(fleet.before) // 20)
    pressed = clock.monotonic()
    runner.stop("asked to")
    await running
    await asyncio.sleep(10.0)
    street.wire.move()
    late = max(0.0, max(each.at for each in fleet.ended) - pressed)
    least = len(fleet.before) / min(LOGINS, LIVE_BRAKES.server_per_second)
    ratio = took / least
    return {
        "name": f"{len(fleet.before)} sessions on {len(street.nases)} routers kicked, against the tightest rate alone",
        "ratio": round(ratio, 3),
        "goal": f"<= {GOAL:g}, no login times out, stopped within 1 s",
        "took_s": round(took, 1),
        "least_s": round(least, 1),
        "timeouts": timeouts,
        "most_in_1s": fleet.rate(1.0),
        "stopped_after_s": round(late, 2),
        "met": ratio <= GOAL and not timeouts and late < 1.0,
    }


def run(count: int = COUNT, nases: int = NASES) -> dict[str, Any]:
    """Virtual seconds of a kick of everybody, and how long the key takes to stop another one."""
    return on_street(crowd(count, nases, logins=LOGINS), _measure)


if __name__ == "__main__":
    print(run())
