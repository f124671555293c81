"""Templates of cards, and printers by name."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli import print_views as views
from radiusbridge.cli.listed import export_option
from radiusbridge.cli.options import json_option, stacked
from radiusbridge.cli.printing import CODE_PAGES, FORMS, ascii_only
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

_LARGEST = 100_000


@click.group()
def template() -> None:
    """How cards look: brand, subtitle, login link, note, fields."""


@template.command("list")
@export_option
@json_option
@database_verb
async def list_templates(context: "Context", file: str | None, as_json: bool) -> None:
    """Show the templates that there are."""
    from radiusbridge.services.vouchers import looks

    views.show_templates(await looks.templates(context), as_json, file)


@template.command("show")
@click.argument("name")
@click.option("--card", is_flag=True, help="A specimen of the card, whose code is none.")
@json_option
@database_verb
async def show_template(context: "Context", name: str, card: bool, as_json: bool) -> None:
    """Show the template NAME as TOML, as voucher template set --file takes it."""
    from radiusbridge.domain.vouchers.templates import written
    from radiusbridge.services.vouchers import looks, previewing

    look = await looks.template(context, name)
    if as_json:
        output.json_value(views.template_view(look))
    elif card:
        from radiusbridge.tui.language import choose

        made = await previewing.specimen(context, look.template, speaks=choose("", os.environ))
        light_ink = sys.stdout.isatty()
        output.line(previewing.text(made, ascii_only=ascii_only(), light_ink=light_ink))
    else:
        output.line(written(look.template).rstrip("\n"))


_parts = stacked(
    click.option("--brand", metavar="TEXT"),
    click.option("--subtitle", metavar="TEXT"),
    click.option("--login", metavar="URL", help="The hotspot's login page, for the QR code."),
    click.option("--note", metavar="TEXT"),
    click.option("--columns", type=int, metavar="N", help="Cards beside each other on A4."),
    click.option("--border", metavar="LINE", help="line, dashed or none."),
    click.option("--qr", metavar="WHAT", help="login (link with user and password), code or none."),
    click.option("--fields", metavar="NAME,…", help="What is on the card, in this order."),
    click.option("--language", metavar="LANGUAGE", help="Of the labels: en, id, or auto: of whoever prints."),
)


@template.command("set")
@click.argument("name")
@click.option("--from", "source", metavar="NAME", help="Begin with this one; default: what NAME is now.")
@click.option("--file", type=click.Path(path_type=Path), metavar="FILE", help="A TOML file.")
@_parts
@json_option
@database_verb
async def set_template(
    context: "Context", name: str, source: str | None, file: Path | None, as_json: bool, **options: Any
) -> None:
    """Keep the template NAME. A text may hold {profile}, {price}, {outlet} and so on, never anything that runs."""
    from dataclasses import replace

    from radiusbridge.domain.errors import UnknownName
    from radiusbridge.domain.vouchers.templates import Template, parsed
    from radiusbridge.services.vouchers import looks

    base = Template()
    try:
        base = (await looks.template(context, source or name)).template
    except UnknownName:
        if source is not None:
            raise
    if file is not None:
        base = parsed(_content(file), base)
    given = {key: value for key, value in options.items() if value is not None}
    if "fields" in given:
        given["fields"] = tuple(part.strip() for part in given["fields"].split(",") if part.strip())
    look = await looks.set_template(context, name, replace(base, **given))
    if as_json:
        output.json_value(views.template_view(look))
    else:
        output.line(f"kept template {safe(look.name, 60)}")


def _content(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST).decode()
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or "no UTF-8 text"
        raise BadInput(f"the template cannot be read: {told}", target=safe(str(file), 80)) from error


@template.command("remove")
@click.argument("name")
@database_verb
async def remove_template(context: "Context", name: str) -> None:
    """Forget the template NAME; one that it hid comes back."""
    from radiusbridge.services.vouchers import looks

    await looks.remove_template(context, name)
    output.line(f"removed template {safe(name, 60)}")


@click.group()
def printer() -> None:
    """Thermal printers, by name."""


@printer.command("list")
@export_option
@json_option
@database_verb
async def list_printers(context: "Context", file: str | None, as_json: bool) -> None:
    """Show the printers that there are."""
    from radiusbridge.services.vouchers import looks

    views.show_printers(await looks.printers(context), as_json, file)


@printer.command("set")
@click.argument("name")
@click.option("--to", "form", type=click.Choice(FORMS[3:]), default="escpos58", show_default=True, help="Its paper.")
@click.option("--device", metavar="PATH", help="A device, like /dev/usb/lp0.")
@click.option("--socket", metavar="HOST[:PORT]", help="A network printer; port 9100.")
@click.option("--template", default="thermal", show_default=True, metavar="NAME")
@click.option("--code-page", type=click.Choice(CODE_PAGES), default="pc437", show_default=True, metavar="NAME")
@click.option("--raster", is_flag=True, help="QR codes as dots: it draws none itself.")
@json_option
@database_verb
async def set_printer(
    context: "Context", name: str, device: str | None, socket: str | None, as_json: bool, **options: Any
) -> None:
    """Keep the printer NAME. One called default is taken where none is named."""
    from radiusbridge.domain.vouchers.prints import Form, VoucherPrinter, Way
    from radiusbridge.services.vouchers import looks

    if (device is None) == (socket is None):
        raise BadInput("a printer is at a device or at a socket", hint="--device PATH or --socket HOST")
    way = Way.DEVICE if device is not None else Way.SOCKET
    form = Form(options.pop("form"))
    kept = await looks.set_printer(context, VoucherPrinter(name, form, way, device or socket or "", **options))
    if as_json:
        output.json_value(views.printer_view(kept))
    else:
        output.line(f"kept printer {safe(kept.name, 60)}")


@printer.command("remove")
@click.argument("name")
@database_verb
async def remove_printer(context: "Context", name: str) -> None:
    """Forget the printer NAME."""
    from radiusbridge.services.vouchers import looks

    await looks.remove_printer(context, name)
    output.line(f"removed printer {safe(name, 60)}")
