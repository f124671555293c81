"""The page of sales by keys: periods and groupings, the trend, the drawer opened and counted, a file."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from radiusbridge.services.vouchers import drawer, selling, stocking
from radiusbridge.services.vouchers.selling import Wish
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.tui.app import Dashboard
from radiusbridge.tui.start import Start
from tests.db.test_voucher_shifts import ready
from tests.tui.isp import context_for, record
from tests.tui.test_forms import Real


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_day_of_sales(tmp_path: Path, size: tuple[int, int]) -> None:
    async with SimulatedIsp(customers=1) as isp:
        context = await asyncio.to_thread(context_for, isp, tmp_path)
        await record(isp, context)
        await context.database.write(partial(ready, 4, outlet="kios"))
        await stocking.set_least(context, "harian", 3, outlet="kios")
        for _ in range(2):
            await selling.sell(replace(context, who="budi"), Wish(profile="harian"))
        app = Dashboard(context=context, start=Start("vouchers"))
        try:
            async with app.run_test(size=size, notifications=True) as pilot:
                stage = Real(app, pilot, context, None)  # type: ignore[arg-type]
                await stage.until_shown("harian")
                await stage.press("R")
                await stage.until_shown("1 today", "no shift of yours is open", "harian at kios: 2 ready, 3 have to be")
                await stage.until_shown("2 sold, 0 returned: Rp 10.000, on average Rp 5.000", "Asia/Jakarta", "█")
                await stage.press("s")
                await stage.until_shown("Open the drawer")
                await stage.type(cash="-5")
                await stage.until_shown("is no number from 0")
                await stage.type(cash="100000", outlet="kios")
                await stage.press("ctrl+s")
                await stage.until_shown("shift 1 at kios since")
                sold = await selling.sell(context, Wish(profile="harian"))
                await stage.press("o")
                await stage.until_shown("3 sold, 0 returned: Rp 15.000")
                assert "Rp 105.000" not in stage.text
                await stage.press("x")
                await stage.until_shown("Rp 105.000 in the drawer")
                await stage.press("x")
                await stage.press("S")
                await stage.until_shown("Count the drawer")
                await stage.type(counted="104000")
                await stage.press("ctrl+s")
                await stage.until_shown("not what has to be in the drawer")
                await stage.type(reason="kembalian")
                await stage.press("ctrl+s")
                await stage.until_shown("no shift of yours is open", "The drawer is closed", "counted of")
                await stage.press("t")
                await stage.until_shown("Shifts", "Rp 104.000 counted", "Rp -1.000")
                await stage.press("escape")
                await selling.take_back(context, sold.sale.code)
                await stage.press("f")
                await stage.until_shown("Only these sales")
                await stage.type(cashier="ani", zone="Asia/Atlantis")
                await stage.press("ctrl+s")
                await stage.until_shown("no such time zone")
                await stage.press("f")
                await stage.until_shown("Only these sales")
                await stage.type(zone="Asia/Jayapura")
                await stage.press("ctrl+s")
                await stage.until_shown("days of Asia/Jayapura; ani", "1 sold, 1 returned: Rp 0")
                await stage.press("c", "E")
                await stage.until_shown("Export the report")
                await stage.press("c")
                await stage.until_shown("1 line written")
                await stage.press("y")
                await stage.until_shown("radiusbridge voucher report --period month --by cashier")
                await stage.press("escape", "escape")
                await stage.until_shown("harian")
                [closed] = await drawer.drawers(context)
                assert closed.end is not None
                app.exit(0)
        finally:
            await app.close_desk()
            await context.close()
