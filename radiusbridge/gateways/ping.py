"""Pings from a router (`/tool/ping`) and from this host (an ICMP datagram socket, which needs no privilege)."""

import asyncio
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import DeadlinePassed, NotAllowed, PeerRefused
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros.errors import ReplyLate, RouterTrap, TrapKind

INTERVAL = 0.2
"""Seconds between two pings."""
PATIENCE = 1.0
"""Seconds that one ping may take."""
MARGIN = 5.0
"""Seconds that the router may take beyond that until it is told to stop."""
COMMANDS = ("/tool/ping", "/ping")
"""The first is RouterOS 7's, the second 6's."""
ECHO, ECHO6 = (8, socket.AF_INET, socket.IPPROTO_ICMP), (128, socket.AF_INET6, socket.IPPROTO_ICMPV6)

_TIME = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|us|m|s|h)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6}


def trip_of(text: str) -> float | None:
    """Seconds of `12ms345us`, `1s20ms`, `1ms`, or a bare number of milliseconds; None: it cannot be read."""
    parts = _TIME.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return float(sum(float(number) * _UNITS[unit] for number, unit in parts))
    with suppress(ValueError):
        return float(text) / 1000
    return None


class RouterPing:
    """Pings from a router."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def trips(self, address: str, count: int) -> AsyncGenerator[float | None, None]:
        """The round trip of each ping in seconds as its row comes; None: lost. Exactly `count`, unless it raises.

        Errors: DeadlinePassed, once the router was told to stop; PeerRefused, where it has no ping or does not let us;
        Unreachable.
        """
        for command in COMMANDS:
            try:
                async with aclosing(self._from(command, address, count)) as trips:
                    async for trip in trips:
                        yield trip
            except RouterTrap as trap:
                if trap.kind is not TrapKind.NO_SUCH_COMMAND:
                    raise
            else:
                return
        hint = "its user needs the policy test; some boards are without the tool"
        raise PeerRefused("this router has no ping", target=str(self._router.endpoint), hint=hint)

    async def _from(self, command: str, address: str, count: int) -> AsyncGenerator[float | None, None]:
        connection = await self._router.connected()
        asked = {"address": address, "count": str(count), "interval": f"{round(INTERVAL * 1000)}ms"}
        seconds = count * max(INTERVAL, PATIENCE) + MARGIN
        seen = 0
        try:
            async with connection.stream(command, asked, deadline=seconds) as rows:
                async for row in rows:
                    sequence = row.get("seq", "")
                    if not sequence.isdecimal() or int(sequence) < seen or seen >= count:
                        continue  # totals, and answers that came twice
                    while seen < min(int(sequence), count - 1):
                        seen += 1
                        yield None
                    seen += 1
                    yield trip_of(row["time"]) if row.get("time") and not row.get("status") else None
        except ReplyLate as error:
            words = f"{seen} of {count} pings ended within {seconds:g} s; the router was told to stop"
            raise DeadlinePassed(words, target=str(self._router.endpoint)) from error
        while seen < count:
            seen += 1
            yield None


class HerePing:
    """Pings from this host, over a socket that the kernel gives to the group range `net.ipv4.ping_group_range`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def trips(self, address: str, count: int) -> AsyncGenerator[float | None, None]:
        """As `RouterPing.trips`. NotAllowed: this host gives no such socket; Unreachable: it has no way there."""
        kind, family, protocol = ECHO6 if ":" in address else ECHO
        try:
            raw = socket.socket(family, socket.SOCK_DGRAM, protocol)
        except OSError as error:
            hint = "sysctl net.ipv4.ping_group_range says which groups may"
            raise NotAllowed("this host gives no ping without privilege", target="here", hint=hint) from error
        with raw:
            raw.setblocking(False)
            try:
                raw.connect((address, 0))
            except OSError as error:
                words = f"this host has no way there ({error.strerror})"
                raise PeerRefused(words, target=address) from error
            for sequence in range(count):
                yield await self._trip(raw, kind, sequence)
                if sequence + 1 < count:
                    await self._clock.sleep(INTERVAL)

    async def _trip(self, raw: socket.socket, kind: int, sequence: int) -> float | None:
        loop = asyncio.get_running_loop()
        # type, code; checksum and identifier are the kernel's; sequence; 56 octets
        packet = bytes((kind, 0, 0, 0, 0, 0)) + sequence.to_bytes(2, "big") + bytes(56)
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                await loop.sock_sendall(raw, packet)
                while True:
                    answer = await loop.sock_recv(raw, 2048)
                    if answer[:1] in {b"\0", b"\x81"} and int.from_bytes(answer[6:8], "big") == sequence:
                        return self._clock.monotonic() - began
        except (TimeoutError, OSError):
            return None
