"""One session as it really is, PPPoE or hotspot: what the customer has, not what a list says."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from radiusbridge.simulator.events import Timer
from radiusbridge.simulator.values import duration_text, rate_bits

if TYPE_CHECKING:
    from radiusbridge.simulator.customers import Customer

Row = dict[str, str]


@dataclass(slots=True)
class Grant:
    """What a login granted: by RADIUS or by a local secret with its profile."""

    radius: bool
    address: str = ""
    pool: str = ""
    profile: str = ""
    address_list: str = ""
    rate: str = ""
    filter: str = ""
    session_timeout: int = 0
    interim: int = 0
    class_: bytes = b""


@dataclass(slots=True, eq=False)
class Session:
    """A live session of a customer."""

    number: int
    """The 32-bit session number; Acct-Session-Id is its eight hex digits."""
    customer: "Customer"
    user: str
    mac: str
    grant: Grant
    address: str
    interface: str
    started: float
    wall: float
    alive: bool = True
    pooled: bool = False
    moved_at: float = 0.0
    received: float = 0.0
    """Bytes from the customer."""
    sent: float = 0.0
    timers: list[Timer] = field(default_factory=list)
    relisted: bool = False
    """Whether a CoA-Request put it into another address list."""
    ports: list[int] = field(default_factory=lambda: [40_001, 40_002])
    """Of the connections that the customer has open through the router."""
    service: str = "pppoe"
    server: str = ""
    """The hotspot server that a guest came through."""
    login_by: str = ""
    """How a guest logged in: `http-chap`, `cookie` and so on."""

    @property
    def acct_session_id(self) -> str:
        """As RADIUS packets carry it: lower case."""
        return f"{self.number:08x}"

    def limits(self) -> tuple[int, int]:
        """Upload and download limit in bits a second; 0 for none."""
        return self._pair(0)

    def bursts(self) -> tuple[int, int]:
        """Upload and download limit of a burst; 0 for none."""
        return self._pair(1)

    def _pair(self, place: int) -> tuple[int, int]:
        words = self.grant.rate.split(" ")
        word = words[place] if place < len(words) else ""
        if not word:
            return 0, 0
        up, _, down = word.partition("/")
        try:
            return rate_bits(up), rate_bits(down or up)
        except ValueError:
            return 0, 0

    def flows(self) -> tuple[float, float]:
        """Bits a second that the customer really moves, up and down."""
        up, down = self.limits()
        want_up, want_down = self.customer.upload, self.customer.download
        return min(want_up, up) if up else want_up, min(want_down, down) if down else want_down

    def move(self, now: float) -> None:
        """Book the traffic since the last time."""
        up, down = self.flows()
        seconds = now - self.moved_at
        self.received += up * seconds / 8
        self.sent += down * seconds / 8
        self.moved_at = now

    @property
    def list_id(self) -> str:
        """The `.id` of its entry in the address lists."""
        return f"*{self.number & 0xFFFFFF:X}"

    def list_row(self, created: str) -> Row:
        """Its entry in the address lists."""
        return {
            ".id": self.list_id,
            "list": self.grant.address_list,
            "address": self.address,
            "creation-time": created,
            "dynamic": "true",
            "disabled": "false",
        }

    def active_row(self, now: float, upper: bool) -> Row:
        """The row of /ppp/active."""
        number = f"{self.number:08X}" if upper else self.acct_session_id
        return {
            ".id": f"*{self.number:X}",
            "name": self.user,
            "service": "pppoe",
            "caller-id": self.mac,
            "address": self.address,
            "uptime": duration_text(int(now - self.started)),
            "encoding": "",
            "session-id": f"0x{number}",
            "limit-bytes-in": "0",
            "limit-bytes-out": "0",
            "radius": "true" if self.grant.radius else "false",
        }
