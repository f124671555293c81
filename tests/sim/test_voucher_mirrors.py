"""Vouchers of a User Manager and its standby on virtual time: what a card lets in with after a failover."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from radiusbridge.domain.errors import Refused
from radiusbridge.domain.records import Intent, Operation, Profile, SqlAccess, StartsAt
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.records import Mode, Voucher, VoucherBatch
from radiusbridge.gateways.accounts.kinds import FREERADIUS
from radiusbridge.services import journal
from radiusbridge.services.standby import filling
from radiusbridge.services.standby.checking import check
from radiusbridge.services.standby.status import check_lines
from radiusbridge.services.standby.vouchers import compare_vouchers
from radiusbridge.services.vouchers import ordering, standing
from radiusbridge.services.vouchers.ordering import Order
from radiusbridge.services.vouchers.writing import BatchRunner
from radiusbridge.simulator.guests import Guest
from radiusbridge.simulator.menus.menu import Menu, Row
from radiusbridge.simulator.oracle import Oracle
from tests.sim import test_standby as pairs
from tests.sim.test_standby import Scene
from tests.sim.test_voucher_ends import agent

MANY = 12
LISTS = {"7.16.2": ("/user-manager/user", "name"), "6.49.18": ("/tool/user-manager/user", "username")}


@dataclass
class Shop:
    """A pair of servers, and a shop of vouchers at it."""

    scene: Scene
    ros: str

    def users(self, server: str) -> Menu:
        return self.scene.router(server).menus[LISTS[self.ros][0]]

    def there(self, server: str, batch: VoucherBatch) -> dict[str, Row]:
        """The batch's rows in the world, by name."""
        key = LISTS[self.ros][1]
        rows = [row for row in self.users(server).rows() if row.get("comment", "").startswith(batch.note)]
        assert len({row[key] for row in rows}) == len(rows)
        return {row[key]: row for row in rows}

    async def ready(self, quantity: int = MANY, mode: Mode = Mode.PAIR) -> VoucherBatch:
        context = self.scene.node.context
        order = Order(quantity, "daily", server="um1", mode=mode, form=CodeForm("num", 8), comment="kios pak min")
        batch = await ordering.order(context, order)
        over = await BatchRunner(context, batch.id).run()
        assert over.batch.verdict is Verdict.PROVEN, over
        return over.batch

    async def rows(self, batch: VoucherBatch) -> tuple[Voucher, ...]:
        return await standing.vouchers(self.scene.node.context, batch.id)

    async def mirrors(self) -> list[Operation]:
        operations = await self.scene.node.context.database.read(lambda unit: unit.operations.listed(limit=500))
        return [each for each in operations if each.intent is Intent.MIRROR and "batch_id" in each.wanted]

    async def told(self) -> tuple[bool, str]:
        """What a check says of the vouchers."""
        seen = await check(self.scene.node.context, None)
        lines = {what: (well, words) for what, well, words in check_lines("a", "b", seen)}
        return lines["vouchers"]

    async def whole(self, server: str, batch: VoucherBatch) -> None:
        """Exactly what is not over of the batch is there, each with its password and one plan."""
        live = {row.code: row for row in await self.rows(batch) if not row.over}
        there = self.there(server, batch)
        assert sorted(there) == sorted(live)
        manager = self.scene.router(server).user_manager
        assert manager is not None
        for code, row in live.items():
            assert there[code]["password"] == (row.password.reveal() if row.password else code)
            assert (there[code]["shared-users"], len(manager.plans.of(code))) == ("1", 1)

    def come(self, voucher: Voucher) -> Guest:
        """A guest with a card whose password is its code."""
        world = self.scene.world
        guest = Guest(world, world.routers["nas1"].nas, voucher.code, voucher.code, f"02:44:00:00:00:{voucher.row:02X}")
        guest.redial = (0.2, 1.0)
        world.guests[voucher.code] = world.customers[voucher.code] = guest
        self.scene.wire.move()
        guest.switch_on()
        self.scene.wire.move()
        return guest

    def online(self, voucher: Voucher) -> bool:
        self.scene.wire.move()
        return Oracle(self.scene.world).can_pass_traffic(voucher.code)

    def let_in(self, voucher: Voucher) -> bool:
        """Whether some server of the world, dark or not, would."""
        return Oracle(self.scene.world).would_accept(voucher.code, voucher.code)


