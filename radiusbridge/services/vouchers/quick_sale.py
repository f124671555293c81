"""Cards to a printer that goes by a name; and one that is sold and printed at once."""

from dataclasses import replace

from radiusbridge.domain.vouchers.prints import VoucherPrinter, Way
from radiusbridge.gateways.printers.printer import printer_at
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers import printing
from radiusbridge.services.vouchers.asides import Aside, here
from radiusbridge.services.vouchers.print_choice import Wanted
from radiusbridge.services.vouchers.printing import Printed, Told
from radiusbridge.services.vouchers.selling import Sold


async def to_printer(
    context: Context,
    wanted: Wanted,
    known: VoucherPrinter,
    *,
    told: Told = lambda _done, _total: True,
    aside: Aside = here,
) -> Printed:
    """Print there, as the printer takes it; a template that is named stands before the printer's own. As
    `printing.to_taker`."""
    template = wanted.template or known.template
    fitting = replace(wanted, form=known.form, template=template, code_page=known.code_page, raster=known.raster)
    printer = printer_at(known.way, known.address, context.clock)
    return await printing.to_taker(context, fitting, printer, known.address, told=told, aside=aside)


async def to_place(
    context: Context,
    wanted: Wanted,
    way: Way,
    address: str,
    *,
    told: Told = lambda _done, _total: True,
    aside: Aside = here,
) -> Printed:
    """Print at a device or a socket that has no name here. As `printing.to_taker`."""
    return await printing.to_taker(
        context, wanted, printer_at(way, address, context.clock), address, told=told, aside=aside
    )


async def print_card(
    context: Context, sold: Sold, known: VoucherPrinter, *, speaks: str = "en", aside: Aside = here
) -> Printed | None:
    """Print the card of what was sold. None: there is one already. The sale stands, whatever comes of this; as
    `printing.to_taker`. speaks: the operator's language."""
    if sold.voucher.printed_at is not None:
        return None
    wanted = Wanted(known.form, voucher_id=sold.voucher.id, operator_speaks=speaks)
    return await to_printer(context, wanted, known, aside=aside)
