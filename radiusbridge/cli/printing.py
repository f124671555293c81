"""Where cards go: a file, a device, a socket, a printer by its name, or standard output."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import stacked
from radiusbridge.cli.print_views import show_printed
from radiusbridge.cli.progress import Progress
from radiusbridge.cli.stopping import stopping
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, UnknownName
from radiusbridge.domain.vouchers.codes import shown

if TYPE_CHECKING:
    from radiusbridge.domain.vouchers.prints import VoucherPrinter
    from radiusbridge.services.context import Context
    from radiusbridge.services.vouchers.print_choice import Wanted
    from radiusbridge.services.vouchers.printing import Printed, Told
    from radiusbridge.services.vouchers.selling import Sold

FORMS = ("text", "html", "pdf", "escpos58", "escpos80")
CODE_PAGES = ("pc437", "pc850", "wpc1252", "pc858")
ASCII = "RADIUSBRIDGE_ASCII"
_ENDINGS = {".pdf": "pdf", ".html": "html", ".htm": "html", ".txt": "text"}
STDOUT = "standard output"

target_options = stacked(
    click.option("--to", "form", type=click.Choice(FORMS), metavar="FORM", help=f"{', '.join(FORMS)}."),
    click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Into a new file, mode 0600."),
    click.option("--replace", "replace_file", is_flag=True, help="Also over a file of that name."),
    click.option("--device", metavar="PATH", help="To a device, like /dev/usb/lp0."),
    click.option("--socket", metavar="HOST[:PORT]", help="To a network printer; port 9100."),
    click.option("--printer", metavar="NAME", help="To a printer by its name; see: voucher printer."),
    click.option("--template", default="", metavar="NAME", help="Default: thermal for ESC/POS, else default."),
    click.option("--language", type=click.Choice(("en", "id")), help="Of labels; default: the template's, or yours."),
    click.option("--code-page", type=click.Choice(CODE_PAGES), metavar="NAME", help=f"{', '.join(CODE_PAGES)}."),
    click.option("--raster", is_flag=True, help="QR codes as dots, for printers that draw none."),
    click.option("--limit", type=click.IntRange(1, 100_000), metavar="N", help="So many of them at most."),
)


@dataclass(slots=True)
class Screen:
    """Standard output as a taker of cards."""

    sent: int = 0
    words: str = ""

    async def open(self) -> None:
        """It is open."""

    async def hand(self, octets: bytes) -> None:
        """Write, and let it leave; a pager may take it hours later, and the lease is renewed meanwhile."""

        def write() -> None:
            sys.stdout.flush()
            sys.stdout.buffer.write(octets)
            sys.stdout.buffer.flush()

        # counted before: whoever gives up waiting does not know how much of it leaves
        self.sent += len(octets)
        await asyncio.to_thread(write)

    async def carried_out(self) -> bool | None:
        """It does not say."""
        return None

    async def close(self) -> None:
        """It stays open."""


async def print_wanted(context: "Context", wanted: "Wanted", options: Mapping[str, Any], as_json: bool) -> int:
    """Print what is wanted where the options say, and tell what came of it; the exit status."""
    from radiusbridge.tui.language import choose

    speaks = choose("", os.environ)
    wanted = replace(wanted, limit=options["limit"], language=options["language"] or "", operator_speaks=speaks)
    progress = Progress(0, 0, context.clock.monotonic)
    asked: list[str] = []

    def told(done: int, total: int) -> bool:
        progress.size, progress.done = total, done
        if options["printer"] or options["device"] or options["socket"]:
            progress.draw()
        return not asked

    work = asyncio.create_task(_printed(context, wanted, options, as_json, told))
    with stopping(asked.append, work, "print"):
        await asyncio.wait([work])
    progress.clear()
    over = work.result()
    return show_printed(over, as_json, talk=over.run.target == STDOUT and not as_json)


async def _printed(
    context: "Context", wanted: "Wanted", options: Mapping[str, Any], as_json: bool, told: "Told"
) -> "Printed":
    from radiusbridge.domain.vouchers.prints import Form, Way
    from radiusbridge.gateways.printers.printer import printer_at
    from radiusbridge.services.vouchers import printing
    from radiusbridge.services.vouchers.print_choice import check
    from radiusbridge.services.vouchers.quick_sale import to_printer

    await context.database.read(lambda unit: check(unit, wanted))
    where = [name for name in ("output", "device", "socket", "printer") if options[name] is not None]
    if len(where) > 1:
        raise BadInput("cards go to one place", target=" and ".join(f"--{name}" for name in where))
    if options["printer"] is not None or not (where or options["form"]):
        known = await _printer(context, options["printer"])
        if options["form"] and Form(options["form"]) is not known.form:
            raise BadInput(f"{known.name} takes {known.form}", target=f"--to {options['form']}")
        return await to_printer(context, replace(wanted, template=options["template"]), known, told=told)
    form = Form(options["form"] or _form_of(options["output"]))
    code_page, raster = options["code_page"] or "pc437", options["raster"]
    wanted = replace(wanted, form=form, template=options["template"], code_page=code_page, raster=raster)
    if options["output"] is not None:
        file, over = options["output"], options["replace_file"]
        return await printing.to_file(context, wanted, file, replace_file=over, told=told)
    if options["device"] is not None or options["socket"] is not None:
        if not form.paper:
            raise BadInput(f"a printer here takes ESC/POS, not {form}", hint="--to escpos58 or escpos80")
        way = Way.DEVICE if options["device"] is not None else Way.SOCKET
        address = options["device"] or options["socket"] or ""
        return await printing.to_taker(context, wanted, printer_at(way, address, context.clock), address, told=told)
    if as_json:
        raise BadInput("with --json cards go elsewhere", hint="--output FILE")
    if form in {Form.PDF, Form.HTML} or (form.paper and sys.stdout.isatty()):
        raise BadInput(f"{form} goes into a file or to a printer", hint="--output FILE")
    return await printing.to_taker(context, on_screen(wanted), Screen(), STDOUT, told=told)


async def _printer(context: "Context", name: str | None) -> "VoucherPrinter":
    from radiusbridge.services.vouchers import looks

    try:
        return await looks.printer(context, name or "")
    except UnknownName as error:
        if name is not None:
            raise
        hint = "--printer NAME, --output FILE, or --to text"
        raise BadInput(f"say where the cards go: {error.summary}", hint=hint) from error


def _form_of(file: Path | None) -> str:
    """What a file's ending says. BadInput: nothing."""
    form = {".pdf": "pdf", ".html": "html", ".htm": "html", ".txt": "text"}.get(
        "" if file is None else file.suffix.lower()
    )
    if form is None:
        raise BadInput("say what the cards are made into", hint=f"--to {', '.join(FORMS)}")
    return form


async def print_sold(context: "Context", sold: "Sold", printer: "VoucherPrinter", as_json: bool) -> int:
    """Print the card of what was sold, once; tell what came of it, and the exit status."""
    from radiusbridge.services.vouchers.quick_sale import print_card
    from radiusbridge.tui.language import choose

    try:
        over = await print_card(context, sold, printer, speaks=choose("", os.environ))
    except RadiusbridgeError:
        note("", f"the sale stands; its card: radiusbridge voucher print --code {shown(sold.sale.code)}")
        raise
    if over is not None:
        return show_printed(over, as_json)
    note("", "its card was printed before: radiusbridge voucher reprint")
    return 0


def on_screen(wanted: "Wanted") -> "Wanted":
    """The same, as this terminal can show it: light on dark, as most are."""
    return replace(wanted, ascii_only=ascii_only(), light_ink=sys.stdout.isatty())


def ascii_only() -> bool:
    """Whether the terminal may lack blocks."""
    return os.environ.get(ASCII, "") not in {"", "0"} or "utf" not in (sys.stdout.encoding or "").lower()
