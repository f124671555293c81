"""Tell systemd how the service is (sd_notify(3)): datagrams of `NAME=value` lines to the socket in NOTIFY_SOCKET."""

import logging
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from radiusbridge.domain.clock import Clock

log = logging.getLogger(__name__)

LONGEST_STATUS = 300


@dataclass(frozen=True, slots=True)
class Notifier:
    """address: of the socket, `/path` or `@abstract`; empty: nobody is told. watchdog: seconds that systemd waits for a
    sign of life; None: it does not."""

    address: str = ""
    watchdog: float | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str], pid: int) -> "Notifier":
        """As the environment of the process says. WATCHDOG_PID names the process that it is meant for."""
        address = environment.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            return cls()
        microseconds = environment.get("WATCHDOG_USEC", "")
        meant = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
        valid = microseconds.isascii() and microseconds.isdecimal() and int(microseconds[:18]) > 0 and meant
        return cls(address, int(microseconds[:18]) / 1e6 if valid else None)

    def send(self, **fields: str | int) -> None:
        """Tell it. Nobody there is no fault of the service's work, so nothing is raised."""
        if not self.address:
            return
        lines = "\n".join(f"{name}={_line(str(value))}" for name, value in fields.items())
        where = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.setblocking(False)
                channel.sendto(lines.encode(), where)
        except OSError as error:
            log.warning("systemd was not told: %s", error.strerror)

    async def keep_alive(self, clock: Clock) -> None:
        """Give signs of life from the event loop, twice as often as asked for: a loop that hangs gives none."""
        while self.watchdog is not None:
            self.send(WATCHDOG=1)
            await clock.sleep(self.watchdog / 2)


def _line(text: str) -> str:
    with suppress(UnicodeEncodeError):
        text.encode()
        return " ".join(text.split())[:LONGEST_STATUS]
    return "?"
