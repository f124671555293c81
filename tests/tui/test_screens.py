"""Every screen at every size: list, detail, filter, sort, export, keys, and hostile text."""

import asyncio
import csv
import io
import json
import weakref
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from rich.cells import cell_len

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import ServerSession, SessionRow
from radiusbridge.domain.bulk import BulkRow, BulkRun, RunStatus
from radiusbridge.domain.hotspot import HotspotRow, Listing, Value
from radiusbridge.domain.losses import Span
from radiusbridge.domain.records import AuditEntry, Intent, Operation, Profile
from radiusbridge.services import access
from radiusbridge.tui.actions.table import SCREENS
from radiusbridge.tui.form import Form
from radiusbridge.tui.frame import ListScreen
from radiusbridge.tui.start import Start
from tests.tui.conftest import SIZES, Stage, Theatre, person
from tests.tui.test_hostile import NAMES, check

BUDI = person("budi", "Budi Santoso", area="timur")
SITI = person("siti", "Siti Rahayu", area="utara")
KEYS = {name: key for name, _, key in SCREENS}
SHOWN = {
    "overview": ("Sessions", "Held", "1 of 2 customers", "ROUTER", "● um-1", "7.16.2"),
    "customers": ("C-0001", "Budi Santoso", "● 100.64.0.1"),
    "sessions": ("100.64.0.1", "2x", "stranger", "ghost"),
    "operations": ("isolate", "budi"),
    "devices": ("um-1", "bras-1", "● fresh"),
    "profiles": ("20M", "10M"),
    "audit": ("hold.open", "budi"),
    "packets": ("No packet is recorded",),
    "plan": ("Nothing was read yet",),
    "probes": ("No file of probes",),
    "log": ("▸ followed", "um-1"),
    "history": ("siti5", "bras-1", "1h"),
    "runs": ("kick", "stopped", "asked to"),
    "losses": ("vlan-7 of bras-1", "6 of 6"),
    "alerts": ("What is wrong is not known", "no alert"),
    "hotspot": ("guests who are logged in", "tamu", "10.50.0.2", "3h02m"),
    "vouchers": ("No vouchers were drawn yet",),
}
EMPTY = {"packets", "plan", "probes", "log", "alerts", "hotspot", "vouchers"}
"""Screens that show nothing until something is recorded or read; their hostile text is in tests of their own."""


def busy(theatre: Theatre) -> None:
    theatre.router.dial("budi", "100.64.0.1")
    theatre.router.dial("siti", "100.64.0.2")
    theatre.router.dial("siti", "100.64.0.3")
    theatre.router.dial("nobody", "100.64.0.4")
    values: dict[str, Value] = {
        "user": "tamu",
        "address": "10.50.0.2",
        "mac_address": "02:00:00:00:00:09",
        "uptime": 10_925,
        "radius": True,
    }
    theatre.router.hotspot.append(HotspotRow("bras-1", Listing.ACTIVE, "*1", "tamu", values))
    theatre.router.counted.append(("budi", ServerSession("*9", "81999999", "192.0.2.2", "100.64.0.9")))


async def lose(stage: Stage) -> None:
    """Six sessions of one VLAN end together, an hour after they began; another one stays."""

    def work(unit: UnitOfWork) -> None:
        ended = unit.now - timedelta(minutes=5)
        began = ended - timedelta(hours=1)
        gone = [
            Span("bras-1", 1, f"siti{n}", f"8{n}", f"*{n}", began, ended, ended, "", "", "vlan-7") for n in range(6)
        ]
        unit.spans.open([*gone, Span("bras-1", 1, "hana", "90", "*9", began, unit.now, interface="vlan-8")])

    await stage.context.database.write(work)