def play(script: Callable[[Shop], Awaitable[None]], ros: str = "7.16.2", **profile: object) -> None:
    async def shop(scene: Scene) -> None:
        daily = replace(Profile("daily", 1_000_000, 2_000_000, time_quota=7200), **profile)  # type: ignore[arg-type]
        await scene.node.context.database.write(lambda unit: unit.profiles.add(daily))
        await script(Shop(scene, ros))

    pairs.play(shop, ros=ros, customers=1, guests=1, nases=1)


@pytest.mark.parametrize("ros", LISTS)
def test_kept_in_step_and_mended_where_somebody_changed_it(ros: str) -> None:
    async def script(shop: Shop) -> None:
        scene, context = shop.scene, shop.scene.node.context
        batch = await shop.ready()
        await scene.drained()
        await shop.whole("sb1", batch)
        assert [each.verdict for each in await shop.mirrors()] == [Verdict.PROVEN]
        assert await shop.told() == (True, f"{MANY} are as the database says")
        rows = await shop.rows(batch)
        await standing.void(context, batch.id, code=rows[4].code)
        await BatchRunner(context, batch.id).run()
        await scene.drained()
        await shop.whole("sb1", batch)
        assert rows[4].code not in shop.there("sb1", batch)

        users, there = shop.users("sb1"), shop.there("sb1", batch)
        users.remove(there[rows[0].code])
        users.set(there[rows[1].code], {"shared-users": "5"})
        users.set(there[rows[2].code], {"password": "other"})
        label = {"comment": batch.note, "customer": "admin"} if ros.startswith("6") else {"comment": batch.note}
        users.add({LISTS[ros][1]: rows[4].code, "password": rows[4].code, **label})
        well, words = await shop.told()
        assert not well
        assert "1 is not there, 2 are otherwise (password, shared-users), 1 is over, and there still" in words
        filled = await filling.fill(context, "sb1")
        assert (filled.compared.count, filled.entered, filled.compared.strangers) == (4, 1, ())
        await scene.drained()
        await shop.whole("sb1", batch)
        assert (await filling.compare(context, "sb1")).count == 0
        assert not any(row.code in str(each.reasons) for each in await shop.mirrors() for row in rows)

    play(script, ros)


def test_what_was_sold_before_there_was_a_standby_is_filled_and_a_foreign_user_is_left_alone() -> None:
    async def script(shop: Shop) -> None:
        scene, context = shop.scene, shop.scene.node.context
        scene.router("sb1").faults.turn(refuse_tcp=True)
        batch = await shop.ready()
        rows = await shop.rows(batch)
        [mirror] = await shop.mirrors()
        await journal.cancel(context, mirror.id)
        scene.router("sb1").faults.turn(refuse_tcp=False)
        await scene.clock.sleep(60.0)
        theirs = shop.users("sb1").add({"name": rows[3].code, "password": "theirs", "comment": "by hand"})
        assert await shop.told() == (False, f"voucher batch {batch.id}: {MANY} are not there")
        assert (await filling.fill(context, "sb1")).entered == 2, "the profile, too"
        await scene.drained()
        over = (await shop.mirrors())[0]
        assert over.verdict is Verdict.FAILED
        assert f"1 not there: {rows[3].number}" in over.reasons[0]
        assert (shop.users("sb1").get(theirs) or {})["password"] == "theirs"
        assert len(shop.there("sb1", batch)) == MANY - 1
        assert await shop.told() == (False, f"voucher batch {batch.id}: 1 is not there")
        seat = await context.database.read(lambda unit: unit.servers.named("um1"))
        sql = replace(seat, kind=FREERADIUS, api=None, sql=SqlAccess("10.0.0.9", 5432, "radius", Secret("x")))
        compared, _ = await compare_vouchers(context, sql, {})
        assert (compared.unkept, compared.count, compared.wrong) == (MANY, 0, True)
        assert "nobody is let in with them after a failover" in compared.words

    play(script)


