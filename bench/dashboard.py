"""The dashboard on a pseudo-terminal of 80x24, with 100,000 customers in SQLite, beside an empty Textual application.

What is painted is timed from the outside: from the key that is written to the last octet that comes for it, or, where
the list changes meanwhile, until the two lines stand there that the cursor leaves and enters. The simulated routers run
in a process of their own. How noisy the machine is the empty application tells, which paints one word for a key: it is
pressed in between, and its figures stand beside (`empty_…`).
"""

import asyncio
import faulthandler
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from bench import panel_tasks, typed
from bench.grid import Grid
from bench.ground import prepared, simulated
from bench.search import AT_ONCE, MANY, _customers
from bench.terminal import Terminal, dashboard, shown
from radiusbridge.db.tables import customer
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.services.settings import Settings

EMPTY = """
from textual.app import App
from textual.widgets import Static

class Empty(App):
    def compose(self):
        yield Static("nothing here")

    def on_key(self):
        self.pressed = getattr(self, "pressed", 0) + 1
        self.query_one(Static).update(f"nothing here, {self.pressed}")

Empty().run()
"""
LIVE, STARTS, PRESSES, SECONDS = 10_000, 15, 200, 20.0
STANDSTILL = 600.0
"""Seconds between two tracebacks, which tell where it stands."""
QUIET = 0.05
"""Seconds of silence that end what is painted for a key; the detail of another row follows after 120 ms."""
LIST_CELLS = 80 * 11
"""What of the list is visible at 80x24."""

Row = dict[str, Any]


def _row(name: str, goal: str, figures: Sequence[tuple[str, float, float]], ratio: float, **more: Any) -> Row:
    """figures: (name, figure, what it has to stay below)."""
    said = {name: f"{figure:g} ({'met' if figure <= most else 'MISSED'})" for name, figure, most in figures}
    met = all(figure <= most for _, figure, most in figures)
    return {"name": name, "ratio": round(ratio, 2), "goal": goal, **said, **more, "met": met}


