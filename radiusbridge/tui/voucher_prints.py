"""What the keys do with the cards of vouchers: a specimen, the form of a print, one sold and printed."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.errors import RadiusbridgeError, UnknownName
from radiusbridge.domain.text import folded
from radiusbridge.domain.vouchers.codes import shown
from radiusbridge.domain.vouchers.prints import Form, VoucherPrinter
from radiusbridge.domain.vouchers.records import VoucherBatch
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.evidence import severity_of
from radiusbridge.tui.form import Entry, Values, Ways
from radiusbridge.tui.form import Form as FormScreen
from radiusbridge.tui.form_checks import any_text, empty_or, one_of, whole_number, yes_or_no
from radiusbridge.tui.language import _, current
from radiusbridge.tui.pane import Page
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell
from radiusbridge.tui.voucher_changes import sold_lines

if TYPE_CHECKING:
    from radiusbridge.services.vouchers.printing import Printed
    from radiusbridge.tui.app import Dashboard

_FILES = (Form.PDF, Form.HTML, Form.TEXT, Form.ESCPOS58, Form.ESCPOS80)
_ENDINGS = {Form.PDF: "pdf", Form.HTML: "html", Form.TEXT: "txt"}
CODE_PAGES = ("pc437", "pc850", "wpc1252", "pc858")
FIELDS = ("to", "file", "template", "language", "limit", "code_page", "raster", "replace", "reason")
"""Of the form of a print."""
_INK = "black on bright_white"


def preview(app: "Dashboard", batch: VoucherBatch) -> None:
    """As the usual printer, or else A4, has it: the words beside the QR code."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.vouchers import looks, previewing

        printer = await _usual(desk)
        name = looks.template_for(Form.PDF) if printer is None else printer.template
        look = await looks.template(desk.context, name)
        card = await previewing.specimen(desk.context, look.template, batch.id, current())
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
            Entry("file", _("file"), any_text, "", _("empty: vouchers-{id}; or /dev/…, HOST:9100").format(id=batch.id)),
            Entry("template", _("template"), empty_or(one_of("template", templates)), "", ", ".join(templates)),
            Entry("language", _("labels"), empty_or(one_of("language", ("en", "id"))), "", _("en, id; empty: yours")),
            Entry("limit", _("at most"), empty_or(whole_number(1, 100_000)), "", _("so many cards; empty: all")),
            Entry("code_page", _("code page"), empty_or(one_of("code page", CODE_PAGES)), "", ", ".join(CODE_PAGES)),
            Entry("raster", _("QR as dots"), yes_or_no, "", _("yes: the printer draws none itself")),
            Entry("replace", _("replace"), yes_or_no, "", _("yes: also over a file of that name")),
            Entry("reason", _("again, why"), any_text, "", _("empty: only those without a card")),
        ]

        async def save(typed: Values) -> None:
            _print(app, batch, printers.get(folded(typed["to"].strip())), typed)

        app.push_screen(
            FormScreen(_("Print voucher batch {id}").format(id=batch.id), lines, Ways(save=save)), lambda _answer: None
        )

    app.acting.opening("voucher-print", work)


@dataclass(slots=True)
class Going:
    """Whether a print of this process goes on."""

    stopped: bool = False

    def __call__(self, _done: int, _total: int) -> bool:
        """As `printing.Told`."""
        return not self.stopped


def stop(app: "Dashboard", batch: VoucherBatch) -> bool:
    """Ask the batch's print under way here to end after the card in hand; False: there is none."""
    going = app.acting.prints.get(batch.id)
    if going is None:
        return False
    going.stopped = True
    title = _("print of voucher batch {id}").format(id=batch.id)
    app.notify(_("no card is begun any more; the one in hand ends first"), title=title)
    return True


def _print(app: "Dashboard", batch: VoucherBatch, printer: VoucherPrinter | None, typed: Values) -> None:
    text = {name: value.strip() for name, value in typed.items()}

    async def work(desk: Desk) -> None:
        from radiusbridge.domain.vouchers.prints import Way
        from radiusbridge.services.vouchers import printing, quick_sale
        from radiusbridge.services.vouchers.print_choice import Wanted

        again = bool(text["reason"])
        form = printer.form if printer is not None else Form(text["to"].lower())
        wanted = Wanted(
            form, batches=(batch.id,), template=text["template"], again=again, reason=text["reason"],
            limit=int(text["limit"]) if text["limit"] else None, code_page=text["code_page"] or CODE_PAGES[0],
            raster=yes_or_no(text["raster"]), language=text["language"].lower(), operator_speaks=current(),
        )  # fmt: skip
        await asyncio.to_thread(_warm)
        going = Going()
        app.acting.prints[batch.id] = going
        try:
            if printer is not None:
                over = await quick_sale.to_printer(desk.context, wanted, printer, told=going, aside=asyncio.to_thread)
            elif form.paper and (text["file"].startswith("/dev/") or ":" in text["file"]):
                way = Way.DEVICE if text["file"].startswith("/dev/") else Way.SOCKET
                over = await quick_sale.to_place(
                    desk.context, wanted, way, text["file"], told=going, aside=asyncio.to_thread
                )
            else:
                name = text["file"] or f"vouchers-{batch.id}.{_ENDINGS.get(form, 'bin')}"
                over = await printing.to_file(
                    desk.context, wanted, Path(name), replace_file=yes_or_no(text["replace"]), told=going,
                    aside=asyncio.to_thread,
                )  # fmt: skip
        finally:
            app.acting.prints.pop(batch.id, None)
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
        lines = [*sold_lines(sold), Text("")]
        page.put([*lines, Text(f"  {_('printing on {name}').format(name=cell(printer.name, 40))} …")])
        await asyncio.to_thread(_warm)
        try:
            over = await quick_sale.print_card(desk.context, sold, printer, speaks=current(), aside=asyncio.to_thread)
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