def test_a_void_card_that_the_standby_was_not_told_of_is_ended_once_more_after_the_failover() -> None:
    async def script(shop: Shop) -> None:
        scene = shop.scene
        batch = await shop.ready(mode=Mode.SAME)
        await scene.drained()
        rows = await shop.rows(batch)
        await scene.node.stop()
        context = scene.another().context
        await standing.void(context, batch.id, code=rows[0].code)
        over = await BatchRunner(context, batch.id).run()
        assert over.batch.verdict is Verdict.PROVEN, "of the server in charge"
        scene.router("um1").faults.turn(dark=True)
        guest = shop.come(rows[0])
        await scene.clock.sleep(30.0)
        assert shop.online(rows[0]), "the NAS asks the second server, which nobody told"
        with pytest.raises(Refused) as refused:
            await scene.turn()
        assert f"1 change was not brought there yet ({batch.called})" in refused.value.line()
        scene.node.start()
        scene.node.carry(agent(scene.node, follow=False))
        await scene.turn(accept=True, wait=0.0)
        await scene.clock.sleep(120.0)
        assert await scene.active() == "sb1"
        assert rows[0].code not in shop.there("sb1", batch)
        ended = (await shop.rows(batch))[0]
        assert ended.ended_by is not None
        assert (ended.verdict, ended.gone_at is not None) == (Verdict.PROVEN, True)
        assert guest.dials > 1
        assert (shop.online(rows[0]), shop.let_in(rows[0])) == (False, False)

    play(script)


def test_after_a_failover_first_logins_and_ends_are_those_of_the_server_in_charge() -> None:
    async def script(shop: Shop) -> None:
        scene = shop.scene
        batch = await shop.ready(mode=Mode.SAME)
        await scene.drained()
        one, other = (await shop.rows(batch))[:2]
        scene.node.carry(agent(scene.node, follow=False))
        shop.come(one)
        await scene.clock.sleep(120.0)
        scene.router("um1").faults.turn(dark=True)
        await scene.turn(wait=0.0)
        await scene.clock.sleep(60.0)
        assert await scene.active() == "sb1"
        shop.come(other)
        began = scene.clock.now()
        await scene.clock.sleep(120.0)
        assert (shop.online(one), shop.online(other)) == (True, True)
        seen = (await shop.rows(batch))[1]
        assert seen.first_login_at is not None
        assert seen.expires_at is not None
        assert abs(seen.expires_at - began - timedelta(minutes=10)) < timedelta(minutes=3)
        await scene.clock.sleep(600.0)
        for row in (await shop.rows(batch))[:2]:
            assert (row.state, row.verdict, shop.online(row)) == ("expired", Verdict.PROVEN, False)
        assert len(shop.there("sb1", batch)) == MANY - 2
        scene.router("um1").faults.turn(dark=False)
        await scene.drained()
        assert not shop.let_in(one)
        assert not shop.let_in(other)
        await shop.whole("um1", batch)

    play(script, validity=600, starts_at=StartsAt.FIRST_LOGIN)


def test_a_batch_that_is_being_written_while_the_roles_are_turned_is_proven_by_the_server_in_charge() -> None:
    async def script(shop: Shop) -> None:
        scene, context = shop.scene, shop.scene.node.context
        scene.router("um1").faults.turn(rtt=0.5)
        writing = asyncio.create_task(shop.ready(60))
        await scene.clock.sleep(3.0)
        assert not writing.done()
        await scene.turn(accept=True, wait=0.0)
        batch = await asyncio.wait_for(writing, 600)
        assert await scene.active() == "sb1"
        await shop.whole("sb1", batch)
        await scene.drained()
        await shop.whole("um1", batch)
        over = await BatchRunner(context, batch.id).run()
        assert (over.batch.verdict, over.states) == (Verdict.PROVEN, {"ready": 60})

    play(script)


@pytest.mark.parametrize("kind", ["commit", "command"])
def test_killed_anywhere_the_next_process_brings_exactly_the_batch(kind: str) -> None:
    async def script(shop: Shop) -> None:
        scene, at = shop.scene, 0
        while True:
            at += 1
            scene.router("sb1").faults.turn(refuse_tcp=True)
            batch = await shop.ready()
            node = scene.node
            scene.router("sb1").faults.turn(refuse_tcp=False)
            node.doom(**{kind: at})
            drained, died = asyncio.create_task(scene.drained()), asyncio.create_task(node.died.wait())
            await asyncio.wait({drained, died}, return_when=asyncio.FIRST_COMPLETED)
            for task in (drained, died):
                task.cancel()
            await asyncio.gather(drained, died, return_exceptions=True)
            if node.alive:
                break
            await scene.killed()
            await scene.drained()
            await shop.whole("sb1", batch)
        assert at > 4, "it died before, between and after the rows"
        await node.stop()
        compared = await filling.compare(scene.another().context, "sb1")
        assert (compared.count, compared.vouchers.same) == (0, MANY * at)

    play(script)
