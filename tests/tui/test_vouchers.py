"""The Vouchers screen by keys, on the simulated ISP: figures, a batch written and proved, sold, stopped, made void."""

import asyncio
from pathlib import Path

import pytest

from radiusbridge.domain.vouchers.codes import shown
from radiusbridge.services.vouchers import finding
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.tui.app import Dashboard
from radiusbridge.tui.start import Start
from tests.tui.isp import context_for, record
from tests.tui.test_forms import Real


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_batch_from_the_form_to_the_sale(tmp_path: Path, size: tuple[int, int]) -> None:
    async with SimulatedIsp(customers=1, guests=1, local_guests=1) as isp:
        context = await asyncio.to_thread(context_for, isp, tmp_path)
        await record(isp, context)
        users = isp.router("nas1").menus["/ip/hotspot/user"]
        isp.router("nas1").menus["/ip/hotspot/user/profile"].add({"name": "harian"})
        app = Dashboard(context=context, start=Start("vouchers"))
        try:
            async with app.run_test(size=size, notifications=True) as pilot:
                stage = Real(app, pilot, context, None)  # type: ignore[arg-type]
                await stage.until_shown("No vouchers were drawn yet")
                await stage.press("n")
                await stage.until_shown("New vouchers")
                await stage.press(*["down"] * 4, "7")
                await stage.until_shown("how many    1007")
                await stage.type(profile="harian", quantity="0")
                await stage.until_shown("is no number from 1 to")
                await stage.type(quantity="30", selling_price="5000", time_limit="3h", alphabet="num", length="7")
                await stage.press("ctrl+t")
                await stage.until_shown("one is guessed at 10 tries a second within", "take longer codes")
                await stage.press("escape")
                await stage.until_shown("New vouchers")
                await stage.type(quantity="5000", alphabet="strict")
                await stage.press("ctrl+s")
                await stage.until_shown("Draw 5,000 vouchers", "in the database", "Type 5000 and press")
                await stage.press("escape", "n")
                await stage.until_shown("New vouchers")
                await stage.type(profile="harian", quantity="30", selling_price="5000", time_limit="3h", check="maybe")
                await stage.until_shown("yes or no")
                await stage.type(check="yes", hotspot_server="hotspot1")
                await stage.press("ctrl+s")
                await stage.until_shown("PROVEN", "harian", "30 ready", "30 counted on the router")
                ours = [row for row in users.rows() if row.get("comment", "").startswith("rb-")]
                assert {(len(row["name"]), row["server"]) for row in ours} == {(9, "hotspot1")}
                assert len(ours) == 30
                card = shown(ours[0]["name"])
                assert card not in stage.text
                await stage.press("C")
                await stage.until_shown(card)
                await stage.press("C")
                await stage.until(lambda: card not in stage.text)
                looks = await context.database.read(lambda unit: unit.audit.recent(20))
                [look] = [each for each in looks if each.action == "voucher.reveal"]
                assert (look.channel, look.subject) == (context.channel, "voucher batch 1")
                assert look.after == {"shown": "codes", "vouchers": 30}
                await stage.press("v")
                await stage.until_shown("sold: one of harian for Rp 5,000", "password")
                await stage.press("escape")
                await stage.until_shown("1 sold")
                [(_, first)] = await finding.vouchers(context, "state:sold")
                await stage.press("r")
                await stage.until_shown("Take a voucher back")
                await stage.type(code=shown(first.code).lower(), note="salah")
                await stage.press("ctrl+s")
                await stage.until_shown("came back; Rp 5.000 went out")
                await stage.press("escape", "l")
                await stage.until_shown("Sell a voucher", "harian")
                await stage.type(code=first.code, amount="4000", sold_on="2020-01-01")
                await stage.press("ctrl+s")
                await stage.until_shown("nobody sold it before it was drawn")
                await stage.type(sold_on="")
                await stage.press("ctrl+s")
                await stage.until_shown("sold: one of harian for Rp 4,000", first.code)
                await stage.press("escape", "d")
                await stage.until_shown("Make one voucher void")
                await stage.type(row="30", reason="robek")
                await stage.press("ctrl+s")
                await stage.until_shown("1 void")
                for key, words in (("a", "All that is known"), ("b", "The ledger"), ("c", "Stock"), ("m", "The books")):
                    await stage.press("m")
                    await stage.until_shown("More of vouchers", "Forget a printer")
                    await stage.press(key)
                    await stage.until_shown(words)
                    if key == "a":
                        await stage.type(code=first.code)
                    await stage.press("ctrl+s")
                    told = {"a": "1/1", "b": "Rp 4.000", "c": "28", "m": "Asia/Jakarta"}
                    await stage.until_shown(told[key])
                    await stage.press("escape")
                await stage.press("t")
                await stage.until_shown("PROVEN  voucher batch 1")
                await stage.press("D")
                await stage.until_shown("this batch", "radiusbridge voucher void 1")
                await stage.press("y")
                await stage.until_shown("30 void")
                await stage.until(lambda: not any(row.get("comment", "").startswith("rb-") for row in users.rows()))
                await stage.press("v")
                await stage.until_shown("no voucher of harian is left")
                [standing] = await finding.batches(context)
                assert standing.states == {"void": 30}
                app.exit(0)
        finally:
            await app.close_desk()
            await context.close()
