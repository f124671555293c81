"""What a session moves, from two readings of its interface's counters. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counters:
    """What the interface of one session had counted.

    interface: its `.id`. received: bytes from the customer (the router's `rx-byte`); sent: bytes to the customer
    (`tx-byte`). at: seconds on the monotonic clock, in the middle of the reading.
    """

    interface: str
    received: int
    sent: int
    at: float


@dataclass(frozen=True, slots=True)
class SessionRate:
    """Bits a second over the `seconds` between two readings. reset: the counters went back in between, so that nothing
    is known of that time; up and down are 0 then."""

    up: int
    down: int
    seconds: float
    reset: bool = False


def rate_between(before: Counters | None, after: Counters) -> SessionRate | None:
    """The rate of one session; None: there is no earlier reading of the same interface."""
    if before is None or before.interface != after.interface or after.at <= before.at:
        return None
    seconds = after.at - before.at
    received, sent = after.received - before.received, after.sent - before.sent
    if received < 0 or sent < 0:
        return SessionRate(0, 0, seconds, reset=True)
    return SessionRate(round(received * 8 / seconds), round(sent * 8 / seconds), seconds)


def short_rate(bits: int) -> str:
    """`0`, `950`, `12k`, `3.4M`, `1.2G`: bits a second, in five characters at most."""
    value = float(bits)
    for unit in ("", "k", "M", "G"):
        if value < 999.5 or unit == "G":
            return f"{value:.1f}{unit}" if unit and value < 9.95 else f"{value:.0f}{unit}"
        value /= 1000
    raise AssertionError("G is the last unit")
