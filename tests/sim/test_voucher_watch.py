"""The watch over vouchers where the world disagrees with the lists, and where it does not: virtual time, real logs."""

import pytest

from radiusbridge.domain.alerts.rules import Kind
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.findings import Finding
from radiusbridge.domain.vouchers.records import Voucher, VoucherBatch
from radiusbridge.services.alerts.watching import Lookout
from radiusbridge.services.context import Context
from radiusbridge.services.following import Followers
from radiusbridge.services.readings.watching import Readings
from radiusbridge.services.refusals import Book
from radiusbridge.services.vouchers import importing, standing
from radiusbridge.services.vouchers.watch_alerts import alerts_of
from radiusbridge.services.vouchers.watching import CENSUS_EVERY, VoucherWatch, watch_now
from radiusbridge.services.vouchers.writing import BatchRunner
from radiusbridge.simulator import mikhmon
from radiusbridge.simulator.guests import Guest
from tests.sim.kiosk import LISTS, MANY, Kiosk, play

BOTH = pytest.mark.parametrize("where", ["local", "userman7", "userman6"])


async def stocked(kiosk: Kiosk, **more: CodeForm) -> tuple[Context, VoucherBatch, tuple[Voucher, ...]]:
    context = kiosk.node().context
    batch = await kiosk.drawn(context, MANY, **more)
    await BatchRunner(context, batch.id).run()
    return context, batch, await kiosk.rows(context, batch)


def device(kiosk: Kiosk, name: str, password: str, number: int) -> Guest:
    """A device that types these credentials."""
    guest = Guest(kiosk.world, kiosk.world.routers["nas1"].nas, name, password, f"02:33:00:00:00:{number:02X}")
    guest.redial = (1.0, 1.0)
    kiosk.world.guests[f"device {number}"] = guest
    return guest


async def tries(kiosk: Kiosk, guest: Guest, *codes: str) -> None:
    """The device types one code after the other."""
    guest.wants_service = True
    for code in codes:
        guest.username = guest.password = code
        kiosk.wire.move()
        guest.knock()
        kiosk.wire.move()
        await kiosk.clock.sleep(0.8)


def arrives(kiosk: Kiosk, guest: Guest) -> None:
    kiosk.wire.move()
    guest.switch_on(0.0)
    kiosk.wire.move()


def kinds(found: tuple[Finding, ...]) -> list[Kind]:
    return [each.kind for each in found]


@BOTH
def test_a_list_that_is_as_it_was_written_says_nothing(where: str) -> None:
    async def script(kiosk: Kiosk) -> None:
        context, batch, rows = await stocked(kiosk)
        key = LISTS[where][3]
        kiosk.users.add({key: "teknisi-1", "password": "x", **({"customer": "admin"} if where == "userman6" else {})})
        await standing.void(context, batch.id, code=rows[0].code)
        await BatchRunner(context, batch.id).run()
        watch = await watch_now(context)
        assert (watch.findings, watch.unread) == ((), {})

    play(script, where)


@BOTH
def test_codes_that_vanish_are_altered_or_are_nobodys_are_found_with_what_mends_them(where: str) -> None:
    async def script(kiosk: Kiosk) -> None:
        context, batch, rows = await stocked(kiosk, form=CodeForm("strict", 8, "K"))
        local, key = where == "local", LISTS[where][3]
        there = kiosk.there(batch)
        kiosk.users.discard(there[rows[0].code])
        kiosk.users.discard(there[rows[1].code])
        kiosk.users.set(there[rows[2].code], {"disabled": "yes"})
        if local:
            kiosk.users.set(there[rows[3].code], {"limit-uptime": "100d"})
        forged = {key: "KACDEFGHJ", "password": "x", "comment": batch.note}
        if where == "userman6":
            forged["customer"] = "admin"
        kiosk.users.add(forged)
        if local:
            kiosk.users.add({key: "\x1b[2Jsamping", "password": "x", "profile": "daily", "comment": "titip"})

        watch = await watch_now(context)
        assert kinds(watch.findings) == [Kind.VOUCHER_FOREIGN, Kind.VOUCHER_GONE, Kind.VOUCHER_ALTERED]
        foreign, gone, altered = watch.findings
        assert (foreign.level, gone.level, altered.level) == (1 + local, 2, 1 + local)
        assert "KACDEFGHJ" in foreign.evidence
        assert set(gone.evidence) == {rows[0].number, rows[1].number}
        assert gone.mend == f"radiusbridge voucher void {batch.id} --row 1"
        assert f"{rows[2].number}: disabled" in altered.evidence
        assert not any("\x1b" in text for each in watch.findings for text in (*each.evidence, each.mend, each.words))
        # what leaves for mailboxes has no code in it
        signals = list(watch.signals(()))
        assert not any(row.code in signal.words + signal.subject for signal in signals for row in rows)
        assert {signal.subject.partition("/")[0] for signal in signals} == {"nas1" if local else "um1"}

        for row in rows[:2]:
            await standing.void(context, batch.id, code=row.code)
        for name in ("KACDEFGHJ", *(["\x1b[2Jsamping"] if local else [])):
            found = kiosk.users.named(name)
            assert found is not None
            kiosk.users.discard(found)
        assert kinds((await watch_now(context)).findings) == [Kind.VOUCHER_ALTERED]

    play(script, where)


