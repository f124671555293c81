"""What vouchers and their batches can be filtered by, and their fields. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.codes import shown
from radiusbridge.domain.vouchers.origins import Origin
from radiusbridge.domain.vouchers.records import STATES, BatchStatus, Keeper, Mode, Voucher, VoucherBatch
from radiusbridge.domain.vouchers.sales import Entry, Sale

_VERDICTS = tuple(each.lower() for each in Verdict)
_OF_BATCH = (
    Field("batch", Kind.NUMBER, help="the batch's number"),
    Field("label", help="what stands in the comment of its rows on the router"),
    Field("router", help="the User Manager, or the NAS of a hotspot's own users"),
    Field("keeper", Kind.CHOICE, tuple(Keeper), "who lets the guests in"),
    Field("profile", help="the profile"),
    Field("mode", Kind.CHOICE, tuple(Mode), "what a guest types"),
    Field("outlet", help="where they are sold"),
    Field("comment", help="what was noted"),
    Field("who", help="the operator"),
    Field("price", Kind.NUMBER, help="Rupiah"),
    Field("selling", Kind.NUMBER, help="the selling price, Rupiah"),
    Field("origin", Kind.CHOICE, tuple(Origin), "drawn here, or imported"),
)
OF_BATCH = frozenset(field.name for field in _OF_BATCH)
"""What all vouchers of a batch have alike."""
BATCHES = Vocabulary.of(
    *_OF_BATCH,
    Field("status", Kind.CHOICE, tuple(BatchStatus), "where the writing is"),
    Field("verdict", Kind.CHOICE, _VERDICTS, "what the last look said"),
    Field("size", Kind.NUMBER, help="its vouchers"),
    *(Field(each, Kind.NUMBER, help=f"how many of them are {each}") for each in STATES),
    Field("created", Kind.DAY, help="the day when it was drawn"),
    Field("why", help="why it stopped, or is not PROVEN"),
)
VOUCHERS = Vocabulary.of(
    *_OF_BATCH,
    Field("code", help="the code, as it is printed or as it is stored"),
    Field("row", Kind.NUMBER, help="its place in the batch"),
    Field("state", Kind.CHOICE, STATES, "the furthest that it got"),
    Field("verdict", Kind.CHOICE, _VERDICTS, "what the last look said"),
    Field("why", help="what is wrong with it"),
    *(
        Field(name, Kind.DAY, help=f"the day when it {words}")
        for name, words in (
            ("drawn", "was drawn"),
            ("written", "was written to the router"),
            ("read", "was read back"),
            ("printed", "was printed"),
            ("sold", "was sold"),
            ("login", "was used first"),
            ("expires", "ends"),
            ("expired", "was over"),
            ("void", "was made void"),
        )
    ),
)
SALES = Vocabulary.of(
    Field("entry", Kind.CHOICE, tuple(Entry), "sale or return"),
    Field("code", help="the code, as it is printed or as it is stored"),
    Field("batch", Kind.NUMBER, help="the batch's number"),
    Field("profile", help="the profile"),
    Field("router", help="the User Manager, or the NAS of a hotspot's own users"),
    Field("outlet", help="where it was sold"),
    Field("cashier", help="the operator"),
    Field("shift", Kind.NUMBER, help="the shift whose drawer the money went to"),
    Field("amount", Kind.NUMBER, help="Rupiah that were paid; negative for a return"),
    Field("at", Kind.DAY, help="the day"),
    Field("sold", Kind.DAY, help="the day of a sale that was told only later"),
    Field("note", help="what was noted"),
)
Day = Callable[[datetime], date]
"""The operator's day of a moment."""
_DATES = {"read": "read_at", "login": "first_login_at", "expires": "expires_at"}


def look_at_batch(batch: VoucherBatch, states: Mapping[str, int], day: Day, name: str) -> object:
    """A field of `BATCHES`; under `""` its words. states: how many vouchers are in which state."""
    if name in STATES:
        return states.get(name, 0)
    match name:
        case "status":
            return str(batch.status)
        case "verdict":
            return None if batch.verdict is None else batch.verdict.lower()
        case "created":
            return None if batch.created_at is None else day(batch.created_at)
        case "size" | "why":
            value: object = getattr(batch, name)
            return value
    return _of_batch(batch, name)


def _of_batch(batch: VoucherBatch, name: str) -> object:
    match name:
        case "batch":
            return batch.id
        case "selling":
            return batch.selling_price
        case "keeper" | "mode" | "origin":
            return str(getattr(batch, name))
        case "":
            return " ".join((batch.label, batch.router, batch.profile, batch.outlet, batch.comment, batch.who))
    value: object = getattr(batch, name)
    return value


def look_at_voucher(batch: VoucherBatch, voucher: Voucher, day: Day, name: str) -> object:
    """A field of `VOUCHERS`; under `""` its words."""
    match name:
        case "code":
            return f"{voucher.code} {shown(voucher.code)}"
        case "row" | "state":
            value: object = getattr(voucher, name)
            return value
        case "verdict":
            return None if voucher.verdict is None else voucher.verdict.lower()
        case "why":
            return voucher.words
        case "":
            return f"{voucher.code} {shown(voucher.code)} {_of_batch(batch, '')}"
    if name in VOUCHERS.fields and VOUCHERS.fields[name].kind is Kind.DAY:
        moment = getattr(voucher, _DATES.get(name, f"{name}_at"))
        return None if moment is None else day(moment)
    return _of_batch(batch, name)


def look_at_sale(sale: Sale, day: Day, name: str) -> object:
    """A field of `SALES`; under `""` its words."""
    match name:
        case "at":
            return day(sale.at)
        case "sold":
            return None if sale.sold_at is None else day(sale.sold_at)
        case "entry":
            return str(sale.entry)
        case "code":
            return f"{sale.code} {shown(sale.code)}"
        case "batch":
            return sale.batch_id
        case "shift":
            return sale.shift_id
        case "":
            return " ".join(
                (sale.code, shown(sale.code), sale.profile, sale.router, sale.outlet, sale.cashier, sale.note)
            )
    value: object = getattr(sale, name)
    return value
