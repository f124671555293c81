"""Batches of vouchers and their vouchers, as the database holds them. `id` 0 means: not stored yet."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Lease
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import folded, safe
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.origins import Origin

MOST = 100_000
"""Vouchers in one batch."""
LARGEST = 1_000_000
"""Vouchers that are ordered at once, in several batches."""
ASK_FROM = 5_000
"""So many are asked for once more, with an estimate."""
LABEL_SIGNS = 8
MOST_MONEY = 10**12
LONGEST_COMMENT = 120
LONGEST_OUTLET = 60


class Mode(StrEnum):
    """What a guest types."""

    CODE = "code"
    """The code alone; the password is empty."""
    SAME = "same"
    """The code, as user name and as password."""
    PAIR = "pair"
    """A user name and a password of its own."""


class Keeper(StrEnum):
    """Who lets a guest in."""

    USER_MANAGER = "user-manager"
    HOTSPOT = "hotspot"
    """The router's own list of hotspot users."""


class Starts(StrEnum):
    """From when on a voucher's validity counts."""

    GENERATION = "generation"
    SALE = "sale"
    FIRST_LOGIN = "first-login"


class BatchStatus(StrEnum):
    """Where the writing of a batch is."""

    DRAWN = "drawn"
    """In the database; nobody has taken it to the router yet."""
    RUNNING = "running"
    WAITING = "waiting"
    """The router did not answer; it is carried on from where it is."""
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class VoucherBatch:
    """Vouchers that are drawn together. profile: User Manager's profile, or the hotspot's user profile.

    router_id: of the server (user-manager) or of the NAS (hotspot); router: what it was called. label: stands in the
    comment of each row on the router, and tells ours from others. Limits: seconds and bytes for one voucher, None: as
    the profile says. validity: seconds from `starts`. Prices: whole Rupiah. checked_at: when the codes were held
    against the router's list. counted: of the rows on the router, at the last look. looked_at: when those without a
    first login were seen to be unused; looked_ahead: seconds that the router's clock was ahead then.
    """

    label: str
    keeper: Keeper
    router_id: int
    router: str
    profile: str
    size: int
    mode: Mode = Mode.SAME
    form: CodeForm = field(default_factory=CodeForm)
    id: int = 0
    hotspot_server: str = ""
    time_limit: int | None = None
    data_limit: int | None = None
    validity: int | None = None
    starts: Starts = Starts.FIRST_LOGIN
    price: int = 0
    selling_price: int = 0
    outlet: str = ""
    comment: str = ""
    status: BatchStatus = BatchStatus.DRAWN
    verdict: Verdict | None = None
    why: str = ""
    stop_requested: bool = False
    void: bool = False
    """Whether the vouchers are to be off the router, and nobody may log in with them any more."""
    lease: Lease | None = None
    origin: Origin = Origin.HERE
    who: str = ""
    channel: str = ""
    created_at: datetime | None = None
    checked_at: datetime | None = None
    counted: int | None = None
    finished_at: datetime | None = None
    looked_at: datetime | None = None
    looked_ahead: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.price <= MOST_MONEY or not 0 <= self.selling_price <= MOST_MONEY:
            raise BadInput("a price is out of range", target=str(max(self.price, self.selling_price)))
        if len(self.comment) > LONGEST_COMMENT or not self.comment.isprintable():
            raise BadInput(f"a comment is up to {LONGEST_COMMENT} printable characters")
        if any(sign in self.comment for sign in "[]"):
            raise BadInput("a comment has no brackets", hint="User Manager 6 keeps notes between them")

    @property
    def called(self) -> str:
        """What it is called in the journal."""
        return f"voucher batch {self.id}"

    @property
    def note(self) -> str:
        """What stands in the comment of each row on the router."""
        return f"{self.label} {self.comment}".rstrip()


