"""Vouchers sold, one at a time and each once; taken back unused; what is left, and what came in."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.days import day_of, start_of, zone_of
from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.domain.filter_rows import matches
from radiusbridge.domain.filters import parse
from radiusbridge.domain.text import safe
from radiusbridge.domain.voucher_fields import SALES, look_at_sale
from radiusbridge.domain.vouchers.records import MOST_MONEY, Voucher, VoucherBatch, check_outlet
from radiusbridge.domain.vouchers.reported import SoldOn, moment_of
from radiusbridge.domain.vouchers.sales import Entry, Sale, Takings, takings
from radiusbridge.domain.vouchers.shifts import check_note
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require
from radiusbridge.services.vouchers.sale_look import LOOKING, Looked, look

Row = tuple[VoucherBatch, Voucher]


class NotForSale(RadiusbridgeError):
    """There is none, or it is sold, used, over, void, or not seen on its router."""


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of the ledger, and the voucher as it is after it. again: the key was known, nothing was written. unasked:
    why its router could not be asked whether it is good, or was used."""

    sale: Sale
    batch: VoucherBatch
    voucher: Voucher
    again: bool = False
    unasked: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be sold: a code, or the next voucher of a profile, of one outlet, router or batch. amount: Rupiah that
    were paid; None: the selling price. key: of the caller's own; the same again is the same sale. unprinted: with
    profile, only one of which there is no card yet. sold_on: when it was sold, where that is only told now: then it may
    be used, or over. look: ask its router before whether it is good."""

    code: str | None = None
    profile: str | None = None
    outlet: str | None = None
    batch_id: int | None = None
    amount: int | None = None
    note: str = ""
    key: str | None = None
    unprinted: bool = False
    router: str | None = None
    sold_on: SoldOn | None = None
    look: bool = True


async def sell(context: Context, wish: Wish) -> Sold:
    """Sell one voucher. Two who want the last one: one gets it. NotForSale; UnknownName: the code; BadInput."""
    require(context, "voucher.sell")
    if (wish.code is None) == (wish.profile is None):
        raise BadInput("say which voucher", hint="a code, or --profile NAME for the next one of it")
    _check(wish)
    if wish.sold_on is not None or not wish.look:
        sold = await context.database.write(lambda unit: _sell(unit, context, wish))
        assert sold is not None
        return sold
    return await _sell_looked_at(context, wish)


async def _sell_looked_at(context: Context, wish: Wish) -> Sold:
    """Whoever is quicker has it: of a profile another is looked at then, and where the router says that one is bad."""

    def candidate(unit: UnitOfWork) -> Row | None:
        known = None if wish.key is None else unit.voucher_sales.keyed(wish.key)
        return None if known is not None else _chosen(unit, wish)

    clock, bad = context.clock, ""
    until = clock.monotonic() + LOOKING
    while True:
        row = await context.database.read(candidate)
        looked = Looked()
        if row is not None:
            left = until - clock.monotonic()
            if bad and left <= 0:
                told = f"none of those that were looked at is good; the last: {bad}"
                raise NotForSale(told, hint="radiusbridge voucher watch")
            looked = await look(context, *row, max(left, 0.1))
        if row is not None and looked.bad:
            bad = looked.bad
            if wish.code is not None:
                hint = f"radiusbridge voucher resume {row[0].id} looks again"
                raise NotForSale(bad, target=safe(row[1].code, 40), hint=hint)
            continue
        this = None if row is None else row[1].id
        work = partial(_sell, context=context, wish=wish, this=this, unasked=looked.unasked)
        sold = await context.database.write(work)
        if sold is not None:
            return sold


def _sell(unit: UnitOfWork, context: Context, wish: Wish, this: int | None = None, unasked: str = "") -> Sold | None:
    """this: the voucher that was looked at. None: it is another's by now, and there are others."""
    known = None if wish.key is None else unit.voucher_sales.keyed(wish.key)
    if known is not None:
        return Sold(known, *unit.vouchers.with_batch(known.voucher_id), again=True)
    batch, voucher = _chosen(unit, wish) if this is None else unit.vouchers.with_batch(this)
    amount = batch.selling_price if wish.amount is None else wish.amount
    shift = unit.voucher_shifts.current(context.who)
    at_hand = batch.outlet or ("" if shift is None else shift.outlet)
    outlet = at_hand if wish.outlet is None else unit.voucher_outlets.written(wish.outlet)
    line = _line(unit, context, batch, voucher, Entry.SALE, outlet, amount, wish.note, wish.key)
    if wish.sold_on is not None:
        zone = zone_of(unit.voucher_totals.zone())
        line = replace(line, sold_at=moment_of(wish.sold_on, zone, voucher.drawn_at or unit.now, unit.now))
    sale = unit.voucher_sales.sell(batch, voucher, line)
    if sale is None:
        if this is not None and wish.code is None:
            return None
        raise NotForSale(_why_not(voucher, unit.now), target=safe(voucher.code, 40), hint=_hint(voucher))
    return replace(_noted(unit, context, sale, unasked), unasked=unasked)


