"""Prints, templates, printers, stock, the ledger and the books of vouchers by keys, as the verbs have them."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.text import Text

from radiusbridge.domain.days import parse_day
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.vouchers.codes import shown
from radiusbridge.domain.vouchers.prints import Form, VoucherPrinter, Way
from radiusbridge.domain.vouchers.sales import rupiah
from radiusbridge.domain.vouchers.stock import MOST_LEAST
from radiusbridge.domain.vouchers.templates import BORDERS, LANGUAGES, MOST_COLUMNS, QR
from radiusbridge.tui import formats
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.form_checks import empty_or, one_of, whole_number, yes_or_no
from radiusbridge.tui.language import N_, _
from radiusbridge.tui.terms import term
from radiusbridge.tui.voucher_jobs import Field, Job, table
from radiusbridge.tui.voucher_one import SHOW
from radiusbridge.tui.voucher_prints import CODE_PAGES

if TYPE_CHECKING:
    from radiusbridge.tui.app import Dashboard

Typed = Mapping[str, str]
_LIMIT = Field("limit", N_("at most"), whole_number(1, 10_000), "50")


async def _prints(_app: "Dashboard", desk: Desk, typed: Typed) -> list[Text]:
    from radiusbridge.services.vouchers import print_ends

    rows = [
        (run.id, formats.stamp(run.at), run.who, run.form, run.handed, term(run.verdict or ""), run.target)
        for run in await print_ends.runs(desk.context, int(typed["limit"]))
    ]
    heads = ("ID", _("at"), _("who"), _("form"), _("cards"), _("verdict"), _("to"))
    return table(_("Prints"), heads, rows)


async def _trace(_app: "Dashboard", desk: Desk, typed: Typed) -> list[Text]:
    from radiusbridge.services.vouchers import print_ends, revealing

    code = typed["code"] or None
    lines = await print_ends.traces(desk.context, code, int(typed["limit"]))
    told = code is not None or yes_or_no(typed["codes"])
    if told and code is None:
        await revealing.reveal(desk.context, (voucher for _line, voucher in lines))
    rows = [
        (
            formats.stamp(line.at), voucher.number, shown(voucher.code) if told or not voucher.fresh else "····",
            term(line.act), line.run_id or "", line.who, line.reason,
        )
        for line, voucher in lines
    ]  # fmt: skip
    heads = (_("at"), _("voucher"), _("code"), _("act"), _("print"), _("who"), _("reason"))
    return table(_("What was done with cards"), heads, rows)


async def _templates(_app: "Dashboard", desk: Desk, _typed: Typed) -> list[Text]:
    from radiusbridge.services.vouchers import looks

    rows = [
        (each.name, each.template.brand, each.template.columns, each.template.qr, each.template.language)
        for each in await looks.templates(desk.context)
    ]
    return table(_("Templates"), (_("name"), _("brand"), _("columns"), "QR", _("labels")), rows)


async def _set_template(app: "Dashboard", desk: Desk, typed: Typed) -> list[Text]:
    from dataclasses import replace

    from radiusbridge.domain.vouchers.templates import Template
    from radiusbridge.services.vouchers import looks

    base = Template()
    try:
        base = (await looks.template(desk.context, typed["source"] or typed["name"])).template
    except UnknownName:
        if typed["source"]:
            raise
    given: dict[str, Any] = {name: text for name, text in typed.items() if text and name not in {"name", "source"}}
    if "columns" in given:
        given["columns"] = int(given["columns"])
    if "fields" in given:
        given["fields"] = tuple(part.strip() for part in given["fields"].split(",") if part.strip())
    await looks.set_template(desk.context, typed["name"], replace(base, **given))
    return await _templates(app, desk, typed)


async def _remove_template(app: "Dashboard", desk: Desk, typed: Typed) -> list[Text]:
    from radiusbridge.services.vouchers import looks

    await looks.remove_template(desk.context, typed["name"])
    return await _templates(app, desk, typed)


async def _printers(_app: "Dashboard", desk: Desk, _typed: Typed) -> list[Text]:
    from radiusbridge.services.vouchers import looks

    rows = [
        (each.name, each.form, each.address, each.template, each.code_page)
        for each in await looks.printers(desk.context)
    ]
    return table(_("Printers"), (_("name"), _("form"), _("to"), _("template"), _("code page")), rows)


async def _set_printer(app: "Dashboard", desk: Desk, typed: Typed) -> list[Text]:
    from radiusbridge.services.vouchers import looks

    device, socket = typed["device"], typed["socket"]
    if bool(device) == bool(socket):
        raise BadInput(_("a printer is at a device or at a socket"))
    way = Way.DEVICE if device else Way.SOCKET
    raster = yes_or_no(typed["raster"])
    made = VoucherPrinter(
        typed["name"], Form(typed["form"]), way, device or socket, typed["template"], typed["code_page"], raster
    )
    await looks.set_printer(desk.context, made)
    return await _printers(app, desk, typed)


async def _remove_printer(app: "Dashboard", desk: Desk, typed: Typed) -> list[Text]:
    from radiusbridge.services.vouchers import looks

    await looks.remove_printer(desk.context, typed["name"])
    return await _printers(app, desk, typed)


async def _stock(_app: "Dashboard", desk: Desk, typed: Typed) -> list[Text]:
    from radiusbridge.services.vouchers import stocking

    wanted = int(typed["least"]) if typed.get("least") else None
    rows = []
    for each in await stocking.levels(desk.context):
        few = each.short or (wanted is not None and each.outlet is not None and each.ready < wanted)
        place = _("all") if each.outlet is None else each.outlet
        rows.append(("!" if few else " ", each.profile, place, each.ready, each.others, each.sold, each.least or ""))
    heads = (" ", _("profile"), _("outlet"), _("ready"), _("others"), _("sold"), _("least"))
    return table(_("Stock"), heads, rows)


async def _least(app: "Dashboard", desk: Desk, typed: Typed) -> list[Text]:
    from radiusbridge.services.vouchers import stocking

    await stocking.set_least(desk.context, typed["profile"], int(typed["count"]), outlet=typed["outlet"])
    return await _stock(app, desk, {})


async def _ledger(_app: "Dashboard", desk: Desk, typed: Typed) -> list[Text]:
    from radiusbridge.services.vouchers import selling

    since, until = _day(typed["since"]), _day(typed["until"])
    lines, total = await selling.ledger(desk.context, typed["filter_"], since=since, until=until)
    rows = [
        (
            formats.stamp(line.at), term(line.entry), shown(line.code), line.profile, line.outlet, line.cashier,
            rupiah(line.amount), "" if line.sold_at is None else formats.stamp(line.sold_at),
        )
        for line in lines[-500:]
    ]  # fmt: skip
    heads = (
        _("at"), _("entry"), _("code"), _("profile"), _("outlet"), _("cashier"), _("amount"), _("sold on"),
    )  # fmt: skip
    head = _("{sold} sold, {returned} returned: {amount}, on average {average}").format(
        sold=total.sold, returned=total.returned, amount=rupiah(total.amount), average=rupiah(total.average)
    )
    return table(head, heads, rows)


def _day(text: str) -> date | None:
    return parse_day(text) if text else None


async def _books(_app: "Dashboard", desk: Desk, typed: Typed) -> list[Text]:
    from radiusbridge.services.vouchers import reporting

    if typed["zone"] or yes_or_no(typed["rebuild"]):
        await reporting.set_zone(desk.context, typed["zone"] or None)
    found = await reporting.books(desk.context)
    days = _("{n} differ from the ledger").format(n=found.differences) if found.differences else _("as the ledger")
    return [Text(_("Books"), "bold"), Text(""), Text(f"  {_('zone')}  {found.zone}"), Text(f"  {_('days')}  {days}")]


_NAME = Field("name", N_("name"))
PAPERS = (
    SHOW,
    Job("sales", N_("The ledger"), _ledger, (
        Field("filter_", N_("filter"), hint="outlet:kios"),
        Field("since", N_("from"), empty_or(parse_day), hint="2026-11-01"),
        Field("until", N_("to"), empty_or(parse_day), hint="2026-11-30"),
    )),
    Job("stock", N_("Stock by profile and outlet"), _stock, (
        Field("least", N_("least"), empty_or(whole_number(0, MOST_LEAST)), hint=N_("mark where fewer are ready")),
    )),
    Job("least", N_("How many have to be ready"), _least, (
        Field("profile", N_("profile")),
        Field("count", N_("how many"), whole_number(0, MOST_LEAST), hint=N_("0: any number will do")),
        Field("outlet", N_("outlet"), hint=N_("empty: at all of them together")),
    )),
    Job("prints", N_("What was printed"), _prints, (_LIMIT,)),
    Job("trace", N_("What was done with cards"), _trace, (
        Field("code", N_("code"), hint=N_("empty: all cards")),
        Field("limit", N_("at most"), whole_number(1, 10_000), "200"),
        Field("codes", N_("codes"), yes_or_no, hint=N_("yes: also those that nobody has bought or used")),
    )),
    Job("template list", N_("Templates of cards"), _templates),
    Job("template set", N_("Keep a template"), _set_template, (
        _NAME,
        Field("source", N_("begin with"), hint=N_("another template; empty: what it is now")),
        Field("brand", N_("brand")),
        Field("subtitle", N_("subtitle")),
        Field("login", N_("login page"), hint="http://hotspot.lan/login"),
        Field("note", N_("note")),
        Field("columns", N_("columns"), empty_or(whole_number(1, MOST_COLUMNS))),
        Field("border", N_("border"), empty_or(one_of("border", BORDERS)), hint=", ".join(BORDERS)),
        Field("qr", "QR", empty_or(one_of("QR", QR)), hint=", ".join(QR)),
        Field("fields", N_("fields"), hint="code,price"),
        Field("language", N_("labels"), empty_or(one_of("language", LANGUAGES)), hint=", ".join(LANGUAGES)),
    )),
    Job("template remove", N_("Forget a template"), _remove_template, (_NAME,)),
    Job("printer list", N_("Printers by name"), _printers),
    Job("printer set", N_("Keep a printer"), _set_printer, (
        _NAME,
        Field("form", N_("paper"), one_of("form", ("escpos58", "escpos80")), "escpos58", "escpos58, escpos80"),
        Field("device", N_("device"), hint="/dev/usb/lp0"),
        Field("socket", N_("socket"), hint="10.0.0.9:9100"),
        Field("template", N_("template"), value="thermal"),
        Field("code_page", N_("code page"), one_of("code page", CODE_PAGES), CODE_PAGES[0], ", ".join(CODE_PAGES)),
        Field("raster", N_("QR as dots"), yes_or_no, hint=N_("yes: the printer draws none itself")),
    )),
    Job("printer remove", N_("Forget a printer"), _remove_printer, (_NAME,)),
    Job("books", N_("The books, and whether they agree"), _books, (
        Field("zone", N_("zone"), hint=N_("keep them in the days of this zone from here on")),
        Field("rebuild", N_("rebuild"), yes_or_no, hint=N_("yes: add them up anew from the ledger")),
    )),
)  # fmt: skip
"""In the order of the menu."""
