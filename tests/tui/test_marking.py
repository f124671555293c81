"""Marked rows: what is hit, the number that has to be typed, the run on its page, its end as a toast."""

import asyncio
from typing import Any

import pytest

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import ServerSession
from radiusbridge.domain.bulk import RunStatus
from radiusbridge.domain.errors import Refused, Unreachable
from radiusbridge.services.bulk import actions, runs
from radiusbridge.services.bulk.access_actions import Kick
from radiusbridge.services.bulk.actions import preview_of
from radiusbridge.services.bulk.preview import Preview, create
from radiusbridge.services.bulk.runner import BulkRunner
from radiusbridge.services.bulk.runs import Standing
from radiusbridge.services.bulk.selection import Selection
from radiusbridge.services.bulk.subjects import Subjects
from radiusbridge.services.bulk.usual import usual_brakes
from radiusbridge.tui import keyboard
from radiusbridge.tui.bulk_page import BulkPage
from radiusbridge.tui.start import Start
from radiusbridge.tui.typed_count import TypedCount
from tests.tui.conftest import Stage, Theatre, person
from tests.tui.test_hostile import NAMES, check

PEOPLE = [
    person(name, name.capitalize(), area=area) for name, area in (("ani", "utara"), ("budi", "utara"), ("cici", ""))
]


def dial(theatre: Theatre) -> None:
    for number, each in enumerate(PEOPLE):
        theatre.router.dial(each.username, f"100.64.0.{number}")


async def asked(stage: Stage, *keys: str) -> None:
    await stage.press(*keys)
    await stage.until(lambda: isinstance(stage.app.screen, TypedCount))


async def ended(stage: Stage, words: str) -> None:
    await stage.until(lambda: isinstance(stage.app.screen, BulkPage))
    await stage.until(lambda: not stage.app.desk.works.running)  # type: ignore[union-attr]
    await stage.until_shown(words)


async def test_the_marked_are_isolated_by_their_typed_number(theatre: Theatre) -> None:
    dial(theatre)
    async with theatre.show(*PEOPLE) as stage:
        await stage.press("space", "space")
        await stage.until_shown("2 marked, 3 customers", "* C-0001", "* C-0002")
        theatre.router.dark = True
        await stage.until_shown("✖ bras-1 stale")
        await asked(stage, "i")
        await stage.until_shown("Isolate 2 customers?", "um-1 2", "bras-1 2 (stale, ")
        await stage.press("escape")
        theatre.router.dark = False
        await stage.until_shown("● bras-1 3 live")
        await asked(stage, "i")
        await stage.until_shown("Isolate 2 customers?", "um-1 2", "bras-1 2", "Ani", "Budi", "Type 2")
        await stage.until_shown("radiusbridge isolate C-0001 C-0002 --hold unpaid --yes-count 2")
        await stage.press("enter", "enter", "y", "i", "i", "3", "enter")
        await stage.until_shown("3 is not the number; nothing was done")
        assert await runs.listed(stage.context) == ()
        await stage.press("r", "b")
        await stage.until_shown("--policy reject --hold abuse", "--yes-count 2")
        await stage.until_shown("◉ usual", "NAS 5/s, all 20/s")
        await stage.press("g")
        await stage.until_shown("◉ gentle", "NAS 2.5/s, all 10/s")
        await stage.until(lambda: "--per-nas 2.5 --per-server 10 --yes-count 2" in " ".join(stage.text.split()))
        await stage.press("2", "backspace", "2", "enter")
        await ended(stage, "2/2")
        await stage.until_shown("✔ 2 PROVEN", "PROVEN     C-0001 ani", "bulk run 1, isolate: done")
        assert theatre.router.disabled == {"ani", "budi"}
        await stage.press("escape")
        await stage.until_shown("3 customers", "abuse")
        assert "marked" not in stage.text
        [standing] = await runs.listed(stage.context)
        assert (standing.run.wanted["policy"], standing.run.size, standing.run.channel) == ("reject", 2, "tui")
        assert (standing.run.brakes["per_nas"], standing.run.brakes["server_per_second"]) == (2.5, 10)


