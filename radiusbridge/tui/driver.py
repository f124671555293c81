"""Textual's driver, made to outlive its terminal, and to feel how fast it takes what is written.

Textual writes through a short queue; when the terminal takes nothing (a stalled link, a stopped `screen`), the event
loop itself waits at the full queue, and with it signals, operations and the way out. Here writing never waits, nor does
what is written wait for another thread while the terminal takes it.
"""

import asyncio
import codecs
import os
import select
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Event, Thread
from typing import IO, Any, cast

from textual.drivers.linux_driver import LinuxDriver

from radiusbridge.domain.clock import Clock
from radiusbridge.services.system import SystemClock
from radiusbridge.tui.pasting import ALONE, PasteAwareParser

FULL = 4096
"""Octets that wait for the terminal from which on nothing new is painted."""
AT_ONCE = 65_536
"""Octets that are taken as having come in one go."""
_LOOK = 0.1
"""Seconds that a sequence which was begun has to wait for its rest, as Textual's."""
LAST_WORDS = 2.0
"""Seconds that leaving waits for the terminal to take what restores it."""


@dataclass(slots=True)
class Meter:
    """What the terminal has taken. busy: seconds that writing took."""

    octets: int = 0
    busy: float = 0.0


def reopened(descriptor: int) -> int | None:
    """A terminal opened once more, so as not to wait: the flag would hold for everybody who has the given descriptor.
    None: it may not be opened, as after `su`."""
    try:
        return os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return None


class OutlivingFile:
    """A file to which whoever writes never waits, and writes nowhere once it is gone: what it does not take at once, a
    thread of its own writes.

    turned: called, from either thread, when `full` has changed: more than `FULL` octets wait, or none any more.
    """

    def __init__(self, file: IO[str], turned: Callable[[], None] | None = None, clock: Clock | None = None) -> None:
        self._file = file
        self._turned = turned
        self._clock = clock or SystemClock()
        self._at_once: int | None = None
        """A descriptor of the same terminal that does not wait; None: the thread writes everything."""
        self._waiting: deque[bytes] = deque()
        self._octets = 0
        self.full = False
        self._changed = Condition()
        self._thread: Thread | None = None
        self.meter = Meter()

    def write(self, text: str) -> None:
        """Write, if anybody is there."""
        data = text.encode("utf-8", "replace")
        with self._changed:
            if not self._octets:  # else what waits comes first
                data = self._put_at_once(data)
            if not data:
                return
            self._waiting.append(data)
            self._octets += len(data)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="terminal", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            told = self._octets > FULL and not self.full
            self.full = self.full or told
        if told and self._turned is not None:
            self._turned()

    def flush(self) -> None:
        """What was written is on its way already."""

    def fileno(self) -> int:
        """The descriptor."""
        return self._file.fileno()

    def drain(self, seconds: float) -> bool:
        """Wait until the terminal has taken everything; False: it has not."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._octets, seconds)

    def open(self) -> None:
        """From now on write at once what the terminal takes, if it is one."""
        with self._changed:
            if self._at_once is None:
                self._at_once = reopened(self._file.fileno())

    def close(self) -> None:
        """From now on the thread writes what may still come."""
        with self._changed:
            descriptor, self._at_once = self._at_once, None
        if descriptor is not None:
            os.close(descriptor)

    def _put_at_once(self, data: bytes) -> bytes:
        """What the file did not take."""
        if self._at_once is None or not data:
            return data
        try:
            taken = os.write(self._at_once, data)
        except OSError:  # it is full; or gone, which the thread finds out, too
            return data
        self.meter.octets += taken
        return data[taken:]

    def _put(self, data: bytes) -> None:
        """Past the file's own buffer, which loses what a non-blocking terminal does not take at once."""
        target = self._file.fileno()
        while data:
            try:
                data = data[os.write(target, data) :]
            except BlockingIOError:
                select.select([], [target], [])

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                data = self._waiting.popleft()
            begun = self._clock.monotonic()
            with suppress(OSError, ValueError):
                self._put(data)
            self.meter.busy += self._clock.monotonic() - begun
            self.meter.octets += len(data)
            with self._changed:
                self._octets -= len(data)
                told = self.full and not self._octets
                self.full = self.full and not told
                self._changed.notify_all()
            if told and self._turned is not None:
                self._turned()


class _Leaving(Event):
    """Wakes who waits for it by `select`, too."""

    def __init__(self) -> None:
        super().__init__()
        self._seen, self._set = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def fileno(self) -> int:
        """Can be read while it is set."""
        return self._seen

    def set(self) -> None:
        """As an event's."""
        super().set()
        with suppress(BlockingIOError):
            os.write(self._set, b"x")

    def clear(self) -> None:
        """As an event's."""
        super().clear()
        with suppress(BlockingIOError):
            os.read(self._seen, AT_ONCE)


class OutlivingDriver(LinuxDriver):
    """Writes through an `OutlivingFile`; tells the application when the terminal cannot keep up; reads what can be
    read, whatever it is, and ends where nothing more will come."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.outlet = OutlivingFile(cast("IO[str]", self._file), self._turned)
        self._file = cast("Any", self.outlet)
        self.exit_event: _Leaving = _Leaving()
        self._running = False

    def _turned(self) -> None:
        """The application looks for itself: two threads may tell it in either order."""
        look = getattr(self._app, "look_at_outlet", None)
        if look is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(look)

    def _run_input_thread(self) -> None:
        """As Textual's, which would show where it broke on the terminal."""
        try:
            self.run_input_thread()
        except Exception as error:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._broke, error)

    def _broke(self, error: Exception) -> None:
        """Once the thread is over: whoever tells where it broke goes through its frames."""
        if self._key_thread is not None:
            self._key_thread.join()
        self._app._handle_exception(error)  # noqa: SLF001 - its only way

    def run_input_thread(self) -> None:
        """As Textual's, which takes the end of the file for silence, asks again without a pause, dies of octets that
        are no UTF-8, and looks ten times a second whether it is to end."""
        parser = PasteAwareParser()
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            wait = ALONE if parser.unsure else _LOOK if parser.begun else None
            if self.fileno not in select.select([self.fileno, self.exit_event], [], [], wait)[0]:
                data = b""
            elif not (data := self._read()):
                return
            for message in (*parser.feed(decode(data)), *parser.tick()):
                self.process_message(message)

    def _read(self) -> bytes:
        """What is there; empty: nothing will come any more."""
        data = b""
        with suppress(OSError):
            while len(data) < AT_ONCE and select.select([self.fileno], [], [], 0)[0]:
                more = os.read(self.fileno, AT_ONCE)
                if not more:
                    break
                data += more
        return data

    def write(self, data: str) -> None:
        """As Textual's, without its thread in between."""
        self.outlet.write(data)

    def start_application_mode(self) -> None:
        """As Textual's; nothing is written through its thread."""
        self.outlet.open()
        begin: Callable[[], None] = super().start_application_mode
        begin()
        if self._writer_thread is not None:
            self._writer_thread.stop()
        self._running = True

    def close(self) -> None:
        """As Textual's; what restores the terminal is given time to get there, but not for ever."""
        self._running = False
        super().close()
        self.outlet.drain(LAST_WORDS)
        self.outlet.close()

    def _sigcont_application(self, *_: object) -> None:
        """As Textual's; one that was stopped without notice has nothing to begin again, only to paint."""
        if self._running:
            asyncio.run_coroutine_threadsafe(self._app._post_message(self.SignalResume()), loop=self._loop)  # noqa: SLF001
        else:
            super()._sigcont_application()
