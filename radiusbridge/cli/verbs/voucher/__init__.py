"""`voucher`: batches of hotspot vouchers, from the draw to the sale."""

import click

from radiusbridge.cli.verbs.voucher.ending import expire, void
from radiusbridge.cli.verbs.voucher.importing import import_
from radiusbridge.cli.verbs.voucher.looks import printer, template
from radiusbridge.cli.verbs.voucher.making import generate, resume, stop
from radiusbridge.cli.verbs.voucher.printing import print_, prints, reprint, trace
from radiusbridge.cli.verbs.voucher.reporting import books, report
from radiusbridge.cli.verbs.voucher.seeing import list_, show
from radiusbridge.cli.verbs.voucher.selling import return_, sales, sell
from radiusbridge.cli.verbs.voucher.shifts import shift
from radiusbridge.cli.verbs.voucher.stocking import least, stock
from radiusbridge.cli.verbs.voucher.watching import watch


@click.group()
def voucher() -> None:
    """Vouchers: draw, write to the router, read back, sell."""


for _verb in (generate, list_, show, sell, return_, stock, sales, resume, stop, void, expire, import_, watch):
    voucher.add_command(_verb)
for _verb in (least, shift, report, books, print_, reprint, prints, trace, template, printer):
    voucher.add_command(_verb)
