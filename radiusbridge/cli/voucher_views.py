"""Vouchers and batches as text and JSON."""

from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note, talk
from radiusbridge.cli.voucher_report_views import sums_view, told
from radiusbridge.domain.days import zone_of
from radiusbridge.domain.sizes import size_text
from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.codes import roughly, shown
from radiusbridge.domain.vouchers.records import BatchStatus, Voucher, VoucherBatch, password_of
from radiusbridge.domain.vouchers.sales import rupiah

if TYPE_CHECKING:
    from collections.abc import Sequence

    from radiusbridge.domain.vouchers.sales import Sale, Takings
    from radiusbridge.services.vouchers.ordering import Preview
    from radiusbridge.services.vouchers.selling import Sold
    from radiusbridge.services.vouchers.standing import Standing

HIDDEN = "hidden"
"""In place of a code that nobody has asked for."""
_BATCH = (
    "id", "label", "router", "hotspot_server", "profile", "size", "time_limit", "data_limit", "validity",
    "price", "selling_price", "outlet", "comment", "why", "void", "counted", "who",
)  # fmt: skip
_TIMES = ("created_at", "checked_at", "finished_at")
_DATES = (
    "drawn_at", "written_at", "read_at", "printed_at", "sold_at", "first_login_at", "expires_at", "expired_at",
    "void_at", "gone_at",
)  # fmt: skip
_BATCHES = (
    output.column("ID", "id"),
    ("CREATED", lambda row: output.short_time(row["created_at"])),
    output.column("ROUTER", "router"),
    output.column("PROFILE", "profile"),
    output.column("SIZE", "size"),
    output.column("STATUS", "status"),
    output.column("VERDICT", "verdict"),
    output.column("VOUCHERS", "told"),
)
_VOUCHERS = (
    output.column("BATCH", "batch"),
    output.column("ROW", "row"),
    output.column("CODE", "printed"),
    output.column("PASSWORD", "password"),
    output.column("STATE", "state"),
    output.column("VERDICT", "verdict"),
    output.column("WHY", "why"),
)


def batch_view(standing: "Standing") -> output.View:
    """A batch as JSON values."""
    batch, form = standing.batch, standing.batch.form
    return {
        **{name: getattr(batch, name) for name in _BATCH},
        **{name: str(getattr(batch, name)) for name in ("keeper", "mode", "starts", "status", "origin")},
        **{name: _time(getattr(batch, name)) for name in _TIMES},
        "alphabet": form.alphabet,
        "length": form.length,
        "prefix": form.prefix,
        "check": form.check,
        "verdict": None if batch.verdict is None else str(batch.verdict),
        "states": dict(sorted(standing.states.items())),
    }


def voucher_view(batch: VoucherBatch, voucher: Voucher, *, passwords: bool = False, codes: bool = False) -> output.View:
    """A voucher as JSON values. codes, passwords: those of vouchers that are ready, too."""
    view: output.View = {
        "batch": batch.id,
        "row": voucher.row,
        **codes_view(voucher, asked=codes or passwords),
        "state": voucher.state,
        "verdict": None if voucher.verdict is None else str(voucher.verdict),
        "why": voucher.words,
        **{name: _time(getattr(voucher, name)) for name in _DATES},
        "first_login_off": voucher.first_login_off,
        "first_login_by": voucher.first_login_by,
        "ended_by": voucher.ended_by,
    }
    return {**view, "password": password_of(batch, voucher)} if passwords else view


def codes_view(voucher: Voucher, *, asked: bool = False) -> output.View:
    """Its code, as it is kept and as it is shown; of one that is ready only where somebody asks for it."""
    hidden = voucher.fresh and not asked
    return {"code": None if hidden else voucher.code, "printed": HIDDEN if hidden else shown(voucher.code)}


def _time(moment: object) -> object:
    return None if moment is None else str(moment).replace(" ", "T")


def show_batches(views: list[output.View]) -> None:
    """As a table."""
    output.table([{**view, "told": _counts(view["states"])} for view in views], _BATCHES)


def show_vouchers(views: list[output.View]) -> None:
    """As a table; without the column of passwords where none were asked for."""
    secret = any("password" in view for view in views)
    output.table(views, [each for each in _VOUCHERS if secret or each[0] != "PASSWORD"])


def _counts(states: object) -> str:
    return ", ".join(f"{count} {state}" for state, count in states.items()) if isinstance(states, dict) else ""


