"""Address pools: ranges, what is in use, and the next pool when one is full."""

from ipaddress import IPv4Address, ip_network
from typing import TYPE_CHECKING

from radiusbridge.simulator.menus.menu import Row

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router


def spans(ranges: str) -> list[tuple[int, int]]:
    """First and last address of each part of `10.0.0.2-10.0.0.9,10.1.0.0/24`."""
    found = []
    for part in ranges.split(","):
        if "-" in part:
            first, _, last = part.partition("-")
            found.append((int(IPv4Address(first)), int(IPv4Address(last))))
        elif part:
            network = ip_network(part, strict=False)
            found.append((int(network.network_address), int(network.broadcast_address)))
    return found


class Pools:
    """The pools of a router; the rows of /ip/pool say what they hold."""

    def __init__(self, router: "Router") -> None:
        self._router = router
        self.used: dict[str, tuple[str, str]] = {}
        """Address -> (pool, owner)."""
        self._next: dict[str, int] = {}

    def allocate(self, name: str, owner: str) -> str | None:
        """A free address of a pool, or of those that follow it; None when there is none."""
        seen: set[str] = set()
        while name not in seen:
            seen.add(name)
            row = self._router.menus["/ip/pool"].find(name)
            if row is None:
                return None
            address = self._from(row)
            if address is not None:
                self.used[address] = (name, owner)
                return address
            name = row["next-pool"]
        return None

    def _from(self, row: Row) -> str | None:
        parts = spans(row["ranges"])
        total = sum(last - first + 1 for first, last in parts)
        at = self._next.get(row["name"], 0)
        for step in range(total):
            offset = (at + step) % total
            for first, last in parts:
                if offset <= last - first:
                    address = str(IPv4Address(first + offset))
                    break
                offset -= last - first + 1
            if address not in self.used:
                self._next[row["name"]] = (at + step + 1) % total
                return address
        return None

    def release(self, address: str) -> None:
        """Give an address back; harmless for one that no pool gave."""
        self.used.pop(address, None)
