"""Which vouchers are printed, and why others are not."""

from collections import Counter
from dataclasses import dataclass

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError, Refused, UnknownName
from radiusbridge.domain.text import safe
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.codes import batch_of, shown
from radiusbridge.domain.vouchers.prints import Form
from radiusbridge.domain.vouchers.records import Voucher, VoucherBatch

Row = tuple[VoucherBatch, Voucher]
_AGAIN = "printed already"


class NothingToPrint(RadiusbridgeError):
    """Nothing of what was asked for is printed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be printed: which are numbers of batches, or codes (`codes.batch_of`); batches, codes: those that are
    said to be one or the other; voucher_id: one voucher. template empty: the one that fits. again: what was printed
    before, and why. limit: so many of them at most. ascii_only, light_ink: of text, as `cards.making.Making`.
    language: of the labels; empty: the template's, or the operator's."""

    form: Form
    which: tuple[str, ...] = ()
    batches: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    voucher_id: int | None = None
    template: str = ""
    again: bool = False
    reason: str = ""
    code_page: str = "pc437"
    raster: bool = False
    limit: int | None = None
    ascii_only: bool = False
    light_ink: bool = False
    language: str = ""
    operator_speaks: str = "en"

    @property
    def every_batch(self) -> tuple[int, ...]:
        """In the order in which they are named."""
        return (*(number for each in self.which if (number := batch_of(each)) is not None), *self.batches)

    @property
    def every_code(self) -> tuple[str, ...]:
        """In the order in which they are named."""
        return (*(each for each in self.which if batch_of(each) is None), *self.codes)


def hint(left_out: Counter[str], wanted: Wanted) -> str:
    """What to do where nothing is left."""
    which = " ".join([*map(str, wanted.every_batch), *(f"--code {safe(each, 40)}" for each in wanted.every_code)])
    return f"radiusbridge voucher reprint {which} --reason TEXT" if left_out[_AGAIN] else ""


def chosen(unit: UnitOfWork, wanted: Wanted) -> tuple[list[Row], Counter[str]]:
    """Each voucher once; a single one that cannot be printed is refused, of a batch it is left out."""
    rows: dict[int, Row] = {}
    left_out: Counter[str] = Counter()
    if wanted.voucher_id is not None:
        found = unit.vouchers.with_batch(wanted.voucher_id)
        _single(found, wanted.again)
        rows[found[1].id] = found
    for code in wanted.every_code:
        found = unit.vouchers.only(code)
        _single(found, wanted.again)
        rows[found[1].id] = found
    for number in wanted.every_batch:
        batch = named(unit, number)
        for voucher in unit.vouchers.rows(batch.id):
            why = unfit(voucher, wanted.again)
            if why:
                left_out[why] += 1
            else:
                rows[voucher.id] = (batch, voucher)
    every = list(rows.values())
    if wanted.limit is not None and len(every) > wanted.limit:
        left_out["beyond the limit"] = len(every) - wanted.limit
    return every[: wanted.limit], left_out


def named(unit: UnitOfWork, number: int) -> VoucherBatch:
    """The batch of that number. UnknownName, which says how a code of digits is named."""
    try:
        return unit.vouchers.get(number)
    except UnknownName as error:
        hint = f"radiusbridge voucher list; if it is a code: --code {number}"
        raise UnknownName(error.summary, target=error.target, hint=hint) from error


def check(unit: UnitOfWork, wanted: Wanted) -> None:
    """UnknownName: there is no such batch or code."""
    for number in wanted.every_batch:
        named(unit, number)
    for code in wanted.every_code:
        unit.vouchers.only(code)


def _single(row: Row, again: bool) -> None:
    why = unfit(row[1], again)
    if why == _AGAIN:
        told = f"it was printed at {row[1].printed_at:%Y-%m-%d %H:%M} UTC"
        hint = f"radiusbridge voucher reprint --code {shown(row[1].code)} --reason TEXT"
        raise Refused(told, target=shown(row[1].code), hint=hint)
    if why:
        raise NothingToPrint(f"it is {why}", target=shown(row[1].code))


def unfit(voucher: Voucher, again: bool) -> str:
    """Why a voucher is not printed; empty: it is."""
    if voucher.void_at is not None:
        return "void"
    if voucher.expired_at is not None:
        return "expired"
    if voucher.read_at is None or voucher.verdict not in {Verdict.PROVEN, Verdict.UNPROVEN}:
        return "not seen on its router"
    if again:
        return "not printed yet" if voucher.printed_at is None else ""
    if voucher.printed_at is not None:
        return _AGAIN
    return "used already" if voucher.first_login_at is not None else ""
