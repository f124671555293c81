"""/tool/ping and /ping: one row for each ping, as the line to that address has it."""

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from radiusbridge.simulator.api.call import Call
from radiusbridge.simulator.values import duration_seconds

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

_WORDS = "address arp-ping as-value count do-not-fragment dscp interface interval proplist size src-address ttl vrf"
_ARGUMENTS = frozenset({*_WORDS.split(), "without-paging"})


@dataclass(frozen=True, slots=True)
class Line:
    """The way to an address. delay: seconds of a round trip; jitter: how far it may be off, either way; loss: 0..1;
    silent: a ping of it never says anything, nor ends."""

    delay: float = 0.001
    jitter: float = 0.0
    loss: float = 0.0
    silent: bool = False

    def trip(self, chance: Random) -> float | None:
        """One round trip; None: it is lost."""
        if self.loss and chance.random() < self.loss:
            return None
        return max(0.0, self.delay + (chance.uniform(-self.jitter, self.jitter) if self.jitter else 0.0))


def trip_text(seconds: float) -> str:
    """As the column `time` has it: `12ms345us`, `1ms`, `850us`."""
    whole, rest = divmod(round(seconds * 1_000_000), 1000)
    return "".join(part for part in (f"{whole}ms" if whole else "", f"{rest}us" if rest or not whole else ""))


class _Ping:
    """One ping under way."""

    def __init__(self, call: Call) -> None:
        self._call, self._router = call, call.router
        world = self._router.world
        self._address = call.attributes.get("address", "")
        self._count = int(call.attributes.get("count", "4"))
        self._every = duration_seconds(call.attributes.get("interval", "1s"))
        target = world.network.router(self._address)
        reachable = target is not None and not target.faults.dark
        self._alive = reachable or self._router.nas.by_address(self._address) is not None
        self._line = world.lines.get(self._address, Line())
        self._sent = self._got = 0
        self._cancelled = False

    def begin(self) -> None:
        """The first answer comes at once; a silent line gives none, ever."""
        self._call.on_cancel = self._cancel
        self._call.session.keep(self._call)
        if not self._line.silent:
            self._router.world.events.call_later(0.001, self._send)

    def _cancel(self) -> None:
        self._cancelled = True

    def _send(self) -> None:
        if self._cancelled:
            return
        trip = self._line.trip(self._router.world.chance) if self._alive else None
        self._sent += 1
        self._got += trip is not None
        answer = {"status": "timeout"}
        if trip is not None:
            answer = {"size": "56", "ttl": "64", "time": trip_text(trip)}
        totals = {"sent": str(self._sent), "received": str(self._got)}
        totals["packet-loss"] = str(round(100 * (self._sent - self._got) / self._sent))
        self._call.rows([{"seq": str(self._sent - 1), "host": self._address, **answer, **totals}])
        if self._sent < self._count:
            self._router.world.events.call_later(self._every, self._send)
        else:
            self._call.done()


def _ping(call: Call) -> None:
    _Ping(call).begin()


def install(router: "Router") -> None:
    """Give a router its pings; the root one alone on RouterOS 6."""
    if router.version_number < (7, 0):
        router.root_commands["/ping"] = (_ARGUMENTS - {"vrf"} | {"routing-table"}, _ping)
    else:
        router.root_commands["/tool/ping"] = router.root_commands["/ping"] = (_ARGUMENTS, _ping)
