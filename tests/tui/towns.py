"""Dashboards on a simulated ISP in the same event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.tui.app import Dashboard
from radiusbridge.tui.frame import ListScreen
from radiusbridge.tui.start import Start
from tests.tui.conftest import QUICK, Stage
from tests.tui.fakes import Router
from tests.tui.isp import context_for, record


@dataclass
class Town(Stage):
    """A dashboard with the ISP behind it."""

    isp: SimulatedIsp

    def account(self, username: str, **values: str) -> None:
        """Somebody edits an account by hand."""
        manager = self.isp.router("um1").user_manager
        assert manager is not None
        row = manager.users.named(username)
        assert row is not None
        manager.users.set(row, values)

    def stored(self, username: str) -> dict[str, str] | None:
        """The account as the router has it."""
        manager = self.isp.router("um1").user_manager
        assert manager is not None
        row = manager.users.named(username)
        return None if row is None else manager.users.view(row)

    @property
    def names(self) -> list[str]:
        return sorted(self.isp.customers)

    @property
    def list_screen(self) -> ListScreen[Any]:
        return self.app.list_screen


@asynccontextmanager
async def town(
    directory: Path,
    screen: str,
    *,
    size: tuple[int, int] = (80, 24),
    read_only: bool = False,
    probes: Callable[[SimulatedIsp], tuple[Path, ...]] = lambda _: (),
    **knobs: Any,
) -> AsyncIterator[Town]:
    """The dashboard at a screen, over an ISP whose customers are all known."""
    options: dict[str, Any] = {"customers": 3, "nases": 1, "redial": (0.2, 0.4), **knobs}
    isp = await asyncio.to_thread(_built, options)
    async with isp:
        context = await asyncio.to_thread(context_for, isp, directory)
        await record(isp, context)
        await context.database.write(_alike)
        files = await asyncio.to_thread(probes, isp)
        start = Start(screen, read_only=read_only, probes=files)
        app = Dashboard(context=context, manner=QUICK, start=start)
        try:
            async with app.run_test(size=size, notifications=True) as pilot:
                stage = Town(app, pilot, context, Router(), isp)
                await stage.until(lambda: app.desk is not None and app.list_screen.rows is not None)
                yield stage
                app.exit(0)
        finally:
            await app.close_desk()
            await context.close()


def _alike(unit: UnitOfWork) -> None:
    """The one profile is as the router has it."""
    unit.profiles.change(replace(unit.profiles.all()[0], price=150_000))


def _built(options: dict[str, Any]) -> SimulatedIsp:
    """Their clocks are read once here: the zone comes from a file."""
    isp = SimulatedIsp(**options)
    for router in isp.world.routers.values():
        clock = router.menus["/system/clock"]
        for row in clock.rows():
            clock.view(row)
    return isp
