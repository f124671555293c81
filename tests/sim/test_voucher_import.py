"""What Mikhmon keeps on a router, imported on virtual time: both styles of dates, idempotent, nothing written there."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from radiusbridge.domain.errors import NotSuchPeer, Refused
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.origins import Origin
from radiusbridge.domain.vouchers.records import Mode
from radiusbridge.domain.vouchers.reports import Period
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers import finding, importing, reporting, selling, standing
from radiusbridge.services.vouchers.importing import Look
from radiusbridge.services.vouchers.reporting import Ask
from radiusbridge.services.vouchers.writing import BatchRunner
from radiusbridge.simulator import mikhmon
from radiusbridge.simulator.api import commands
from radiusbridge.simulator.api.call import Call
from radiusbridge.simulator.mikhmon import DAY, Plan
from tests.sim.kiosk import Kiosk, play

NOTE = "vc-482-11.12.26-kios pak min"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each command was sent to any router."""
    seen: Counter[str] = Counter()
    execute = commands.execute

    def noted(call: Call) -> None:
        seen[call.command] += 1
        execute(call)

    monkeypatch.setattr("radiusbridge.simulator.api.session.execute", noted)
    return seen


async def both_by(context: Context) -> Look:
    return await importing.store(context, await importing.look(context, "nas1"))


async def both(kiosk: Kiosk, *, store: bool = True) -> Look:
    context = kiosk.node().context
    found = await importing.look(context, "nas1")
    return await importing.store(context, found) if store else found


@pytest.mark.parametrize("ros", ["6.49.18", "7.9.2", "7.16.2"])
def test_users_dates_and_sales_come_over_once_and_nothing_is_written(ros: str, asked: Counter[str]) -> None:
    async def script(kiosk: Kiosk) -> None:
        router = kiosk.router
        mikhmon.fill(router, unused=20, used=5, over=5)
        asked.clear()
        dry = await both(kiosk, store=False)
        assert (dry.plan.new, len(dry.plan.bookings), dry.plan.amount, dry.stored) == (30, 10, 50_000, False)
        context = kiosk.node().context
        assert await finding.batches(context) == ()
        stored = await both(kiosk)
        assert (stored.plan.new, stored.held.zone) == (30, "Asia/Jakarta")
        # the router's own guest, and the row of the world's local account, are nobody's vouchers
        assert {each.reason for each in stored.plan.refused} == {"nothing says that it is a voucher"}
        kinds = {command.rpartition("/")[2] for command in asked}
        assert kinds <= {"print", "login"}, f"only read: {asked}"

        batches = {each.batch.comment: each for each in await finding.batches(context)}
        [batch] = [each.batch for each in batches.values() if each.states.get("ready")]
        assert batch.comment.endswith("-kios pak min")
        assert (batch.form.alphabet, batch.form.length) == ("lower-num", 6)
        assert (batch.mode, batch.validity, batch.price, batch.selling_price) == (Mode.SAME, 86_400, 5000, 6000)
        assert {each.batch.origin for each in batches.values()} == {Origin.MIKHMON}
        states: Counter[str] = Counter()
        for each in await finding.batches(context):
            states.update(each.states)
        assert states == {"ready": 20, "used": 5, "expired": 5}
        lines, total = await selling.ledger(context)
        assert (len(lines), total.amount, {line.origin for line in lines}) == (10, 50_000, {Origin.MIKHMON})
        now = kiosk.clock.now()
        for line in lines:
            assert now - timedelta(days=4) < line.at < now, "in UTC, not seven hours off"
        rows = [row for _, row in await finding.vouchers(context, "state:used")]
        for row in rows:
            assert row.first_login_at is not None
            assert row.expires_at is not None
            assert abs((row.expires_at - row.first_login_at).total_seconds() - 86_415) < 2
            assert now < row.expires_at < now + timedelta(days=1)

        again = await both(kiosk)
        assert (again.plan.new, len(again.plan.changes), len(again.plan.bookings)) == (0, 0, 0)
        assert (again.plan.same, again.plan.sales_same) == (30, 10)
        assert (await selling.ledger(context))[1] == total
        told = await reporting.report(context, Ask(period=Period.ALL))
        assert (told.total, sum(each.expired for each in told.expired or ())) == (total, 5)
        assert (await reporting.books(context)).differences == 0

    play(script, ros=ros)


