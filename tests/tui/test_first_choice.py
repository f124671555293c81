"""The set-up where nothing is there yet: the demo can be chosen instead, and only then."""

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.vouchers.records import Keeper, VoucherBatch
from radiusbridge.tui.set_up import SetUp, look
from radiusbridge.tui.start import WANTS_DEMO, Start
from tests.tui.conftest import Theatre


def _emptied(unit: UnitOfWork) -> None:
    for nas in unit.nases.all():
        unit.nases.remove(nas.id)
    for server in unit.servers.all():
        unit.servers.remove(server.id)


async def test_the_demo_is_chosen_by_a_key_while_there_is_no_server(theatre: Theatre) -> None:
    async with theatre.show(start=Start("overview"), ready=False) as stage:
        await stage.until(lambda: stage.app.desk is not None)
        await stage.press("f9")
        await stage.until_shown("Set-up", "server um-1")
        await stage.press("d")
        assert isinstance(stage.app.screen, SetUp), "with a server the demo is no choice"
        assert stage.app.return_value is None
        await stage.context.database.write(_emptied)
        await stage.until_shown(" d  demo", "▸ 1  a server")
        await stage.press("d")
        await stage.until(lambda: stage.app.return_value == WANTS_DEMO)


def _hotspot_alone(unit: UnitOfWork) -> None:
    for customer in unit.customers.all():
        unit.customers.remove(customer.id)
    [nas, *_] = unit.nases.all()
    unit.vouchers.create(VoucherBatch("rb-one", Keeper.HOTSPOT, nas.id, nas.name, "harian", 1), unit.now)


async def test_who_sells_vouchers_alone_is_not_led_to_customers(theatre: Theatre) -> None:
    async with theatre.show(start=Start("vouchers"), ready=False) as stage:
        await stage.until(lambda: stage.app.desk is not None)
        desk = stage.app.desk
        assert desk is not None
        assert not (await look(desk)).vouchers
        await stage.context.database.write(_hotspot_alone)
        reached = await look(desk)
        assert (reached.customers, reached.vouchers) == (0, True)
        await stage.app._guide(desk)
        assert not isinstance(stage.app.screen, SetUp)
