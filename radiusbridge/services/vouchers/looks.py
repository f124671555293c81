"""Templates of cards and printers, by name: those that everybody has, and those of this installation."""

from dataclasses import dataclass, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.text import folded, safe
from radiusbridge.domain.values import parse_label
from radiusbridge.domain.vouchers.prints import Form, StoredTemplate, VoucherPrinter
from radiusbridge.domain.vouchers.templates import BUILT_IN, Template
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require

USUAL = "default"
"""The printer of that name is taken where none is named, and there are several."""


@dataclass(frozen=True, slots=True)
class Look:
    """A template; built_in: it comes with the program, and is not changed."""

    name: str
    template: Template
    built_in: bool


async def templates(context: Context) -> tuple[Look, ...]:
    """All, by name."""
    stored = await context.database.read(lambda unit: unit.voucher_templates.all())
    found = {folded(name): Look(name, template, True) for name, template in BUILT_IN.items()}
    found |= {folded(each.name): Look(each.name, each.template, False) for each in stored}
    return tuple(found[key] for key in sorted(found))


async def template(context: Context, name: str) -> Look:
    """The one of that name. UnknownName, with the names that there are."""
    every = await templates(context)
    for each in every:
        if folded(each.name) == folded(name):
            return each
    hint = f"there are {', '.join(safe(each.name, 40) for each in every)}"
    raise UnknownName("no such template", target=safe(name, 60), hint=hint)


def template_for(form: Form) -> str:
    """The name of the template that fits, where none is named."""
    return "thermal" if form.paper else "default"


async def set_template(context: Context, name: str, wanted: Template) -> Look:
    """Keep a template; one that comes with the program is hidden by it. BadInput."""
    require(context, "voucher.template")
    plain = parse_label(name, "template")

    def work(unit: UnitOfWork) -> None:
        old = next((each for each in unit.voucher_templates.all() if folded(each.name) == folded(plain)), None)
        new = StoredTemplate(plain, wanted, 0 if old is None else old.id)
        before = None if old is None else _plain(old.template)
        unit.voucher_templates.add(new) if old is None else unit.voucher_templates.change(new)
        _note(unit, context, "voucher.template", f"template {plain}", before, _plain(wanted))

    await context.database.write(work)
    return Look(plain, wanted, False)


async def remove_template(context: Context, name: str) -> None:
    """Forget one of this installation. UnknownName; BadInput: it comes with the program."""
    require(context, "voucher.template")
    found = await template(context, name)
    if found.built_in:
        raise BadInput("it comes with the program and stays", target=found.name)

    def work(unit: UnitOfWork) -> None:
        old = unit.voucher_templates.named(found.name)
        unit.voucher_templates.remove(old.id)
        _note(unit, context, "voucher.template", f"template {old.name}", _plain(old.template), None)

    await context.database.write(work)


async def printers(context: Context) -> tuple[VoucherPrinter, ...]:
    """All, by name."""
    return await context.database.read(lambda unit: unit.voucher_printers.all())


async def printer(context: Context, name: str) -> VoucherPrinter:
    """The one of that name; empty: the usual one, or the only one. UnknownName."""
    if name:
        return await context.database.read(lambda unit: unit.voucher_printers.named(name))
    every = await printers(context)
    usual = [each for each in every if folded(each.name) == USUAL] or every
    if len(usual) == 1:
        return usual[0]
    told = "there are several printers" if every else "there is no printer yet"
    hint = f"name one, or call one {USUAL}" if every else "radiusbridge voucher printer set NAME --socket HOST"
    raise UnknownName(told, hint=hint)


async def set_printer(context: Context, wanted: VoucherPrinter) -> VoucherPrinter:
    """Keep a printer, in place of the one of that name. BadInput; UnknownName: its template."""
    require(context, "voucher.printer")
    from radiusbridge.gateways.printers.commands import begin
    from radiusbridge.gateways.printers.printer import printer_at

    name = parse_label(wanted.name, "printer")
    begin(wanted.code_page)
    printer_at(wanted.way, wanted.address, context.clock)
    look = await template(context, wanted.template)

    def work(unit: UnitOfWork) -> VoucherPrinter:
        old = next((each for each in unit.voucher_printers.all() if folded(each.name) == folded(name)), None)
        new = replace(wanted, name=name, template=look.name, id=0 if old is None else old.id)
        kept = unit.voucher_printers.add(new) if old is None else unit.voucher_printers.change(new)
        _note(unit, context, "voucher.printer", f"printer {name}", old, kept)
        return kept

    return await context.database.write(work)


async def remove_printer(context: Context, name: str) -> None:
    """Forget it. UnknownName."""
    require(context, "voucher.printer")

    def work(unit: UnitOfWork) -> None:
        old = unit.voucher_printers.named(name)
        unit.voucher_printers.remove(old.id)
        _note(unit, context, "voucher.printer", f"printer {old.name}", old, None)

    await context.database.write(work)


def _plain(template: Template) -> dict[str, object]:
    return {"brand": template.brand, "subtitle": template.subtitle, "login": template.login, "note": template.note,
            "columns": template.columns, "border": template.border, "fields": list(template.fields),
            "qr": template.qr, "language": template.language}  # fmt: skip


def _note(unit: UnitOfWork, context: Context, action: str, subject: str, before: object, after: object) -> None:
    unit.note(action, subject, who=context.who, channel=context.channel, before=before, after=after)
