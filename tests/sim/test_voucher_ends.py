"""Vouchers that are over, on virtual time: expired and void ones, guests kicked and kept out, against the world."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from radiusbridge.db.repositories import voucher_ends
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.records import Intent, Operation, StartsAt
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.records import Mode, Starts, Voucher, VoucherBatch, expiry
from radiusbridge.domain.vouchers.reports import Period
from radiusbridge.gateways.vouchers.accounts import HotspotUsers
from radiusbridge.services import journal
from radiusbridge.services.context import Context
from radiusbridge.services.following import Followers
from radiusbridge.services.refusals import Book
from radiusbridge.services.vouchers import expiring, reporting, selling, standing
from radiusbridge.services.vouchers.expiring import Sweep, Swept
from radiusbridge.services.vouchers.first_logins import FirstLogins, LoginBook
from radiusbridge.services.vouchers.guests import Guests
from radiusbridge.services.vouchers.reporting import Ask
from radiusbridge.services.vouchers.writing import BatchRunner
from radiusbridge.simulator.guests import Guest
from radiusbridge.simulator.nas.session import Session
from radiusbridge.simulator.oracle import Oracle
from tests.sim import kiosk as kiosks
from tests.sim.kiosk import LISTS, Kiosk
from tests.sim.node import Node

HOUR = 3600.0
GRACE = 75.0
"""Seconds after its time within which nobody is online with a code any more, while the agent runs."""


@dataclass
class Street:
    """A kiosk, and the guests who come from it. logins: when each code was really used first, by the true time."""

    kiosk: Kiosk
    logins: dict[str, datetime] = field(default_factory=dict)
    guests: dict[str, Guest] = field(default_factory=dict)

    def __post_init__(self) -> None:
        nas = self.kiosk.world.routers["nas1"].nas
        keep = nas.keep

        def seen(session: Session) -> None:
            if session.user in self.guests:
                self.logins.setdefault(session.user, self.now)
            keep(session)

        nas.keep = seen  # type: ignore[method-assign]

    @property
    def now(self) -> datetime:
        return self.kiosk.clock.now()

    def come(self, voucher: Voucher) -> Guest:
        """A guest with a voucher, who types the code again when put out, where no cookie is left."""
        world, code = self.kiosk.world, voucher.code
        mac = f"02:44:00:00:00:{len(self.guests) + 1:02X}"
        guest = Guest(world, world.routers["nas1"].nas, code, code, mac)
        guest.redial = (0.2, 1.0)
        world.guests[code] = self.guests[code] = guest
        world.customers[code] = guest
        self.kiosk.wire.move()
        guest.switch_on()
        self.kiosk.wire.move()
        return guest

    def online(self, voucher: Voucher) -> bool:
        self.kiosk.wire.move()
        return Oracle(self.kiosk.world).can_pass_traffic(voucher.code)

    def let_in(self, voucher: Voucher) -> bool:
        return Oracle(self.kiosk.world).would_accept(voucher.code, voucher.code)

    async def sleep(self, seconds: float) -> None:
        await self.kiosk.clock.sleep(seconds)

    async def until(self, moment: datetime) -> None:
        await self.sleep(max(0.0, (moment - self.now).total_seconds()))

    async def ready(self, context: Context, quantity: int, **more: object) -> VoucherBatch:
        batch = await self.kiosk.drawn(context, quantity, mode=Mode.SAME, **more)
        over = await BatchRunner(context, batch.id).run()
        assert over.batch.verdict is Verdict.PROVEN, over
        return over.batch

    async def row(self, context: Context, voucher: Voucher) -> Voucher:
        _, found = await context.database.read(lambda unit: unit.vouchers.with_batch(voucher.id))
        return found

    async def operation(self, context: Context, voucher: Voucher) -> Operation:
        row = await self.row(context, voucher)
        assert row.ended_by is not None
        found, number = await journal.get(context, row.ended_by), row.ended_by
        steps = await context.database.read(lambda unit: unit.operations.steps(number))
        told = repr((found, steps, row.words))
        assert row.code not in told, "the code is good until it is off the router"
        assert row.number in repr([step.text for step in steps])
        return found

    async def proven_holds(self, voucher: Voucher) -> None:
        """5 and 15 s after a PROVEN end nobody is online with the code, and nobody would be let in."""
        for seconds in (0.0, 5.0, 10.0):
            await self.sleep(seconds)
            assert not self.online(voucher), f"{voucher.code} is online after PROVEN"
            assert not self.let_in(voucher), f"{voucher.code} would be let in after PROVEN"


async def agent(node: Node, *, follow: bool = True) -> None:
    """What the agent does for vouchers, for ever."""
    context, book = node.context, LoginBook(node.context)
    logins = FirstLogins(context)

    async def sweeps() -> None:
        round_ = 0
        while True:
            with suppress(RadiusbridgeError):
                if round_ % 4 == 0:
                    await logins.look()
                await Sweep(context).run()
            round_ += 1
            await context.clock.sleep(15.0)

    works: list[Awaitable[object]] = [sweeps(), book.run()]
    if follow:
        works.append(Followers(context, Book(context), (book,)).run())
    await asyncio.gather(*works)


def play(script: Callable[[Street], Awaitable[None]], where: str, **knobs: object) -> None:
    async def on_the_street(kiosk: Kiosk) -> None:
        await script(Street(kiosk))

    kiosks.play(on_the_street, where, **knobs)  # type: ignore[arg-type]


@pytest.mark.parametrize("where", LISTS)
@pytest.mark.parametrize("starts", Starts)
def test_nobody_is_ended_before_their_time_nor_online_after_it(where: str, starts: Starts) -> None:
    async def script(street: Street) -> None:
        node = street.kiosk.node()
        context = node.context
        batch = await street.ready(context, 4, **ours, starts=starts)
        used, cookie, unused, late = await street.kiosk.rows(context, batch)
        node.carry(agent(node))
        await street.sleep(30.0)
        for each in (used, cookie, late):
            await selling.sell(context, selling.Wish(code=each.code))
        street.come(used)
        stays = street.come(cookie)
        await street.sleep(600.0)
        stays.types = False
        street.come(late)
        await street.sleep(60.0)
        assert set(street.logins) == {used.code, cookie.code, late.code}
        dues: dict[str, datetime] = {}
        for each in (used, cookie, late):
            row = await street.row(context, each)
            begun = {
                Starts.GENERATION: row.drawn_at,
                Starts.SALE: row.sold_at,
                Starts.FIRST_LOGIN: street.logins[row.code],
            }
            dues[each.code] = (begun[starts] or street.now) + timedelta(seconds=HOUR)
        for together in ((used, cookie), (late,)):
            early = min(dues[each.code] for each in together)
            if early > street.now:
                await street.until(early - timedelta(seconds=2))
                assert all(map(street.online, together)), "ended before their time"
            await street.until(max(dues[each.code] for each in together) + timedelta(seconds=GRACE))
            for each in together:
                assert not street.online(each), "online after its time"
                over = await street.row(context, each)
                assert (over.state, over.verdict) == ("expired", Verdict.PROVEN), over
                assert over.expires_at is not None
                assert timedelta() <= over.expires_at - dues[each.code] < timedelta(seconds=10), (
                    "its latest first login"
                )
                told = await street.operation(context, each)
                assert (told.intent, told.verdict) == (Intent.VOUCHER_END, Verdict.PROVEN)
                assert told.username == f"voucher {each.number}", "the code is the password"
                await street.proven_holds(each)
        never = await street.row(context, unused)
        if starts is Starts.GENERATION:
            assert (never.state, never.verdict, never.ended_by) == ("expired", Verdict.PROVEN, None), "it went in bulk"
            await street.proven_holds(unused)
        else:
            assert never.state == "ready"
            assert street.let_in(unused)
        with pytest.raises(selling.NotForSale):
            await selling.sell(context, selling.Wish(code=used.code))
        with pytest.raises(selling.NotForSale):
            await selling.take_back(context, used.code)
        await node.stop()

    by_plan = StartsAt.FIRST_LOGIN if starts is Starts.FIRST_LOGIN else StartsAt.ASSIGNED
    by_server = not where.startswith("local") and starts is not Starts.SALE
    plan = {"validity": int(HOUR), "starts_at": by_plan} if by_server else {}
    ours = {} if by_server else {"validity": int(HOUR)}
    play(script, where, time_quota=None, **plan)


@pytest.mark.parametrize("where", ["local", "userman7"])
def test_killed_anywhere_the_next_sweep_ends_each_once(where: str) -> None:
    async def script(street: Street) -> None:
        first, deaths = street.kiosk.node(), 0
        for kind in ("commit", "command"):
            at, died = 0, True
            while died:
                at += 1 if kind == "commit" else 4
                batch = await street.ready(first.context, 2, validity=120, starts=Starts.GENERATION)
                rows = await street.kiosk.rows(first.context, batch)
                street.come(rows[0])
                await street.sleep(10.0)
                await FirstLogins(first.context).look(whole=True)
                await street.sleep(115.0)
                node = street.kiosk.node()
                node.doom(**{kind: at})
                died = await node.dies_of(Sweep(node.context).run())
                deaths += died
                await street.sleep(25.0)
                after = street.kiosk.node()
                swept = await Sweep(after.context).run()
                assert swept.exit_status == 0, swept
                for row in rows:
                    over = await street.row(after.context, row)
                    assert (over.state, over.verdict, over.gone_at is not None) == ("expired", Verdict.PROVEN, True), (
                        over
                    )
                told = await street.operation(after.context, rows[0])
                assert told.verdict is Verdict.PROVEN
                await street.proven_holds(rows[0])
                await after.stop()
        assert deaths > 8

    play(script, where, time_quota=None)


@dataclass
class Bad:
    """What goes wrong while a voucher is used and runs out: the agent is away, the router's clock or log is not what it
    was, it restarts."""

    skew: float = 0.0
    jump: float = 0.0
    away: bool = False
    forgets: bool = False
    reboots: bool = False


BAD = {
    "a day ahead": Bad(skew=86_400.0),
    "a day behind": Bad(skew=-86_400.0),
    "set a day ahead": Bad(jump=86_400.0),
    "set a day back": Bad(jump=-86_400.0),
    "away": Bad(away=True),
    "away, and set": Bad(jump=-86_400.0, away=True),
    "log lost": Bad(forgets=True),
    "restarts": Bad(reboots=True, forgets=True),
}


@pytest.mark.parametrize(
    ("where", "bad"),
    [
        *(("local", each) for each in BAD),
        *(("userman7", each) for each in ("a day ahead", "set a day back", "away, and set", "restarts")),
        ("userman6", "set a day ahead"),
    ],
)
def test_our_clock_decides_whatever_the_routers_clock_and_log_say(where: str, bad: str) -> None:
    async def script(street: Street) -> None:
        what, router = BAD[bad], street.kiosk.router
        node = street.kiosk.node()
        router.faults.turn(clock_skew=what.skew)
        batch = await street.ready(node.context, 2, validity=3600, starts=Starts.FIRST_LOGIN)
        used, other = await street.kiosk.rows(node.context, batch)
        node.carry(agent(node))
        await street.sleep(100.0)
        if what.away:
            await node.stop()
        guest = street.come(used)
        await street.sleep(2.0)
        if what.forgets:
            for each in street.kiosk.world.routers.values():
                each.forget_log()
        if what.reboots:
            street.kiosk.world.routers["nas1"].nas.reboot()
        if what.away or what.jump:
            street.kiosk.wire.move()
            guest.switch_off()
            await street.sleep(1500.0)
        router.faults.turn(clock_skew=what.skew + what.jump)
        if what.away:
            node = street.kiosk.node()
            node.carry(agent(node))
        await street.sleep(700.0)
        really = street.logins[used.code]
        row = await street.row(node.context, used)
        assert row.first_login_at is not None
        assert row.first_login_by_then is not None
        assert row.first_login_at <= really <= row.first_login_by_then, (row.first_login_by, row.first_login_off)
        away = 1500.0 + 200.0 if what.away else 65.0
        assert row.first_login_off is not None
        assert row.first_login_off <= away, row.first_login_by
        assert row.expires_at == row.first_login_by_then + timedelta(hours=1)
        guest.switch_on()
        await street.until(row.expires_at - timedelta(seconds=2))
        assert (await street.row(node.context, used)).expired_at is None
        assert street.online(used), "ended before its time"
        await street.until(row.expires_at + timedelta(seconds=GRACE))
        assert not street.online(used)
        told = await street.operation(node.context, used)
        assert told.verdict is Verdict.PROVEN
        assert "first login" in told.reason
        assert (await street.row(node.context, other)).state == "ready"
        await node.stop()

    play(script, where, time_quota=None)


async def _swept(street: Street, context: Context, batch: VoucherBatch) -> Swept:
    """All of a batch is over now, and swept."""
    await street.until((batch.created_at or street.now) + timedelta(seconds=61))
    return await Sweep(context).run()


@pytest.mark.parametrize("where", ["local", "userman7"])
@pytest.mark.parametrize("fault", ["lie", "hollow_writes", "dark", "bypassed", "by hand"])
def test_nothing_is_proven_that_the_world_contradicts(where: str, fault: str) -> None:
    async def script(street: Street) -> None:
        node = street.kiosk.node()
        context = node.context
        batch = await street.ready(context, 2, validity=60, starts=Starts.GENERATION)
        used, unused = await street.kiosk.rows(context, batch)
        guest = street.come(used)
        await street.sleep(2.0)
        street.kiosk.wire.move()
        nas = street.kiosk.world.routers["nas1"]
        if fault == "bypassed":
            nas.menus["/ip/hotspot/ip-binding"].add({"mac-address": guest.mac, "type": "bypassed"})
        elif fault == "by hand":
            row = street.kiosk.there(batch)[unused.code]
            street.kiosk.users.set(row, {"comment": "mine"})
        else:
            for router in {street.kiosk.router, nas}:
                router.faults.turn(**{fault: True})
        swept = await _swept(street, context, batch)
        ends = {each.voucher.code: each for each in swept.ended}
        expected = {"dark": 3}.get(fault, 1)
        assert swept.exit_status == expected, swept
        assert all(each.verdict is not Verdict.PROVEN or not street.let_in(each.voucher) for each in swept.ended)
        if fault == "by hand":
            assert ends[unused.code].verdict is Verdict.FAILED
            assert "left alone" in ends[unused.code].words[0]
            return
        for router in {street.kiosk.router, nas}:
            router.faults.clear()
        for binding in list(nas.menus["/ip/hotspot/ip-binding"].rows()):
            nas.menus["/ip/hotspot/ip-binding"].discard(binding)
        await street.sleep(700.0)
        again = await Sweep(context, again=0.0).run()
        assert again.exit_status == 0, again
        for each in (used, unused):
            assert (await street.row(context, each)).verdict is Verdict.PROVEN
            await street.proven_holds(each)

    play(script, where, time_quota=None)


@pytest.mark.parametrize("where", ["local6", "userman6"])
def test_void_ends_who_is_online_and_leaves_everybody_else_alone(where: str) -> None:
    async def script(street: Street) -> None:
        context = street.kiosk.node().context
        batch = await street.ready(context, 4)
        one, other, slow, unused = await street.kiosk.rows(context, batch)
        for each in (one, other, slow):
            street.come(each)
        await street.sleep(5.0)
        await standing.void(context, batch.id, code=one.code, reason="torn")
        over = await BatchRunner(context, batch.id).run()
        assert (over.batch.verdict, over.states["void"]) == (Verdict.PROVEN, 1)
        assert not street.online(one)
        assert street.online(other)
        assert (await street.operation(context, one)).verdict is Verdict.PROVEN
        await standing.void(context, batch.id)
        over = await BatchRunner(context, batch.id).run()
        assert (over.batch.verdict, over.states) == (Verdict.PROVEN, {"void": 4})
        for each in (one, other, slow, unused):
            await street.proven_holds(each)
        assert (await street.row(context, unused)).ended_by is None

    play(script, where, time_quota=None)


def test_after_an_outage_of_the_agent_all_that_is_due_goes_in_order_and_not_at_once() -> None:
    async def script(street: Street) -> None:
        context = street.kiosk.node().context
        batch = await street.ready(context, 30, validity=600, starts=Starts.SALE)
        rows = await street.kiosk.rows(context, batch)
        for each in rows[:20]:
            await selling.sell(context, selling.Wish(code=each.code))
            street.come(each)
            await street.sleep(1.0)
        await FirstLogins(context).look(whole=True)
        await street.sleep(4000.0)
        assert all(map(street.online, rows[:20])), "nobody was there to end them"
        begun = street.now
        swept = await Sweep(context).run()
        assert (swept.expired, swept.exit_status) == (20, 0)
        assert not any(map(street.online, rows[:20]))
        entered = [await street.operation(context, each) for each in rows[:20]]
        ids = [each.id for each in entered]
        assert ids == sorted(ids), "in the order in which they were over"
        made = [each.created_at or begun for each in entered]
        assert (made[-1] - made[0]).total_seconds() >= 19 / 5 - 0.1, "five a second at most"
        assert {(await street.row(context, each)).state for each in rows[20:]} == {"ready"}
        [over] = (await reporting.report(context, Ask(period=Period.ALL))).expired or ()
        assert (over.expired, over.unsold, (await reporting.books(context)).differences) == (20, 0, 0)

    play(script, "local", time_quota=None)


@pytest.mark.parametrize("where", ["userman6", "userman7"])
def test_without_accounting_what_user_manager_counts_still_tells_a_first_login(where: str) -> None:
    async def script(street: Street) -> None:
        node = street.kiosk.node()
        context = node.context
        profiles = street.kiosk.world.routers["nas1"].menus["/ip/hotspot/profile"]
        for profile in list(profiles.rows()):
            profiles.set(profile, {"radius-accounting": "no"})
        batch = await street.ready(context, 2)
        used, unused = await street.kiosk.rows(context, batch)
        await FirstLogins(context).look(whole=True)
        street.come(used)
        await street.sleep(50.0)
        await FirstLogins(context).look(whole=True)
        row = await street.row(context, used)
        assert row.first_login_at is not None
        assert row.first_login_by_then is not None
        assert row.first_login_at <= street.logins[used.code] <= row.first_login_by_then, row.first_login_by
        assert (await street.row(context, unused)).first_login_at is None
        await node.stop()

    play(script, where, time_quota=None, validity=int(HOUR), starts_at=StartsAt.FIRST_LOGIN)


async def _forgets(*_: object) -> None:
    """Takes nothing away, and finds nothing."""


async def _nobody(*_: object) -> Guests:
    return Guests()


def _early(batch: VoucherBatch, voucher: Voucher) -> datetime | None:
    over = expiry(batch, voucher)
    return None if over is None else over - timedelta(minutes=1)


MISTAKES: dict[str, tuple[tuple[object, str, object], ...]] = {
    "takes a row for gone": ((HotspotUsers, "remove_account", _forgets), (HotspotUsers, "read_account", _forgets)),
    "sees nobody online": ((expiring, "guests_at", _nobody), (expiring, "_used", lambda _row: False)),
    "ends a minute early": ((voucher_ends, "expiry", _early),),
}


@pytest.mark.parametrize("mistake", [None, *MISTAKES])
def test_a_mistake_that_is_planted_is_seen(mistake: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(street: Street) -> None:
        context = street.kiosk.node().context
        batch = await street.ready(context, 1, validity=600, starts=Starts.FIRST_LOGIN)
        [voucher] = await street.kiosk.rows(context, batch)
        guest = street.come(voucher)
        await street.sleep(5.0)
        guest.types = False  # else whoever is let in again is found
        for place, name, wrong in MISTAKES[mistake] if mistake else ():
            monkeypatch.setattr(place, name, wrong)
        await FirstLogins(context).look(whole=True)
        await street.until(street.logins[voucher.code] + timedelta(seconds=590))
        await Sweep(context).run()
        assert street.online(voucher), "ended before its time"
        await street.sleep(60.0)
        swept = await Sweep(context).run()
        assert [each.verdict for each in swept.ended] == [Verdict.PROVEN]
        await street.proven_holds(voucher)

    if mistake is None:
        play(script, "local", time_quota=None)
        return
    with pytest.raises(AssertionError, match=r"before its time|after PROVEN"):
        play(script, "local", time_quota=None)
