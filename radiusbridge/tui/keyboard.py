"""Keys and pastes one after another: each goes to the widget that the one before it left the keyboard to.

Textual gives an event to whatever has the focus when it arrives. A dialog takes the focus a moment after the key that
opened it, a form only once the database has answered; keys of a burst (a paste, a script, a slow link that delivers
late) would meanwhile reach the list behind it, where letters are actions.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.command import CommandPalette
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump
from textual.widgets import Input
from textual.worker import Worker, WorkerError

PATIENCE = 2.0
"""Seconds that keys wait for what was begun before them. Those that still wait then are dropped: to give them to the
list would be worse."""
_WAITS = 40
PAUSE = 0.05
"""Seconds before a key that says yes: letters of a text that was pasted, or typed by a script, follow faster."""
MOST = 20_000
"""Keys that may wait."""
MANY = 16
"""Events that come at once, from which on letters wait for each other."""
_URGENT = frozenset({"ctrl+c", "ctrl+q"})


class Keyboard:
    """give: hands an event to the widget that has the focus. dropped: told how many keys were dropped."""

    def __init__(self, app: App[Any], give: Callable[[Event], Awaitable[None]], dropped: Callable[[int], None]) -> None:
        self._app = app
        self._give = give
        self._dropped = dropped
        self._waiting: deque[tuple[Key | Paste, bool]] = deque()
        self._turn: tuple[Key | Paste, bool] | None = None
        self._latest = 0.0
        self._hurried = False
        self._target: MessagePump | None = None
        self._task: asyncio.Task[None] | None = None
        self._holds: list[Worker[Any]] = []

    @property
    def idle(self) -> bool:
        """Whether everything that was typed has reached its widget."""
        return self._task is None

    def deliberate(self, key: Key, since: float) -> bool:
        """Whether the key that is being given was pressed by itself, and after what is asked could be seen.

        since: when it was shown, by the clock of Textual's messages.
        """
        return not self._hurried and key.time >= since + PAUSE

    def hold(self, worker: Worker[Any]) -> None:
        """Let the keys that follow wait until that is over: it opens a dialog, or changes what the cursor is on."""
        self._holds.append(worker)

    def stop(self) -> None:
        """Nobody is there any more for the keys that wait."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    async def take(self, event: Key | Paste) -> None:
        """Give it now, or after those that wait; in the application's own message loop."""
        if isinstance(event, Key) and event.key in _URGENT:
            await self._give(event)
            return
        if self._turn is not None and event is self._turn[0]:
            self._hurried = self._turn[1]
        else:
            hurried, self._latest = event.time < self._latest + PAUSE, event.time
            if self._task is not None:
                if len(self._waiting) < MOST:
                    self._waiting.append((event, hurried))
                return
            self._hurried = hurried
            if self._app.message_queue_size > MANY and _letter(self._app.focused, event):
                self._waiting.append((event, hurried))
                self._task = asyncio.create_task(self._one_by_one(), name="keys")
                return
        target: MessagePump = self._app.focused or self._app.screen
        await self._give(event)
        self._target = None if _just_typed(target, event) else target
        if self._task is None and self._target is not None:
            self._task = asyncio.create_task(self._one_by_one(), name="keys")

    async def _one_by_one(self) -> None:
        try:
            while True:
                if not await _in_time(self._settled()):
                    self._drop()
                if not self._waiting:
                    return
                self._turn = self._next()
                self._app.post_message(self._turn[0])
                await _processed(self._app)
        finally:
            self._task = self._turn = None

    def _next(self) -> tuple[Key | Paste, bool]:
        """The next one; letters that go into the same line in one piece, which takes no longer than one of them."""
        target = self._app.focused
        event, hurried = self._waiting.popleft()
        letters = [_letter(target, event)]
        while all(letters) and self._waiting:
            letters.append(_letter(target, self._waiting[0][0]))
            if letters[-1]:
                self._waiting.popleft()
        written = "".join(letters)
        if len(written) < 2:
            return event, hurried
        piece = Paste(written)
        piece.set_sender(self._app)
        return piece, True

    async def _settled(self) -> None:
        """What the last key led to has happened, as far as it decides where the next one goes."""
        target, self._target = self._target, None
        if target is None:
            return
        for node in (*_upwards(target), self._app.screen, self._app):
            await _processed(node)
        while self._holds or self._searching():
            worker = self._holds.pop() if self._holds else self._searching()[0]
            with suppress(WorkerError):
                await asyncio.shield(worker.wait())
            # A new screen: its widgets are there and one of them has the focus.
            for node in (self._app, self._app.screen):
                await _processed(node)

    def _searching(self) -> list[Worker[Any]]:
        """The palette offers what it finds a moment after the letter."""
        top = self._app.screen
        if not isinstance(top, CommandPalette):
            return []
        return [each for each in self._app.workers if each.node is top and not each.is_finished]

    def _drop(self) -> None:
        self._holds.clear()
        if self._waiting:
            self._dropped(len(self._waiting))
            self._waiting.clear()


async def _in_time(work: Coroutine[Any, Any, None]) -> bool:
    """Whether it ended within `PATIENCE`; else it is broken off.

    Told by short waits, of which a busy event loop, on a busy machine, gets through fewer in the same time: what takes
    long because it is being computed goes on, what waits for somebody else does not.
    """
    task = asyncio.create_task(work)
    try:
        for _ in range(_WAITS):
            if (await asyncio.wait({task}, timeout=PATIENCE / _WAITS))[0]:
                await task
                return True
        return False
    finally:
        task.cancel()


def _just_typed(target: MessagePump, event: Event) -> bool:
    """Whether it only adds to a line: the keyboard stays where it is. In the palette it changes what enter takes."""
    return bool(_letter(target, event)) or (isinstance(event, Paste) and _is_line(target))


def _letter(target: MessagePump | None, event: Event) -> str:
    """What it adds to a line; empty: it does something else."""
    typed = isinstance(event, Key) and event.is_printable and _is_line(target)
    return (event.character or "") if isinstance(event, Key) and typed else ""


def _is_line(target: MessagePump | None) -> bool:
    return isinstance(target, Input) and not isinstance(target.screen, CommandPalette)


def _upwards(node: MessagePump) -> Iterator[MessagePump]:
    current: MessagePump | None = node
    while current is not None:
        yield current
        current = current._parent  # noqa: SLF001 - `ancestors` ends where a node was taken away


async def _processed(node: MessagePump) -> None:
    """It has worked through what it was sent so far."""
    done = asyncio.Event()
    if node.call_later(done.set):
        await done.wait()
