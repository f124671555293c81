"""Pictures of the dashboard for the documentation: real screens on the demo's simulated ISP, as SVG, and one isolation
as text. `python -m bench.pictures [FOLDER [SECONDS]]`; `make pictures`. SECONDS: that a session has to stay gone.

The ISP's seed, the operator's clock and the time zone are fixed, so that two runs differ in little more than uptimes.
"""

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from textual.pilot import Pilot

from radiusbridge.cli import demo_dashboard
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.secret import Secret
from radiusbridge.services import bootstrap
from radiusbridge.services.access import Manner
from radiusbridge.services.context import Context
from radiusbridge.services.settings import Settings
from radiusbridge.services.system import SystemClock
from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.tui.app import Dashboard
from radiusbridge.tui.start import Start

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
SIZE = (100, 30)
PATIENCE = 90.0
MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=7)))
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_WORLD = re.compile(r"terminal-\d+")


class FixedClock(SystemClock):
    """It is always the same morning when it begins."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        """UTC."""
        return (MORNING + timedelta(seconds=time.monotonic() - self._began)).astimezone(UTC)


class Camera:
    """Presses keys, waits for what they lead to, and keeps what is seen."""

    def __init__(self, app: Dashboard, pilot: Pilot[int], folder: Path) -> None:
        self._app = app
        self._pilot = pilot
        self._folder = folder
        self._told: list[str] = []

    @property
    def text(self) -> str:
        """The screen without colours."""
        strips = self._app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    async def until(self, look: Callable[[str], bool], seconds: float = PATIENCE) -> None:
        """Wait until the screen is so."""
        end = time.monotonic() + seconds
        while not look(self.text):
            assert time.monotonic() < end, f"it never came:\n{self.text}"
            await self._pilot.pause(0.1)

    async def press(self, *keys: str, shows: str = "", without: str = "\0") -> None:
        """Press them, and wait until that is on the screen."""
        await self._pilot.press(*keys)
        await self.until(lambda text: shows in text and without not in text)

    async def take(self, name: str) -> None:
        """A picture; fonts are the reader's own."""
        await self._pilot.pause(0.3)
        self._app.clear_notifications()
        await self._pilot.pause(0.3)
        svg = self._app.export_screenshot(title=f"radiusbridge tui: {name}", simplify=True)
        svg = _WORLD.sub("picture", _COMMENT.sub("", _FONT.sub("", svg)))
        svg = svg.replace("Fira Code", "ui-monospace, Menlo, Consolas")
        (self._folder / f"{name}.svg").write_text(svg.rstrip() + "\n")

    def tell(self, words: str) -> None:
        """A frame of the recorded session."""
        self._told.append(f"--- {words}\n\n{self.text}\n")

    def write(self) -> None:
        """The recorded session."""
        head = "A customer is isolated in the dashboard, 100x30, by the keys that the frames name.\n\n"
        (self._folder / "session.txt").write_text(head + "\n".join(self._told))


async def _session(camera: Camera) -> None:
    """Find, isolate, watch the evidence until PROVEN."""
    camera.tell("radiusbridge tui")
    await camera.press("slash", *"c-0007", "enter", shows="1 of 60 customers")
    await camera.until(lambda text: "● 100." in text)
    camera.tell("/ c-0007 ⏎   finds the customer")
    await camera.press("i", shows="Isolate this customer?")
    camera.tell("i   asks, and says whom it hits")
    await camera.press("y", shows="list-sessions")
    camera.tell("y   the evidence comes step by step")
    await camera.until(lambda text: "✔ PROVEN" in text and "○ offline" in text)
    camera.tell("    ten seconds later: the session stayed gone, a login is refused")
    await camera.take("customers")
    await camera.press("enter", shows="esc back")
    camera.tell("⏎   every step")
    await camera.take("evidence")
    await camera.press("escape", shows="1 Customers")
    await camera.press("escape", shows="60 customers", without="1 of")
    camera.write()


async def _others(camera: Camera, isp: SimulatedIsp) -> None:
    await camera.press("2", shows="2 Sessions")
    await camera.until(lambda text: "● live" in text and len(re.findall(r"\d[kM]\b", text)) > 6)
    await camera.take("sessions")
    isp.faults("nas2").turn(dark=True)
    await camera.press("8", shows="8 Plan")
    await camera.press("r", shows="C-0")
    await camera.take("plan")
    await camera.press("4", shows="um1")
    await camera.press("d", shows="um1", without="…")
    await camera.until(lambda text: "esc" in text and "▸" not in text)
    await camera.take("doctor")
    await camera.press("escape", "0", shows="0 Overview")
    await camera.until(lambda text: "dark" in text and "nas1" in text)
    await camera.take("overview")


async def _people(context: Context) -> None:
    """Two whom the server does not have as the database has them."""

    def work(unit: UnitOfWork) -> None:
        found = unit.customers.by_ids((3, 11))
        unit.customers.change(replace(found[3], caller_id="02:11:22:33:44:55"))
        unit.customers.change(replace(found[11], password=Secret("new-pw-11")))

    await context.database.write(work)


async def make(folder: Path, settle: float) -> None:
    """All of them."""
    os.environ["TZ"] = "Asia/Jakarta"
    time.tzset()
    options = IspOptions(customers=60, nases=2, rtt=0.01, spread=1.0, seed=7)
    with tempfile.TemporaryDirectory(prefix="radiusbridge-pictures-") as name:
        there = Path(name)
        where = Settings(str(there / "demo.sqlite3"), there / "key", None, "ani", there / "packets", 1 << 20)
        async with SimulatedIsp(options) as isp:
            setattr(bootstrap, "SystemClock", FixedClock)  # noqa: B010
            context = await asyncio.to_thread(bootstrap.open_context, where, "tui")
            await demo_dashboard._fill(isp, context, asyncio.Event())
            app = Dashboard(context=context, manner=Manner(settle=settle), start=Start(fleeting=True), settings=where)
            async with app.run_test(size=SIZE, notifications=True) as pilot:
                camera = Camera(app, pilot, folder)
                await camera.until(lambda text: "C-0001" in text and text.count("● ") > 5)
                await _session(camera)
                await _people(context)
                await _others(camera, isp)
                app.exit(0)
            await app.close_desk()
            await context.close()


if __name__ == "__main__":
    _folder, _settle = (*sys.argv[1:], *(str(FOLDER), "10")[len(sys.argv) - 1 :])[:2]
    asyncio.run(make(Path(_folder), float(_settle)))
