"""`voucher`: batches of hotspot vouchers, from the draw to the router."""

import click

from radiusbridge.cli.verbs.voucher.making import generate, resume, stop, void
from radiusbridge.cli.verbs.voucher.seeing import list_, show


@click.group()
def voucher() -> None:
    """Vouchers: draw, write to the router, read back, list."""


for _verb in (generate, list_, show, resume, stop, void):
    voucher.add_command(_verb)
