"""What routers that are dark, old, odd or a day off leave of the answer."""

import pytest

from radiusbridge.domain.records import Customer, HoldKind
from radiusbridge.domain.refusals import RefusalCause
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.why.decide import Answer, Chain
from radiusbridge.domain.why.link import State
from radiusbridge.services import customers, why
from radiusbridge.simulator import accounts
from radiusbridge.simulator.build import add_cpe
from tests.drift.ground import SEVEN, SIX, Town, in_town
from tests.why.plants import NIGHT, WHO, ask, hang_up, hold


def state(chain: Chain, link: str, where: str = "") -> State:
    return next(each.state for each in chain.links if each.id == link and where in {"", each.where})


def test_a_hold_is_named_with_reason_and_ticket() -> None:
    async def story(town: Town) -> None:
        await hold(town)
        await hold(town, HoldKind.ABUSE)
        town.by_hand(WHO, disabled="yes")
        hang_up(town)
        await town.passes(NIGHT)
        first = (await ask(town)).chain.first
        assert first is not None
        assert (first.id, "March" in first.seen, "T-17" in first.seen) == ("held", True, True)
        lines = [mend.line for mend in first.mend]
        assert lines == ["radiusbridge renew C-0001 --months 1", "radiusbridge activate C-0001 --hold abuse"]

    in_town(story)


@pytest.mark.parametrize("ros", [SEVEN, SIX])
def test_a_walled_session_is_no_answer(ros: str) -> None:
    from radiusbridge.domain.records import Policy
    from radiusbridge.services import access, carrying

    async def story(town: Town) -> None:
        led = await access.isolate(town.context, WHO, policy=Policy.WALLED, hold=HoldKind.UNPAID)
        assert led.operation is not None
        await carrying.carry_out(town.context, led.operation.id)
        await town.passes(NIGHT)
        assert town.cpe(WHO).online
        chain = (await ask(town)).chain
        assert (chain.answer, chain.first and chain.first.id) == (Answer.BROKEN, "held")
        assert state(chain, "walled") is State.BROKEN

    in_town(story, ros=ros)


def test_nobody_dials() -> None:
    async def story(town: Town) -> None:
        town.cpe(WHO).switch_off()
        await town.passes(NIGHT)
        told = await ask(town)
        assert (told.chain.answer, why.EXIT[told.chain.answer]) == (Answer.SILENT, 5)
        town.nas().menus.pop("/log")
        assert (await ask(town)).chain.answer is Answer.UNKNOWN

    in_town(story)


@pytest.mark.parametrize("where", ["um1", "nas1"])
@pytest.mark.parametrize("skew", [86_400.0, -86_400.0])
@pytest.mark.parametrize("ros", [SEVEN, SIX])
def test_a_router_a_day_off(ros: str, where: str, skew: float) -> None:
    """Its log is read by its own clock, so that the refusal counts; the clock is told, and keeps nobody out."""

    async def story(town: Town) -> None:
        town.nas(where).faults.clock_skew = skew
        town.cpe(WHO).password = "typed wrong"
        hang_up(town)
        await town.passes(NIGHT)
        told = await ask(town)
        assert told.chain.first is not None
        assert told.chain.first.id == "password"
        assert state(told.chain, "clock", where) is State.DOUBT
        refusal = told.facts.refusal
        assert refusal is not None
        assert abs((refusal.at - town.clock.now()).total_seconds()) < NIGHT

    in_town(story, ros=ros)


@pytest.mark.parametrize("ros", [SEVEN, SIX])
@pytest.mark.parametrize("menu", ["/system/license", "/log", "/ip/pool", "/ppp/secret", "/system/clock"])
def test_a_board_that_lacks_a_menu(ros: str, menu: str) -> None:
    """What could not be looked at is told; the rest is."""

    async def story(town: Town) -> None:
        del town.nas().menus[menu]
        assert (await ask(town)).chain.answer is Answer.ONLINE
        town.by_hand(WHO, disabled="yes")
        hang_up(town)
        if menu not in {"/ppp/secret", "/ip/pool"}:
            await town.passes(NIGHT)
        chain = (await ask(town)).chain
        assert chain.first is not None
        assert chain.first.id == "disabled"
        assert any(f"no {menu}" in link.seen or "cannot be read" in link.seen for link in chain.of(State.UNSEEN))

    in_town(story, ros=ros)


