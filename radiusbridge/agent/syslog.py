"""Syslog over UDP from known routers, at a bounded rate."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.refusals import Refusal, read_line
from radiusbridge.domain.syslog import read_datagram
from radiusbridge.services.refusals import Book

RATE, BURST = 500.0, 1_000.0
"""Datagrams a second of one router, and how many at once; a router that sends more is listened to in part."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who sends from an address."""

    server_id: int
    name: str


def plain(host: str) -> str:
    """An address as datagrams bear it; empty: it is none."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def sources(unit: UnitOfWork, named: Mapping[str, str]) -> dict[str, Source]:
    """The addresses that may send. named: further addresses of servers and NASes, by their names."""
    found: dict[str, Source] = {}
    by_name: dict[str, Source] = {}
    for server in unit.servers.all():
        by_name[server.name] = source = Source(server.id, server.name)
        for host in (server.home[0], server.radius.host if server.radius is not None else ""):
            found[plain(host)] = source
    for nas in unit.nases.all():
        by_name.setdefault(nas.name, source := Source(nas.server_id, nas.name))
        for access in (nas.api, nas.dae):
            if access is not None:
                found.setdefault(plain(access.host), source)
    found |= {plain(address): by_name[name] for address, name in named.items() if name in by_name}
    found.pop("", None)
    return found


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass(slots=True)
class Receiver(asyncio.DatagramProtocol):
    """Takes datagrams. counts: by what became of them."""

    book: Book
    clock: Clock
    known: Mapping[str, Source] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """One datagram."""
        host = plain(addr[0])
        source = self.known.get(host)
        if source is None:
            self.counts["stranger"] += 1
            return
        if not self._room(host):
            self.counts["over_rate"] += 1
            return
        line = read_datagram(data)
        if line is None:
            self.counts["unreadable"] += 1
            return
        found = read_line(line.topics, line.message)
        self.counts["refusal" if found is not None else "other"] += 1
        if found is not None:
            now = self.clock.now()
            self.book.refused(Refusal(source.server_id, found.username, now, found.cause, found.words, source.name))

    def error_received(self, _exc: Exception) -> None:
        """What is sent to nobody concerns nobody."""

    def _room(self, host: str) -> bool:
        now = self.clock.monotonic()
        bucket = self._buckets.setdefault(host, _Bucket(BURST, now))
        bucket.left = min(BURST, bucket.left + (now - bucket.at) * RATE)
        bucket.at = now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True
