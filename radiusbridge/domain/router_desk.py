"""What the desk of one router shows: how it is, what it watches, its pools, PPPoE servers, ports. Pure."""

from dataclasses import dataclass
from datetime import datetime

FULL = 0.9
"""Part of a pool from which on it is nearly full."""
CLOCK_OFF = 60.0
"""Seconds from which on a clock is wrong."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """value: as the router writes it. unit: `C`, `V`, `RPM`, `A`, `W`, or empty where it tells none."""

    name: str
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Face:
    """How a router is. None or empty: not told. uptime: seconds. memory, disk: octets. clock: UTC by its own clock;
    ahead: seconds that it is ahead of ours. missing: what it did not tell, and why."""

    identity: str = ""
    board: str = ""
    model: str = ""
    serial: str = ""
    version: str = ""
    architecture: str = ""
    firmware: str = ""
    new_firmware: str = ""
    uptime: float | None = None
    clock: datetime | None = None
    zone: str = ""
    ahead: float | None = None
    cpu: str = ""
    cores: int | None = None
    load: int | None = None
    memory_used: int | None = None
    memory: int | None = None
    disk_free: int | None = None
    disk: int | None = None
    licence: str = ""
    sensors: tuple[Sensor, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def clock_off(self) -> bool:
        """Whether its clock is wrong."""
        return self.ahead is not None and abs(self.ahead) > CLOCK_OFF


@dataclass(frozen=True, slots=True)
class Watched:
    """A row of netwatch. status: `up`, `down`, `unknown`, or `disabled`. since: as the router writes it."""

    host: str
    status: str
    since: str = ""
    kind: str = "simple"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Pool:
    """An address pool. total, used: addresses; None: it cannot be told. next: where it goes on when it is full."""

    name: str
    ranges: str
    next: str = ""
    total: int | None = None
    used: int | None = None

    @property
    def share(self) -> float | None:
        """How full it is, 0 to 1; None: not known."""
        return None if not self.total or self.used is None else self.used / self.total


@dataclass(frozen=True, slots=True)
class PppoeServer:
    """A PPPoE server. sessions: that came in by it. most: as the router writes it."""

    service: str
    interface: str
    profile: str = ""
    authentication: str = ""
    most: str = ""
    disabled: bool = False
    invalid: bool = False
    sessions: int | None = None

    @property
    def name(self) -> str:
        """`internet on ether2`."""
        return f"{self.service or '(any service)'} on {self.interface}"

    @property
    def works(self) -> bool:
        """Whether it answers dials."""
        return not self.disabled and not self.invalid


@dataclass(frozen=True, slots=True)
class Port:
    """An interface. received, sent: octets since the router was started; None: it does not count."""

    name: str
    kind: str
    running: bool
    disabled: bool
    received: int | None = None
    sent: int | None = None
    downs: int | None = None
    comment: str = ""