@pytest.mark.parametrize("ros", [SEVEN, "7.22.3", SIX])
def test_a_pool_with_and_without_counters(ros: str) -> None:
    async def story(town: Town) -> None:
        pools = town.menu("/ip/pool")
        pools.add({"name": "more", "ranges": "100.99.0.1-100.99.0.1"})
        other = next(session.address for session in town.nas().nas.of("cust0002"))
        row = pools.named("pool-pppoe")
        assert row is not None
        pools.set(row, {"ranges": f"{other}/32", "next-pool": "more"})
        hang_up(town)
        await town.passes(NIGHT)
        assert town.cpe(WHO).online
        hang_up(town, "cust0003")
        await town.passes(NIGHT)
        assert not town.cpe("cust0003").online
        first = (await ask(town, "cust0003")).chain.first
        assert first is not None
        assert (first.id, "of 2 addresses used" in first.seen) == ("pool", True), first

    in_town(story, ros=ros)


@pytest.mark.parametrize("ros", [SEVEN, SIX])
@pytest.mark.parametrize("name", ["*1", "*F81000001", "a b", 'q"$?\\', "yes"])
def test_user_names_that_look_like_something_else(ros: str, name: str) -> None:
    """Somebody else's row is never taken for theirs."""

    async def story(town: Town) -> None:
        accounts.add_user(town.manager, name, "pw", town.options)
        cpe = add_cpe(town.world, town.nas(), name, "pw", "02:22:00:00:00:01")
        town.world.customers[name] = cpe
        record = Customer("", name, 0, 0, password=Secret("pw"))
        added = await customers.add(town.context, record, profile="20M", server="um1", provisioned=False)
        number = added.customer.number
        town.by_hand(name, disabled="yes")
        cpe.switch_on()
        await town.passes(20.0)
        first = (await ask(town, number)).chain.first
        assert first is not None
        assert first.id == "disabled"
        town.by_hand(name, disabled="no")
        await town.passes(NIGHT)
        assert (await ask(town, number)).chain.answer is Answer.ONLINE

    in_town(story, ros=ros)


def test_two_sessions_of_one_name_on_two_routers() -> None:
    async def story(town: Town) -> None:
        twin = add_cpe(town.world, town.nas("nas2"), WHO, town.cpe(WHO).password, "02:33:00:00:00:01")
        town.world.customers["twin"] = twin
        twin.switch_on()
        await town.passes(20.0)
        chain = (await ask(town)).chain
        assert chain.answer is Answer.ONLINE
        assert "nas1" in chain.words
        assert "nas2" in chain.words

    in_town(story, nases=2, shared_users="2")


def test_another_nas_is_not_blamed() -> None:
    async def story(town: Town) -> None:
        aaa = town.nas("nas2").nas.aaa
        aaa.set(aaa.values, {"use-radius": "no"})
        town.nas("nas2").faults.turn(dark=True)
        town.cpe(WHO).password = "typed wrong"
        hang_up(town)
        await town.passes(NIGHT)
        told = await ask(town)
        assert told.facts.home == "nas1"
        assert told.chain.first is not None
        assert told.chain.first.id == "password"
        assert state(told.chain, "nas", "nas2") is State.UNSEEN

    in_town(story, nases=2)


def test_the_licence_is_full() -> None:
    async def story(town: Town) -> None:
        out = [name for name, cpe in town.world.customers.items() if not cpe.online]
        assert out
        first = (await ask(town, out[0])).chain.first
        assert first is not None
        assert (first.id, "10 of 10" in first.seen) == ("licence", True)

    in_town(story, customers=12, licence="3")


def test_rows_come_as_they_are_read_and_nothing_is_written() -> None:
    async def story(town: Town) -> None:
        town.nas().faults.turn(dark=True)
        town.wire.move()
        stories = [each async for each in why.why(town.context, WHO)]
        assert [state(each.chain, "account") if each.facts.server else None for each in stories] == [
            None,
            State.OK,
            State.OK,
        ]
        assert stories[1].chain.answer is Answer.READING
        assert [each.over for each in stories] == [False, False, True]
        assert (stories[-1].facts.server is not None, stories[-1].facts.nases[0].error != "") == (True, True)

    in_town(story)


def test_the_refusal_that_the_agent_kept_counts() -> None:
    from radiusbridge.domain.refusals import Refusal

    async def story(town: Town) -> None:
        town.cpe(WHO).switch_off()
        await town.passes(NIGHT)
        kept = Refusal(1, WHO, town.clock.now(), RefusalCause.CALLER_ID, "wrong caller id", "um1")
        await town.context.database.write(lambda unit: unit.refusals.keep({kept.key: kept}))
        first = (await ask(town)).chain.first
        assert first is not None
        assert first.id == "caller-id"

    in_town(story)
