"""Where a dashboard can be drawn, in which colours, and what is left behind when it breaks."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from radiusbridge.services.settings import Settings
from radiusbridge.tui import crash
from radiusbridge.tui.app import Dashboard
from radiusbridge.tui.manners import manners_of
from radiusbridge.tui.plain import Colourless
from tests.tui.conftest import PATIENCE, Theatre, person


@pytest.mark.parametrize("term", ["dumb", "xterm-256color"])
def test_without_a_terminal_the_headless_verbs_are_named(tmp_path: Path, term: str) -> None:
    program = (
        "import sys; from pathlib import Path; from radiusbridge.services.settings import Settings;"
        "from radiusbridge.tui.running import run_dashboard;"
        f"sys.exit(run_dashboard(Settings('{tmp_path}/d', Path('{tmp_path}/k'), None, 'ani')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"TERM": term, "PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "radiusbridge isolate NAME" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not done.stdout
    assert not (tmp_path / "d").exists()


def test_the_dashboard_draws_its_first_frame_without_the_services() -> None:
    program = (
        "import sys, radiusbridge.tui.app;"
        "heavy = {'sqlalchemy', 'alembic', 'librouteros', 'pyrad', 'click', 'cryptography'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"TERM": "xterm-256color"}, "bridge"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "bridge"),
        ({"TERM": "linux"}, "ansi-dark"),
        ({"TERM": "screen"}, "ansi-dark"),
        ({}, "ansi-dark"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "ansi-dark"),
    ],
)
def test_colours_are_what_the_terminal_has(environment: dict[str, str], theme: str) -> None:
    assert manners_of(environment).theme == theme


def test_no_colour_means_none() -> None:
    style = Style(color="red", bgcolor="#102030", bold=True, reverse=True)
    (shown,) = Colourless().apply([Segment("x", style)], Color(0, 0, 0))
    assert shown.style == Style(bold=True, reverse=True)


async def test_no_colour_reaches_every_segment(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    theatre.router.dial("budi", "100.64.12.9")
    async with theatre.show(person("budi")) as stage:
        filters = stage.app._filters
        strips = stage.app.screen._compositor.render_strips()
        black = Color(0, 0, 0)
        styles = [segment.style for strip in strips for segment in strip.apply_filter(filters[-1], black)]
        assert not [style for style in styles if style is not None and (style.color or style.bgcolor)]
        assert any(style is not None and style.reverse for style in styles), "the cursor is still seen"


def test_a_crash_report_names_places_and_no_values() -> None:
    def broken(password: str) -> None:
        raise ValueError(f"bad password {password}")

    try:
        try:
            broken("hunter2")
        except ValueError as error:
            raise RuntimeError("while asking C-0001") from error
    except RuntimeError as error:
        text = crash.report_text(error, __import__("datetime").datetime(2026, 3, 1), "0.1.0")
        words = crash.last_words(error, crash.write_report(text))
    assert "hunter2" not in text
    assert "C-0001" not in text
    assert "test_terminal.py" in text
    assert "builtins.ValueError" in text
    name = words.rpartition(" ")[2]
    report = Path(name)
    assert report.read_text() == text
    assert report.stat().st_mode & 0o777 == 0o600
    report.unlink()


async def test_breaking_ends_with_a_report_and_not_with_variables(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports: list[str] = []

    def keep(text: str) -> str:
        reports.append(text)
        return "/tmp/report.txt"

    monkeypatch.setattr(crash, "write_report", keep)

    def broken(_self: object) -> None:
        secret = "hunter2"
        raise ZeroDivisionError(secret)

    monkeypatch.setattr("radiusbridge.tui.acting.Acting.do_help", broken)
    shown: list[Dashboard] = []

    async def press() -> None:
        async with theatre.show(person("budi")) as stage:
            shown.append(stage.app)
            await stage.press("question_mark")

    with pytest.raises(ZeroDivisionError):
        await press()
    (app,) = shown
    assert app.broke == "radiusbridge: the dashboard broke (ZeroDivisionError); the report is in /tmp/report.txt"
    assert "hunter2" not in reports[0]
    assert not app._exit_renderables


async def test_what_the_dashboard_opened_it_leaves_to_another_process(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from radiusbridge.services.access import Manner
    from tests.tui.fakes import make_context

    left: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "radiusbridge.services.carrying.leave_to_another_process", lambda url, number: left.append((url, number))
    )
    theatre.router.dial("budi", "100.64.12.9")
    context = await make_context(tmp_path, theatre.router, [person("budi")])
    settings = Settings("sqlite:///somewhere", tmp_path / "key", None, "ani")
    app = Dashboard(lambda: context, settings=settings, manner=Manner(settle=30.0, deadline=60.0))
    async with app.run_test() as pilot:
        async with asyncio.timeout(PATIENCE):
            while app.desk is None or app.list_screen.row is None:
                await pilot.pause()
        await pilot.press("i", "y")
        async with asyncio.timeout(PATIENCE):
            while theatre.router.live:
                await pilot.pause()
        await pilot.press("q")
    (words,) = await app.hand_over()
    assert words == "operation 1 (isolate budi) goes on without the dashboard; see: radiusbridge op show 1"
    assert left == [("sqlite:///somewhere", 1)]
