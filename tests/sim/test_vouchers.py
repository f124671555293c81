"""Batches of vouchers on virtual time: killed at every commit and at every command, refused, clashing, dark."""

import asyncio
from dataclasses import replace

import pytest

from radiusbridge.domain.errors import BadInput, Refused
from radiusbridge.domain.records import StartsAt
from radiusbridge.domain.text import folded
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.records import BatchStatus, Mode
from radiusbridge.services.vouchers import ordering, selling, standing
from radiusbridge.services.vouchers.unattended import carry_on
from radiusbridge.services.vouchers.writing import BatchRunner
from radiusbridge.simulator.menus.properties import TrapError
from radiusbridge.simulator.switches import Switches
from tests.sim.kiosk import LISTS, MANY, Kiosk, play


@pytest.mark.parametrize("where", LISTS)
@pytest.mark.parametrize("starts", StartsAt)
def test_a_batch_is_written_read_back_and_found_whole_again(where: str, starts: StartsAt) -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        batch = await kiosk.drawn(context)
        over = await BatchRunner(context, batch.id).run()
        await kiosk.check(context, over)
        again = await BatchRunner(kiosk.node().context, batch.id).run()
        await kiosk.check(context, again)

    play(script, where, starts_at=starts, validity=86_400)


@pytest.mark.parametrize("where", LISTS)
def test_killed_anywhere_the_next_run_finishes_exactly_the_batch(where: str) -> None:
    async def script(kiosk: Kiosk) -> None:
        deaths, first = 0, kiosk.node()
        for kind in ("commit", "command"):
            at = 0
            while True:
                at += 1
                batch = await kiosk.drawn(first.context)
                node = kiosk.node()
                node.doom(**{kind: at})
                died = await node.dies_of(BatchRunner(node.context, batch.id).run())
                deaths += died
                await kiosk.clock.sleep(25.0)
                after = kiosk.node()
                await kiosk.check(after.context, await BatchRunner(after.context, batch.id).run())
                await after.stop()
                if not died:
                    break
        assert deaths > MANY, "it died at each of the rows at least"

    play(script, where, starts_at=StartsAt.FIRST_LOGIN, validity=3600)


@pytest.mark.parametrize("where", ["local", "userman7"])
@pytest.mark.parametrize("hidden_as", [None, "*****"])
def test_a_hidden_password_is_not_proven_and_the_voucher_is_sold_all_the_same(
    where: str, hidden_as: str | None
) -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        batch = await kiosk.drawn(context)
        for _ in range(2):
            over = await BatchRunner(context, batch.id).run()
            assert (over.batch.status, over.batch.verdict, over.exit_status) == (
                BatchStatus.DONE,
                Verdict.UNPROVEN,
                5,
            )
            assert (over.states, "password" in over.batch.why) == ({"ready": MANY}, True)
        sold = await selling.sell(context, selling.Wish(profile="daily"))
        assert sold.voucher.row == 1

    switches = replace(Switches(), secrets="show-sensitive", hidden_as=hidden_as)
    play(script, where, ros="7.21.5", switches=switches)


@pytest.mark.parametrize("where", LISTS)
def test_a_name_that_is_there_is_drawn_again_and_its_row_left_alone(where: str) -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        batch = await kiosk.drawn(context)
        rows = await kiosk.rows(context, batch)
        theirs = {LISTS[where][3]: rows[3].code, "password": "theirs", "comment": "by hand"}
        theirs |= {"customer": "admin"} if where == "userman6" else {}
        before = kiosk.users.add(dict(theirs))

        def late() -> None:  # after the list was read
            kiosk.users.add({**theirs, LISTS[where][3]: rows[-1].code})

        kiosk.world.events.call_later(0.1, late)
        over = await BatchRunner(context, batch.id).run()
        await kiosk.check(context, over)
        codes = {row.code for row in await kiosk.rows(context, batch)}
        assert rows[3].code not in codes
        assert {"password": "theirs", "comment": "by hand"}.items() <= (kiosk.users.get(before) or {}).items()
        hand_made = [row for row in kiosk.users.rows() if row.get("comment") == "by hand"]
        assert (len(hand_made), {row["password"] for row in hand_made}) == (2, {"theirs"})
        assert len(codes & {row.code for row in rows}) >= MANY - 2, "nobody else got another code"

    play(script, where)