async def begin_run(stage: Stage, words: str = "asked to", names: tuple[str, ...] = ("budi", "siti")) -> None:
    """A run of which nothing was begun, and that somebody stopped."""

    def work(unit: UnitOfWork) -> None:
        rows = [BulkRow(0, 1, words[:20], name) for name in names]
        run = unit.bulk.create(BulkRun("kick", {}, {}, {}, words, words, reason=words), rows, unit.now)
        claimed = unit.bulk.claim(run.id, "elsewhere/1/0", unit.now, 30, ())
        assert claimed is not None
        assert claimed.lease is not None
        unit.bulk.finish(run.id, claimed.lease.epoch, RunStatus.STOPPED, words, unit.now)

    await stage.context.database.write(work)


async def go(stage: Stage, name: str) -> ListScreen[object]:
    await stage.press(KEYS[name])
    await stage.until(lambda: name == stage.app.list_screen.NAME and stage.app.list_screen.rows is not None)
    return stage.app.list_screen


@pytest.mark.parametrize("size", SIZES)
async def test_every_screen_shows_its_rows_and_their_detail(theatre: Theatre, size: tuple[int, int]) -> None:
    busy(theatre)
    theatre.router.server_dark = True
    async with theatre.show(BUDI, SITI, size=size) as stage:
        await access.isolate(stage.context, "budi")
        await lose(stage)
        await begin_run(stage)
        for name, words in SHOWN.items():
            await go(stage, name)
            await stage.until_shown(*words, "? help")
            assert {cell_len(line) for line in stage.lines} == {size[0]}
            assert len(stage.lines) == size[1]
        await stage.press("1")
        await stage.until_shown("Budi Santoso")


async def test_each_screen_filters_in_its_own_words_and_says_what_it_does_not_know(theatre: Theatre) -> None:
    busy(theatre)
    theatre.router.server_dark = True
    async with theatre.show(BUDI, SITI) as stage:
        await access.isolate(stage.context, "budi")
        await lose(stage)
        await begin_run(stage)
        for name, query, words in (
            ("runs", "status:stopped left>1 kind:kick", "1 of 1 run "),
            ("runs", "failed>0", "0 of 1 run "),
            ("history", "user:siti3 lasted>59m", "1 of 7 sessions"),
            ("losses", "by:interface missing>5", "1 of 1 loss "),
            ("losses", "user=siti3 back>0", "0 of 1 loss "),
            ("hotspot", "user:tam up>3h account:radius", "1 of 1 guest "),
            ("sessions", "mark:duplicate", "2 of 5 sessions"),
            ("sessions", "area:timur -mark:ghost", "1 of 5 sessions"),
            ("operations", "status:unfinished", "1 of 1 operation "),
            ("operations", "user:siti", "0 of 1 operation "),
            ("devices", "what:nas contact:fresh", "1 of 2 devices"),
            ("profiles", "down>=20M", "1 of 1 profile "),
            ("audit", "action:hold.open", "of"),
            ("packets", "outcome:nak", "0 of 0 packets"),
            ("customers", "state:live up>2h", "2 of 2 customers"),
        ):
            screen = await go(stage, name)
            await stage.until(lambda screen=screen: screen.rows.everybody is not None)  # type: ignore[misc]
            await stage.press("slash")
            stage.app.list_screen.query_one("#filter").value = query  # type: ignore[attr-defined]
            await stage.until_shown(words)
            stage.app.list_screen.query_one("#filter").value = "nosuch:thing"  # type: ignore[attr-defined]
            await stage.until_shown("there is no field “nosuch”")
            await stage.press("escape")
            await stage.until(lambda: "there is no field" not in stage.text)


async def test_a_server_stands_among_the_devices_as_its_readings_have_it(theatre: Theatre) -> None:
    async with theatre.show(BUDI) as stage:
        screen = await go(stage, "devices")
        await stage.until_shown("● up", "its API answers", "2 devices")
        await stage.press("slash", *"contact:up", "enter")
        await stage.until_shown("1 of 2 devices")
        await stage.press("escape")
        theatre.router.dark = True
        assert stage.app.desk is not None
        await stage.app.desk.readings.read_all()
        screen.renew()
        await stage.until_shown("✖ dark", "no answer")


