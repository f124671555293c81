"""Whoever buys a voucher in the demo comes to the hotspot with it a moment later, and types it again when put out."""

from typing import TYPE_CHECKING

from radiusbridge.simulator.build import add_device
from radiusbridge.simulator.isp import SimulatedIsp

if TYPE_CHECKING:
    from radiusbridge.domain.vouchers.records import Voucher, VoucherBatch
    from radiusbridge.services.context import Context

LOOK = 1.0
"""Seconds between two looks for what was sold."""
WALK = 3.0
"""Seconds from the sale to the hotspot."""
REDIAL = (2.0, 4.0)


async def come(isp: SimulatedIsp, context: "Context", nases: tuple[str, ...]) -> None:
    """For ever. nases: whose hotspots people go to."""
    from radiusbridge.services.vouchers import finding

    known: set[int] = set()
    while True:
        await context.clock.sleep(LOOK)
        sold = [each for each in await finding.vouchers(context, "state:sold", limit=50) if each[1].id not in known]
        if sold:
            await context.clock.sleep(WALK)
        for batch, voucher in sold:
            known.add(voucher.id)
            _comes(isp, batch, voucher, nases)


def _comes(isp: SimulatedIsp, batch: "VoucherBatch", voucher: "Voucher", nases: tuple[str, ...]) -> None:
    from radiusbridge.domain.vouchers.records import password_of

    nas = batch.router if batch.router in nases else nases[voucher.id % len(nases)]
    isp.shell.driver.sync()
    guest = add_device(isp.world, isp.router(nas), voucher.code, password_of(batch, voucher))
    guest.redial = REDIAL
    isp.world.customers[voucher.code] = guest
    guest.switch_on()
    isp.shell.driver.sync()