def show_preview(told: "Preview") -> None:
    """What would be drawn, on standard error."""
    batch, form = told.batch, told.batch.form
    guess = roughly(told.guess)
    prefix = f" after {form.prefix}" if form.prefix else ""
    for words in (
        f"{batch.size:,} vouchers for {batch.keeper} of {safe(batch.router, 40)}, profile {safe(batch.profile, 40)}",
        f"codes: {form.length} signs of {form.alphabet}{prefix}, {form.space:,} in all; {told.live:,} live there now",
        f"two alike, if nobody looked: {told.clash:.2g}; one guessed at 10 tries a second: {guess}",
        f"writing takes about {roughly(told.seconds)} at 130 requests a second",
        f"room: {size_text(told.octets_here)} in the database, on the router {size_text(told.octets_there)} or more",
    ):
        talk(f"  {words}")
    for warning in told.warnings:
        note("", f"warning: {warning}")


def show_end(standing: "Standing", as_json: bool) -> int:
    """Print how a batch stands; its exit status."""
    batch, status = standing.batch, standing.exit_status
    if as_json:
        output.json_line({"type": "batch", **batch_view(standing), "exit": status})
        return status
    word = str(batch.verdict) if batch.status is BatchStatus.DONE and batch.verdict else str(batch.status).upper()
    counted = "" if batch.counted is None else f"; {batch.counted} counted on the router"
    output.line(f"{word}  voucher batch {batch.id} on {safe(batch.router, 40)}: {_counts(standing.states)}{counted}")
    if batch.why:
        output.paragraph(batch.why)
    if batch.status is not BatchStatus.DONE:
        note(f"voucher batch {batch.id}", f"the rest is not lost; radiusbridge voucher resume {batch.id}")
    return status


_LEDGER = (
    output.column("AT", "local"),
    output.column("ENTRY", "entry"),
    output.column("CODE", "printed"),
    output.column("PROFILE", "profile"),
    output.column("OUTLET", "outlet"),
    output.column("CASHIER", "cashier"),
    ("AMOUNT", lambda row: rupiah(value) if isinstance(value := row["amount"], int) else "-"),
)  # fmt: skip


_SOLD = output.column("SOLD", "sold")


def sale_view(sale: "Sale") -> output.View:
    """A line of the ledger as JSON values."""
    names = ("id", "code", "profile", "router", "outlet", "cashier", "price", "amount", "turn", "key", "note")
    plain = {name: getattr(sale, name) for name in names}
    found: output.View = {
        "at": _time(sale.at),
        "entry": str(sale.entry),
        "batch": sale.batch_id,
        "shift": sale.shift_id,
    }
    found["sold_at"] = _time(sale.sold_at)
    return {**found, **plain, "origin": str(sale.origin), "printed": shown(sale.code)}


def show_sold(sold: "Sold", as_json: bool) -> None:
    """What was sold, with its password; or came back, without."""
    sale, voucher = sold.sale, sold.voucher
    selling = sale.entry == "sale"
    password = password_of(sold.batch, voucher) if selling else None
    if as_json:
        view: output.View = {"type": "sale", **sale_view(sale), "again": sold.again}
        output.json_line({**view, **({"password": password} if selling else {}), "unasked": sold.unasked})
        return
    again = " (sold before under that key)" if sold.again else ""
    what = "sold" if selling else "returned"
    output.line(f"{what} {shown(sale.code)} of {safe(sale.profile, 40)} for {rupiah(abs(sale.amount))}{again}")
    if sold.unasked and selling:
        note("", f"warning: UNPROVEN: whether it is still good could not be asked of its router: {sold.unasked}")
    elif sold.unasked:
        note("", f"warning: whether it was used could not be asked of its router: {sold.unasked}")
    if selling:
        limits = [f"{sold.batch.time_limit // 60} min"] if sold.batch.time_limit else []
        limits += [f"{sold.batch.data_limit:,} octets"] if sold.batch.data_limit else []
        pairs = [("code", sale.code), ("password", password or "-"), ("router", sale.router)]
        output.details([*pairs, ("limits", ", ".join(limits) or "as the profile"), ("outlet", sale.outlet or "-")])


def show_ledger(lines: "Sequence[Sale]", total: "Takings", as_json: bool, zone: str) -> None:
    """The lines, and what they come to. zone: of the times that are shown."""
    views = [sale_view(line) for line in lines]
    if as_json:
        output.json_value({"lines": views, "total": sums_view(total)})
        return
    place = zone_of(zone)
    local = [
        {
            **view,
            "local": f"{line.at.astimezone(place):%Y-%m-%d %H:%M:%S}",
            "sold": "" if line.sold_at is None else f"{line.sold_at.astimezone(place):%Y-%m-%d %H:%M}",
        }
        for view, line in zip(views, lines, strict=True)
    ]
    told_later = any(line.sold_at for line in lines)
    output.table(local, [*_LEDGER, *([_SOLD] if told_later else [])])
    output.line(f"{told(total)}; times of {zone}")
