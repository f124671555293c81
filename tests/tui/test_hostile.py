"""Names from the network are shown and do nothing; every line keeps its width."""

import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.widgets import Input

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.errors import Unreachable
from radiusbridge.domain.records import Hold, HoldKind
from radiusbridge.services.access import Manner
from radiusbridge.tui.text import cell, fit, short_duration
from tests.tui.conftest import Stage, Theatre, person
from tests.tui.fakes import Router

ACTIVE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff]")
NAMES = {
    "close tag": "[/foo]",
    "open tag": "[bold red]x",
    "link": "[@click=app.quit]x[/]",
    "escape": "a\x1b[31;5mB\x1b]0;pwn\x07",
    "C1": "a\x9b31mB",
    "bidi": "\u202eevil",
    "newline": "a\nb\tc\r",
    "nul": "a\x00b",
    "wide": "用户名用户名用户名用户名",
    "joined": "👩\u200d👩\u200d👧 family",
    "heaps": "z" + "\u0301" * 300,
    "long": "x" * 4000,
    "selector": "❤\ufe0f❤\ufe0f",
}


def check(stage: Stage) -> None:
    """Nothing on the screen acts, and the grid holds."""
    found = ACTIVE.search(stage.text.replace("\n", ""))
    assert not found, f"{found!r} in\n{stage.text}"
    assert {cell_len(line) for line in stage.lines} == {stage.app.size.width}


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_hostile_names_are_harmless_wherever_they_are_shown(theatre: Theatre, size: tuple[int, int]) -> None:
    router = Spiteful()
    theatre.router = router
    customers = []
    for number, name in enumerate(NAMES.values()):
        kept = name.replace("\0", "")[:400]
        customers.append(person(f"user{number}", kept, phone=kept[:100], area=kept[:100], address=kept))
        row = SessionRow("bras-1", f"*{number}", f"user{number}", name, name, name, (name,), name, name)
        router.live[name] = row
    async with theatre.show(*customers, size=size, manner=Manner(settle=0.2, deadline=1.0)) as stage:
        now = stage.context.clock.now()
        for number, customer in enumerate(customers, 1):
            hold = Hold(number, HoldKind.PAUSE, "ani", now, reason=customer.name[:100], ticket=customer.area)
            await stage.context.database.write(partial(_open, hold))
        await stage.until_shown("pause", "?" if "?" in stage.text else "●")
        for number in range(len(customers)):
            await stage.until_shown(f"C-{number + 1:04} user{number} ·")
            check(stage)
            await stage.press("i")
            check(stage)
            await stage.press("escape", "j")
        router.spite = True
        await stage.until_shown("✖ bras-1 stale")
        check(stage)
        await stage.press("i", "y")
        await stage.until_shown("UNPROVEN")
        check(stage)
        await stage.press("enter")
        await stage.until_shown("attempt 1")
        check(stage)
        await stage.press("escape", "slash")
        for name in NAMES.values():
            stage.app.list_screen.query_one("#filter", Input).value = name
            await stage.pilot.pause()
            check(stage)
            stage.app.notify(name, title=name, markup=False)
            await stage.pilot.pause()


def _open(hold: Hold, unit: UnitOfWork) -> Hold:
    return unit.holds.open(hold)


class Spiteful(Router):
    """Complains in hostile words."""

    spite = False

    async def sessions(self, username: str | None = None) -> tuple[SessionRow, ...]:
        if self.spite:
            words = " ".join(name.replace("\0", "")[:40] for name in NAMES.values())
            raise Unreachable(words, target=words, hint=words)
        return await super().sessions(username)


@given(st.text(), st.integers(0, 60))
def test_what_is_fitted_has_exactly_the_width_and_nothing_that_acts(text: str, width: int) -> None:
    shown = fit(cell(text), width)
    assert cell_len(shown) == width
    assert not ACTIVE.search(shown)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"),
        (59.9, "59s"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h00m"),
        (86399, "23h59m"),
        (90000, "1d1h"),
        (9e6, "104d"),
    ],
)
def test_short_durations(seconds: float, words: str) -> None:
    assert short_duration(seconds) == words
