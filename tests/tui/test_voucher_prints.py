"""Cards by keys on the simulated ISP: a specimen, a file, a printer, one sold and printed; a printer that is gone."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from radiusbridge.domain.vouchers.prints import Form, VoucherPrinter, Way
from radiusbridge.domain.vouchers.templates import Template
from radiusbridge.gateways.printers import printer
from radiusbridge.services.vouchers import finding, looks, ordering, print_ends
from radiusbridge.services.vouchers.ordering import Order
from radiusbridge.services.vouchers.writing import BatchRunner
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.tui.app import Dashboard
from radiusbridge.tui.form import Form as FormScreen
from radiusbridge.tui.start import Start
from radiusbridge.tui.voucher_prints import FIELDS
from tests.escpos import NetworkPrinter
from tests.tui.isp import context_for, record
from tests.tui.test_forms import Real


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_cards_by_keys(tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printer, "ANSWER", 60.0)
    monkeypatch.setattr(printer, "PRINTED", 60.0)
    async with SimulatedIsp(customers=1, guests=1, local_guests=1) as isp, NetworkPrinter() as there:
        context = await asyncio.to_thread(context_for, isp, tmp_path)
        await record(isp, context)
        isp.router("nas1").menus["/ip/hotspot/user/profile"].add({"name": "harian"})
        batch = await ordering.order(context, Order(5, "harian", nas="nas1", selling_price=5000))
        await BatchRunner(context, batch.id).run()
        await looks.set_template(context, "kartu", Template(brand="ISK-NET", login="http://hotspot.lan/login"))
        app = Dashboard(context=context, start=Start("vouchers"))
        try:
            async with app.run_test(size=size, notifications=True) as pilot:
                stage = Real(app, pilot, context, None)  # type: ignore[arg-type]
                await stage.until_shown("harian", "5 ready")
                await stage.press("P")
                await stage.until_shown("there is no printer yet")
                kiosk = VoucherPrinter("kios", Form.ESCPOS58, Way.SOCKET, f"127.0.0.1:{there.port}", "kartu")
                await looks.set_printer(context, kiosk)
                await stage.press("f")
                await stage.until_shown("a specimen, by the template kartu", "ISK-NET", "22222222", "█▀▀▀▀▀█")
                await stage.press("escape", "P")
                await stage.until_shown("sold: one of harian for Rp 5,000", "nobody here saw the paper")
                assert len(there.paper.cards) == 1
                await stage.press("escape", "p")
                await stage.until_shown("Print voucher batch 1")
                assert isinstance(app.screen, FormScreen)
                assert tuple(app.screen.values) == FIELDS
                await stage.type(to="nowhere")
                await stage.until_shown("there is no printer “nowhere”")
                await stage.type(to="pdf", file=str(tmp_path / "kartu.pdf"), template="kartu")
                await stage.press("ctrl+s")
                await stage.until_shown("PROVEN  print 2", "4 printed")
                await stage.press("p")
                await stage.until_shown("Print voucher batch 1")
                await stage.type(to="kios", reason="faint")
                await stage.press("ctrl+s")
                await stage.until_shown("UNPROVEN  print 3")
                assert len(there.paper.cards) == 6
                await looks.set_printer(context, replace(kiosk, address="127.0.0.1:1"))
                extra = await ordering.order(context, Order(1, "harian", nas="nas1"))
                await BatchRunner(context, extra.id).run()
                await stage.until(lambda: app.list_screen.table.count == 2)
                await stage.press("g")
                await stage.until_shown("1 ready")
                await stage.press("P")
                await stage.until_shown("the sale stands; its card: radiusbridge voucher print", "cannot be reached")
                states = {each.batch.id: dict(each.states) for each in await finding.batches(context)}
                assert states == {1: {"printed": 4, "sold": 1}, 2: {"sold": 1}}
                assert [run.handed for run in await print_ends.runs(context)] == [5, 4, 1]
                app.exit(0)
        finally:
            await app.close_desk()
            await context.close()
    assert await asyncio.to_thread((tmp_path / "kartu.pdf").read_bytes) > b"%PDF-1"
