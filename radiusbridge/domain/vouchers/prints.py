"""Prints of vouchers: what was to be printed, on what, and what is known of it; and the trace of each card."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Lease
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.templates import Template


class Form(StrEnum):
    """What cards are made into."""

    TEXT = "text"
    HTML = "html"
    PDF = "pdf"
    ESCPOS58 = "escpos58"
    ESCPOS80 = "escpos80"

    @property
    def paper(self) -> int:
        """Millimetres of a thermal printer's paper; 0: it is none."""
        return {Form.ESCPOS58: 58, Form.ESCPOS80: 80}.get(self, 0)


class Act(StrEnum):
    """What a line of a card's trace says."""

    PRINT = "print"
    """It was about to be printed, for the first time."""
    REPRINT = "reprint"
    """The same, and it was printed before."""
    UNSENT = "unsent"
    """Nothing of it left: as if it had not been begun."""
    DOUBTFUL = "doubtful"
    """It left in part, or nobody knows; look at the paper."""
    VOID = "void"


class Way(StrEnum):
    """How a printer is reached."""

    DEVICE = "device"
    SOCKET = "socket"


@dataclass(frozen=True, slots=True)
class PrintRun:
    """One print. owner: the process that began it. target: a file, a device, `host:port`. again: a reprint. part,
    digest: the draft of a file, and its SHA-256. cards: begun; handed: of them those that left whole. octets: that
    left. verdict: PROVEN, the file was read back; UNPROVEN, all left and nobody saw the paper; FAILED. ended_at None:
    it is running, or its process is gone. lease: who holds it now."""

    at: datetime
    owner: str
    who: str
    channel: str
    form: Form
    template: str
    target: str
    reason: str = ""
    again: bool = False
    id: int = 0
    part: str = ""
    digest: str = ""
    cards: int = 0
    handed: int = 0
    octets: int = 0
    verdict: Verdict | None = None
    words: str = ""
    ended_at: datetime | None = None
    lease: Lease | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """A line about one card, which stays. run_id None: it is no print."""

    at: datetime
    act: Act
    voucher_id: int
    batch_id: int
    who: str
    channel: str
    reason: str = ""
    run_id: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A template of this installation."""

    name: str
    template: Template
    id: int = 0


@dataclass(frozen=True, slots=True)
class VoucherPrinter:
    """A printer that goes by a name. address: `host:port`, or the path of a device. raster: QR codes as dots, for a
    printer that draws none itself. BadInput: it prints no cards of that form."""

    name: str
    form: Form
    way: Way
    address: str
    template: str = "thermal"
    code_page: str = "pc437"
    raster: bool = False
    id: int = 0

    def __post_init__(self) -> None:
        if not self.form.paper:
            raise BadInput("a printer here takes ESC/POS", target=str(self.form), hint="escpos58 or escpos80")
