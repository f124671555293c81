"""A conversation with a thermal printer: its state before, cards one by one, and what it says after each."""

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import PeerRefused
from radiusbridge.domain.values import parse_host_port
from radiusbridge.domain.vouchers.prints import Way
from radiusbridge.gateways.printers import commands
from radiusbridge.gateways.printers.commands import PrinterState
from radiusbridge.gateways.printers.lines import PORT, DeviceLine, Line, NetworkLine

ANSWER = 1.0
"""Seconds for an answer that comes whatever is being printed. Many cheap printers give none."""
PRINTED = 15.0
"""Seconds for a card to be carried out, cut included."""
_LATE = 4


class Printer:
    """state: what it said last; None: it says nothing. in_order: whether it tells when a card was carried out."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.state: PrinterState | None = None
        self.in_order = True

    @property
    def sent(self) -> int:
        """Octets that were handed over."""
        return self._line.sent

    @property
    def words(self) -> str:
        """What it said of itself last; empty: nothing."""
        return "" if self.state is None else self.state.words

    async def open(self) -> None:
        """Reach it and ask how it is. Unreachable; PeerRefused: it says that it prints nothing, and why."""
        await self._line.open()
        state = await self.look()
        if state is not None and state.faults:
            raise PeerRefused(f"the printer says: {state.words}", hint="nothing was sent")

    async def look(self) -> PrinterState | None:
        """How it is now; None: it says nothing."""
        answers = {}
        for what in (commands.STATUS, commands.OFFLINE, commands.ERROR, commands.PAPER):
            await self._line.write(commands.query(what))
            octet = await self._status()
            if octet is None:
                break
            answers[what] = octet
        self.state = commands.state(answers) if answers else None
        if self.state is None:
            self.in_order = False
        return self.state

    async def _status(self) -> int | None:
        """The next answer to DLE EOT; one to an earlier GS r, which comes late, is passed over."""
        for _ in range(_LATE):
            octet = await self._line.read(ANSWER)
            if octet is None or commands.is_status(octet):
                return octet
        return None

    async def hand(self, octets: bytes) -> None:
        """A card. ConnectionLost, DeadlinePassed: it left in part."""
        await self._line.write(octets)

    async def carried_out(self) -> bool | None:
        """Whether what was handed over was carried out, with paper left; None: it does not say. ConnectionLost."""
        if not self.in_order:
            return None
        await self._line.write(commands.IN_ORDER)
        octet = await self._line.read(PRINTED)
        if octet is not None and commands.is_in_order(octet):
            if commands.paper_out(octet):
                self.state = PrinterState(("the paper is out",))
            return not commands.paper_out(octet)
        state = await self.look()
        self.in_order = False
        if state is None:
            self.state = PrinterState(("nothing any more",))
            return False
        return False if state.faults else None

    async def close(self) -> None:
        """Let go of it."""
        await self._line.close()


def printer_at(way: Way, address: str, clock: Clock) -> Printer:
    """The printer at `host[:port]`, or at that device. BadInput."""
    if way is Way.SOCKET:
        return Printer(NetworkLine(*parse_host_port(address, PORT)))
    return Printer(DeviceLine(address, clock))
