"""What the dashboard does on this terminal and that: colours, signs, mouse, sizes, signals, pastes."""

import json
import os
import re
import resource
import signal
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.widgets import Input

from radiusbridge.tui.clipboard import copy_line
from radiusbridge.tui.dialogs import Confirm
from radiusbridge.tui.form import Form
from radiusbridge.tui.manners import SLOW_PERIOD, Manners, Pace, manners_of, slow_rate
from radiusbridge.tui.marking import SIGN as MARKED
from radiusbridge.tui.plain import in_ascii
from radiusbridge.tui.rows import STATUS_SIGNS, VERDICT_SIGNS
from radiusbridge.tui.small import TooSmall
from radiusbridge.tui.start import Start
from tests.peers.programs import end
from tests.tui.conftest import Theatre, person
from tests.tui.terminals import PATIENCE, Pty, dashboard

ROOT = str(Path(__file__).parents[2])
COLOURS = re.compile(rb"\x1b\[([0-9;]*)m")
NONE = {b"", b"0", b"1", b"2", b"3", b"4", b"7"}


def codes(seen: bytes) -> set[bytes]:
    return {code for group in COLOURS.findall(seen) for code in group.split(b";")}


@pytest.mark.parametrize(
    ("environment", "manners"),
    [
        ({"TERM": "xterm-256color"}, Manners()),
        ({"TERM": "xterm-256color", "LANG": "id_ID.UTF-8"}, Manners()),
        ({"TERM": "xterm-256color", "LANG": "C"}, Manners(ascii=True)),
        ({"TERM": "xterm-256color", "LANG": "C", "LC_CTYPE": "C.UTF-8"}, Manners(ascii=True)),
        ({"TERM": "xterm-256color", "LANG": "C", "LC_CTYPE": "en_US.utf8"}, Manners()),
        ({"TERM": "xterm-256color", "LANG": "en_US.UTF-8", "LC_ALL": "id_ID.ISO-8859-1"}, Manners(ascii=True)),
        ({"TERM": "vt100"}, Manners(colourless=True, theme="ansi-dark")),
        ({"TERM": "vt220", "COLORTERM": "truecolor"}, Manners(colourless=True, theme="ansi-dark")),
        ({"TERM": "xterm-mono"}, Manners(colourless=True, theme="ansi-dark")),
        ({"TERM": "screen"}, Manners(theme="ansi-dark")),
        ({"TERM": "tmux-256color"}, Manners()),
        ({"TERM": "linux", "RADIUSBRIDGE_MOUSE": "0"}, Manners(mouse=False, theme="ansi-dark")),
        ({"TERM": "xterm-256color", "RADIUSBRIDGE_SLOW_LINK": "1"}, Manners(slow_link=True, theme="ansi-dark")),
        ({"TERM": "xterm-256color", "RADIUSBRIDGE_COPY": "off"}, Manners(copy=False)),
    ],
)
def test_the_environment_says_what_the_terminal_can(environment: dict[str, str], manners: Manners) -> None:
    assert manners_of(environment) == manners


def test_a_switch_beats_the_environment() -> None:
    environment = {"RADIUSBRIDGE_SLOW_LINK": "1", "RADIUSBRIDGE_MOUSE": "0", "LC_ALL": "C", "TERM": "xterm-256color"}
    assert manners_of(environment, slow_link=False, mouse=True, ascii=False) == Manners()


@given(st.text())
def test_ascii_takes_as_many_cells(text: str) -> None:
    shown = in_ascii(text)
    assert shown.isascii()
    if text.isprintable():
        assert cell_len(shown) == cell_len(text)


def test_what_stands_before_a_row_stays_apart_in_ascii() -> None:
    signs = {MARKED, *"●w○✔✖▸·…▲!–?■", *VERDICT_SIGNS.values(), *STATUS_SIGNS.values()}
    assert len({in_ascii(each) for each in signs}) == len(signs)


def test_a_link_is_slow_only_where_writing_was_held_up() -> None:
    assert slow_rate(100_000, 0.01) is None
    assert slow_rate(3_000, 0.9) is None
    assert slow_rate(3_000, 1.5) == 2_000
    assert slow_rate(80_000, 2.0) is None


def test_on_a_slow_link_what_nobody_asked_for_waits() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0], slow=True)
    shown = []
    for second in range(20):
        now[0] = float(second)
        shown += [second] if pace.due("tick") else []
    assert [b - a for a, b in pairwise(shown)] == [SLOW_PERIOD] * (len(shown) - 1)
    pace.slow = False
    assert pace.due("tick")
    assert pace.due("tick")


async def test_the_slow_link_is_suggested_once_and_switched_in_the_palette(theatre: Theatre) -> None:
    async with theatre.show(person("budi")) as stage:
        stage.app.toggle_slow_link()
        await stage.until_shown("slow link: on", "painted so far")
        assert stage.app.pace.slow
        assert stage.app.animation_level == "none"
        await stage.press("f8")
        await stage.until_shown("slow link: off")
        assert not stage.app.pace.slow


