"""The dashboard on the real services, a SQLite file, and a router that lives in memory."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from blockbuster import blockbuster_ctx
from textual import events
from textual.keys import key_to_character
from textual.notifications import Notification, Notifications
from textual.pilot import Pilot
from textual.widgets import Input
from textual.worker import WorkerFailed

from radiusbridge.domain.records import Customer
from radiusbridge.services.access import Manner
from radiusbridge.services.context import Context
from radiusbridge.tui import keyboard
from radiusbridge.tui.app import Dashboard
from radiusbridge.tui.start import Start
from tests.tui.fakes import Router, make_context

os.environ["RADIUSBRIDGE_LANGUAGE"] = "en"  # whatever the machine speaks that the tests run on
PATIENCE = 60.0
"""Seconds for what takes a moment on an idle machine."""
QUICK = Manner(settle=0.3, deadline=PATIENCE)
SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.fixture(autouse=True)
def never_blocks() -> Iterator[None]:
    """Fail a test in which something blocks the event loop."""
    ZoneInfo("UTC")  # simulated routers share the loop, and read their zone once in a process
    with blockbuster_ctx() as watch:
        # A module that a database thread loads at this moment is waited for as long as loading it here would take.
        watch.functions["threading.Lock.acquire"].can_block_in("<frozen importlib._bootstrap>", {"acquire"})
        for function in watch.functions.values():
            function.can_block_in("tui/crash.py", {"write_report"})  # nothing is left to be kept waiting
        yield


@pytest.fixture(autouse=True)
def quick_fingers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pilot presses keys faster than a person does; a burst still is one, and what it waits for may take its time."""
    monkeypatch.setattr(keyboard, "PAUSE", 0.0)
    monkeypatch.setattr(keyboard, "PATIENCE", PATIENCE)


TOASTS: list[str] = []
"""Title and words of those that have come since the last key."""


@pytest.fixture(autouse=True)
def toasts_are_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """They go after some seconds, which on a busy machine may be before the test looks again."""
    TOASTS.clear()
    add = Notifications.add

    def heard(self: Notifications, toast: Notification) -> None:
        TOASTS.append(f"{toast.title}\n{toast.message}")
        add(self, toast)

    monkeypatch.setattr(Notifications, "add", heard)


@dataclass
class Stage:
    """A running dashboard."""

    app: Dashboard
    pilot: Pilot[int]
    context: Context
    router: Router

    @property
    def lines(self) -> list[str]:
        """What is on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait, and show the screen if it never comes."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    await self.pilot.pause()
        except TimeoutError:
            pytest.fail("\n".join(("never came:", self.text, *TOASTS)))

    async def until_shown(self, *words: str) -> None:
        """On the screen; a toast counts until the next key, however soon it goes."""

        def look() -> bool:
            shown = "\n".join((self.text, *TOASTS))
            return all(word in shown for word in words)

        await self.until(look)

    async def until_told(self, words: str) -> None:
        """By a toast."""
        await self.until(lambda: any(words in each for each in TOASTS))

    async def field(self, name: str) -> Input:
        """Of the form on top, once it is there."""
        await self.until(lambda: bool(self.app.screen.query(f"#field-{name}")))
        return self.app.screen.query_one(f"#field-{name}", Input)

    def typed(self, name: str) -> str:
        """Into a field of the form on top; nothing while there is none."""
        return "".join(each.value for each in self.app.screen.query(f"#field-{name}").results(Input))

    async def press(self, *keys: str) -> None:
        TOASTS.clear()
        await self.pilot.press(*keys)

    def burst(self, *keys: str) -> None:
        """All at once, as one read of a paste brings them."""
        TOASTS.clear()
        driver = self.app._driver
        assert driver is not None
        for key in keys:
            event = events.Key(key, key if len(key) == 1 else key_to_character(key))
            event.set_sender(self.app)
            driver.send_message(event)


Staged = Callable[..., "asyncio.Future[Stage]"]


class Theatre:
    """Opens dashboards."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.router = Router()

    @asynccontextmanager
    async def show(
        self,
        *customers: Customer,
        size: tuple[int, int] = (80, 24),
        manner: Manner = QUICK,
        ready: bool = True,
        start: Start | None = None,
    ) -> AsyncIterator[Stage]:
        """A dashboard over these customers; `ready`: wait until the list and the NAS have been read."""
        context = await make_context(self.directory, self.router, customers)
        app = Dashboard(context=context, manner=manner, start=start)
        try:
            async with app.run_test(size=size, notifications=True) as pilot:
                stage = Stage(app, pilot, context, self.router)
                if ready:
                    await stage.until(lambda: app.desk is not None and app.desk.snapshot.generation > 1)
                    await stage.until_shown("LIVE", "bras-1")
                    if customers:
                        await stage.until(lambda: stage.lines[2].strip(" ·") != "")
                yield stage
                app.exit(0)
        except WorkerFailed as failed:
            raise failed.error from None  # its traceback tells where; Textual's tells only that
        finally:
            await app.close_desk()
            await context.close()
        assert not app.broke


@pytest.fixture
def theatre(tmp_path: Path) -> Theatre:
    return Theatre(tmp_path)


def person(username: str, name: str = "", **other: object) -> Customer:
    """A customer to be."""
    return replace(Customer("", username, 1, 1, name=name), **other)  # type: ignore[arg-type]