def test_a_profile_that_is_deleted_stops_the_batch_and_the_next_run_finishes_it() -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        batch = await kiosk.drawn(context)
        profiles = kiosk.router.menus["/ip/hotspot/user/profile"]
        daily = profiles.find("daily")
        assert daily is not None
        profiles.remove(daily)
        over = await BatchRunner(context, batch.id).run()
        assert (over.batch.status, over.batch.verdict, over.exit_status) == (BatchStatus.STOPPED, Verdict.FAILED, 1)
        assert "daily" in over.batch.why
        assert kiosk.there(batch) == {}
        profiles.add({"name": "daily"})

        def gone() -> None:
            row = profiles.find("daily")
            assert row is not None
            profiles.discard(row)

        kiosk.world.events.call_later(0.09, gone)
        over = await BatchRunner(context, batch.id).run()
        assert (over.batch.status, over.batch.verdict) == (BatchStatus.STOPPED, Verdict.FAILED), over
        assert over.states["failed"] >= 5
        assert 0 < over.states.get("ready", 0) < MANY
        failed = [row for row in await kiosk.rows(context, batch) if row.verdict is Verdict.FAILED]
        assert all("profile" in row.words or "refused" in row.words for row in failed)
        profiles.add({"name": "daily"})
        await kiosk.check(context, await BatchRunner(context, batch.id).run())

    play(script)


