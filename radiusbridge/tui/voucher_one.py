"""One voucher by its code: sold, taken back, looked at, made void; as the verbs do it."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.domain.vouchers.codes import shown
from radiusbridge.domain.vouchers.records import MOST_MONEY, password_of
from radiusbridge.domain.vouchers.reported import parse_sold
from radiusbridge.domain.vouchers.sales import rupiah
from radiusbridge.tui import formats, voucher_changes, voucher_ends
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.form_checks import empty_or, whole_number, yes_or_no
from radiusbridge.tui.language import N_, _, current
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell
from radiusbridge.tui.voucher_jobs import Field, Job

if TYPE_CHECKING:
    from radiusbridge.tui.app import Dashboard

_NUMBER = empty_or(whole_number(1, 10**9))
_MOMENTS = (
    (N_("drawn"), "drawn_at"), (N_("read back"), "read_at"), (N_("printed"), "printed_at"), (N_("sold"), "sold_at"),
    (N_("first login"), "first_login_at"), (N_("over"), "expires_at"), (N_("void"), "void_at"), (N_("gone"), "gone_at"),
)  # fmt: skip


async def _sell(_app: "Dashboard", desk: Desk, typed: Mapping[str, str]) -> list[Text]:
    from radiusbridge.services.vouchers import looks, quick_sale, selling

    context, code = desk.context, typed["code"] or None
    printer = await looks.printer(context, typed["printer"]) if typed["printer"] else None
    wish = selling.Wish(
        code,
        None if code else typed["profile"] or None,
        typed["outlet"] or None,
        int(typed["batch_id"]) if typed["batch_id"] and not code else None,
        int(typed["amount"]) if typed["amount"] else None,
        typed["note"],
        typed["key"] or None,
        printer is not None and code is None,
        None if code else typed["router"] or None,
        parse_sold(typed["sold_on"]) if typed["sold_on"] else None,
        not yes_or_no(typed["no_look"]),
    )
    sold = await selling.sell(context, wish)
    lines = voucher_changes.sold_lines(sold)
    if printer is not None:
        try:
            over = await quick_sale.print_card(context, sold, printer, speaks=current(), aside=asyncio.to_thread)
            lines += [] if over is None else [Text(f"  {term(over.run.verdict or '')}  {cell(over.run.words, 300)}")]
        except RadiusbridgeError as error:
            lines.append(Text(f"  ✖ {cell(error.line(), 300)}", "red"))
    return lines


async def _take_back(_app: "Dashboard", desk: Desk, typed: Mapping[str, str]) -> list[Text]:
    from radiusbridge.services.vouchers import selling

    back = await selling.take_back(desk.context, typed["code"], note=typed["note"])
    words = _("{code} came back; {amount} went out").format(
        code=shown(back.sale.code), amount=rupiah(abs(back.sale.amount))
    )
    return [Text(words, "bold"), *voucher_changes.unasked(back)]


async def _show(_app: "Dashboard", desk: Desk, typed: Mapping[str, str]) -> list[Text]:
    from radiusbridge.services.vouchers import revealing, standing

    lines: list[Text] = []
    found, passwords = await standing.coded(desk.context, typed["code"]), yes_or_no(typed["passwords"])
    if passwords:
        await revealing.reveal(desk.context, (voucher for _batch, voucher in found), passwords=True)
    for batch, voucher in found:
        state = f"{term(voucher.state)}  {voucher.verdict or ''}"
        lines += [Text(f"{shown(voucher.code)}  {voucher.number}  {cell(batch.router, 60)}  {state}", "bold")]
        if passwords:
            lines.append(Text(f"  {_('password'):<12} {cell(password_of(batch, voucher), 60) or '-'}"))
        moments = ((label, getattr(voucher, name)) for label, name in _MOMENTS)
        lines += [Text(f"  {_(label):<12} {formats.stamp(at)}") for label, at in moments if at is not None]
        lines += [Text(f"  {voucher_ends.dates(voucher)}", "dim"), Text(f"  {cell(voucher.words, 300)}", "yellow")]
    return lines


async def _void(app: "Dashboard", desk: Desk, typed: Mapping[str, str]) -> list[Text]:
    from radiusbridge.services.vouchers import standing

    code, row = typed["code"] or None, int(typed["row"]) if typed["row"] else None
    if (code is None) == (row is None):
        raise BadInput(_("say which voucher: its code, or its number in the batch"))
    batch = int(typed["batch"])
    await standing.void(desk.context, batch, code=code, row=row, reason=typed["reason"])
    voucher_changes.write(app, batch)
    return []


_CODE = Field("code", N_("code"), hint=N_("as it is printed, or stored"))
_MONEY = empty_or(whole_number(0, MOST_MONEY))
SELL = Job(
    "sell",
    N_("Sell a voucher"),
    _sell,
    (
        Field("code", N_("code"), hint=N_("empty: the next of the profile")),
        Field("profile", N_("profile")),
        Field("batch_id", N_("batch"), _NUMBER),
        Field("router", N_("router"), hint=N_("needed where several have some")),
        Field("outlet", N_("outlet"), hint=N_("where it is sold")),
        Field("amount", N_("amount"), _MONEY, hint=N_("Rupiah; empty: the selling price")),
        Field("sold_on", N_("sold on"), empty_or(parse_sold), hint="2026-12-31 14:30"),
        Field("printer", N_("printer"), hint=N_("prints its card there")),
        Field("no_look", N_("do not look"), yes_or_no, hint=N_("yes: its router is not asked before")),
        Field("key", N_("key"), hint=N_("the same again is the same sale")),
        Field("note", N_("note")),
    ),
)
TAKE_BACK = Job("return", N_("Take a voucher back"), _take_back, (_CODE, Field("note", N_("note"))))
SHOW = Job(
    "show",
    N_("All that is known of a voucher"),
    _show,
    (_CODE, Field("passwords", N_("password"), yes_or_no, hint=N_("yes: show it"))),
)
VOID = Job(
    "void",
    N_("Make one voucher void"),
    _void,
    (
        Field("batch", N_("batch"), whole_number(1, 10**9)),
        Field("code", N_("code")),
        Field("row", N_("number"), _NUMBER, hint=N_("its place in the batch")),
        Field("reason", N_("reason")),
    ),
)