def test_what_happens_on_the_router_between_two_imports_is_a_change() -> None:
    async def script(kiosk: Kiosk) -> None:
        router, context = kiosk.router, kiosk.node().context
        mikhmon.fill(router, unused=4, used=1, over=0)
        await both(kiosk)
        users = router.menus["/ip/hotspot/user"]
        fresh = [row for row in users.rows() if row.get("comment", "").startswith("vc-")]
        used, gone, capped, ours = fresh
        # one is sold here first: its row by Mikhmon is not booked a second time
        sold = await selling.sell(context, selling.Wish(code=ours["name"]))
        assert sold.sale.amount == 6000
        for row, began in ((used, 3600.0), (capped, 2 * DAY), (ours, 60.0)):
            mikhmon.sale(router, row["name"], Plan(), router.wall - began, row["comment"])
            users.set(row, {"comment": mikhmon.moment(router, router.wall - began + DAY)})
        users.set(capped, {"limit-uptime": "1s"})
        users.remove(gone)

        look = await both(kiosk)
        assert (await reporting.books(context)).differences == 0
        assert (look.plan.new, len(look.plan.changes), len(look.plan.bookings), look.plan.sales_same) == (0, 4, 2, 2)
        states = {row.code: row for _, row in await finding.vouchers(context, limit=100)}
        assert states[used["name"]].state == "used"
        assert (states[gone["name"]].verdict, states[gone["name"]].words) == (
            Verdict.FAILED,
            "it is gone from the router",
        )
        assert states[capped["name"]].state == "expired"
        assert states[ours["name"]].state == "used"
        lines, _ = await selling.ledger(context)
        assert [line.amount for line in lines if line.code == ours["name"]] == [6000]
        # a second sale of a code without a return: Mikhmon's users can be reset
        mikhmon.sale(router, used["name"], Plan(), router.wall - 5, NOTE)
        assert len((await both(kiosk)).plan.bookings) == 1
        lines, _ = await selling.ledger(context)
        assert [line.turn for line in lines if line.code == used["name"]] == [1, 3]
        # still let in after its end: told, and not called expired
        kiosk.world.advance(kiosk.world.now)
        users.set(used, {"comment": mikhmon.moment(router, router.wall - 60)})
        late = await both(kiosk)
        assert late.plan.overdue == 1
        [batch] = {each.batch_id for each in late.plan.changes}
        with pytest.raises(Refused, match="Mikhmon's"):
            await BatchRunner(context, batch).run()

    play(script)


HOSTILE = "\x1b[2J=cmd()|'/C calc'!A0\u202e"


def test_what_cannot_be_read_is_refused_with_the_reason_row_by_row() -> None:
    async def script(kiosk: Kiosk) -> None:
        router, context = kiosk.router, kiosk.node().context
        mikhmon.fill(router, unused=1, used=0, over=0, plan=Plan("mingguan", validity=7 * DAY))
        users, scripts = router.menus["/ip/hotspot/user"], router.menus["/system/script"]
        profiles = router.menus["/ip/hotspot/user/profile"]
        profiles.add({"name": "jahat", "on-login": ':put (",remc,5000,30 hari,6000,,Disable,");'})

        def user(name: str, comment: str, **more: str) -> None:
            users.add({"name": name, "password": name, "profile": "mingguan", "comment": comment, **more})

        user("mangled1", "2025-12- 10:00:00 2025")
        user("nobatt", "jan/02/1970 00:03:11")
        user("budi", "teknisi, jangan dihapus")
        user("AbCd", NOTE)
        user("aBcD", NOTE)
        user(f"x{HOSTILE}", NOTE)
        user("tukang", f"vc-123-13.45.26-{HOSTILE}[x]")
        user("hari30", "up-gratis", profile="jahat")
        user("bare1", "", profile="mingguan")
        good = "nov/20/2025-|-10:00:00-|-kasir1-|-5000-|-10.5.50.9-|-02:00:00:00:00:01-|-1d-|-mingguan-|-" + NOTE
        for name in (
            good,
            good.replace("5000", "5.000"),
            good.replace("kasir1", HOSTILE),
            good.replace("nov/20/2025", "2025/11/20"),
            good.replace("-|-mingguan", ""),
            good.replace("nov/20/2025", "nov/20/2031"),
            good.replace("-|-1d-|-", "-|-sehari-|-"),
            good.replace("kasir1", ""),
            "backup nightly",
        ):
            scripts.add({"name": name, "source": "/beep"})

        look = await both(kiosk)
        reasons = Counter(each.reason.split(":")[0] for each in look.plan.refused)
        assert reasons["its name cannot be typed or is too long"] == 2
        assert reasons["another user differs from it by its case or server only"] == 1
        assert reasons["its comment is none of Mikhmon's"] == 1
        assert reasons["the router's clock was not set then"] == 1
        assert {"its price is no whole number", "it has 8 fields, not 9", "it names no user"} <= set(reasons)
        assert reasons["it is of the future"] == 1
        names = {each.name for each in look.plan.refused if each.menu == "/ip/hotspot/user"}
        assert {"mangled1", "nobatt", "budi"} <= names
        assert not any("backup" in each.text for each in look.plan.refused)
        texts = [each.text for each in look.plan.refused]
        assert not any("\x1b" in text or "\u202e" in text for text in texts)
        rows = {row.code: (batch, row) for batch, row in await finding.vouchers(context, limit=100)}
        assert {"AbCd", "tukang", "hari30", "bare1", "kasir1"} <= set(rows)
        assert "\x1b" not in rows["tukang"][0].comment
        assert "[" not in rows["tukang"][0].comment
        assert (rows["hari30"][0].validity, rows["hari30"][0].profile) == (None, "jahat")
        assert rows["kasir1"][1].first_login_at == datetime(2025, 11, 20, 2, 59, 45, tzinfo=UTC), "10:00 in Jakarta"
        assert rows["kasir1"][1].words == "gone from the router; known by its sale"
        again = await both(kiosk)
        assert (again.plan.new, len(again.plan.changes), len(again.plan.bookings)) == (0, 0, 0)
        assert len(again.plan.refused) == len(look.plan.refused)
        found = await standing.coded(context, "aBCd")
        assert [row.code for _, row in found] == ["AbCd"]
        # a name with signs that no card has is sold by what it is
        user("kios-77", NOTE)
        user("kios77", NOTE)
        await both(kiosk)
        sold = await selling.sell(context, selling.Wish(code=" KIOS-77"))
        assert sold.sale.code == "kios-77"

    play(script)


