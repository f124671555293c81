"""Lines to printers: a TCP port (9100, as JetDirect has it) or a device file. Each wait has a deadline.

`sent` counts the octets that the network or the device took: what a printer made of them nobody knows here.
"""

import asyncio
import errno
import os
import socket
import stat
import termios
import tty
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import BadInput, ConnectionLost, DeadlinePassed, Unreachable
from radiusbridge.domain.text import safe
from radiusbridge.gateways.fence import pass_fence

CONNECT, WRITE = 5.0, 15.0
"""Seconds. A printer that takes nothing for so long while it is written to is out of paper, or gone."""
PORT = 9100
_PIECE = 1024
_WAITING = 4096
"""Octets that may wait in this host: what is more would look as if the printer had taken it."""
_LOOK = 0.02


class Line(Protocol):
    """A way to a printer."""

    sent: int

    async def open(self) -> None:
        """Unreachable, DeadlinePassed, BadInput: it cannot be reached."""
        ...

    async def write(self, octets: bytes) -> None:
        """Hand all of it over. ConnectionLost, DeadlinePassed, LeaseOver: only `sent` of them were."""
        ...

    async def read(self, seconds: float) -> int | None:
        """An octet that the printer says; None: it says nothing in that time. ConnectionLost: it hung up."""
        ...

    async def close(self) -> None:
        """Let go of it."""
        ...


class NetworkLine:
    """A TCP connection."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self.sent = 0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    @property
    def _target(self) -> str:
        return f"{safe(self._host, 60)}:{self._port}"

    async def open(self) -> None:
        """Connect."""
        try:
            async with asyncio.timeout(CONNECT):
                self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        except TimeoutError as error:
            raise DeadlinePassed("the printer does not answer", target=self._target, hint="is it on?") from error
        except (OSError, UnicodeError) as error:
            told = getattr(error, "strerror", None) or "no such name"
            raise Unreachable(f"the printer cannot be reached: {told}", target=self._target) from error
        # a drain is over when the kernel has taken everything, and the kernel holds little
        self._writer.transport.set_write_buffer_limits(0)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _WAITING)

    async def write(self, octets: bytes) -> None:
        """As `Line`."""
        assert self._writer is not None
        try:
            for at in range(0, len(octets), _PIECE):
                piece = octets[at : at + _PIECE]
                pass_fence()
                async with asyncio.timeout(WRITE):
                    self._writer.write(piece)
                    await self._writer.drain()
                self.sent += len(piece)
        except TimeoutError as error:
            self._writer.transport.abort()
            raise DeadlinePassed("the printer takes no more", target=self._target, hint="paper, cover?") from error
        except OSError as error:
            raise ConnectionLost("the connection to the printer broke", target=self._target) from error

    async def read(self, seconds: float) -> int | None:
        """As `Line`."""
        assert self._reader is not None
        try:
            async with asyncio.timeout(seconds):
                octet = await self._reader.read(1)
        except TimeoutError:
            return None
        except OSError:
            octet = b""
        if not octet:
            raise ConnectionLost("the printer hung up", target=self._target)
        return octet[0]

    async def close(self) -> None:
        """As `Line`: what was written leaves first, if it can."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(CONNECT):
                await writer.wait_closed()


class DeviceLine:
    """A character device (`/dev/usb/lp0`, `/dev/rfcomm0`, `/dev/ttyUSB0`) or a named pipe, never waited for inside of a
    system call. A serial line keeps the speed that it has; nothing translates its octets."""

    def __init__(self, path: str, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self.sent = 0
        self._file = -1

    @property
    def _target(self) -> str:
        return safe(self._path, 80)

    async def open(self) -> None:
        """Open it, for reading too where that goes."""
        try:
            self._open()
        except (OSError, ValueError, termios.error) as error:
            told = getattr(error, "strerror", None) or "not a file name"
            if getattr(error, "errno", None) == errno.ENXIO:
                told = "nobody is at the other end"
            await self.close()
            raise Unreachable(f"the printer cannot be opened: {told}", target=self._target) from error
        if self._file < 0:
            raise BadInput("this is no device", target=self._target, hint="--output for a file")

    def _open(self) -> None:
        kind = Path(self._path).stat().st_mode
        pipe = stat.S_ISFIFO(kind)
        if pipe or stat.S_ISCHR(kind):
            self._file = self._opened(pipe)
            if os.isatty(self._file):
                tty.setraw(self._file)

    def _opened(self, pipe: bool) -> int:
        flags = os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        if not pipe:  # a pipe that is opened for both would have a reader: ourselves
            with suppress(OSError):
                return os.open(self._path, os.O_RDWR | flags)
        return os.open(self._path, os.O_WRONLY | flags)

    async def write(self, octets: bytes) -> None:
        """As `Line`."""
        rest = memoryview(octets)
        last = self._clock.monotonic()
        while rest:
            pass_fence()
            try:
                taken = os.write(self._file, rest[:_PIECE])
            except BlockingIOError:
                taken = 0
            except OSError as error:
                told = f"the printer is gone: {error.strerror}"
                raise ConnectionLost(told, target=self._target) from error
            self.sent += taken
            rest = rest[taken:]
            if taken:
                last = self._clock.monotonic()
            elif self._clock.monotonic() - last > WRITE:
                raise DeadlinePassed("the printer takes no more", target=self._target, hint="paper, cover?")
            await self._clock.sleep(0 if taken else _LOOK)

    async def read(self, seconds: float) -> int | None:
        """As `Line`; a device that cannot be read says nothing."""
        end = self._clock.monotonic() + seconds
        while True:
            try:
                octet = os.read(self._file, 1)
            except BlockingIOError:
                octet = b""
            except OSError:
                return None
            if octet:
                return octet[0]
            if self._clock.monotonic() >= end:
                return None
            await self._clock.sleep(_LOOK)

    async def close(self) -> None:
        """As `Line`."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)