async def test_what_a_screen_does_beside_holds_its_rows_no_longer_than_it_takes(theatre: Theatre) -> None:
    async def look(rows: set[int]) -> None:
        assert rows == {1}

    async with theatre.show(BUDI) as stage:
        rows = {1}
        gone = weakref.ref(rows)
        worker = stage.app.list_screen.quietly("look", partial(look, rows))
        del rows
        await worker.wait()
        assert gone() is None


async def test_a_profile_is_told_with_its_price_as_money(theatre: Theatre) -> None:
    async with theatre.show(BUDI) as stage:
        await stage.context.database.write(
            lambda unit: unit.profiles.change(replace(unit.profiles.all()[0], price=150_000, validity=2_592_000))
        )
        await go(stage, "profiles")
        await stage.until_shown("price        Rp150,000", "validity     4w2d", "1 profile ")
        assert "currency" not in stage.text
        assert "150000" not in stage.text


async def test_sorting_goes_through_the_columns_and_both_ways(theatre: Theatre) -> None:
    busy(theatre)
    async with theatre.show(BUDI, SITI) as stage:
        await go(stage, "sessions")
        await stage.until_shown("USER NAME▴", "ghost")
        await stage.press("S")
        await stage.until(lambda: "siti" in stage.lines[2] and "USER NAME▾" in stage.text)
        await stage.press("s")
        await stage.until_shown("NAME▴")
        await go(stage, "customers")
        await stage.until_shown("NUMBER▴")
        assert "C-0001" in stage.lines[2]
        await stage.press("S")
        await stage.until(lambda: "NUMBER▾" in stage.text and "C-0002" in stage.lines[2])
        for title in ("USER NAME", "NAME", "PROFI…", "ACCESS", "LIVE", "LAST"):
            await stage.press("s")
            await stage.until_shown(f"{title}▴", "C-0001", "C-0002", "2 customers")


async def test_customers_are_sorted_by_what_the_lists_show(theatre: Theatre) -> None:
    theatre.router.dial("siti", "100.64.0.2")
    async with theatre.show(BUDI, SITI, person("ani")) as stage:
        await stage.until_shown("● 100.64.0.2")
        for _ in range(5):
            await stage.press("s")
        await stage.until(lambda: "LIVE▴" in stage.text and "siti" in stage.lines[2])
        await stage.press("S")
        await stage.until(lambda: "LIVE▾" in stage.text and "siti" in stage.lines[4])


async def test_the_filtered_view_is_exported_and_no_cell_is_a_formula(
    theatre: Theatre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "cwd", lambda: tmp_path)
    evil = person("evil", '=HYPERLINK("x")', area="utara")
    async with theatre.show(BUDI, evil) as stage:
        await stage.press("slash", *"utara")
        await stage.until_shown("1 of 2 customers")
        await stage.press("enter", "E", "c")
        await stage.until_shown("1 customer written")
        await stage.press("E", "l")
        await stage.until_told(".jsonl")
        await stage.press("E", "x")
        await stage.until_told(".xlsx")
        await stage.press("E", "f", *f"{tmp_path}/some.txt", "ctrl+s")
        await stage.until_shown("says no form", "some.txt")
        await stage.press(*["backspace"] * 3, *"csv", "ctrl+s")
        await stage.until_told("/some.csv")
    written = await asyncio.to_thread(_written, tmp_path)
    ((mode, row), again) = ((mode, next(csv.DictReader(io.StringIO(text)))) for mode, text in written["csv"])
    assert again == (mode, row)
    assert len(written["xlsx"]) == 1
    assert mode == 0o600
    assert (row["user"], row["name"]) == ("evil", """'=HYPERLINK("x")""")
    ((mode, line),) = written["jsonl"]
    assert json.loads(line)["name"] == '=HYPERLINK("x")'