async def test_a_question_that_comes_late_is_not_put_before_keys_that_are_meant_for_another_list(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, look = asyncio.Event(), actions.preview_of

    async def late(*asked: Any) -> Preview:
        await looked.wait()
        return await look(*asked)

    monkeypatch.setattr(actions, "preview_of", late)
    monkeypatch.setattr(keyboard, "PATIENCE", 0.1)
    async with theatre.show(*PEOPLE) as stage:
        await stage.press("space", "space", "i")
        while stage.app.list_screen.NAME != "sessions":
            await stage.press("2")
        looked.set()
        await stage.until_shown("you have gone on; press the key again")
        assert not isinstance(stage.app.screen, TypedCount)
        await stage.press("1")
        await asked(stage, "i")
        await stage.until_shown("Isolate 2 customers?")


async def test_the_filtered_view_is_marked_whole_and_the_line_says_the_filter(theatre: Theatre) -> None:
    dial(theatre)
    async with theatre.show(*PEOPLE) as stage:
        await stage.press("slash", *"utara")
        await stage.until_shown("2 of 3 customers")
        await stage.press("enter", "asterisk")
        await stage.until_shown("2 marked, 2 of 3")
        await asked(stage, "x")
        await stage.until_shown("Kick 2 customers?", "radiusbridge kick --filter utara --yes-count 2")
        await stage.press("escape")
        await stage.press("escape")
        await stage.until(lambda: "marked" not in stage.text)
        assert "utara" in stage.text, "esc unmarks first; the filter stays"
        await stage.press("escape")
        await stage.until_shown("3 customers")
        await stage.press("ctrl+a", "space")
        await stage.until_shown("2 marked")
        await asked(stage, "r")
        await stage.until_shown("radiusbridge renew C-0002 C-0003 --months 1")
        await stage.press("t", "2", "enter")
        await ended(stage, "recorded")


async def test_marked_sessions_are_kicked_and_no_others_of_the_same_customer(theatre: Theatre) -> None:
    dial(theatre)
    theatre.router.dial("ani", "100.64.0.9")
    theatre.router.dial("nobody", "100.64.0.8")
    theatre.router.counted.append(("budi", ServerSession("*9", "81999999", "192.0.2.2", "100.64.0.7")))
    async with theatre.show(*PEOPLE) as stage:
        await stage.press("2")
        await stage.until_shown("ghost", "stranger", "2x")
        await stage.press("slash", *"ip:100.64.0.9 or mark:ghost,stranger")
        await stage.until_shown("3 of 6 sessions")
        await stage.press("enter", "asterisk")
        await asked(stage, "x")
        await stage.until_shown("Kick 1 customer?", "bras-1 1", "left out  2", "--sessions 'ip:100.64.0.9 or")
        await stage.press("1", "enter")
        await ended(stage, "✔ 1 PROVEN")
        assert {row.address for row in theatre.router.live.values()} == {f"100.64.0.{n}" for n in (0, 1, 2, 8)}


async def test_a_run_is_left_stopped_and_resumed(theatre: Theatre) -> None:
    many = [person(f"user{number:02}") for number in range(12)]
    for number, each in enumerate(many):
        theatre.router.dial(each.username, f"100.64.1.{number}")
    theatre.router.lies = True
    async with theatre.show(*many) as stage:
        await stage.press("asterisk")
        await asked(stage, "x")
        await stage.press("1", "2", "enter")
        await stage.until(lambda: isinstance(stage.app.screen, BulkPage))
        await stage.press("escape")
        await stage.until_shown("▸ bulk run 1, kick")
        await stage.press("b")
        await stage.until(lambda: isinstance(stage.app.screen, BulkPage))
        await stage.press("s")
        await stage.until_shown("stopping")
        theatre.router.lies = False
        theatre.router.live.clear()
        await stage.until_shown("stopped (asked to)", "r resumes")
        standing = await runs.get(stage.context, 1)
        assert standing.states["not-begun"] >= 9
        await stage.press("r")
        await ended(stage, "12/12")
        assert sum((await runs.get(stage.context, 1)).states.values()) == 12


async def test_a_run_that_breaks_off_says_so_and_is_resumed(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    dial(theatre)
    real, calls = BulkRunner.run, 0

    async def broken(runner: BulkRunner) -> Standing:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise Unreachable("the database does not answer", target="db-1")
        return await real(runner)

    monkeypatch.setattr(BulkRunner, "run", broken)
    async with theatre.show(*PEOPLE) as stage:
        await stage.press("asterisk")
        await asked(stage, "x")
        await stage.press("3", "enter")
        await ended(stage, "0/3")
        await stage.until_shown("db-1: the database does not answer", "r resumes, or radiusbridge bulk resume 1")
        await stage.until_shown("bulk run 1, kick: error")
        assert theatre.router.live, "nobody was kicked"
        await stage.press("r")
        await ended(stage, "3/3")
        await stage.until_shown("✔ 3 PROVEN", "bulk run 1, kick: done")
        assert not theatre.router.live


async def test_nothing_is_asked_where_nothing_may_be_changed(theatre: Theatre) -> None:
    dial(theatre)
    async with theatre.show(*PEOPLE, start=Start(read_only=True)) as stage:
        await stage.press("asterisk", "i")
        await stage.until_shown("this dashboard is read-only")
        assert not isinstance(stage.app.screen, TypedCount)
        desk = stage.app.desk
        assert desk is not None
        preview = Preview("kick", Selection(), {}, tuple(PEOPLE))
        with pytest.raises(Refused):
            await desk.works.begin(preview, 3)


async def test_who_is_gone_since_is_said_and_hostile_names_stay_text(theatre: Theatre) -> None:
    theatre.router.dial("ani", "100.64.0.1")
    odd = [name.replace("\0", "")[:400] for name in NAMES.values()]
    people = [person("ani"), *(person(f"u{number}", name) for number, name in enumerate(odd))]
    async with theatre.show(*people) as stage:
        await stage.press("asterisk")
        await asked(stage, "i")
        check(stage)
        await stage.press("escape", "2")
        await stage.until_shown("100.64.0.1")
        await stage.press("space")
        theatre.router.live.clear()
        await stage.until_shown("0 sessions")
        await stage.press("x")
        await stage.until_shown("of the marked are not there any more")
        await asyncio.sleep(0)


async def test_a_run_that_another_process_began_is_seen_stopped_and_resumed(theatre: Theatre) -> None:
    dial(theatre)
    async with theatre.show(*PEOPLE) as stage:
        context = stage.context
        preview = await preview_of(context, Kick(), Subjects(everybody=True))
        run = await create(context, preview, typed=3, brakes=usual_brakes("kick"))
        await context.database.write(lambda unit: unit.bulk.claim(run.id, "elsewhere/1/0", unit.now, 3600, ()))
        await stage.press("B")
        await stage.until_shown("bulk run 1, kick: canary", "ROWS", "1 run ", "not-begun")
        await stage.press("t")
        await stage.until_shown("nothing of it is left to be resumed")
        await stage.press("c")
        await stage.until_shown("no more rows are begun")
        assert (await runs.get(context, run.id)).run.stop_requested

        def let_go(unit: UnitOfWork) -> None:
            lease = unit.bulk.get(run.id).lease
            assert lease is not None
            unit.bulk.finish(run.id, lease.epoch, RunStatus.STOPPED, "asked to", unit.now)

        await context.database.write(let_go)
        await stage.until_shown("■ stopped", "why: asked to")
        await stage.press("t")
        await stage.until_shown("Resume bulk run 1?", "3 rows are left", "radiusbridge bulk resume 1")
        await stage.press("y")
        await ended(stage, "✔ 3 PROVEN")
        await stage.press("escape")
        await stage.until_shown("✔ done", "bulk run 1, kick: done", "PROVEN     C-0001 ani")
