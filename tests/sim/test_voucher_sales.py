"""Sales on virtual time: the router is looked at before, never waited for; what was sold on paper is booked later."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.vouchers.first_login import Span
from radiusbridge.domain.vouchers.reported import SoldOn, moment_of, parse_sold
from radiusbridge.domain.vouchers.reports import Grouping, Period
from radiusbridge.services.vouchers import reporting, selling
from radiusbridge.services.vouchers.expiring import expire_due
from radiusbridge.services.vouchers.sale_look import LOOKING
from radiusbridge.services.vouchers.selling import NotForSale, Wish
from tests.db.conftest import START
from tests.sim.test_voucher_ends import Street, play


@pytest.mark.parametrize("where", ["local", "userman6", "userman7"])
def test_what_the_router_says_is_bad_is_not_sold_and_a_dark_one_is_not_waited_for(where: str) -> None:
    async def script(street: Street) -> None:
        context, users = street.kiosk.node().context, street.kiosk.users
        batch = await street.ready(context, 6)
        off, gone, used, good, other, dark = await street.kiosk.rows(context, batch)
        there = street.kiosk.there(batch)
        users.set(there[off.code], {"disabled": "yes"})
        users.discard(there[gone.code])
        users.set(there[other.code], {"comment": "somebody's"})
        street.come(used)
        await street.sleep(5.0)
        with pytest.raises(NotForSale, match="disabled"):
            await selling.sell(context, Wish(code=off.code))
        sold = await selling.sell(context, Wish(profile="daily"))
        assert (sold.voucher.code, sold.unasked) == (good.code, "")
        states = {row.code: row.state for row in await street.kiosk.rows(context, batch)}
        assert [states[each.code] for each in (off, gone, used)] == ["failed", "failed", "used"]
        for router in street.kiosk.world.routers.values():
            router.faults.turn(dark=True)
        began = context.clock.monotonic()
        late = await selling.sell(context, Wish(code=dark.code))
        assert context.clock.monotonic() - began < LOOKING + 0.5
        assert "no answer" in late.unasked
        blind = await selling.sell(context, Wish(code=other.code, look=False))
        assert (blind.voucher.state, blind.unasked) == ("sold", "")

    play(script, where, time_quota=None)


def test_what_an_outlet_sold_on_paper_is_booked_when_it_tells() -> None:
    async def script(street: Street) -> None:
        context = street.kiosk.node().context
        batch = await street.ready(context, 3, validity=3600)
        used, over, fresh = await street.kiosk.rows(context, batch)
        drawn = street.now
        street.come(used)
        await street.sleep(5.0)
        with pytest.raises(NotForSale, match="somebody has used it"):
            await selling.sell(context, Wish(code=used.code))
        end = (await street.row(context, used)).expires_at
        await street.sleep(4000.0)
        span = Span(drawn, drawn, "the log")
        await context.database.write(lambda unit: unit.voucher_ends.first_login(batch, over, span))
        assert await expire_due(context) == 2
        paper = (drawn + timedelta(minutes=10)).astimezone(ZoneInfo("Asia/Jakarta"))
        today, then = paper.date(), SoldOn(paper.date(), paper.time().replace(second=0, microsecond=0))
        for each in (used, over, fresh):
            with pytest.raises(BadInput, match="before it was drawn"):
                await selling.sell(context, Wish(code=each.code, sold_on=SoldOn(today - timedelta(days=1))))
            with pytest.raises(BadInput, match="yet to come"):
                await selling.sell(context, Wish(code=each.code, sold_on=SoldOn(today + timedelta(days=2))))
            sold = await selling.sell(context, Wish(code=each.code, amount=5000, sold_on=then))
            assert sold.voucher.sold_at == sold.sale.sold_at
            assert sold.sale.at == street.now
            assert paper - timedelta(minutes=1) < (sold.sale.sold_at or street.now) <= paper
        row = await street.row(context, used)
        assert (row.expires_at, row.state) == (end, "expired"), "its end stays"
        ask = reporting.Ask(Grouping.DAY, Period.ALL)
        told = await reporting.report(context, ask)
        assert (told.reported.count, told.reported.amount, told.total.amount) == (3, 15_000, 15_000)
        assert told.expired is not None
        assert [(each.expired, each.unsold) for each in told.expired] == [(2, 0)]
        with pytest.raises(NotForSale, match="cannot come back"):
            await selling.take_back(context, used.code)
        await selling.take_back(context, used.code, note="another code was meant")
        assert (await reporting.books(context)).differences == 0

    play(script, "local", time_quota=None)


def test_when_is_read_in_the_books_zone() -> None:
    zone, later = ZoneInfo("Asia/Jakarta"), START + timedelta(hours=9)

    def read(text: str, now: datetime = later) -> datetime:
        return moment_of(parse_sold(text), zone, START, now)

    assert read("2026-03-01 20:30") == START + timedelta(hours=1, minutes=30)
    assert read("2026-03-01") == START, "its noon was before it was drawn"
    assert read("2026-03-02") == later, "its noon is yet to come"
    assert read("2026-03-02", START + timedelta(days=2)) == START + timedelta(hours=17)
    for text in ("2026-03-01 18:00", "2026-02-28", "2026-03-02 05:00", "2026-03-01 29:00", "yesterday"):
        with pytest.raises(BadInput):
            read(text)
