"""Alerts from the reading of a router to what arrives: told once, whatever restarts, refuses, sleeps or flaps."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.alerts.channels import Channel, Hook, Mail, MailTls
from radiusbridge.domain.alerts.episodes import Episode, Signal
from radiusbridge.domain.alerts.quiet import Quiet
from radiusbridge.domain.alerts.rules import DEFAULTS, Kind, Severity
from radiusbridge.domain.capabilities import Card
from radiusbridge.domain.errors import BadInput, PeerRefused, Refused, UnknownName
from radiusbridge.domain.minutes import History, Minute, minute_of
from radiusbridge.domain.probe_runs import ProbeRecord
from radiusbridge.domain.records import Intent, Operation
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vitals import Vitals
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services.alerts import channels, keeping
from radiusbridge.services.alerts.board import board
from radiusbridge.services.alerts.judging import judged
from radiusbridge.services.alerts.sending import GIVEN_UP_AFTER, Post
from radiusbridge.services.alerts.signals import of_probes, sessions
from radiusbridge.services.alerts.watching import Lookout
from radiusbridge.services.context import Context
from radiusbridge.services.overview import overview
from radiusbridge.services.process import this_process
from radiusbridge.services.readings import watching
from radiusbridge.services.vouchers import stocking
from tests.alert_receivers import Receiver, mail_server, receiver
from tests.db.conftest import START, HandClock
from tests.db.test_voucher_shifts import ready
from tests.gateways.support import SeededEntropy
from tests.services.test_readings import Town, town

MINUTE = timedelta(minutes=1)
SECRET = Secret("a secret to sign with")
DOWN = Signal(Kind.ROUTER_DOWN, "nas1", 1, "no answer")
UP = replace(DOWN, level=0, words="it answers")
FULL = Signal(Kind.POOL_FULL, "nas1/pool", 0.95, "95 of 100 addresses are given")
ROOM = replace(FULL, level=0.5, words="50 of 100 addresses are given")


def ours(_unit: UnitOfWork) -> bool:
    return True


@dataclass
class House:
    """A database whose clock stands still until it is moved, and a receiver of webhooks."""

    context: Context
    clock: HandClock
    taker: Receiver
    post: Post

    async def look(self, *signals: Signal, after: timedelta = timedelta(0)) -> int | None:
        self.clock.time += after
        entropy = self.context.entropy
        return await self.context.database.write(lambda unit: judged(unit, entropy, signals, ours))

    async def channel(self, name: str = "hook", **options: object) -> Channel:
        hook = Hook(Secret(f"http://127.0.0.1:{self.taker.port}/{name}"), SECRET)
        made = replace(Channel(name, hook), **options)  # type: ignore[arg-type]
        return await channels.add(self.context, made)

    def told(self, name: str = "hook") -> list[list[tuple[str, str]]]:
        """(news, subject) of each message."""
        bodies = [json.loads(each.body) for each in self.taker.posted if each.path == f"/{name}"]
        return [[(alert["news"], alert["subject"]) for alert in body["alerts"]] for body in bodies]

    async def open(self) -> tuple[Episode, ...]:
        return await self.context.database.read(lambda unit: unit.alerts.raised())


@asynccontextmanager
async def opened(folder: Path, clock: HandClock, taker: Receiver, seed: int = 1) -> AsyncIterator[House]:
    file = KeyFile(folder / "key")
    key = file if (folder / "key").exists() else file.create()
    database = Database.open(folder / "db", key=key, clock=clock)
    entropy = SeededEntropy(seed)
    gateways = Gateways(clock, entropy)
    context = Context(database, gateways, clock, entropy, this_process(), "noc", "agent")
    yield House(context, clock, taker, Post(context, ours))
    await context.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with receiver() as taker, opened(tmp_path, HandClock(), taker) as made:
        yield made


async def test_it_is_told_once_whatever_restarts(tmp_path: Path) -> None:
    clock = HandClock()
    async with receiver() as taker:
        async with opened(tmp_path, clock, taker) as first:
            await first.channel()
            assert await first.look(DOWN) == 0
            assert await first.look(DOWN, after=2 * MINUTE) == 1
        async with opened(tmp_path, clock, taker, seed=2) as again:
            assert await again.post.send() == 1
            assert await again.look(DOWN, after=60 * MINUTE) == 0
            assert await again.post.send() == 0
            await again.look(UP, after=MINUTE)
        async with opened(tmp_path, clock, taker, seed=3) as last:
            assert await last.look(UP, after=3 * MINUTE) == 1
            assert await last.look(UP, after=3 * MINUTE) == 0
            assert await last.post.send() == 1
            assert last.told() == [[("raised", "nas1")], [("resolved", "nas1")]]


async def test_two_who_send_at_once_send_once_and_who_lost_the_duty_sends_nothing(house: House) -> None:
    await house.channel()
    await house.look(FULL)
    lost = Post(house.context, lambda _unit: False)
    assert (
        await house.context.database.write(lambda unit: judged(unit, SeededEntropy(1), [DOWN], lambda _: False)) is None
    )
    assert await lost.send() == 0
    other = Post(house.context, ours)
    assert sum(await asyncio.gather(house.post.send(), other.send(), house.post.send())) == 1
    assert len(house.told()) == 1


async def test_what_is_refused_is_tried_again_with_back_off_and_the_same_id(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.channel()
    house.taker.answers = ["500 x", "503 x", "200 OK"]
    await house.look(FULL)
    waits = []
    for _ in range(3):
        await house.post.send()
        due = await house.post.due()
        if due is not None:
            waits.append((due - house.clock.time).total_seconds())
            house.clock.time = due
    assert len({each.headers["Radiusbridge-Delivery"] for each in house.taker.posted}) == 1
    assert len(house.taker.posted) == 3
    assert 15 <= waits[0] <= 30 < waits[1] <= 60
    (standing,) = await channels.listed(house.context)
    assert (standing.waiting, standing.error, standing.sent_at) == (0, "", house.clock.time)
    assert SECRET.reveal() not in caplog.text
    assert "/hook" not in caplog.text
    assert "500" in caplog.text


@pytest.mark.parametrize(("asked", "seconds"), [("600", 600), ("Mon, 01 Jan 2035 00:00:00 GMT", 21_600), ("soon", 30)])
async def test_a_receiver_that_asks_to_wait_is_left_alone_so_long(house: House, asked: str, seconds: int) -> None:
    await house.channel()
    house.taker.answers, house.taker.retry_after = ["429 Too Many Requests"], asked
    await house.look(FULL)
    await house.post.send()
    due = await house.post.due()
    assert due is not None
    waits = (due - house.clock.time).total_seconds()
    assert waits == seconds if asked != "soon" else 0 < waits <= seconds


async def test_in_the_end_it_is_given_up_and_said_so(house: House) -> None:
    await house.channel()
    house.taker.answers = ["410 Gone"]
    await house.look(FULL)
    await house.post.send()
    (standing,) = await channels.listed(house.context)
    assert standing.error.startswith("given up: ")
    assert await house.post.due() is None
    house.taker.answers = ["500 broken"]
    await house.look(FULL, DOWN)
    await house.look(FULL, DOWN, after=2 * MINUTE)
    tries = 0
    while (due := await house.post.due()) is not None:
        house.clock.time = max(house.clock.time, due)
        tries += 1
        await house.post.send()
    assert 40 < tries < 120
    assert GIVEN_UP_AFTER < house.clock.time - START < GIVEN_UP_AFTER + timedelta(hours=1)


async def test_quiet_hours_let_critical_ones_pass_and_sum_the_others_up(house: House) -> None:
    # START's clock in UTC+14 stands within these hours, over midnight
    zone = "Pacific/Kiritimati"
    local = (START + timedelta(hours=14)).time()
    begin, end = ((START + timedelta(hours=14 + each)).time().replace(second=0) for each in (-1, 2))
    assert begin != local != end
    await house.channel(quiet=Quiet(begin, end, zone))
    await house.channel("loud")
    await house.look(DOWN, FULL)
    await house.look(DOWN, FULL, replace(FULL, subject="nas2/pool"), after=2 * MINUTE)
    await house.look(DOWN, ROOM, replace(FULL, subject="nas2/pool"), after=2 * MINUTE)
    await house.look(DOWN, ROOM, replace(FULL, subject="nas2/pool"), after=6 * MINUTE)
    await house.post.send()
    assert house.told() == [[("raised", "nas1")]]
    house.clock.time = START + timedelta(hours=2, minutes=-1)
    assert await house.post.send() == 0
    house.clock.time = START + timedelta(hours=2)
    assert await house.post.send() == 1
    assert house.told()[1:] == [[("raised", "nas1/pool"), ("raised", "nas2/pool"), ("resolved", "nas1/pool")]]
    assert len(house.told("loud")) == 1, "what comes in a heap is told together"


async def test_reminders_until_somebody_acknowledges(house: House) -> None:
    await house.channel(remind=timedelta(minutes=10))
    await house.look(FULL)
    for _ in range(21):
        await house.look(FULL, after=MINUTE)
        await house.post.send()
    assert [each[0][0] for each in house.told()] == ["raised", "reminder", "reminder"]
    (episode,) = await house.open()
    await keeping.acknowledge(house.context, episode.id)
    for _ in range(21):
        await house.look(FULL, after=MINUTE)
        await house.post.send()
    assert len(house.told()) == 3
    (shown,) = (await board(house.context)).alerts
    assert (shown.episode.acked_by, shown.muted) == ("noc", False)
    with pytest.raises(UnknownName):
        await keeping.acknowledge(house.context, 99)
    with pytest.raises(Refused):
        await keeping.acknowledge(house.context.only_reading(), episode.id)


async def test_what_is_muted_is_told_when_it_is_not_any_more_if_it_is_still_there(house: House) -> None:
    await house.channel()
    await keeping.mute(house.context, Kind.POOL_FULL, None, timedelta(minutes=10), "being enlarged")
    await keeping.mute(house.context, None, "nas1", None)
    await house.look(FULL, DOWN)
    await house.look(FULL, DOWN, after=2 * MINUTE)
    assert [each.muted for each in (await board(house.context)).alerts] == [True, True]
    await house.look(FULL, UP, after=2 * MINUTE)
    await house.look(FULL, UP, after=3 * MINUTE)
    assert await house.post.due() is None
    await house.look(FULL, UP, after=4 * MINUTE)
    await house.post.send()
    assert house.told() == [[("raised", "nas1/pool")]]
    assert [each.subject for each in await keeping.mutes(house.context)] == ["nas1"]
    await keeping.unmute(house.context, None, "nas1")
    with pytest.raises(UnknownName):
        await keeping.unmute(house.context, None, "nas1")
    with pytest.raises(BadInput):
        await keeping.mute(house.context, None, None, None)


async def test_rules_least_severity_and_channels_that_are_off(house: House) -> None:
    await house.channel("grave", least=Severity.CRITICAL)
    await house.channel("off", on=False)
    await keeping.set_rule(house.context, Kind.POOL_FULL, lambda rule: replace(rule, above=0.5, below=0.4))
    await keeping.set_rule(house.context, Kind.ROUTER_DOWN, lambda rule: replace(rule, on=False))
    assert await house.look(replace(FULL, level=0.5), DOWN) == 1
    await house.look(FULL, DOWN, after=5 * MINUTE)
    assert await house.post.due() is None
    await keeping.set_rule(house.context, Kind.POOL_FULL, lambda _rule: DEFAULTS[Kind.POOL_FULL])
    assert (await keeping.rules(house.context))[3] == DEFAULTS[Kind.POOL_FULL]
    entries = await house.context.database.read(lambda unit: unit.audit.recent(9, subject="pool-full"))
    assert [(each.action, (each.after or {})["above"]) for each in entries] == [
        ("alert.rule", 0.9),
        ("alert.rule", 0.5),
    ]


async def test_a_mail_that_is_refused_for_good_and_one_that_arrives(house: House) -> None:
    async with mail_server() as box:
        mail = Mail("127.0.0.1", box.port, "noc@example.net", ("a@example.net",), MailTls.NONE)
        await channels.add(house.context, Channel("mail", mail))
        _channel, said = await channels.test(house.context, "MAIL")
        assert said
        assert box.messages[0]["Subject"] == "[radiusbridge] test: alerts arrive here"
        box.refuse = "550 nobody"
        with pytest.raises(PeerRefused):
            await channels.test(house.context, "mail")
        await house.look(FULL)
        await house.post.send()
        (standing,) = await channels.listed(house.context)
        assert "given up" in standing.error
        assert "550" in standing.error
        box.refuse = ""
        await house.look(FULL, replace(FULL, subject="other"))
        await house.post.send()
        assert "pool-full other" in box.messages[1]["Subject"]
        (standing,) = await channels.listed(house.context)
        assert standing.error == ""
    await channels.remove(house.context, "mail")
    assert await house.post.due() is None


async def test_a_channel_survives_with_all_that_it_has(house: House) -> None:
    quiet = Quiet(time(22), time(6, 30), "Asia/Jakarta")
    made = await house.channel(quiet=quiet, remind=timedelta(hours=2), least=Severity.CRITICAL)
    assert [each.channel for each in await channels.listed(house.context)] == [made]
    entries = await house.context.database.read(lambda unit: unit.audit.recent(9))
    assert SECRET.reveal() not in repr(entries)
    assert str(house.taker.port) not in repr(entries)


# -- what the readings say


@dataclass
class Watched:
    """A simulated ISP that is looked at."""

    town: Town
    lookout: Lookout

    async def look(self, *, ahead: float = 0.0) -> dict[tuple[str, str], str]:
        """(kind, subject) -> words of what is an alert by now."""
        self.town.place.clock.ahead += ahead
        await self.town.readings.read_all()
        await self.lookout.look(self.town.readings)
        raised = await self.town.context.database.read(lambda unit: unit.alerts.raised())
        return {(str(each.kind), each.subject): each.words for each in raised}


@pytest.fixture(params=["7.22.1", "6.49.18"])
async def watched(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Watched]:
    async with town(tmp_path, request.param) as made:
        yield Watched(made, Lookout(made.context, ours))


async def test_a_router_from_well_to_dark_and_back(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    isp = watched.town
    assert await watched.look() == {}
    pools = isp.bras.menus["/ip/pool"]
    row = pools.find("pool-pppoe")
    assert row is not None
    row["ranges"] = "10.9.0.1-10.9.0.3"
    isp.bras.faults.clock_skew = -400.0
    seen = await watched.look()
    assert seen == {("pool-full", "nas1/pool-pppoe"): "3 of 3 addresses are given"}
    seen = await watched.look(ahead=150)
    (clock,) = (words for (kind, subject), words in seen.items() if (kind, subject) == ("clock-off", "nas1"))
    assert clock.endswith("behind ours")
    isp.bras.faults.dark = True
    monkeypatch.setattr(watching, "DEADLINE", 0.5)
    seen = await watched.look()
    assert ("router-down", "nas1") not in seen
    seen = await watched.look(ahead=120)
    assert {("router-down", "nas1"), ("pool-full", "nas1/pool-pppoe"), ("clock-off", "nas1")} <= set(seen)
    isp.bras.faults.clear()
    monkeypatch.undo()
    while isp.state("nas1").stale:
        await asyncio.sleep(0.05)
        await isp.readings.read_all()
    await watched.look(ahead=10)
    seen = await watched.look(ahead=200)
    assert ("router-down", "nas1") not in seen


async def test_sessions_that_fall_are_told_until_they_are_back(tmp_path: Path) -> None:
    async with town(tmp_path, customers=14) as made:
        watched, isp = Watched(made, Lookout(made.context, ours)), made.place.isp
        cpes = list(isp.customers.values())

        async def fallen(ahead: float) -> str | None:
            return (await watched.look(ahead=ahead)).get(("sessions-fell", "nas1"))

        for _ in range(5):
            assert await fallen(60) is None
        for cpe in cpes[:11]:
            cpe.switch_off()
        await isp.shell.settled()
        assert await fallen(20) is None, "it may be a blink"
        assert await fallen(40) == "3 of 14 sessions"
        for cpe in cpes[:11]:
            cpe.switch_on()
        while await fallen(130) is not None:
            assert made.place.clock.ahead < 7_200, "nobody is well again by waiting for half a day"
        assert sum(cpe.online for cpe in cpes) >= 12


def end_failed(unit: UnitOfWork) -> None:
    [(_, voucher)] = unit.vouchers.some([1])
    unit.vouchers.void_one(voucher, unit.now)
    ended = unit.operations.submit(Operation(Intent.VOUCHER_END, 1, 0, "voucher 1/1", {}), unit.now)
    unit.voucher_ends.ends_by(1, ended.id)
    unit.voucher_ends.ended(ended.id, Verdict.FAILED, "still there", unit.now)


async def test_licence_probe_and_a_menu_that_is_refused(tmp_path: Path) -> None:
    async with town(tmp_path) as made:
        watched, context = Watched(made, Lookout(made.context, ours)), made.context
        now = context.clock.now()
        api = made.place.nas.api
        assert api is not None
        bad = ProbeRecord(now, "morning", "um\x1b[2J", "um1", "auth", "pap", "silence", False, 2, None, "no answer")

        def prepare(unit: UnitOfWork) -> None:
            nas = unit.nases.named("nas1")
            unit.cards.put(
                Card("nas", nas.id, f"{api.host}:{api.port}", "7", now, licence="4", limits={"PPPoE sessions": 3})
            )
            unit.probe_results.add_all([bad])

        await context.database.write(prepare)
        assert await watched.look() == {("licence-cap", "nas1"): "licence 4: 3 of 3 PPPoE sessions"}
        await stocking.set_least(context, "harian", 3, outlet="kios")
        seen = await watched.look()
        assert seen["voucher-stock", "harian at kios"] == "0 vouchers are ready, 3 have to be"
        assert (await overview(context, made.readings)).standing.short != ()
        await context.database.write(lambda unit: ready(3, unit, outlet="kios"))
        assert ("voucher-stock", "harian at kios") not in await watched.look()
        assert (await overview(context, made.readings)).standing.short == ()
        await context.database.write(end_failed)
        failed = {subject: words for (kind, subject), words in (await watched.look()).items() if kind == "voucher-end"}
        assert failed == {
            "bras-1/batch 1": "the end of 1 vouchers FAILED, and guests may get in: radiusbridge voucher resume 1"
        }
        await context.database.write(lambda unit: unit.voucher_ends.cleared([1], now, Verdict.PROVEN, ""))
        assert not any(kind == "voucher-end" for kind, _ in await watched.look())
        del made.bras.menus["/ppp/active"]
        await watched.look()
        del made.bras.menus["/ip/pool"]
        made.bras.menus.pop("/radius")
        seen = await watched.look(ahead=200)
        assert seen[("probe-failed", "morning/um␛[2J")] == "silence: no answer"
        assert "/ppp/active" in seen[("api-errors", "nas1")]
        assert ("licence-cap", "nas1") in seen, "how many there are is not known now, which mends nothing"


def minutes(*counts: int | None, until: int = 0) -> tuple[History, Callable[[int], Vitals]]:
    history = History()
    last = minute_of(START) - until * MINUTE
    history.learn(Minute(last - MINUTE * (len(counts) - at), count) for at, count in enumerate(counts))
    return history, lambda count: Vitals(START, 0.0, 0.1, sessions=count)


def test_a_fall_is_measured_by_what_was_usual_and_ends_when_they_are_back() -> None:
    history, now = minutes(*(300 for _ in range(15)))
    fallen = sessions("nas1", now(150), history, None, START)
    assert (fallen.level, fallen.words, fallen.reference) == (0.5, "150 of 300 sessions", 300)
    assert sessions("nas1", now(400), history, None, START).level == 0
    open_ = Episode(Kind.SESSIONS_FELL, "nas1", Severity.CRITICAL, START, raised_at=START, reference=300)
    low, now = minutes(*(150 for _ in range(15)))
    assert sessions("nas1", now(150), low, open_, START).level == 0.5, "fewer for a while is not the usual yet"
    assert sessions("nas1", now(290), low, open_, START).level == pytest.approx(1 / 30)
    later = sessions("nas1", now(150), low, open_, START + timedelta(hours=13))
    assert later.level == 0
    few, now = minutes(*(8 for _ in range(15)))
    assert sessions("nas1", now(0), few, None, START).level == 0, "a handful that redials"
    unknown, now = minutes(None, None, 300, 300)
    assert sessions("nas1", now(0), unknown, None, START).level is None
    assert sessions("nas1", None, history, None, START).level is None


def test_an_old_probe_says_nothing() -> None:
    record = ProbeRecord(START, "s", "p", "t", "auth", "pap", "reject", False, 2, 0.1, "w")
    assert [each.level for each in of_probes([record], START + timedelta(minutes=59))] == [1]
    assert [each.level for each in of_probes([record], START + timedelta(minutes=61))] == [None]
