"""Vouchers that come back, by what their router says of them, whether or not an agent has looked."""

import pytest

from radiusbridge.services.vouchers import selling
from tests.sim.test_voucher_ends import Street, play


@pytest.mark.parametrize("where", ["local", "userman6", "userman7"])
def test_what_a_guest_has_used_does_not_come_back_though_no_agent_looked(where: str) -> None:
    async def script(street: Street) -> None:
        context = street.kiosk.node().context
        batch = await street.ready(context, 3)
        used, unused, dark = await street.kiosk.rows(context, batch)
        for each in (used, unused, dark):
            await selling.sell(context, selling.Wish(code=each.code))
        street.come(used)
        await street.sleep(5.0)
        with pytest.raises(selling.NotForSale, match="it is used"):
            await selling.take_back(context, used.code)
        back = await selling.take_back(context, unused.code)
        assert (back.unasked, back.voucher.state) == ("", "ready")
        for router in street.kiosk.world.routers.values():
            router.faults.turn(dark=True)
        late = await selling.take_back(context, dark.code)
        assert late.unasked
        assert late.voucher.state == "ready"

    play(script, where, time_quota=None)