def test_a_router_that_is_dark_ends_no_alert_and_a_list_is_looked_at_again_in_time() -> None:
    async def script(kiosk: Kiosk) -> None:
        context, batch, rows = await stocked(kiosk)
        watch = VoucherWatch(context)
        assert [each.level for each in watch.signals([(Kind.VOUCHER_GONE, "nas1/batch 1")])] == [None]
        assert await watch.look() == ()
        kiosk.users.discard(kiosk.there(batch)[rows[0].code])
        assert await watch.look() == (), "a whole list is not read every minute"
        await kiosk.clock.sleep(CENSUS_EVERY)
        [gone] = await watch.look()
        open_ = [(gone.kind, gone.subject)]
        kiosk.router.faults.turn(dark=True)
        await kiosk.clock.sleep(CENSUS_EVERY)
        assert [each.subject for each in await watch.look()] == [gone.subject], "what was known stays"
        assert watch.unread.keys() == {"nas1"}
        other = [(Kind.VOUCHER_FOREIGN, "nas1"), (Kind.VOUCHER_GONE, "nas1/batch 9"), (Kind.POOL_FULL, "nas1/pool")]
        assert {each.level for each in watch.signals(other) if each.subject != gone.subject} == {None}
        kiosk.router.faults.turn(dark=False)
        await standing.void(context, batch.id, code=rows[0].code)
        await kiosk.clock.sleep(CENSUS_EVERY)
        assert await watch.look() == ()
        assert [(each.subject, each.level) for each in watch.signals(open_)] == [(gone.subject, 0)]

    play(script)


@BOTH
def test_one_who_guesses_is_found_by_the_logs_and_those_who_mistype_are_not(where: str) -> None:
    async def script(kiosk: Kiosk) -> None:
        # short codes: 4,096 with 12 live, so that six tries are too many
        context, _, rows = await stocked(kiosk, form=CodeForm("num", 4))
        clock = kiosk.world.routers["nas1"].menus["/system/clock"]
        for row in clock.rows():
            clock.set(row, {"time-zone-name": "Asia/Jakarta"})
        watch = VoucherWatch(context)
        followers = kiosk.node()
        followers.carry(Followers(context, Book(context), (watch,)).run())
        await kiosk.clock.sleep(3.0)
        codes = {row.code for row in rows}
        free = [str(number) for number in range(2222, 9999) if not set(str(number)) & set("01")]
        free = [code for code in free if code not in codes]
        clumsy, thief = device(kiosk, "", "", 1), device(kiosk, "", "", 2)
        await tries(kiosk, clumsy, *free[:3], rows[0].code)
        await watch.look()
        assert watch.findings == ()
        await tries(kiosk, thief, *free[10:18])
        [found] = await watch.look()
        assert (found.kind, found.router, round(found.level, 2)) == (Kind.VOUCHER_GUESSING, "nas1", 1.33)
        assert found.subject.startswith("nas1/10.50.")
        assert "8 unknown codes" in found.words
        assert f"binding add {thief.mac} --type blocked --nas nas1" in found.mend
        assert set(found.evidence) <= set(free)
        thief.switch_off()
        clumsy.switch_off()
        [found] = await watch.look()
        assert "host list" in found.mend, "its address may be another's by now"
        # one process that has not followed finds it in the buffer
        assert kinds((await watch_now(context)).findings) == [Kind.VOUCHER_GUESSING]
        await kiosk.clock.sleep(601.0)
        assert await watch.look() == ()
        levels = [each.level for each in watch.signals([(found.kind, found.subject)])]
        assert levels == [0]
        await followers.stop()

    play(script, where)


def test_one_code_on_two_devices_is_told_and_a_family_voucher_is_not() -> None:
    async def script(kiosk: Kiosk) -> None:
        profiles = kiosk.router.menus["/ip/hotspot/user/profile"]
        context, batch, rows = await stocked(kiosk)
        assert rows[0].password is not None
        first, second = (device(kiosk, rows[0].code, rows[0].password.reveal(), number) for number in (1, 2))
        daily = profiles.find("daily")
        assert daily is not None
        profiles.set(daily, {"shared-users": "2"})
        arrives(kiosk, first)
        arrives(kiosk, second)
        await kiosk.clock.sleep(2.0)
        assert first.online
        assert second.online
        watch = VoucherWatch(context)
        assert await watch.look() == (), "two may"
        profiles.set(daily, {"shared-users": "1"})
        [found] = await watch.look()
        assert (found.kind, found.subject) == (Kind.VOUCHER_SHARED, f"nas1/batch {batch.id} voucher 1")
        assert set(found.evidence) == {rows[0].code, first.mac, second.mac}
        assert rows[0].code not in found.words
        assert f"voucher void {batch.id} --code {rows[0].code}" in found.mend
        second.switch_off()
        await kiosk.clock.sleep(1.0)
        assert await watch.look() == ()

    play(script)


