"""The overview: what it says, where its lines lead, what is stale, and the heading at every width."""

import asyncio
from dataclasses import replace

import pytest
from rich.cells import cell_len

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Hold, HoldKind, Nas
from radiusbridge.services import access, overview
from radiusbridge.tui import bars
from radiusbridge.tui.actions import table
from radiusbridge.tui.actions.table import SCREENS
from radiusbridge.tui.keymap import shown
from radiusbridge.tui.manners import Manners
from radiusbridge.tui.screens.overview import OverviewScreen
from radiusbridge.tui.start import Start
from tests.tui.conftest import PATIENCE, SIZES, Theatre, person
from tests.tui.test_hostile import NAMES, check

BUDI, SITI = person("budi", "Budi Santoso"), person("siti", "Siti Rahayu")
OVERVIEW = Start("overview")


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("radiusbridge.services.readings.watching.INTERVAL", 0.1)
    monkeypatch.setattr("radiusbridge.tui.screens.overview.OverviewScreen.RENEWAL", 0.2)
    monkeypatch.setattr("radiusbridge.tui.screens.overview.DATABASE_EVERY", 0.2)


def held(unit: UnitOfWork) -> None:
    unit.holds.open(Hold(1, HoldKind.ABUSE, "ani", unit.now))
    customer = unit.customers.find("siti")
    unit.customers.change(replace(customer, paid_until=unit.now))


@pytest.mark.parametrize("size", [*SIZES, (100, 30), (140, 40)])
async def test_everything_is_told_at_every_size(
    theatre: Theatre, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch)
    theatre.router.dial("siti", "100.64.0.2")
    async with theatre.show(BUDI, SITI, size=size, start=OVERVIEW, ready=False) as stage:
        await stage.until_shown("● um-1", "1 router up", "Sessions", "Traffic", "b/s", "12%", "7.16.2", "? help")
        await stage.context.database.write(held)
        theatre.router.server_dark = True
        await access.isolate(stage.context, "budi")
        await stage.until_shown("1 of 2 customers: abuse 1", "next: C-0002 siti", "0 Overview")
        assert {cell_len(line) for line in stage.lines} == {size[0]}
        assert len(stage.lines) == size[1]
        assert any("▁" <= letter <= "█" for letter in stage.text)


async def test_enter_leads_to_the_list_behind_a_line(theatre: Theatre) -> None:
    theatre.router.dial("budi", "100.64.0.1")
    async with theatre.show(BUDI, SITI, start=OVERVIEW, ready=False) as stage:
        await stage.until_shown("● um-1", "Held")
        await stage.context.database.write(held)
        await stage.press("j", "j", "enter")
        await stage.until_shown("/ access:held", "C-0001", "budi")
        await stage.press("0")
        await stage.until_shown("abuse 1")
        await stage.press("G", "enter")
        await stage.until_shown('/ name="um-1"', "1 of 2 devices")
        await stage.press("0")
        await stage.until_shown("Probes")
        await stage.press("g", "enter")
        await stage.until(lambda: stage.app.list_screen.NAME == "sessions")
        await stage.press("0", "slash", *"state:up")
        await stage.until_shown("1 of 10 rows", "● um-1")


async def test_a_router_goes_dark_while_one_looks_and_the_keyboard_never_waits(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch)
    monkeypatch.setattr("radiusbridge.services.readings.watching.LATE", 0.3)
    monkeypatch.setattr("radiusbridge.services.readings.watching.DEADLINE", 1000.0)
    theatre.router.dial("budi", "100.64.0.1")
    async with theatre.show(BUDI, start=OVERVIEW, ready=False) as stage:
        await stage.until_shown("● um-1", "b/s")
        await stage.press("G")
        theatre.router.free.clear()
        await stage.until_shown("▲ um-1", "slow")
        async with asyncio.timeout(PATIENCE):
            await stage.press("k", "k", "j", "j")
        theatre.router.dark = True
        theatre.router.free.set()
        await stage.until_shown("✖ um-1", "dark", "?7.16.2", "?12%", "✖ 1 of 1 dark", "no answer")
        await stage.until_shown("not known", "old")
        theatre.router.dark = False
        await stage.until_shown("● um-1", "1 router up")


async def test_what_a_router_says_of_itself_acts_on_nothing(theatre: Theatre) -> None:
    async with theatre.show(BUDI, start=OVERVIEW, ready=False) as stage:
        await stage.until_shown("● um-1")
        for text in NAMES.values():
            theatre.router.version = theatre.router.board = theatre.router.words = text.replace("\0", "")
            theatre.router.dark = not theatre.router.dark
            await stage.app.desk.readings.read_all() if stage.app.desk else None
            stage.app.list_screen.renew()
            await stage.press("G")
            await stage.pilot.pause()
            check(stage)


