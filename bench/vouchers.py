"""Vouchers: drawn and stored, and taken to a router that is 20 ms away.

Without a cap against Mikhmon's way: one add after another with plain librouteros, whose connection takes one command at
a time, onto a router of the same kind. With a cap on the router's requests a second, against the time that the requests
in the trace take at that cap. The simulated ISP runs in a process of its own. Our time is from the claim of the batch
to its verdict, the reading back included.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.ground import prepared, simulated
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers import ordering
from radiusbridge.services.vouchers.ordering import Order
from radiusbridge.services.vouchers.writing import BatchRunner

RTT = 0.020
CAP = 130.0
MANY = (1_000, 10_000)
REPLAYED = 500
"""Vouchers that the peer adds; its time for all of them is taken from these."""
MOST_OVER_CAP, GOAL = 1.15, 6.0
DRAWN, DRAWN_WITHIN = 10_000, 2.0
PROFILE = "daily"


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def _api(endpoints: dict[str, Any], role: str) -> dict[str, Any]:
    found: dict[str, Any] = next(router["api"] for router in endpoints["routers"] if role in router["roles"])
    return found


def _peer(api: dict[str, Any]) -> Any:
    from librouteros import connect

    return connect(api["host"], api["user"], api["password"], port=api["port"])


def _stock(endpoints: dict[str, Any]) -> None:
    """The hotspot's user profile, which is not ours to make."""
    list(_peer(_api(endpoints, "nas")).rawCmd("/ip/hotspot/user/profile/add", f"=name={PROFILE}"))


def _order(endpoints: dict[str, Any], place: str, many: int) -> Order:
    if place == "server":
        return Order(many, endpoints["profile"], server="um1")
    nas = next(router["name"] for router in endpoints["routers"] if "nas" in router["roles"])
    return Order(many, PROFILE, nas=nas, time_limit=10_800)


async def _written(
    endpoints: dict[str, Any], folder: Path, place: str, many: int, *, traced: bool
) -> tuple[float, int]:
    """(seconds, requests in the trace)."""
    trace = folder / "trace.jsonl" if traced else None
    async with prepared(endpoints, folder, trace) as context:
        batch = await ordering.order(context, _order(endpoints, place, many), typed=many)
        began = time.perf_counter()
        over = await BatchRunner(context, batch.id).run()
        seconds = time.perf_counter() - began
        assert over.batch.verdict is Verdict.PROVEN, over
    if trace is None:
        return seconds, 0
    lines = map(json.loads, trace.read_text().splitlines())
    return seconds, sum(line["dir"] == "send" and line["words"][0] != "/login" for line in lines)


def _one_by_one(api: dict[str, Any], profile: str, place: str) -> float:
    """Seconds a voucher."""
    peer = _peer(api)
    began = time.perf_counter()
    for count in range(REPLAYED):
        name = f"=name=m{count:05}"
        if place == "nas":
            password, limit = f"=password=m{count:05}", "=limit-uptime=3h"
            list(peer.rawCmd("/ip/hotspot/user/add", "=server=all", name, password, f"=profile={profile}", limit))
            continue
        list(peer.rawCmd("/user-manager/user/add", name, f"=password=m{count:05}"))
        list(peer.rawCmd("/user-manager/user-profile/add", f"=user=m{count:05}", f"=profile={profile}"))
    return (time.perf_counter() - began) / REPLAYED


def _uncapped(place: str, many: int) -> dict[str, Any]:
    with _folder() as folder, simulated(folder, 1, RTT) as endpoints:
        _stock(endpoints)
        seconds, _ = asyncio.run(_written(endpoints, folder, place, many, traced=False))
        profile = PROFILE if place == "nas" else endpoints["profile"]
        theirs = _one_by_one(_api(endpoints, place), profile, place) * many
    ratio = theirs / seconds
    return {
        "name": f"{many} vouchers to {_WHAT[place]}, round trip 20 ms, against one add after another with librouteros",
        "ratio": round(ratio, 2),
        "goal": f">= {GOAL:g}",
        "ours_s": round(seconds, 2),
        "theirs_s": round(theirs, 2),
        "met": ratio >= GOAL,
    }


_WHAT = {"nas": "a hotspot", "server": "User Manager 7"}


def _capped(place: str, many: int) -> dict[str, Any]:
    with _folder() as folder, simulated(folder, 1, RTT, CAP) as endpoints:
        _stock(endpoints)
        seconds, requests = asyncio.run(_written(endpoints, folder, place, many, traced=True))
    least = requests / CAP
    return {
        "name": f"{many} vouchers to {_WHAT[place]} under a cap of {CAP:g} requests/s, against their time",
        "ratio": round(seconds / least, 3),
        "goal": f"<= {MOST_OVER_CAP}",
        "ours_s": round(seconds, 2),
        "requests": requests,
        "requests_each": round(requests / many, 2),
        "met": seconds <= MOST_OVER_CAP * least,
    }


def _drawn() -> dict[str, Any]:
    async def draw(context: Context, endpoints: dict[str, Any]) -> float:
        began = time.perf_counter()
        batch = await ordering.order(context, _order(endpoints, "nas", DRAWN), typed=DRAWN)
        seconds = time.perf_counter() - began
        assert batch.size == DRAWN
        return seconds

    async def go(endpoints: dict[str, Any], folder: Path) -> float:
        async with prepared(endpoints, folder) as context:
            return await draw(context, endpoints)

    with _folder() as folder, simulated(folder, 1, RTT) as endpoints:
        seconds = asyncio.run(go(endpoints, folder))
    return {
        "name": f"{DRAWN} codes drawn and stored",
        "ratio": round(seconds / DRAWN_WITHIN, 3),
        "goal": f"< {DRAWN_WITHIN:g} s",
        "ours_s": round(seconds, 2),
        "met": seconds < DRAWN_WITHIN,
    }


def run(many: tuple[int, ...] = MANY) -> list[dict[str, Any]]:
    """Drawing; then each place and number without the cap, and with it."""
    found = [_drawn()]
    for each in many:
        for place in ("nas", "server"):
            found += [_uncapped(place, each), _capped(place, each)]
    return found


if __name__ == "__main__":
    for result in run():
        print(result)