@pytest.mark.parametrize("where", LISTS)
def test_a_router_that_is_full_is_not_hammered_and_says_why(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        batch = await kiosk.drawn(context, 100)
        insert, tried = kiosk.users.insert, list[dict[str, str]]()

        def full(row: dict[str, str]) -> None:
            tried.append(row)
            if len(tried) > 3:
                raise TrapError("failure: no space left on device")
            insert(row)

        monkeypatch.setattr(kiosk.users, "insert", full)
        over = await BatchRunner(context, batch.id).run()
        assert (over.batch.status, over.batch.verdict, over.batch.counted) == (BatchStatus.STOPPED, Verdict.FAILED, 3)
        assert "no space left" in over.batch.why
        assert (over.states["ready"], over.states["failed"]) == (3, len(tried) - 3)
        assert len(tried) < 40, "no more than what was under way"
        monkeypatch.undo()
        over = await BatchRunner(context, batch.id).run()
        assert (over.batch.verdict, over.states, len(kiosk.there(batch))) == (Verdict.PROVEN, {"ready": 100}, 100)

    play(script, where)


def test_a_dark_router_waits_and_comes_back_and_a_hollow_one_is_never_proven() -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        batch = await kiosk.drawn(context)
        kiosk.router.faults.turn(dark=True)
        over = await BatchRunner(context, batch.id).run()
        assert (over.batch.status, over.batch.verdict, over.exit_status) == (BatchStatus.WAITING, None, 3)
        kiosk.router.faults.turn(dark=False, hollow_writes=True)
        over = await BatchRunner(kiosk.node().context, batch.id).run()
        assert over.batch.verdict is not Verdict.PROVEN
        assert over.exit_status == 1
        kiosk.router.faults.clear()
        context = kiosk.node().context
        task = asyncio.create_task(BatchRunner(context, batch.id).run())
        await kiosk.clock.sleep(0.05)
        kiosk.router.faults.turn(dark=True)
        await kiosk.clock.sleep(9.0)
        kiosk.router.faults.turn(dark=False)
        await kiosk.check(context, await task)

    play(script)


def test_the_agent_carries_on_what_waits_and_what_a_dead_process_left_but_nothing_that_was_stopped() -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        waiting, stopped, left = [await kiosk.drawn(context) for _ in range(3)]
        await standing.stop(context, stopped.id)
        kiosk.router.faults.turn(dark=True)
        assert (await BatchRunner(context, waiting.id).run()).batch.status is BatchStatus.WAITING
        kiosk.router.faults.turn(dark=False)
        dead = kiosk.node()
        dead.dies_after = 3
        dead.carry(BatchRunner(dead.context, left.id).run())
        while dead.carrying:
            await kiosk.clock.sleep(0.05)
        await dead.bury()
        context = kiosk.node().context
        assert await carry_on(context) == 1, "of the dead one the lease still holds"
        await kiosk.check(context, await standing.standing(context, waiting.id))
        await kiosk.clock.sleep(25.0)
        assert await carry_on(context) == 1
        await kiosk.check(context, await standing.standing(context, left.id))
        assert await carry_on(context) == 0
        assert kiosk.there(stopped) == {}

    play(script)


def test_what_was_ready_and_vanished_is_told_and_not_made_again() -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        batch = await kiosk.drawn(context)
        await BatchRunner(context, batch.id).run()
        lost, changed = list(kiosk.there(batch).values())[:2]
        kiosk.users.remove(lost)
        kiosk.users.set(changed, {"limit-uptime": "1d"})
        over = await BatchRunner(context, batch.id).run()
        assert (over.batch.verdict, over.states) == (Verdict.FAILED, {"failed": 1, "ready": MANY - 1})
        assert (over.batch.counted, "gone" in over.batch.why) == (MANY - 1, True)

    play(script)


@pytest.mark.parametrize("where", LISTS)
def test_void_vouchers_are_taken_off_and_the_rest_stays(where: str) -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        batch = await kiosk.drawn(context)
        await BatchRunner(context, batch.id).run()
        one = (await kiosk.rows(context, batch))[4]
        await standing.void(context, batch.id, code=one.code.lower())
        over = await BatchRunner(context, batch.id).run()
        assert (over.batch.verdict, over.states) == (Verdict.PROVEN, {"void": 1, "ready": MANY - 1})
        assert one.code not in kiosk.there(batch)
        await standing.void(context, batch.id)
        over = await BatchRunner(context, batch.id).run()
        assert (over.batch.verdict, over.states, kiosk.there(batch)) == (Verdict.PROVEN, {"void": MANY}, {})
        assert all(row.gone_at for row in await kiosk.rows(context, batch))
        with pytest.raises(BadInput):
            await standing.void(context, batch.id)

    play(script, where)


def test_one_process_writes_a_batch_and_a_wish_to_stop_is_heard() -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        kiosk.router.faults.turn(rtt=1.0)
        batch = await kiosk.drawn(context, 200)
        task = asyncio.create_task(BatchRunner(context, batch.id).run())
        await kiosk.clock.sleep(10.0)
        with pytest.raises(Refused):
            await BatchRunner(kiosk.node().context, batch.id).run()
        asked = await standing.stop(context, batch.id)
        assert asked.stop_requested
        over = await task
        assert (over.batch.status, over.batch.why, over.batch.verdict) == (BatchStatus.STOPPED, "asked to", None)
        assert 0 < over.states["drawn"] < 200
        assert over.states["ready"] == len(kiosk.there(batch))

    play(script)


@pytest.mark.parametrize("quantity", [0, -1, 10**6])
def test_quantities_that_cannot_be(quantity: int) -> None:
    async def script(kiosk: Kiosk) -> None:
        with pytest.raises(BadInput) as refused:
            await kiosk.drawn(kiosk.node().context, quantity)
        assert str(quantity) in refused.value.line()

    play(script)


def test_many_are_asked_for_and_short_codes_are_refused_with_the_numbers() -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        order = replace(kiosk.order(5000), form=CodeForm())
        with pytest.raises(Refused):
            await ordering.order(context, order)
        told = await ordering.preview(context, order)
        assert (told.asks, told.seconds > 30, told.warnings) == (True, True, ())
        assert (await ordering.order(context, order, typed=5000)).size == 5000
        with pytest.raises(BadInput) as refused:
            await ordering.preview(context, replace(order, form=CodeForm("num", 5)))
        assert "--length" in refused.value.line()
        weak = await ordering.preview(context, replace(order, quantity=100, form=CodeForm("num", 7)))
        assert "tries" in weak.warnings[0]

    play(script)


@pytest.mark.parametrize(
    "asked", [{"time_limit": 60}, {"validity": 60}, {"mode": Mode.CODE}, {"hotspot_server": "h1"}, {"nas": "nas1"}]
)
def test_user_manager_takes_no_limit_that_is_not_the_profiles(asked: dict[str, object]) -> None:
    async def script(kiosk: Kiosk) -> None:
        with pytest.raises(BadInput):
            await kiosk.drawn(kiosk.node().context, MANY, **asked)

    play(script, "userman7", validity=86_400)


def test_codes_differ_in_more_than_their_case() -> None:
    async def script(kiosk: Kiosk) -> None:
        context = kiosk.node().context
        form = CodeForm("upplow", 4)
        batch = await kiosk.drawn(context, 3000, mode=Mode.SAME, form=form)
        codes = [row.code for row in await kiosk.rows(context, batch)]
        assert len(set(map(folded, codes))) == 3000

    play(script)
