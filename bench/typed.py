"""A filter that is typed into the dashboard: each letter until the lines that it finds stand on the screen.

Beside it until nothing more is painted: by then they are counted too. Which lines it has to be is asked of the database
beforehand; a letter that leaves the lines as they are is not timed, since nothing has to be painted for it.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from bench.grid import Grid
from bench.search import TODAY
from bench.terminal import Terminal
from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.customer_fields import CUSTOMERS
from radiusbridge.domain.filters import parse
from radiusbridge.services.system import SystemClock

TYPED = ("budi santoso", "cust0042", "c-042317", "081234", "sri lestari", "melati 17", "odp-33 rina", "xyzzy")
QUIET = 0.3
_NUMBER = re.compile(r"C-[0-9]{6}(?= )")
_LINES = 24


def _begins(home: Path) -> Mapping[str, list[str]]:
    """The numbers of the first customers whom each beginning of each text finds."""

    def look(text: str, unit: UnitOfWork) -> list[str]:
        found = unit.customers.filtered(parse(text, CUSTOMERS), TODAY, None, limit=_LINES, order="number")
        return [each.number for each in found]

    async def all_of_them() -> Mapping[str, list[str]]:
        database = Database.open(
            str(home / "radiusbridge.sqlite3"), key=KeyFile(home / "config" / "key"), clock=SystemClock()
        )
        texts = {text[:length] for text in TYPED for length in range(len(text) + 1)}
        found = {text: await database.read(partial(look, text)) for text in texts}
        await database.close()
        return found

    return asyncio.run(all_of_them())


def _listed(grid: Grid) -> list[str]:
    return [found[0] for line in grid.lines if (found := _NUMBER.match(line))]


def _stands(numbers: list[str], grid: Grid) -> bool:
    """Whether these are the lines, as many of them as there is room for."""
    listed = _listed(grid)
    return listed == numbers[: len(listed)] and (len(listed) == len(numbers) or len(listed) >= 8)


def timed(terminal: Terminal, home: Path, between: Callable[[], None]) -> Mapping[str, list[float]]:
    """Seconds: `letters` until the lines stand there, `counted` until nothing more is painted; `esc` and `line`, of
    clearing by esc and by ctrl+u, which is a key for itself. between: called before each letter."""
    wanted = _begins(home)
    found: dict[str, list[float]] = {"letters": [], "counted": [], "esc": [], "line": []}
    for key, how in ((b"\x1b", "esc"), (b"\x15", "line")):
        for text in TYPED:
            terminal.send(b"/")
            terminal.quiet(QUIET)
            for length in range(1, len(text) + 1):
                between()
                _letter(terminal, text[length - 1], wanted[text[:length]], found)
            found[how].append(terminal.painted_when(key, partial(_stands, wanted[""])))
            terminal.quiet(QUIET)
            if how == "line":
                terminal.send(b"\x1b")
                terminal.quiet(QUIET)
    return found


def _letter(terminal: Terminal, letter: str, numbers: list[str], found: dict[str, list[float]]) -> None:
    if _stands(numbers, terminal.grid):
        terminal.send(letter.encode())
    else:
        found["letters"].append(terminal.painted_when(letter.encode(), partial(_stands, numbers)))
    found["counted"].append(terminal.settled(QUIET))
