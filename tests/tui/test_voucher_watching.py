"""The Vouchers screen: an import from Mikhmon looked at, done and told; the watch by its key."""

import asyncio
from pathlib import Path
from zoneinfo import ZoneInfo

from radiusbridge.domain.alerts.episodes import Signal, step
from radiusbridge.domain.alerts.rules import DEFAULTS, Kind
from radiusbridge.services.vouchers import finding
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.simulator.mikhmon import ZONE
from radiusbridge.tui.app import Dashboard
from radiusbridge.tui.start import Start
from tests.tui.isp import context_for, record
from tests.tui.test_forms import Real


async def test_mikhmons_vouchers_come_over_and_one_that_is_nobodys_is_told(tmp_path: Path) -> None:
    await asyncio.to_thread(ZoneInfo, ZONE)  # from here on it is in memory
    async with SimulatedIsp(customers=1, mikhmon=8) as isp:
        context = await asyncio.to_thread(context_for, isp, tmp_path)
        await record(isp, context)
        users = isp.router("nas1").menus["/ip/hotspot/user"]
        users.add({"name": "=cmd()", "comment": "[bold]\x1b[2Jteknisi"})
        app = Dashboard(context=context, start=Start("vouchers"))
        try:
            async with app.run_test(size=(100, 30), notifications=True) as pilot:
                stage = Real(app, pilot, context, None)  # type: ignore[arg-type]
                await stage.until_shown("No vouchers were drawn yet")
                await stage.press("i")
                await stage.until_shown("Import from Mikhmon", "nas1")
                await stage.press("ctrl+t")
                await stage.until_shown("12 new, 0 changed, 0 known", "4 new, Rp 20,000", "Asia/Jakarta")
                assert await finding.batches(context) == ()
                await stage.press("escape")
                await stage.until_shown("Import from Mikhmon")
                await stage.press("ctrl+s")
                await stage.until_shown("imported from nas1: 12 new", "=cmd(): its comment is none of Mikhmon's")
                await stage.press("escape")
                await stage.until_shown("1hari", "2 batches", "2 expired")
                assert "Import from Mikhmon" not in stage.text, "the form has left, too"
                users.add({"name": "titip01", "profile": "1hari", "comment": "titipan"})
                await stage.press("w")
                mend = "radiusbridge hotspot user remove NAME --nas nas1"
                await stage.until_shown("voucher-foreign  nas1: 1 code in no batch", "titip01", mend)
                await stage.press("escape")
                # what the agent's watch raised stands with the batch, too
                gone = Signal(Kind.VOUCHER_GONE, "nas1/batch 2", 1, "1 vouchers of batch 2 are gone [bold]\x1b[2J")
                raised = step(DEFAULTS[Kind.VOUCHER_GONE], None, gone, 0, context.clock.now())
                assert raised is not None
                await context.database.write(lambda unit: unit.alerts.add(raised))
                await stage.until_shown("! voucher-gone: 1 vouchers of batch 2 are gone [bold]␛[2J")
                app.exit(0)
        finally:
            await app.close_desk()
            await context.close()
