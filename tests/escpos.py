"""A thermal printer: reads ESC/POS as Epson's command reference has it, and refuses what it does not know."""

from dataclasses import dataclass, field

_PLAIN = {b"\x1b@": 0, b"\x1bt": 1, b"\x1ba": 1, b"\x1bE": 1, b"\x1d!": 1, b"\x1bd": 1, b"\x1c.": 0}
"""Commands that only set something: octets of parameters."""


@dataclass
class Paper:
    """What came out. lines: since the last cut; cards: (lines, content of the QR code, raster) up to each cut."""

    codec: str = "cp437"
    lines: list[str] = field(default_factory=list)
    cards: list[tuple[list[str], str, list[str]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """What of a real-time or in-order status was asked for: n of DLE EOT, or 0 for GS r."""
    _left: bytes = b""
    _line: bytes = b""
    _stored: str = ""
    _printed: str = ""
    _raster: list[str] = field(default_factory=list)

    def feed(self, octets: bytes) -> None:
        """Take more; an unfinished command waits."""
        self._left += octets
        while self._left and (used := self._command(self._left)):
            self._left = self._left[used:]

    @property
    def idle(self) -> bool:
        """Whether nothing is half done."""
        return not self._left

    def _command(self, data: bytes) -> int:
        first = data[0]
        if first == 0x0A:
            self.lines.append(self._line.decode(self.codec))
            self._line = b""
            return 1
        if first >= 0x20:
            self._line += data[:1]
            return 1
        head = data[:2]
        if len(head) < 2:
            return 0
        if head in _PLAIN:
            need = 2 + _PLAIN[head]
            return need if len(data) >= need else 0
        if head == b"\x10\x04":
            return self._asked(data, 0)
        if head == b"\x1dr":
            return self._asked(data, 1)
        if head == b"\x1dV":
            return self._cut(data)
        if data[:3] == b"\x1d(k":
            return self._symbol(data)
        if data[:3] == b"\x1dv0":
            return self._dots(data)
        if len(data) < 3 and head in {b"\x1d(", b"\x1dv"}:
            return 0
        raise AssertionError(f"no such command: {data[:8]!r}")

    def _asked(self, data: bytes, in_order: int) -> int:
        if len(data) < 3:
            return 0
        self.answers.append(0 if in_order else data[2])
        return 3

    def _cut(self, data: bytes) -> int:
        if len(data) < 4:
            return 0
        assert data[2] == 0x42
        assert not self._line, "cut in the middle of a line"
        self.cards.append((self.lines, self._printed, self._raster))
        self.lines, self._printed, self._raster = [], "", []
        return 4

    def _symbol(self, data: bytes) -> int:
        if len(data) < 5:
            return 0
        length = int.from_bytes(data[3:5], "little")
        if len(data) < 5 + length:
            return 0
        body = data[5 : 5 + length]
        assert body[0] == 49
        function, rest = body[1], body[2:]
        if function == 0x50:
            assert rest[0] == 0x30
            self._stored = rest[1:].decode("ascii")
        elif function == 0x51:
            self._printed = self._stored
        else:
            assert function in {0x41, 0x43, 0x45}, body
        return 5 + length

    def _dots(self, data: bytes) -> int:
        if len(data) < 8:
            return 0
        wide, high = int.from_bytes(data[4:6], "little"), int.from_bytes(data[6:8], "little")
        end = 8 + wide * high
        if len(data) < end:
            return 0
        rows = [data[8 + at * wide : 8 + (at + 1) * wide] for at in range(high)]
        self._raster = ["".join(f"{octet:08b}" for octet in row) for row in rows]
        return end
