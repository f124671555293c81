"""What the keys do with the cards of vouchers: a specimen, the form of a print, one sold and printed."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.errors import RadiusbridgeError, UnknownName
from radiusbridge.domain.text import folded
from radiusbridge.domain.vouchers.codes import shown
from radiusbridge.domain.vouchers.prints import Form, VoucherPrinter
from radiusbridge.domain.vouchers.records import VoucherBatch
from radiusbridge.tui import formats
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.evidence import severity_of
from radiusbridge.tui.form import Entry, Values, Ways
from radiusbridge.tui.form import Form as FormScreen
from radiusbridge.tui.form_checks import any_text, empty_or, one_of
from radiusbridge.tui.language import _
from radiusbridge.tui.pane import Page
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell
from radiusbridge.tui.voucher_changes import unasked

if TYPE_CHECKING:
    from radiusbridge.services.vouchers.printing import Printed
    from radiusbridge.tui.app import Dashboard

_FILES = (Form.PDF, Form.HTML, Form.TEXT, Form.ESCPOS58, Form.ESCPOS80)
_ENDINGS = {Form.PDF: "pdf", Form.HTML: "html", Form.TEXT: "txt"}
_INK = "black on bright_white"


def preview(app: "Dashboard", batch: VoucherBatch) -> None:
    """As the usual printer, or else A4, has it: the words beside the QR code."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.vouchers import looks, previewing

        printer = await _usual(desk)
        name = looks.template_for(Form.PDF) if printer is None else printer.template
        look = await looks.template(desk.context, name)
        card = await previewing.specimen(desk.context, look.template, batch.id)
        words, code = await asyncio.to_thread(previewing.halves, card, ascii_only=app.manners.ascii)
        page = Page()
        app.push_screen(page, lambda _answer: None)
        title = _("a specimen, by the template {name}; its code is none").format(name=cell(look.name, 40))
        page.put([Text(title, "bold"), Text(""), *_beside(words, code)])

    app.acting.opening("voucher-preview", work)


def _beside(words: list[str], code: list[str]) -> list[Text]:
    lines = []
    for at in range(max(len(words), len(code))):
        line = Text("  ")
        if code:
            line.append(code[at] if at < len(code) else " " * len(code[0]), _INK if at < len(code) else "")
            line.append("  ")
        line.append(words[at] if at < len(words) else "")
        lines.append(line)
    return lines


def print_form(app: "Dashboard", batch: VoucherBatch) -> None:
    """A form; ^s prints, beside everything else."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.vouchers import looks

        printers = {folded(each.name): each for each in await looks.printers(desk.context)}
        usual = await _usual(desk)
        names = [each.name for each in printers.values()]
        targets = [*names, *map(str, _FILES)]
        templates = [each.name for each in await looks.templates(desk.context)]
        lines = [
            Entry(
                "to", _("to"), one_of("printer", targets), usual.name if usual else str(Form.PDF), ", ".join(targets)
            ),
            Entry("file", _("file"), any_text, "", _("of a form; empty: vouchers-{id} here").format(id=batch.id)),
            Entry("template", _("template"), empty_or(one_of("template", templates)), "", ", ".join(templates)),
            Entry("reason", _("again, why"), any_text, "", _("empty: only those without a card")),
        ]

        async def save(typed: Values) -> None:
            _print(app, batch, printers.get(folded(typed["to"].strip())), typed)

        app.push_screen(
            FormScreen(_("Print voucher batch {id}").format(id=batch.id), lines, Ways(save=save)), lambda _answer: None
        )

    app.acting.opening("voucher-print", work)


def _print(app: "Dashboard", batch: VoucherBatch, printer: VoucherPrinter | None, typed: Values) -> None:
    text = {name: value.strip() for name, value in typed.items()}

    async def work(desk: Desk) -> None:
        from radiusbridge.services.vouchers import printing, quick_sale
        from radiusbridge.services.vouchers.print_choice import Wanted

        again = bool(text["reason"])
        form = printer.form if printer is not None else Form(text["to"].lower())
        wanted = Wanted(form, (str(batch.id),), template=text["template"], again=again, reason=text["reason"])
        await asyncio.to_thread(_warm)
        if printer is not None:
            over = await quick_sale.to_printer(desk.context, wanted, printer, aside=asyncio.to_thread)
        else:
            name = text["file"] or f"vouchers-{batch.id}.{_ENDINGS.get(form, 'bin')}"
            over = await printing.to_file(desk.context, wanted, Path(name), aside=asyncio.to_thread)
        _tell(app, over)
        app.list_screen.renew()

    app.acting.beside("voucher-print", work)


def quick(app: "Dashboard", batch: VoucherBatch) -> None:
    """The oldest that has no card, at the usual printer; its code on a page, whatever the printer says."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.vouchers import looks, quick_sale, selling

        printer = await looks.printer(desk.context, "")
        wish = selling.Wish(profile=batch.profile, batch_id=batch.id, unprinted=True)
        sold = await selling.sell(desk.context, wish)
        page = Page()
        app.push_screen(page, lambda _answer: app.list_screen.renew())
        amount = formats.number(sold.sale.amount)
        lines = [
            Text(
                _("sold: one of {profile} for Rp {amount}").format(profile=cell(batch.profile, 60), amount=amount),
                "bold",
            ),
            Text(""),
            Text(f"  {_('code'):<10} {sold.sale.code}", "bold"),
            *unasked(sold),
            Text(""),
        ]
        page.put([*lines, Text(f"  {_('printing on {name}').format(name=cell(printer.name, 40))} …")])
        await asyncio.to_thread(_warm)
        try:
            over = await quick_sale.print_card(desk.context, sold, printer, aside=asyncio.to_thread)
        except RadiusbridgeError as error:
            stands = _("the sale stands; its card: radiusbridge voucher print --code {code}").format(
                code=shown(sold.sale.code)
            )
            page.put([*lines, Text(f"  ✖ {cell(error.line(), 300)}", "red"), Text(f"  {stands}", "dim")])
            return
        if over is not None:
            run = over.run
            page.put([*lines, Text(f"  {term(run.verdict or '')}  {cell(run.words, 300)}")])

    app.acting.opening("voucher-quick", work)


def _tell(app: "Dashboard", over: "Printed") -> None:
    run = over.run
    left = ", ".join(f"{count} {why}" for why, count in over.left_out.items())
    words = f"{cell(run.target, 100)}: {cell(run.words, 300)}" + (f"; {left}" if left else "")
    severity = severity_of(run.verdict)
    title = _("{verdict}  print {id}").format(verdict=term(run.verdict or ""), id=run.id)
    app.notify(words, title=title, severity=severity, timeout=15, markup=False)


async def _usual(desk: Desk) -> VoucherPrinter | None:
    from radiusbridge.services.vouchers import looks

    try:
        return await looks.printer(desk.context, "")
    except UnknownName:
        return None


def _warm() -> None:
    """Modules and tables that the first QR code needs; blocks."""
    from radiusbridge.services.vouchers.cards import making, qr

    del making
    qr.matrix("warm")