@dataclass(frozen=True, slots=True)
class Voucher:
    """One voucher. row: its place in the batch, from 1. Each date says only that; None: it has not happened.

    first_login_at: the earliest moment that it may have been; first_login_off: seconds that it may have been later;
    first_login_by: what it was told by. expired_at: it was found to be over. gone_at: one that has expired or is void
    was seen to be off the router. ended_by: the operation that ends it. verdict and words: of the last look at its row
    there, or of that operation.
    """

    batch_id: int
    row: int
    code: str
    id: int = 0
    password: Secret | None = None
    """Only where it is another than the code."""
    drawn_at: datetime | None = None
    written_at: datetime | None = None
    read_at: datetime | None = None
    printed_at: datetime | None = None
    sold_at: datetime | None = None
    first_login_at: datetime | None = None
    first_login_off: float | None = None
    first_login_by: str = ""
    expires_at: datetime | None = None
    expired_at: datetime | None = None
    void_at: datetime | None = None
    gone_at: datetime | None = None
    ended_by: int | None = None
    verdict: Verdict | None = None
    words: str = ""

    @property
    def over(self) -> bool:
        """Whether nobody is to be let in with it any more."""
        return self.expired_at is not None or self.void_at is not None

    @property
    def fresh(self) -> bool:
        """Whether it can still be sold or used first: whoever reads its code has something that is worth money."""
        return not self.over and self.sold_at is None and self.first_login_at is None

    @property
    def number(self) -> str:
        """`12/37`: batch and place, as on its card; what it is called where its code is not to be read."""
        return f"{self.batch_id}/{self.row}"

    @property
    def first_login_by_then(self) -> datetime | None:
        """The latest moment that the first login may have been."""
        if self.first_login_at is None:
            return None
        return self.first_login_at + timedelta(seconds=self.first_login_off or 0.0)

    @property
    def key(self) -> str:
        """The code as codes are told apart: nobody is to tell two by their case alone."""
        return folded(self.code)

    @property
    def state(self) -> str:
        """The furthest that it got, in one word of `STATES`."""
        if self.void_at is not None:
            return "void"
        if self.verdict is Verdict.FAILED:
            return "failed"
        dates = (self.expired_at, self.first_login_at, self.sold_at, self.printed_at, self.read_at, self.written_at)
        words = ("expired", "used", "sold", "printed", "ready", "written")
        return next((word for word, date in zip(words, dates, strict=True) if date is not None), "drawn")


def on_sale(voucher: Voucher) -> bool:
    """Whether somebody may have it, and is to be let in with it: it was read back on its router once, is not over, and
    nothing was found wrong with it."""
    return voucher.read_at is not None and not voucher.over and voucher.verdict is not Verdict.FAILED


STATES = ("drawn", "written", "ready", "failed", "printed", "sold", "used", "expired", "void")


def check_outlet(text: str) -> None:
    """BadInput: nobody can call an outlet so; empty: it is none."""
    if len(text) > LONGEST_OUTLET or not text.isprintable() or text != text.strip():
        raise BadInput(
            f"an outlet has up to {LONGEST_OUTLET} printable characters, and no blank around them",
            target=safe(text, 60),
        )


def password_of(batch: VoucherBatch, voucher: Voucher) -> str:
    """What is typed beside the code."""
    if batch.mode is Mode.SAME:
        return voucher.code
    return voucher.password.reveal() if voucher.password is not None else ""


def expiry(batch: VoucherBatch, voucher: Voucher) -> datetime | None:
    """When the validity is over; None: it has none, or has not begun. A first login counts from the latest moment that
    it may have been, so that nobody loses time that was paid for. One that was used and never sold lasts from its first
    login: else it would last for ever."""
    if batch.validity is None:
        return None
    begins = {
        Starts.GENERATION: voucher.drawn_at,
        Starts.SALE: voucher.sold_at or voucher.first_login_by_then,
        Starts.FIRST_LOGIN: voucher.first_login_by_then,
    }[batch.starts]
    return None if begins is None else begins + timedelta(seconds=batch.validity)
