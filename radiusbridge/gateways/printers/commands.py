"""ESC/POS, the commands that 58 and 80 mm printers understand (Epson's ESC/POS command reference), and the states that
they tell. Octets in, octets out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

ESC, GS, FS, DLE_EOT = b"\x1b", b"\x1d", b"\x1c", b"\x10\x04"
CODE_PAGES: Mapping[str, tuple[int, str]] = MappingProxyType(
    {"pc437": (0, "cp437"), "pc850": (2, "cp850"), "wpc1252": (16, "cp1252"), "pc858": (19, "cp858")}
)
"""By name: (the number of ESC t, Python's codec)."""
STATUS, OFFLINE, ERROR, PAPER = 1, 2, 3, 4
"""What DLE EOT n asks for."""
IN_ORDER = GS + b"r\x01"
"""Asks for the paper sensor, as GS r n does: answered only when everything before it was carried out."""
_MOST_CONTENT = 1000


def begin(code_page: str) -> bytes:
    """ESC @ (as after switching on), FS . (no double octets), ESC t (the code page)."""
    number, _ = _page(code_page)
    return ESC + b"@" + FS + b"." + ESC + b"t" + bytes([number])


def words(text: str, code_page: str) -> bytes:
    """A text that only prints: no octet of it is a command, whoever wrote it."""
    _, codec = _page(code_page)
    octets = safe(text, 4000).encode(codec, "replace")
    return bytes(octet if octet >= 0x20 and octet != 0x7F else 0x3F for octet in octets)


def line(text: str, code_page: str) -> bytes:
    """The same, printed as a line (LF)."""
    return words(text, code_page) + b"\n"


def centred(on: bool) -> bytes:
    """ESC a."""
    return ESC + b"a" + (b"\x01" if on else b"\x00")


def bold(on: bool) -> bytes:
    """ESC E."""
    return ESC + b"E" + (b"\x01" if on else b"\x00")


def size(wide: int, high: int) -> bytes:
    """GS !: each 1 to 8 times."""
    return GS + b"!" + bytes([(wide - 1) << 4 | (high - 1)])


def feed(lines: int) -> bytes:
    """ESC d."""
    return ESC + b"d" + bytes([lines])


def cut() -> bytes:
    """GS V 66: feed to the knife, cut but for a point; a printer without a knife ignores it."""
    return GS + b"V\x42\x00"


def symbol(content: str, module: int) -> bytes:
    """A QR code that the printer draws, GS ( k: model 2, dots of a module, error correction M, store, print. BadInput:
    the content is too long, or no plain ASCII."""
    if len(content) > _MOST_CONTENT or not content.isascii() or not content.isprintable():
        raise BadInput(f"a QR code holds up to {_MOST_CONTENT} printable ASCII characters")
    octets = content.encode("ascii")
    return b"".join(
        (
            _two_dimensional(0x41, b"\x32\x00"),
            _two_dimensional(0x43, bytes([module])),
            _two_dimensional(0x45, b"\x31"),
            _two_dimensional(0x50, b"\x30" + octets),
            _two_dimensional(0x51, b"\x30"),
        )
    )


def _two_dimensional(function: int, parameters: bytes) -> bytes:
    length = len(parameters) + 2
    return GS + b"(k" + length.to_bytes(2, "little") + bytes([0x31, function]) + parameters


def raster(rows: Sequence[bytes], scale: int) -> bytes:
    """The same as dots, GS v 0, where the printer draws none itself: rows of modules, 1 is black, `scale` dots each."""
    octets = (len(rows[0]) * scale + 7) // 8
    drawn = bytearray()
    for row in rows:
        dots = int("".join(str(module) * scale for module in row).ljust(octets * 8, "0"), 2)
        drawn += dots.to_bytes(octets, "big") * scale
    height = len(rows) * scale
    return GS + b"v0\x00" + octets.to_bytes(2, "little") + height.to_bytes(2, "little") + bytes(drawn)


def query(what: int) -> bytes:
    """DLE EOT n: answered at once, whatever is being printed."""
    return DLE_EOT + bytes([what])


@dataclass(frozen=True, slots=True)
class PrinterState:
    """What a printer says of itself. faults: why it prints nothing; warnings: it prints, and soon will not."""

    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """All of it."""
        return ", ".join((*self.faults, *self.warnings)) or "ready, with paper"


_BITS: Mapping[int, tuple[tuple[int, str, bool], ...]] = MappingProxyType(
    {
        STATUS: ((0x08, "off-line", True),),
        OFFLINE: ((0x04, "the cover is open", True), (0x20, "the paper is out", True)),
        ERROR: (
            (0x08, "the knife is stuck", True),
            (0x20, "an error that switching off and on mends, or nothing", True),
            (0x40, "too hot for now", True),
        ),
        PAPER: ((0x0C, "the paper is nearly out", False), (0x60, "the paper is out", True)),
    }
)


def state(answers: Mapping[int, int]) -> PrinterState:
    """Of the answers to DLE EOT, by what was asked for."""
    found: dict[bool, list[str]] = {True: [], False: []}
    for what, octet in answers.items():
        for mask, told, fault in _BITS[what]:
            if octet & mask and told not in found[fault]:
                found[fault].append(told)
    faults = found[True]
    if len(faults) > 1 and "off-line" in faults:
        faults.remove("off-line")
    return PrinterState(tuple(faults), tuple(found[False]))


def is_status(octet: int) -> bool:
    """Whether it is an answer to DLE EOT, which has bits 0, 1, 4 and 7 fixed."""
    return octet & 0x93 == 0x12


def is_in_order(octet: int) -> bool:
    """Whether it is an answer to GS r, which has bits 4 and 7 fixed."""
    return octet & 0x90 == 0


def paper_out(octet: int) -> bool:
    """What GS r 1 says."""
    return octet & 0x0C == 0x0C


def _page(name: str) -> tuple[int, str]:
    found = CODE_PAGES.get(name)
    if found is None:
        raise BadInput(f"there is no code page “{safe(name, 20)}”", hint=f"one of {', '.join(CODE_PAGES)}")
    return found
