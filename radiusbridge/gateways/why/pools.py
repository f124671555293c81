"""How full a pool is, with the pools that it goes on to."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from radiusbridge.domain.why.facts import PoolUse
from radiusbridge.gateways.doctor.chart import Row
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros.commands import equal


async def pool_use(router: Router, name: str, pools: Sequence[Row]) -> PoolUse:
    """By the router's counters; where it has none (before 7.22 or so) by counting `/ip/pool/used`. Errors as
    `Router.read`."""
    by_name = {row.get("name", ""): row for row in pools}
    if name not in by_name:
        return PoolUse(name, missing=True)
    total = used = 0
    seen: set[str] = set()
    step = name
    while step in by_name and step not in seen:
        seen.add(step)
        row = by_name[step]
        size, taken = row.get("total", ""), row.get("used", "")
        if not size.isdecimal():
            counted = capacity(row.get("ranges", ""))
            if counted is None:
                return PoolUse(name)
            size = str(counted)
        total += int(size)
        used += int(taken) if taken.isdecimal() else await _given(router, step)
        step = row.get("next-pool", "none")
    return PoolUse(name, total, used)


async def _given(router: Router, name: str) -> int:
    return await router.count("/ip/pool/used/print", (equal("pool", name),))


def capacity(ranges: str) -> int | None:
    """How many addresses `10.0.0.2-10.0.0.9,10.1.0.0/24` has; None: it cannot be read."""
    total = 0
    try:
        for part in filter(None, (each.strip() for each in ranges.split(","))):
            if "-" in part:
                first, last = (ip_address(each.strip()) for each in part.split("-", 1))
                total += int(last) - int(first) + 1
            else:
                total += ip_network(part, strict=False).num_addresses
    except ValueError:
        return None
    return total