def test_a_guesser_below_the_limit_is_for_the_rule_to_judge_and_what_a_nas_tells_counts_once() -> None:
    async def script(kiosk: Kiosk) -> None:
        context, *_ = await stocked(kiosk, form=CodeForm("num", 4))
        watch, now = VoucherWatch(context), kiosk.clock.now()

        def hear(count: int, nas: bool = True, server: bool = True) -> None:
            for number in range(count):
                if nas:
                    line = f"x{number} (10.50.0.9): login failed: authentication failed"
                    watch.heard("nas1", "hotspot,info,debug", line, now)
                if server:
                    watch.heard("um1", "manager,account,warning", f"x{number}: user not found", now)

        hear(1)
        assert await watch.look() == ()
        assert list(watch.signals(())) == []
        hear(4)
        assert await watch.look() == ()
        [signal] = watch.signals([(Kind.VOUCHER_GUESSING, "nas1/10.50.0.9")])
        assert (signal.kind, signal.subject, signal.level) == (Kind.VOUCHER_GUESSING, "nas1/10.50.0.9", 4 / 6)
        hear(30)
        assert [each.subject for each in await watch.look()] == ["nas1", "nas1/10.50.0.9"], "the server says no more"
        # a server whose NASes nobody reads says it alone, of all hosts together
        await kiosk.clock.sleep(700.0)
        now = kiosk.clock.now()
        hear(23, nas=False)
        assert await watch.look() == ()
        hear(24, nas=False)
        [found] = await watch.look()
        assert (found.subject, found.mend) == ("um1", "radiusbridge voucher generate with a greater --length")

    play(script, "userman7")


def test_an_alert_is_raised_by_the_watch_and_over_when_it_is_quiet_for_long_enough() -> None:
    async def script(kiosk: Kiosk) -> None:
        context, batch, rows = await stocked(kiosk, form=CodeForm("num", 4))
        watch, readings = VoucherWatch(context), Readings(context)
        lookout = Lookout(context, lambda _unit: True)

        async def minutes(count: int) -> list[str]:
            for _ in range(count):
                await watch.look()
                await lookout.look(readings, watch.signals)
                await kiosk.clock.sleep(60.0)
            raised = await context.database.read(lambda unit: unit.alerts.raised())
            return sorted(f"{each.kind} {each.subject}" for each in raised)

        assert await minutes(1) == []
        thief = device(kiosk, "", "", 1)
        followers = kiosk.node()
        followers.carry(Followers(context, Book(context), (watch,)).run())
        await kiosk.clock.sleep(3.0)
        codes = {row.code for row in rows}
        free = [f"{number}{number}" for number in range(22, 32)]
        await tries(kiosk, thief, *[code for code in free if code not in codes][:7])
        kiosk.users.discard(kiosk.there(batch)[rows[0].code])
        [guessing] = await minutes(1)
        assert guessing.startswith("voucher-guessing nas1/10.50.")
        [about] = await alerts_of(context, batch)
        assert about.subject in guessing
        thief.switch_off()
        assert await minutes(15) == [f"voucher-gone nas1/batch {batch.id}", guessing], "ten minutes, and ten more"
        assert len(await alerts_of(context, batch)) == 2
        assert await minutes(10) == [f"voucher-gone nas1/batch {batch.id}"]
        await standing.void(context, batch.id, code=rows[0].code)
        assert await minutes(18) == []
        await followers.stop()

    play(script)


def test_where_mikhmon_works_beside_us_its_rows_come_and_go_as_it_likes() -> None:
    async def script(kiosk: Kiosk) -> None:
        mikhmon.fill(kiosk.router, unused=6, used=2, over=2, plan=mikhmon.Plan("daily-m"))
        context, _, rows = await stocked(kiosk)
        late = {"password": "x", "profile": "daily", "comment": "vc-100-11.20.26-kios"}
        kiosk.users.add({"name": "vcode1", **late})
        [found] = (await watch_now(context)).findings
        assert (found.kind, found.mend) == (Kind.VOUCHER_FOREIGN, "radiusbridge voucher import mikhmon nas1")
        await importing.store(context, await importing.look(context, "nas1"))
        kiosk.users.add({"name": "vcode2", **late})
        kiosk.users.add({"name": "vcode3", "profile": "daily-m", "comment": "2026-06-01 10:00:00"})
        imported = [row for row in kiosk.users.rows() if row.get("profile") == "daily-m"]
        kiosk.users.discard(imported[0])
        kiosk.users.set(imported[1], {"comment": "2026-06-02 10:00:00", "limit-uptime": "1s"})
        assert (await watch_now(context)).findings == ()
        kiosk.users.add({"name": "mine", "profile": "daily-m", "comment": "titipan"})
        [found] = (await watch_now(context)).findings
        assert found.evidence == ("mine",)
        assert len(rows) == MANY

    play(script)
