"""What can be ordered, up to the guest who types it: every mode, Mikhmon's alphabets, prefix and check sign."""

import pytest

from radiusbridge.domain.errors import BadInput, Refused, UnknownName
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.alphabets import NAMES, TAILED
from radiusbridge.domain.vouchers.codes import CodeForm, shown
from radiusbridge.domain.vouchers.records import Mode, password_of
from radiusbridge.services.vouchers import finding, ordering, selling, standing
from radiusbridge.services.vouchers.writing import BatchRunner
from radiusbridge.simulator.guests import Guest
from tests.sim.kiosk import Kiosk, play


def test_whatever_is_ordered_is_typed_from_the_card_and_logs_in() -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        ordered = [(Mode.SAME, CodeForm(name, 6, "k9", check=name not in TAILED)) for name in NAMES]
        ordered += [(mode, CodeForm()) for mode in Mode]
        for number, (mode, form) in enumerate(ordered):
            batch = await kiosk.drawn(context, 2, mode=mode, form=form, time_limit=3600, data_limit=10**9)
            over = await BatchRunner(context, batch.id).run()
            assert (over.batch.verdict, over.batch.counted) == (Verdict.PROVEN, 2), (mode, form)
            voucher, _ = await kiosk.rows(context, batch)
            row = kiosk.there(batch)[voucher.code]
            password = password_of(batch, voucher)
            assert row["password"] == password
            assert (row["limit-uptime"], row["limit-bytes-total"]) == ("1h", "1000000000")
            assert {Mode.SAME: password == voucher.code, Mode.CODE: not password, Mode.PAIR: len(password) == 8}[mode]
            guest = Guest(kiosk.world, kiosk.router.nas, voucher.code, password, f"02:44:00:00:00:{number:02X}")
            kiosk.wire.move()
            guest.switch_on(0.0)
            kiosk.wire.move()
            await kiosk.clock.sleep(2.0)
            assert guest.online, (mode, form, guest.last_refusal)
            guest.switch_off()

    play(script)


def test_a_misread_code_is_told_from_an_unknown_one_before_anybody_asks_a_router() -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        form = CodeForm("strict", 8, "K", check=True)
        batch = await kiosk.drawn(context, 2, form=form)
        await BatchRunner(context, batch.id).run()
        voucher, _ = await kiosk.rows(context, batch)
        card = shown(voucher.code)
        assert [row.id for _, row in await standing.coded(context, f" {card.lower()} ")] == [voucher.id]
        other = "2" if voucher.code[4] != "2" else "3"
        misread = voucher.code[:4] + other + voucher.code[5:]
        kiosk.router.faults.turn(dark=True)
        for code in (misread, shown(misread).lower()):
            with pytest.raises(UnknownName, match="misread"):
                await standing.coded(context, code)
            with pytest.raises(UnknownName, match="misread"):
                await selling.sell(context, selling.Wish(code=code))
        for code in ("KARTU", "budi", voucher.code[:-1]):
            with pytest.raises(UnknownName, match="no such voucher"):
                await standing.coded(context, code)
        # nobody can say so of a code of the same shape without a check sign
        await kiosk.drawn(context, 2, form=CodeForm("strict", 9, "K"))
        with pytest.raises(UnknownName, match="no such voucher"):
            await standing.coded(context, misread)

    play(script)


def test_too_short_for_the_quantity_counts_those_that_are_there_already() -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        short = CodeForm("num", 4)  # 4,096: room for 40
        told = await ordering.preview(context, kiosk.order(20, form=short))
        assert told.live == 0
        assert told.guess == pytest.approx(14.2, rel=0.05)
        assert "take longer codes" in told.warnings[0]
        await kiosk.drawn(context, 30, form=short)
        with pytest.raises(BadInput, match="4,096 codes; 50 of them need 5,000") as refused:
            await ordering.preview(context, kiosk.order(20, form=short))
        assert refused.value.hint == "--length 5"
        assert (await ordering.preview(context, kiosk.order(20, form=CodeForm()))).warnings == ()
        for quantity, words in ((0, "nothing to draw"), (-1, "nothing to draw"), (10**6 + 1, "2h8m")):
            with pytest.raises(BadInput, match=words):
                await ordering.preview(context, kiosk.order(quantity))

    play(script)


def test_a_million_is_asked_for_with_an_estimate_and_comes_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        many = kiosk.order(10**6, form=CodeForm())
        with pytest.raises(Refused, match="1,000,000 vouchers take about 2h8m12s"):
            await ordering.order_all(context, many, typed=100_000)
        with pytest.raises(BadInput, match="up to 100,000"):
            await ordering.order(context, many, typed=10**6)
        monkeypatch.setattr(ordering, "MOST", 5)
        node = kiosk.node()
        node.dies_after = 1
        node.carry(ordering.order_all(node.context, kiosk.order(12)))
        while node.carrying:
            await kiosk.clock.sleep(0.05)
        await node.bury()
        context = kiosk.node().context
        found = await finding.batches(context)
        assert sorted(each.batch.size for each in found) == [2, 5, 5], "each is there, and none is drawn whole"
        for each in found:
            over = await BatchRunner(context, each.batch.id).run()
            assert (over.batch.verdict, over.states) == (Verdict.PROVEN, {"ready": each.batch.size})

    play(script)