def _part(values: Sequence[float], hundredths: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * hundredths // 100)]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _start(home: Path) -> list[Row]:
    """Pairs of runs, one after the other, and the median of their ratios: what else the machine does hits both of a
    pair alike. `noise`: how far apart the middle half of the times of the empty application lies, in parts of their
    median.
    """
    empty, frames, rows = [], [], []
    for _ in range(STARTS):
        with shown([sys.executable, "-c", EMPTY]) as terminal:
            empty.append(terminal.until(b"nothing here") - terminal.began)
        with shown(dashboard(home)) as terminal:
            frames.append(terminal.until(b"Customers") - terminal.began)
            rows.append(terminal.until(b"C-000001") - terminal.began)
    base = statistics.median(empty)
    noise = round((_part(empty, 75) - _part(empty, 25)) / base, 2)
    found = []
    for name, times, most in (("frame", frames, 1.5), ("rows", rows, 3.0)):
        ratio = statistics.median(mine / theirs for mine, theirs in zip(times, empty, strict=True))
        title = f"dashboard: first {name}, {MANY} customers, against an empty Textual application"
        found.append(
            _row(title, f"<= {most:g}", [("times", round(ratio, 2), most)], ratio,
                 ours_ms=_ms(statistics.median(times)), empty_ms=_ms(base), pairs=STARTS, noise=noise)
        )  # fmt: skip
    return found


class _Noise:
    """The empty application, pressed in between."""

    def __init__(self, terminal: Terminal) -> None:
        terminal.until(b"nothing here")
        terminal.quiet(0.5)
        self._terminal = terminal
        self._found: list[float] = []

    def press(self) -> None:
        """Once."""
        self._found.append(self._terminal.painted(b"x", 0.03)[0])

    def said(self) -> Row:
        """Since it was asked last."""
        found, self._found = self._found, []
        return {"empty_p50_ms": _ms(_part(found, 50)), "empty_p99_ms": _ms(_part(found, 99)), "keys": len(found)}


def _keys(terminal: Terminal, noise: _Noise) -> list[Row]:
    def press(key: bytes, many: int) -> tuple[list[float], list[float]]:
        found = []
        for _ in range(many):
            noise.press()
            found.append(terminal.painted(key, QUIET))
        terminal.quiet(1.0)
        return [seconds for seconds, _ in found], [float(octets) for _, octets in found]

    terminal.send(b"g")
    terminal.quiet(1.0)
    press(b"j", 1)
    press(b"k", 1)
    noise.said()
    moved: list[float] = []
    sizes: list[float] = []
    for _ in range(PRESSES // 16):
        for key in (b"j", b"k"):
            seconds, octets = press(key, 8)
            moved, sizes = moved + seconds, sizes + octets
    noisy = noise.said()
    press(b"j", 12)
    scrolled, scrolls = press(b"j", PRESSES)
    p99, most = _ms(_part(moved, 99)), max(sizes)
    times = round(statistics.median(scrolls) / LIST_CELLS, 2)
    return [
        _row(f"dashboard: a cursor key until painted, {MANY} rows", "p99 < 16 ms, < 1 KiB",
             [("p99_ms", p99, 16), ("most_octets", most, 1023)], p99 / 16, p50_ms=_ms(_part(moved, 50)), **noisy),
        _row("dashboard: one line of scrolling, octets against the visible text of the list", "<= 1.2",
             [("times", times, 1.2)], times, p99_ms=_ms(_part(scrolled, 99)), octets=statistics.median(scrolls),
             **noise.said()),
    ]  # fmt: skip


def _filter(terminal: Terminal, home: Path, noise: _Noise) -> Row:
    found = typed.timed(terminal, home, noise.press)
    p99, clear = _ms(_part(found["letters"], 99)), _ms(statistics.median(found["esc"]))
    return _row(f"dashboard: a filter typed among {MANY} rows, each letter until its lines are there",
                "p99 < 50 ms, cleared < 30 ms",
                [("p99_ms", p99, 50), ("cleared_ms", clear, 30)], p99 / 50, p50_ms=_ms(_part(found["letters"], 50)),
                letters=len(found["letters"]), counted_p50_ms=_ms(_part(found["counted"], 50)),
                counted_p99_ms=_ms(_part(found["counted"], 99)), cleared_most_ms=_ms(max(found["esc"])),
                cleared_by_ctrl_u_ms=_ms(statistics.median(found["line"])), clearings=len(found["esc"]),
                **noise.said())  # fmt: skip


def _idle(terminal: Terminal) -> Row:
    terminal.quiet(3.0)
    before, began = terminal.cpu, time.perf_counter()
    octets = len(terminal.listen(SECONDS))
    share = round(100 * (terminal.cpu - before) / (time.perf_counter() - began), 2)
    return _row("dashboard: idle, nothing changes", "0 octets, < 1 % of a core",
                [("octets", octets, 0), ("cpu_percent", share, 1)], share)  # fmt: skip


def _live(home: Path, words: Sequence[str], what: str) -> Row:
    with shown(dashboard(home, *words)) as terminal, shown([sys.executable, "-c", EMPTY]) as empty:
        noise = _Noise(empty)
        terminal.painted_when(b"", _read_once)
        terminal.listen(15.0)
        before, began = terminal.cpu, time.perf_counter()
        octets = len(terminal.listen(SECONDS))
        share = round(100 * (terminal.cpu - before) / (time.perf_counter() - began), 1)
        pressed = _cursor(terminal, noise)
        resident = round(terminal.resident, 1)
    p99 = _ms(_part(pressed, 99))
    return _row(f"dashboard: {MANY} customers, {LIVE} live sessions, {what}",
                "< 100 MiB, < 10 % of a core, p99 < 30 ms",
                [("mib", resident, 100), ("cpu_percent", share, 10), ("p99_ms", p99, 30)], resident / 100,
                p50_ms=_ms(_part(pressed, 50)), octets_per_s=round(octets / SECONDS), **noise.said())  # fmt: skip


def _cursor(terminal: Terminal, noise: _Noise) -> list[float]:
    """Seconds from a cursor key until both lines that it changes are painted; others change at any time."""
    terminal.send(b"g")
    terminal.listen(1.0)
    first = next(at for at, line in enumerate(terminal.grid.lines) if "USER NAME" in line) + 1
    found = []
    for at in range(PRESSES):
        down, step = at // 8 % 2 == 0, at % 8
        line = first + step if down else first + 8 - step
        wanted = {line, line + 1 if down else line - 1}
        noise.press()
        key = b"j" if down else b"k"
        found.append(terminal.painted_when(key, partial(_touched, wanted)))
        terminal.listen(QUIET)
    return found


def _read_once(grid: Grid) -> bool:
    """Whether the status line tells of the sessions, NAS by NAS or, where it has no room, together."""
    return any("2,500 live" in line or "10,000 live" in line for line in grid.lines)


def _touched(lines: set[int], grid: Grid) -> bool:
    return lines <= grid.touched


def _store(usernames: Sequence[str], first: int, unit: UnitOfWork) -> None:
    repository = unit.customers
    server, profile = unit.servers.all()[0].id, unit.profiles.all()[0].id
    found = []
    for at, each in enumerate(_customers(first, AT_ONCE), first):
        name = usernames[at - 1] if at <= len(usernames) else each.username
        found.append(replace(each, username=name, server_id=server, profile_id=profile))
    repository._transaction.insert_later(customer, map(repository._values, found))


async def _fill(endpoints: Row, home: Path) -> None:
    """The database of that home, with every router of the simulated ISP and everybody on line in it."""
    usernames = [each["username"] for each in endpoints["customers"]]
    where = Settings(str(home / "radiusbridge.sqlite3"), home / "config" / "key", None, "bench")
    async with prepared({**endpoints, "customers": []}, home, where=where) as context:
        for first in range(1, MANY + 1, AT_ONCE):
            await context.database.write(partial(_store, usernames, first))


def _quiet_home(home: Path) -> None:
    """The same, with no router: nothing changes."""
    asyncio.run(_fill({"profile": "20M", "customers": [], "routers": [_NOBODY]}, home))


_NOBODY: Row = {
    "name": "um1", "roles": ["server"], "api": {"host": "192.0.2.1", "port": 8728, "user": "u", "password": "x"},
    "radius": {"host": "192.0.2.1", "auth_port": 1812, "secret": "x"},
}  # fmt: skip


def run() -> Iterator[Row]:
    """Every row of the table, each as soon as it is known. A part that does not get through is a row that was missed;
    the others are measured all the same, and where it stands still is told on stderr."""
    faulthandler.dump_traceback_later(STANDSTILL, repeat=True)
    for part in (_quiet, _alive, panel_tasks.run):
        try:
            yield from part()
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            yield {"name": f"dashboard: {part.__module__}.{part.__name__}", "ratio": 0.0, "broke": error, "met": False}
    faulthandler.cancel_dump_traceback_later()


def _quiet() -> Iterator[Row]:
    """Where nothing changes."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", "radiusbridge"], check=True, env=_compiling())
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "quiet"
        home.mkdir()
        _quiet_home(home)
        yield from _start(home)
        with shown(dashboard(home)) as terminal, shown([sys.executable, "-c", EMPTY]) as empty:
            noise = _Noise(empty)
            terminal.until(b"C-000001")
            terminal.quiet(2.0)
            yield from _keys(terminal, noise)
            yield _filter(terminal, home, noise)
            yield _idle(terminal)


def _alive() -> Iterator[Row]:
    """With sessions that come and go."""
    with tempfile.TemporaryDirectory() as name, simulated(Path(name), LIVE, 0.0, nases=4) as endpoints:
        home = Path(name) / "home"
        home.mkdir()
        asyncio.run(_fill(json.loads(json.dumps(endpoints)), home))
        yield _live(home, (), "the list of customers")
        yield _live(home, ("sessions",), "the list of sessions")


def _compiling() -> dict[str, str]:
    """As an installed package is."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


if __name__ == "__main__":
    for result in run():
        print(result)
