"""A voucher's life by keys: drawn with others, sold, used at the simulated hotspot by RADIUS, over, ended, refused."""

import asyncio
from pathlib import Path

from radiusbridge.cli.demo_walkins import come
from radiusbridge.domain.records import Profile, Service
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services import profiles
from radiusbridge.services.vouchers import finding
from radiusbridge.services.vouchers.first_logins import FirstLogins
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.simulator.oracle import Oracle
from radiusbridge.tui.app import Dashboard
from radiusbridge.tui.start import Start
from tests.tui.isp import context_for, record
from tests.tui.test_forms import Real

LEAST = 2
"""Seconds that the voucher is good for, at least: it has to be seen while it is."""


async def test_a_vouchers_life_by_keys(tmp_path: Path) -> None:
    async with SimulatedIsp(customers=1, guests=1, redial=(0.2, 0.4)) as isp:
        context = await asyncio.to_thread(context_for, isp, tmp_path)
        await record(isp, context)
        plan = Profile("harian", 1_000_000, 2_000_000, service=Service.HOTSPOT, price=5000, shared_users=2)
        await profiles.add(context, plan)
        [server] = await context.database.read(lambda unit: unit.servers.all())
        app, began = Dashboard(context=context, start=Start("vouchers")), context.clock.monotonic()
        try:
            async with app.run_test(size=(80, 24), notifications=True) as pilot:
                stage = Real(app, pilot, context, None)  # type: ignore[arg-type]
                await stage.until_shown("No vouchers were drawn yet")
                await stage.press("n")
                await stage.until_shown("New vouchers")
                lasts = LEAST + round(4 * (context.clock.monotonic() - began))  # what is slow so far goes on so
                await stage.type(
                    keeper="user-manager", router=server.name, profile="harian", quantity="20",
                    validity=f"{lasts}s", starts="first-login",
                )  # fmt: skip
                await stage.press("ctrl+s")
                await stage.until_shown("20 ready", "PROVEN  voucher batch 1")
                await stage.press("v")
                await stage.until_shown("sold: one of harian for Rp 5,000")
                await stage.press("escape")
                [(_, sold)] = await finding.vouchers(context, "state:sold")
                walks = asyncio.create_task(come(isp, context, ("nas1",)))
                await isp.until(lambda: sold.code in isp.world.guests)
                guest = isp.world.guests[sold.code]
                guest.redial = (0.2, 0.4)
                await isp.until(lambda: guest.online)
                walks.cancel()
                while not (await FirstLogins(context).look(whole=True)).found:
                    await context.clock.sleep(0.1)
                await stage.press("g")
                await stage.until_shown("1 used")
                await stage.press("D")
                await stage.until_shown("1 guest is online with them", sold.code)
                await stage.press("escape")
                assert guest.online
                while not await finding.vouchers(context, "state:expired"):
                    await stage.press("x")
                    await stage.until_shown("vouchers that are over")
                    await context.clock.sleep(0.3)
                await stage.until_shown("1 PROVEN", "1 expired")
                [(_, over)] = await finding.vouchers(context, "state:expired")
                assert over.verdict is Verdict.PROVEN
                oracle = Oracle(isp.world)
                assert not oracle.can_pass_traffic(sold.code)
                assert not oracle.would_accept(sold.code, sold.code)
                app.exit(0)
        finally:
            await app.close_desk()
            await context.close()
