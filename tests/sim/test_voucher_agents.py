"""Two agents at once on the same vouchers, with routers that go dark in the middle: everything once, and all of it."""

from functools import partial

import pytest

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Intent, StartsAt
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.records import BatchStatus, Mode, VoucherBatch
from radiusbridge.services.vouchers import finding
from radiusbridge.services.vouchers.expiring import Sweep
from radiusbridge.services.vouchers.first_logins import FirstLogins
from radiusbridge.services.vouchers.unattended import carry_on
from tests.sim.node import Node
from tests.sim.test_voucher_ends import Street, play

LASTS = 300


async def agent(node: Node) -> None:
    """What the agent does for vouchers, as often as it can."""
    while True:
        await carry_on(node.context)
        await FirstLogins(node.context).look(whole=True)
        await Sweep(node.context, again=0.0).run()
        await node.context.clock.sleep(15.0)


@pytest.mark.parametrize("where", ["local", "userman7"])
@pytest.mark.parametrize("dark_after", [0.1])
def test_two_agents_write_and_end_each_voucher_once(where: str, dark_after: float) -> None:
    async def script(street: Street) -> None:
        kiosk = street.kiosk
        nodes = [kiosk.node(), kiosk.node()]
        context = nodes[0].context
        batches = [await kiosk.drawn(context, 6, mode=Mode.SAME, **ours) for _ in range(2)]
        for batch in batches:
            # a process began each of them, and is gone
            await context.database.write(partial(claimed, batch))
        for node in nodes:
            node.carry(agent(node))
        await street.sleep(dark_after)
        kiosk.router.faults.turn(dark=True)
        await street.sleep(70.0)
        kiosk.router.faults.turn(dark=False)
        await street.sleep(120.0)
        for batch in batches:
            [told] = [each for each in await finding.batches(context) if each.batch.id == batch.id]
            assert (told.batch.status, told.batch.verdict) == (BatchStatus.DONE, Verdict.PROVEN), told
            assert len(kiosk.there(batch)) == 6
        guests = [street.come(row) for row in (await kiosk.rows(context, batches[0]))[:3]]
        await street.sleep(LASTS + 10.0)
        kiosk.router.faults.turn(dark=True)
        await street.sleep(60.0)
        kiosk.router.faults.turn(dark=False)
        await street.sleep(240.0)
        rows = await kiosk.rows(context, batches[0])
        # what the dark kept from being read is UNPROVEN, and holds all the same
        assert [row.state for row in rows[:3]] == ["expired"] * 3
        assert Verdict.FAILED not in {row.verdict for row in rows}
        for row in rows[:3]:
            await street.proven_holds(row)
        recorded = await context.database.read(lambda unit: tuple(unit.operations.listed(limit=100)))
        ends = [each.username for each in recorded if each.intent is Intent.VOUCHER_END]
        assert sorted(ends) == [f"voucher {row.number}" for row in rows[:3]], "one operation each"
        assert not any(guest.online for guest in guests)
        assert (await finding.vouchers(context, "state:failed")) == ()

    by_server = not where.startswith("local")
    ours = {} if by_server else {"validity": LASTS}
    plan = {"validity": LASTS, "starts_at": StartsAt.FIRST_LOGIN} if by_server else {}
    play(script, where, time_quota=None, **plan)


def claimed(batch: VoucherBatch, unit: UnitOfWork) -> None:
    unit.vouchers.claim(batch.id, "elsewhere/1/1", unit.now, 0.0)