async def test_below_the_least_size_no_key_answers_what_cannot_be_read(theatre: Theatre) -> None:
    async with theatre.show(person("ani"), person("budi")) as stage:
        await stage.press("j", "i")
        await stage.until_shown("Isolate this customer?", "budi")
        await stage.pilot.resize_terminal(40, 10)
        await stage.until_shown("40x10 is too small", "80x24")
        await stage.press("y", "enter", "i", "y")
        await stage.pilot.resize_terminal(30, 5)
        await stage.until_shown("30x5 is too small")
        await stage.pilot.resize_terminal(120, 40)
        await stage.until_shown("Isolate this customer?", "budi")
        assert isinstance(stage.app.screen, Confirm)
        await stage.press("escape")
        await stage.until_shown("C-0001")
        await stage.pilot.resize_terminal(59, 24)
        await stage.until(lambda: isinstance(stage.app.screen, TooSmall))
        await stage.pilot.resize_terminal(60, 15)
        await stage.until_shown("C-0001", "C-0002")
        assert stage.app.desk is not None
        assert not stage.app.desk.begun


async def test_copying_is_switched_off(theatre: Theatre) -> None:
    async with theatre.show(person("ani"), start=Start(manners=Manners(copy=False))) as stage:
        copy_line(stage.app, "radiusbridge kick C-0001")
        await stage.until_shown("switched off", "radiusbridge kick C-0001")


async def test_a_form_takes_ten_thousand_characters(theatre: Theatre) -> None:
    async with theatre.show(person("ani")) as stage:
        stage.burst("n", *"x" * 10_000, "tab", *"p" * 50)
        await stage.until(lambda: len(stage.typed("password")) == 50)
        assert isinstance(stage.app.screen, Form)
        assert len(stage.typed("username")) <= 400
        assert isinstance(stage.app.focused, Input)


# -- on a terminal


@pytest.mark.parametrize("term", ["vt100", "vt220", "xterm-mono", "screen", "tmux-256color", "linux", "xterm"])
def test_it_is_drawn_on_every_kind_of_terminal(tmp_path: Path, term: str) -> None:
    with dashboard(tmp_path, TERM=term) as shown:
        seen = shown.until(b"0 customers", b"evidence")
        shown.write(b"?")
        seen += shown.until(b"Open a hold")
        shown.write(b"q" + b"q")
        seen += shown.rest()
        assert shown.process.wait(PATIENCE) == 0
    if term.startswith(("vt", "xterm-mono")):
        assert codes(seen) <= NONE
    elif term != "tmux-256color":
        assert b"38;5" not in seen
        assert b"38;2" not in seen
    assert seen.rindex(b"\x1b[?1049l") > seen.rindex(b"\x1b[?1049h")
    assert seen.rindex(b"\x1b[?25h") > seen.rindex(b"\x1b[?25l")


@pytest.mark.parametrize("how", [("--ascii",), ("LC_ALL=C",), ("LANG=C",)])
def test_ascii_means_no_other_octet(tmp_path: Path, how: tuple[str]) -> None:
    switches = tuple(word for word in how if word.startswith("-"))
    name, _, value = how[0].partition("=")
    with dashboard(tmp_path, *switches, **({} if switches else {name: value})) as shown:  # type: ignore[arg-type]
        seen = shown.until(b"0 customers", b"evidence")
        shown.write(b"?")
        seen += shown.until(b"Open a hold")
        shown.write(b"q:")
        seen += shown.until(b"isolate")
    assert seen.isascii()
    assert b"enter" in seen


def test_the_mouse_is_left_to_the_terminal(tmp_path: Path) -> None:
    with dashboard(tmp_path, "--no-mouse") as shown:
        assert b"?1000h" not in shown.until(b"0 customers", b"evidence")
    with dashboard(tmp_path) as shown:
        assert b"?1000h" in shown.until(b"0 customers", b"evidence")


def test_a_dumb_terminal_is_named_the_verbs(tmp_path: Path) -> None:
    with dashboard(tmp_path, TERM="dumb") as shown:
        assert b"radiusbridge isolate NAME" in shown.rest()
        assert shown.process.wait(PATIENCE) == 2


def test_a_slow_link_costs_fewer_octets(tmp_path: Path) -> None:
    painted = []
    for switches in ((), ("--slow-link",)):
        with dashboard(tmp_path, *switches, COLORTERM="truecolor") as shown:
            seen = shown.until(b"0 customers", b"evidence")
            shown.write(b"q")
            painted.append(len(seen + shown.rest()))
    assert painted[1] < painted[0]