async def test_a_nas_without_an_api_is_not_known(theatre: Theatre) -> None:
    async with theatre.show(BUDI, start=OVERVIEW, ready=False) as stage:
        await stage.until_shown("● um-1")
        await stage.context.database.write(lambda unit: unit.nases.add(Nas("bare", 1)))
        assert stage.app.desk is not None
        await stage.app.desk.readings.read_all()
        stage.app.list_screen.renew()
        await stage.until_shown("? bare", "unknown", "never")


ELEVEN = (*SCREENS[:8], ("plan", "Plan", "8"), ("probes", "Probes", "9"), ("log", "Log", "L"))


@pytest.mark.parametrize("screens", [SCREENS[:8], ELEVEN], ids=["eight", "eleven"])
@pytest.mark.parametrize("width", [80, 100, 140, 200])
@pytest.mark.parametrize("count", ["3 routers up", "100000 of 100000 customers"])
def test_the_heading_names_this_screen_in_full_and_every_other_key(
    screens: tuple[tuple[str, str, str], ...], width: int, count: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bars, "SCREENS", screens)
    for name, title, key in screens:
        text = bars.heading(name, "", count, width, read_only=True).plain
        assert len(text) == width
        assert text.endswith(f" {count} ")
        words = text[: -len(count) - 1].split()
        assert f"{key} {title}" in text
        assert {each for _, _, each in screens} <= set(words)
        assert "…" not in text
    assert {each[0] for each in table.SCREENS} >= {"overview", "customers"}


@pytest.mark.parametrize("name", [name for name, _, _ in SCREENS])
def test_keys_without_titles_look_like_keys_and_this_screen_is_underlined(name: str) -> None:
    """As at 80 columns, where few titles of other screens find room: those one goes to when something is wrong."""
    text = bars.heading(name, "", "5,000 customers", 80, read_only=False)
    assert len(text.plain) == 80
    styled = {(text.plain[span.start : span.end].strip(), str(span.style)) for span in text.spans}
    bare = {key for key, style in styled if style == "reverse"}
    named = [title for each, title, key in SCREENS if shown(key) not in bare and each != name]
    assert all(f"{shown(key)} {title[:3]}" in text.plain for _, title, key in SCREENS if title in named)
    assert {"Overview", "Alerts"} <= {*named, next(title for each, title, _ in SCREENS if each == name)}
    assert 2 <= len(named) < len(SCREENS) - 5
    assert [word for word, style in styled if "underline" in style] == [
        next(title for each, title, _ in SCREENS if each == name)
    ]


def test_every_key_stands_in_the_heading_however_little_room_there_is_and_titles_grow_with_it() -> None:
    def named(width: int, count: str) -> str:
        return bars.heading("customers", "", count, width, read_only=True).plain

    assert set(bars._WEIGHTIEST) == {name for name, _, _ in SCREENS}
    keys = "".join(shown(key) for _, _, key in SCREENS)
    assert named(80, "100,000 of 100,000 customers").replace(" Customers  ", "").split()[1] == keys
    letters = [len(named(width, "12").replace(" ", "")) for width in (80, 100, 120, 140, 180, 240)]
    assert letters == sorted(set(letters))
    assert all(f"{shown(key)} {title}" in named(240, "12") for _, title, key in SCREENS)


async def test_on_a_slow_link_sparklines_are_calm_and_figures_are_not(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch)
    start = replace(OVERVIEW, manners=Manners(slow_link=True))
    async with theatre.show(BUDI, start=start, ready=False) as stage:
        await stage.until_shown("● um-1", "Held")
        screen = stage.app.list_screen
        assert isinstance(screen, OverviewScreen)
        desk = stage.app.desk
        assert desk is not None
        seen = overview.lines_of(desk.readings, stage.context.clock.now())[0]
        full = overview.Overview(stage.context.clock.now(), (seen,), overview.totals_of((seen,)), overview.Standing())
        other = replace(seen, sessions=(7.0,) * 60, traffic=(7.0,) * 60)
        later = replace(full, routers=(other,), totals=replace(overview.totals_of((other,)), sessions=3))
        screen._drawn = None
        assert screen._calm(full) == full
        calm = screen._calm(later)
        assert (calm.routers, calm.totals.sessions) == ((seen,), 3)
        assert calm.totals.sessions_series == full.totals.sessions_series
        stage.app.pace.slow = False
        assert screen._calm(later) == later
