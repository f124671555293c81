"""A voucher's life on a simulated ISP: drawn with 199 others, sold, used by RADIUS, expired, kicked, reported."""

import asyncio
import logging
from collections.abc import Callable

from radiusbridge.cli import output
from radiusbridge.cli import voucher_end_views as ends
from radiusbridge.cli import voucher_views as views
from radiusbridge.cli.demo_dashboard import PLANS
from radiusbridge.cli.demo_isp import SERVER, Stage, add_nases, add_server, stage
from radiusbridge.cli.operations import evidence_line
from radiusbridge.cli.voucher_report_views import show_report
from radiusbridge.domain.records import Profile
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.records import Starts, Voucher
from radiusbridge.domain.vouchers.reports import Grouping, Period
from radiusbridge.services import journal, profiles
from radiusbridge.services.vouchers import ordering, reporting, selling, standing
from radiusbridge.services.vouchers.expiring import Sweep
from radiusbridge.services.vouchers.first_logins import FirstLogins
from radiusbridge.services.vouchers.ordering import Order
from radiusbridge.services.vouchers.selling import NotForSale, Sold, Wish
from radiusbridge.services.vouchers.writing import BatchRunner
from radiusbridge.simulator.build import IspOptions, add_device
from radiusbridge.simulator.guests import Guest
from radiusbridge.simulator.oracle import Oracle

EACH = 100
"""Vouchers of each profile."""
LASTS = 8
"""Seconds that a voucher is good for, from its first login: nobody waits a day for a demo."""
WITHIN = 60.0
"""Seconds for anything that is waited for."""


def run() -> int:
    """The exit status: 0 if the guest was let in, then kicked and kept out, all of it PROVEN."""
    logging.getLogger("radiusbridge").setLevel(logging.ERROR)
    return asyncio.run(_headless())


async def _headless() -> int:
    options = IspOptions(customers=0, guests=1, nases=1, rtt=0.005, redial=(0.2, 0.5))
    async with stage(options, "cli") as on:
        await add_server(on)
        [nas] = await add_nases(on)
        _title(f"A simulated ISP: User Manager {SERVER}, a hotspot on {nas}. 200 vouchers of two profiles.")
        batches = [await _generated(on, plan) for plan in PLANS]
        _title("One of them is sold.")
        sold = await selling.sell(on.context, Wish(profile=PLANS[0].name, batch_id=batches[0]))
        views.show_sold(sold, as_json=False)
        guest = _comes(on, nas, sold)
        await _until(on, lambda: guest.online)
        _title("A guest logs in with it at the hotspot, which asks User Manager by RADIUS.")
        await _redeemed(on, sold.voucher)
        verdict = await _ended(on)
        _title("The guest types the code again: refused. Nobody sells it a second time.")
        dials = guest.dials
        await _until(on, lambda: guest.dials > dials + 1)
        oracle = Oracle(on.isp.world)
        out = not oracle.can_pass_traffic(sold.voucher.code)
        out = out and not oracle.would_accept(sold.voucher.code, sold.voucher.code)
        output.line(f"{'refused' if out else 'LET IN'}: {guest.last_refusal or 'no answer'}")
        again = await _sold_again(on, sold)
        _title("The day's report.")
        ask = reporting.Ask(Grouping.PROFILE, Period.TODAY, None, None, None)
        show_report(await reporting.report(on.context, ask), as_json=False, file=None, plain=True)
        return 0 if verdict is Verdict.PROVEN and out and not again else 1


async def _generated(on: Stage, plan: Profile) -> int:
    await profiles.add(on.context, plan)
    order = Order(EACH, plan.name, server=SERVER, validity=LASTS, starts=Starts.FIRST_LOGIN, outlet="kios pak min")
    batch = await ordering.order(on.context, order)
    return_status = views.show_end(await BatchRunner(on.context, batch.id).run(), as_json=False)
    assert return_status == 0
    return batch.id


def _comes(on: Stage, nas: str, sold: Sold) -> Guest:
    code = sold.voucher.code
    guest = add_device(on.isp.world, on.isp.router(nas), code, code)
    guest.redial = on.isp.options.redial
    on.isp.world.customers[code] = guest
    guest.switch_on()
    return guest


async def _redeemed(on: Stage, voucher: Voucher) -> None:
    logins = FirstLogins(on.context)
    async with asyncio.timeout(WITHIN):
        while not (await logins.look(whole=True)).found:
            await on.context.clock.sleep(0.2)
    ends.show_voucher(*(await standing.coded(on.context, voucher.code))[0])


async def _ended(on: Stage) -> Verdict | None:
    _title(f"{LASTS} s later its time is over. The agent, or: radiusbridge voucher expire --due")
    async with asyncio.timeout(WITHIN):
        while not (swept := await Sweep(on.context).run()).ended:
            await on.context.clock.sleep(0.2)
    [ended] = swept.ended
    assert ended.operation is not None
    steps = await journal.steps(on.context, ended.operation)
    for step in steps:
        after = (step.started_at - steps[0].started_at).total_seconds() + step.duration
        output.line(f"  {evidence_line(step, after)}")
    ends.show_ended(ended, as_json=False)
    return ended.verdict


async def _sold_again(on: Stage, sold: Sold) -> bool:
    try:
        await selling.sell(on.context, Wish(code=sold.voucher.code))
    except NotForSale as refusal:
        output.line(refusal.line())
        return False
    return True


async def _until(on: Stage, condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN):
        await on.isp.until(condition)


def _title(words: str) -> None:
    output.line()
    output.line(words)