def test_it_begins_on_a_small_terminal_and_grows(tmp_path: Path) -> None:
    with dashboard(tmp_path, size=(40, 10)) as shown:
        shown.until(b"40x10", b"too small")
        shown.resize(80, 24)
        shown.until(b"0 customers", b"evidence")
        shown.resize(40, 10)
        shown.until(b"40x10", b"too small")
        shown.write(b"q")
        assert b"\x1b[?1049l" in shown.rest()
        assert shown.process.wait(PATIENCE) == 0


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_terminal_that_takes_nothing_holds_up_no_signal(tmp_path: Path, number: int, status: int) -> None:
    with dashboard(tmp_path) as shown:
        shown.until(b"0 customers", b"evidence")
        for size in ((200, 60), (80, 24)) * 20:
            shown.resize(*size)
        os.kill(shown.process.pid, number)
        assert shown.process.wait(PATIENCE) == status


@pytest.mark.parametrize("bracketed", [True, False])
def test_a_long_paste_ends_in_the_filter(tmp_path: Path, bracketed: bool) -> None:
    with dashboard(tmp_path) as shown:
        shown.until(b"0 customers", b"evidence")
        text = b"iyxyq " * 1700
        shown.write(b"/" + (b"\x1b[200~" + text + b"\x1b[201~" if bracketed else text) + b"\r")
        shown.until(b" / iyxyq")
        shown.write(b"\x11")
        assert b"\x1b[?1049l" in shown.rest()
        assert shown.process.wait(PATIENCE) == 0


def test_a_long_bracketed_paste_into_a_form_is_cut_and_saved_nowhere(tmp_path: Path) -> None:
    shown = Pty([sys.executable, "-m", "tests.tui.isp", str(tmp_path), "3"], {"PYTHONPATH": ROOT})
    try:
        shown.until(b"C-0001", b"C-0003", "● 100.".encode())
        shown.write(b"n")
        seen = shown.until(b"New customer")
        shown.write(b"\x1b[200~" + b"iy\x1b[A\r\x13 " * 1400 + b"\x1b[201~")
        seen += shown.until(b"iy") + shown.look()
        shown.write(b"\x11")
        assert b"C-0004" not in seen + shown.rest()
        assert shown.process.wait(PATIENCE) == 0
    finally:
        shown.close()
        end(shown.process)


@pytest.mark.parametrize(("name", "before"), [("TMUX", "\x1bPtmux;\x1b\x1b]52;c;"), ("STY", "\x1bP\x1b]52;c;")])
async def test_copying_reaches_the_terminal_around_tmux_and_screen(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch, name: str, before: str
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setenv(name, "there")
    async with theatre.show(person("ani")) as stage:
        written: list[str] = []
        monkeypatch.setattr(stage.app._driver, "write", written.append)
        copy_line(stage.app, "radiusbridge kick C-0001")
        await stage.until_shown("copied", "kick C-0001")
        assert [each for each in written if each.startswith(before)]
        written.clear()
        copy_line(stage.app, "x" * 60_000)
        await stage.until_shown("not copied", "60,000")
        assert "]52;" not in "".join(written)


HOSTILE = b"\x1b[31mi\x1b[0my\x1b[Cy\ri\ry \x1b[99999999999u \xff\xfe iy"


@pytest.mark.parametrize("bracketed", [True, False])
def test_a_copied_text_on_a_list_does_nothing_to_a_customer(tmp_path: Path, bracketed: bool) -> None:
    program = [sys.executable, "-m", "tests.tui.isp", str(tmp_path), "3"]
    shown = Pty(program, {"PYTHONPATH": ROOT})
    try:
        shown.until(b"C-0001", b"C-0003", "● 100.".encode())
        shown.write(b"\x1b[200~" + HOSTILE + b"\x1b[201~" if bracketed else HOSTILE)
        seen = b"" if bracketed else shown.until(b"Isolate this customer?")
        seen += shown.look()
        assert (b"Isolate this customer?" in seen) is not bracketed
        shown.write(b"\x1b")
        shown.look()
        shown.write(b"3")
        assert b"isolate cust" not in shown.until(b"Operations")
        shown.write(b"\x11")
        shown.rest()
        assert shown.process.wait(PATIENCE) == 0
    finally:
        shown.close()
        end(shown.process)
    assert all(json.loads((tmp_path / "end.json").read_text()).values())


def test_a_dead_terminal_costs_no_processor_time(tmp_path: Path) -> None:
    with dashboard(tmp_path) as shown:
        shown.until(b"0 customers", b"evidence")
        shown.look()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        at = Path(f"/proc/{shown.process.pid}/stat").read_text().rpartition(")")[2].split()
        spent = (int(at[11]) + int(at[12])) / os.sysconf("SC_CLK_TCK")
        shown.close()
        assert shown.process.wait(PATIENCE) == 129
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        whole = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert whole - spent < 1.0, "it looks for the terminal every two seconds: a loop that spins would take two"
