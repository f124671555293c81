"""Isolate over warm connections with a round trip of 20 ms, against the four round trips that cannot be avoided.

The simulated ISP runs in a process of its own. Settling is excluded: what is measured ends with the first reading that
shows the session gone and the answer of the test login. Cold, and with the default settle, is printed beside it.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from radiusbridge.domain.observations import LoginSeen, SessionsSeen, Written
from radiusbridge.domain.records import (
    ApiAccess,
    Customer,
    DaeAccess,
    LoginMethod,
    Nas,
    Operation,
    Policy,
    Profile,
    RadiusAccess,
    Server,
)
from radiusbridge.domain.secret import Secret
from radiusbridge.services import access, customers, journal, nases, profiles, servers
from radiusbridge.services.access import Manner
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.carrying import carry_out
from radiusbridge.services.context import Context
from radiusbridge.services.evidence_codec import decode
from radiusbridge.services.settings import Settings

RTT = 0.020
ROUND_TRIPS = 4
GOAL = 1.5
RUNS = 15


@asynccontextmanager
async def _context(endpoints: dict[str, Any], folder: Path) -> AsyncIterator[Context]:
    settings = Settings(str(folder / "bench.sqlite3"), folder / "config" / "key", None, "bench")
    context = await asyncio.to_thread(open_context, settings, "cli")
    um, nas = (next(each for each in endpoints["routers"] if role in each["roles"]) for role in ("server", "nas"))
    radius, dae = um["radius"], nas["dae"]
    reach = RadiusAccess(radius["host"], radius["auth_port"], Secret(radius["secret"]), "127.0.0.1")
    server = Server("um1", "userman7", _api(um), radius=reach, method=LoginMethod.CHAP)
    await servers.add(context, server)
    kick = DaeAccess(dae["host"], dae["port"], Secret(dae["secret"]), "127.0.0.1")
    await nases.add(context, Nas("nas1", 0, dae=kick, api=_api(nas)), "um1")
    await profiles.add(context, Profile(endpoints["profile"], 10_000_000, 20_000_000))
    for row in endpoints["customers"]:
        customer = Customer("", row["username"], 0, 0, password=Secret(row["password"]))
        await customers.add(context, customer, profile=endpoints["profile"], server="um1", provisioned=False)
    try:
        yield context
    finally:
        await context.close()


def _api(router: dict[str, Any]) -> ApiAccess:
    api = router["api"]
    return ApiAccess(api["host"], api["port"], api["user"], Secret(api["password"]))


async def _isolate(context: Context, who: str, settle: float) -> tuple[float, float, Operation]:
    """(seconds to the first clean list and the refused login, seconds to the verdict, the operation)."""
    began = time.perf_counter()
    manner = Manner(settle=settle, deadline=settle + 50)
    done = await access.isolate(context, who, policy=Policy.REJECT, manner=manner)
    assert done.operation is not None
    submitted = time.perf_counter() - began
    ended = await carry_out(context, done.operation.id)
    total = time.perf_counter() - began
    seen = [decode(step.detail) for step in await journal.steps(context, ended.id)]
    first = seen[0].at
    written = next(each for each in seen if isinstance(each, Written))
    gone = next(
        each for each in seen if isinstance(each, SessionsSeen) and each.began > written.at and not each.sessions
    )
    refused = next(each for each in seen if isinstance(each, LoginSeen) and each.began > written.at)
    return submitted + max(gone.at, refused.at) - first, total, ended


async def _measure(endpoints: dict[str, Any], folder: Path) -> dict[str, Any]:
    async with _context(endpoints, folder) as context:
        names = [row["username"] for row in endpoints["customers"]]
        cold, _, _ = await _isolate(context, names.pop(), 1.0)
        warm = []
        for _ in range(RUNS):
            seconds, _, operation = await _isolate(context, names.pop(), 1.0)
            assert operation.verdict == "PROVEN", operation.reasons
            warm.append(seconds)
        _, settled, _ = await _isolate(context, names.pop(), 10.0)
    unavoidable = ROUND_TRIPS * RTT
    ratio = statistics.median(warm) / unavoidable
    return {
        "name": f"isolate, round trip {RTT * 1000:.0f} ms, settle excluded, against {ROUND_TRIPS} round trips",
        "ratio": round(ratio, 2),
        "goal": f"<= {GOAL}",
        "ours_ms": round(statistics.median(warm) * 1000, 1),
        "worst_ms": round(max(warm) * 1000, 1),
        "theirs_ms": round(unavoidable * 1000, 1),
        "cold_ms": round(cold * 1000, 1),
        "with_default_settle_s": round(settled, 2),
        "met": ratio <= GOAL,
    }


def run() -> dict[str, Any]:
    """The median over warm connections, its ratio to four round trips, and what stands beside it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "endpoints.json"
        command = [sys.executable, "-m", "radiusbridge", "simulate", "--ros", "7", "--customers", "40"]
        child = subprocess.Popen(
            [*command, "--rtt", f"{RTT * 1000:.0f}ms", "--endpoints", str(file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while not file.exists():
                assert child.poll() is None, "the simulated ISP did not start"
                time.sleep(0.05)
            return asyncio.run(_measure(json.loads(file.read_text()), folder))
        finally:
            child.terminate()
            child.wait()


if __name__ == "__main__":
    print(run())