async def take_back(context: Context, code: str, *, note: str = "") -> Sold:
    """Take a sold voucher back that nobody has used, for which its router is asked; the money that was paid goes. One
    that does not answer holds nobody up, and is told. NotForSale; UnknownName."""
    from radiusbridge.services.vouchers.first_logins import look_at_code

    require(context, "voucher.return")
    check_note(note)
    _, wanted, _ = await context.database.read(lambda unit: _sold(unit, code))
    unasked = "" if wanted.first_login_at is not None else await look_at_code(context, wanted.id)

    def work(unit: UnitOfWork) -> Sold:
        batch, voucher, last = _sold(unit, code)
        line = _line(unit, context, batch, voucher, Entry.RETURN, last.outlet, -last.amount, note, None)
        reported = last.sold_at is not None and bool(note.strip())
        sale = unit.voucher_sales.take_back(batch, voucher, line, used_too=reported)
        if sale is None:
            hint = "a sale that was reported wrongly: --note TEXT" if last.sold_at is not None else ""
            words = f"it is {_state(voucher, unit.now)}: it cannot come back"
            raise NotForSale(words, target=safe(voucher.code, 40), hint=hint)
        return replace(_noted(unit, context, sale, unasked), unasked=unasked)

    return await context.database.write(work)


async def ledger(
    context: Context, text: str = "", *, since: date | None = None, until: date | None = None
) -> tuple[tuple[Sale, ...], Takings]:
    """The lines that fit, in the order of writing, and what they come to. since, until: whole days of the books'
    zone, both in it. BadInput."""
    node = parse(text, SALES)

    def work(unit: UnitOfWork) -> tuple[Sale, ...]:
        zone = zone_of(unit.voucher_totals.zone())
        begin = None if since is None else start_of(since, zone)
        end = None if until is None else start_of(until + timedelta(days=1), zone)

        def day(moment: datetime) -> date:
            return day_of(moment, zone)

        lines, today = unit.voucher_sales.lines(begin, end), day(unit.now)
        return tuple(line for line in lines if matches(node, partial(look_at_sale, line, day), today))

    lines = await context.database.read(work)
    return lines, takings(lines)


def _sold(unit: UnitOfWork, code: str) -> tuple[VoucherBatch, Voucher, Sale]:
    batch, voucher = unit.vouchers.only(code)
    last = unit.voucher_sales.last_sale(voucher.id)
    if last is None or last.entry is Entry.RETURN:
        raise NotForSale("it is not sold", target=safe(voucher.code, 40))
    return batch, voucher, last


def _chosen(unit: UnitOfWork, wish: Wish) -> tuple[VoucherBatch, Voucher]:
    if wish.code is not None:
        return unit.vouchers.only(wish.code)
    assert wish.profile is not None
    outlet = None if wish.outlet is None else unit.voucher_outlets.spelled(wish.outlet)
    if wish.batch_id is None and wish.router is None:
        routers = unit.voucher_sales.routers(wish.profile, unit.now, outlet)
        if len(routers) > 1:
            told = f"a voucher is good at its own router; there are some for {', '.join(routers)}"
            raise BadInput(safe(told, 300), target=safe(wish.profile, 40), hint="--router NAME")
    found = unit.voucher_sales.next_ready(
        wish.profile, unit.now, outlet, wish.batch_id, router=wish.router, unprinted=wish.unprinted
    )
    if found is None:
        where = f" at {safe(wish.outlet, 40)}" if wish.outlet else ""
        without = " that has no card yet" if wish.unprinted else ""
        raise NotForSale(
            f"no voucher of {safe(wish.profile, 40)} is left{where}{without}", hint="radiusbridge voucher stock"
        )
    return unit.vouchers.with_batch(found)


def _line(
    unit: UnitOfWork,
    context: Context,
    batch: VoucherBatch,
    voucher: Voucher,
    entry: Entry,
    outlet: str,
    amount: int,
    note: str,
    key: str | None,
) -> Sale:
    shift = unit.voucher_shifts.current(context.who)
    return Sale(
        unit.now, entry, voucher.id, batch.id, voucher.code, batch.profile, batch.router, outlet, context.who,
        batch.price, amount, 0, key=key, note=note, shift_id=None if shift is None else shift.id,
    )  # fmt: skip


def _check(wish: Wish) -> None:
    """BadInput: nobody sells so."""
    if wish.amount is not None and not 0 <= wish.amount <= MOST_MONEY:
        raise BadInput(f"an amount is 0 to {MOST_MONEY:,}", target=safe(str(wish.amount), 40))
    if wish.key is not None and not wish.key.strip():
        # two sales that forgot theirs would be one, and two guests would get one code
        raise BadInput("a key is not empty", hint="one for each sale, or none")
    check_note(wish.note)
    check_outlet(wish.outlet or "")


def _state(voucher: Voucher, now: datetime) -> str:
    """Also of one whose end nobody has noted yet."""
    over = voucher.expires_at is not None and voucher.expires_at <= now
    return "expired" if over and voucher.void_at is None else voucher.state


def _why_not(voucher: Voucher, now: datetime) -> str:
    state = _state(voucher, now)
    if state in {"sold", "used", "expired", "void"}:
        return f"it is {state} already"
    return "it was not seen on its router as it is to be: radiusbridge voucher resume"


def _hint(voucher: Voucher) -> str:
    late = voucher.sold_at is None and voucher.void_at is None and (voucher.first_login_at or voucher.expired_at)
    return "sold on paper before, and booked now: --sold 2026-12-31" if late else ""


def _noted(unit: UnitOfWork, context: Context, sale: Sale, unasked: str = "") -> Sold:
    after = {"amount": sale.amount, "outlet": sale.outlet, "profile": sale.profile, "turn": sale.turn}
    if unasked:
        after["router not asked"] = unasked
    if sale.sold_at is not None:
        after["sold"] = str(sale.sold_at)
    batch, voucher = unit.vouchers.with_batch(sale.voucher_id)
    subject = f"voucher {batch.id}/{voucher.row}"
    unit.note(f"voucher.{sale.entry}", subject, who=context.who, channel=context.channel, after=after)
    return Sold(sale, batch, voucher)