def _written(folder: Path) -> dict[str, list[tuple[int, str]]]:
    return {
        form: [(file.stat().st_mode & 0o777, file.read_text("latin-1")) for file in folder.glob(f"*.{form}")]
        for form in ("csv", "jsonl", "xlsx")
    }


async def test_one_session_is_kicked_and_no_other(theatre: Theatre) -> None:
    busy(theatre)
    async with theatre.show(BUDI, SITI) as stage:
        await go(stage, "sessions")
        await stage.until_shown("2x", "100.64.0.3")
        while "100.64.0.3" not in stage.lines[2 + stage.app.list_screen.table.cursor]:
            await stage.press("j")
        await stage.press("x")
        await stage.until_shown("Kick this session?", "C-0002 siti", "--session-id")
        await stage.press("y")
        await stage.until_shown("✔ PROVEN  kick siti")
        assert {row.address for row in theatre.router.live.values()} == {"100.64.0.1", "100.64.0.2", "100.64.0.4"}


async def test_operations_are_cancelled_and_undone(theatre: Theatre) -> None:
    theatre.router.server_dark = True
    async with theatre.show(BUDI) as stage:
        await stage.press("i", "y")
        await go(stage, "operations")
        await stage.until_shown("… waiting", "read-account")
        await stage.press("u")
        await stage.until_shown("cancel it")
        await stage.press("c")
        await stage.until_shown("Cancel this operation?", "radiusbridge op cancel 1")
        await stage.press("y")
        await stage.until(lambda: "– cancelled" in stage.lines[2])
        await stage.press("c")
        await stage.until_told("operation 1 is over")


async def test_a_device_is_tested_and_the_step_that_fails_is_named(theatre: Theatre) -> None:
    async with theatre.show(BUDI) as stage:
        await go(stage, "devices")
        await stage.until_shown("um-1")
        while "server" not in stage.lines[2 + stage.app.list_screen.table.cursor]:
            await stage.press("j")
        await stage.press("t")
        await stage.until_shown("✔ TCP", "the step that fails: login", "check the password")


async def test_read_only_shows_no_key_that_changes_and_carries_nothing_out(theatre: Theatre) -> None:
    async with theatre.show(BUDI, start=Start(read_only=True)) as stage:
        await stage.until_shown("READ-ONLY")
        assert "isolate" not in stage.lines[-1]
        await stage.press("i")
        await stage.until_shown("this dashboard is read-only")
        assert stage.app.desk is not None
        assert stage.app.desk.context.read_only


async def test_a_deep_start_begins_with_screen_and_filter(theatre: Theatre) -> None:
    busy(theatre)
    async with theatre.show(BUDI, SITI, start=Start("sessions", "user:siti"), ready=False) as stage:
        await stage.until_shown("Sessions", "/ user:siti", "2 of 5 sessions", "100.64.0.3")


async def test_the_palette_finds_actions_and_the_headless_lines_are_shown(theatre: Theatre) -> None:
    async with theatre.show(BUDI) as stage:
        await stage.press("y")
        await stage.until_shown("Copy the headless line of", "radiusbridge isolate C-0001", "radiusbridge renew C-0001")
        await stage.press("i")
        await stage.until_shown("copied")
        await stage.press("colon")
        await stage.pilot.pause()
        await stage.press(*"sessions")
        await stage.until_shown("Sessions")
        await stage.press("enter")
        await stage.until(lambda: stage.app.list_screen.NAME == "sessions")


@pytest.mark.parametrize("name", [name for name, _, _ in SCREENS])
async def test_hostile_text_is_harmless_on_every_screen(theatre: Theatre, name: str) -> None:
    people = []
    for number, text in enumerate(NAMES.values()):
        kept = text.replace("\0", "")[:400]
        people.append(person(f"user{number}", kept, area=kept[:100], note=kept))
        theatre.router.live[text] = SessionRow("bras-1", f"*{number}", text, text, text, text, (text,), text, text)
    async with theatre.show(*people) as stage:
        await stage.context.database.write(_spite)
        screen = await go(stage, name)
        await stage.until(lambda: screen.rows is not None and (screen.rows.count > 0 or name in EMPTY))
        for _ in range(min(8, len(people))):
            check(stage)
            await stage.press("enter")
            await stage.pilot.pause()
            check(stage)
            await stage.press("escape", "j")
        await stage.press("y")
        check(stage)