def test_a_long_import_takes_several_transactions_and_one_that_is_cut_off_is_finished_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def script(kiosk: Kiosk) -> None:
        monkeypatch.setattr(importing, "AT_ONCE", 7)
        mikhmon.fill(kiosk.router, unused=20, used=5, over=5)
        context = kiosk.node().context
        for commits in (1, 3):
            node = kiosk.node()
            node.dies_after = commits
            node.carry(both_by(node.context))
            while node.carrying:
                await kiosk.clock.sleep(0.05)
            assert not node.alive
            await node.bury()
        cut = await importing.look(context, "nas1")
        assert 0 < cut.plan.new < 30
        assert len(cut.plan.bookings) == 10, "first the vouchers"
        stored = await both_by(context)
        assert stored.plan.new == cut.plan.new
        lines, total = await selling.ledger(context)
        assert (len(lines), total.amount) == (10, 50_000)
        again = await importing.look(context, "nas1")
        assert (again.plan.new, again.plan.same, again.plan.sales_same) == (0, 30, 10)
        assert sum(each.batch.size for each in await finding.batches(context)) == 30

    play(script)


def test_who_may_not_see_scripts_gets_the_users_and_is_told_of_the_sales() -> None:
    async def script(kiosk: Kiosk) -> None:
        mikhmon.fill(kiosk.router, unused=4, used=2, over=2)
        del kiosk.router.menus["/system/script"]
        look = await both(kiosk)
        assert (look.plan.new, look.plan.bookings) == (6, ())
        assert any(each.reason.startswith("the sales were not read") for each in look.plan.refused)
        # whoever is gone is known by a sale only: the next import brings it

    play(script)


def test_a_router_whose_clock_has_no_zone_by_name_is_read_by_its_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(kiosk: Kiosk) -> None:
        mikhmon.fill(kiosk.router, unused=1, used=1, over=0)
        clock = kiosk.router.menus["/system/clock"]
        view = clock.view
        monkeypatch.setattr(clock, "view", lambda row: {**view(row), "time-zone-name": "manual"})
        look = await both(kiosk, store=False)
        assert look.held.zone == "+07:00"
        [used] = [user for user in look.held.users if user.expires_at is not None]
        assert used.expires_at is not None
        assert kiosk.clock.now() < used.expires_at < kiosk.clock.now() + timedelta(days=1)
        monkeypatch.setattr(clock, "view", lambda row: {"time": "10:00:00"})
        with pytest.raises(NotSuchPeer, match="time zone"):
            await both(kiosk, store=False)

    play(script)