def _spite(unit: UnitOfWork) -> None:
    for number, text in enumerate(NAMES.values(), 1):
        kept = text.replace("\0", "")[:60]
        unit.operations.submit(
            Operation(Intent.KICK, 1, number, kept, {}, who=kept, reason=kept, channel=kept, reasons=(kept,)), unit.now
        )
        unit.audit.add(AuditEntry(unit.now, kept, kept, kept, kept, {kept: kept}, {kept: 1}, reason=kept))
        ago, place = unit.now - timedelta(minutes=3), "".join(NAMES.values())[:60].replace("\0", "")
        unit.spans.open([Span(place, 1, f"{number}{kept}", kept, f"*{number}", ago, ago, ago, kept, kept, place)])
        run = unit.bulk.create(BulkRun("kick", {}, {}, {}, kept, kept, reason=kept), [BulkRow(0, 1, kept, kept)], ago)
        lease = unit.bulk.claim(run.id, "elsewhere/1/0", ago, 30, ()).lease  # type: ignore[union-attr]
        unit.bulk.finish(run.id, lease.epoch, RunStatus.STOPPED, kept, ago)  # type: ignore[union-attr]
        unit.profiles.add(Profile(f"{number}{kept}", 1, 1, pool=kept, address_list=kept))


async def test_a_customer_is_added_and_changed_by_a_form_that_checks_as_one_types(theatre: Theatre) -> None:
    async with theatre.show(BUDI, size=(120, 40)) as stage:
        await stage.press("n")
        await stage.until_shown("New customer", "✖ user name")
        await stage.press("ctrl+s", *"an", "ctrl+u", *"joko")
        await stage.until(lambda: "✖" not in stage.text)
        await stage.press("tab", *"s3cret", "tab", *"x")
        await stage.until_shown("✖ profile: there is no profile “20Mx”; nearest: 20M")
        await stage.press("ctrl+s")
        assert isinstance(stage.app.screen, Form), "what is wrong is not saved"
        await stage.press("backspace", "enter", "enter", *"Joko Wijaya")
        assert "s3cret" not in stage.text
        await stage.press("ctrl+s")
        await stage.until_shown("C-0002", "joko", "Joko Wijaya")
        joko = await stage.context.database.read(lambda unit: unit.customers.find("joko"))
        assert joko.password is not None
        assert joko.password.reveal() == "s3cret"
        await stage.press("j", "e")
        await stage.until_shown("Edit C-0002 joko", "as it is")
        await stage.press("down", "down", "down", "end", *" II", "ctrl+s")
        await stage.until_shown("Joko Wijaya II")
        joko = await stage.context.database.read(lambda unit: unit.customers.find("joko"))
        assert (joko.name, joko.password.reveal() if joko.password else "") == ("Joko Wijaya II", "s3cret")


async def test_a_loss_leads_to_its_sessions_and_those_to_the_customer(theatre: Theatre) -> None:
    async with theatre.show(BUDI, person("siti5", "Siti Rahayu")) as stage:
        await stage.press("o")
        await stage.until_shown("budi: 0 sessions in 30 days")
        await stage.press("escape")
        await lose(stage)
        await go(stage, "losses")
        await stage.until_shown("6 of 6 on vlan-7 of bras-1", "0 of 6 have had a session since", "siti3")
        await stage.press("o")
        await stage.until_shown("6 of 7 sessions", "state:ended")
        await stage.press("c")
        await stage.until_shown("1 of 2 customers", "Siti Rahayu")
        await stage.press("o")
        await stage.until_shown("siti5: 1 session in 30 days", "1h", "vlan-7")
