"""One router: its menus, API, logs, and the User Manager and NAS that run on it."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from radiusbridge.simulator.api.server import ApiService
from radiusbridge.simulator.faults import Faults
from radiusbridge.simulator.switches import Switches
from radiusbridge.simulator.values import date_text, old_date_text, old_log_time, version_tuple

if TYPE_CHECKING:
    from radiusbridge.simulator.api.call import Call
    from radiusbridge.simulator.menus.menu import Menu, Row
    from radiusbridge.simulator.menus.system import Services
    from radiusbridge.simulator.menus.users import Users
    from radiusbridge.simulator.nas.nas import Nas
    from radiusbridge.simulator.usermanager.manager import UserManager
    from radiusbridge.simulator.world import World

_LOG_LINES = 1000


class Router:
    """A RouterOS device at an address of the world."""

    nas: "Nas"
    services: "Services"
    users: "Users"

    def __init__(
        self, world: "World", name: str, host: str, version: str, board: str = "CHR", switches: Switches | None = None
    ) -> None:
        self.world = world
        self.name = name
        self.host = host
        self.own_address = host
        """What it says that its address is; behind a NAT nobody outside knows it by that."""
        self.version = version
        self.version_number = version_tuple(version)
        self.board = board
        self.switches = switches or Switches()
        self.faults = Faults()
        self.booted = world.now
        self.boots = 0
        self.down = False
        """Whether it is being started: nothing goes through it."""
        self.boot_seconds = 20.0
        """How long that takes."""
        self.at_boot: list[Callable[[], None]] = []
        """What happens when it is up again."""
        self.menus: dict[str, Menu] = {}
        self.root_commands: dict[str, tuple[frozenset[str], Callable[[Call], None]]] = {}
        self.folders: set[str] = set()
        self.watchers: dict[str, list[Callable[[Row], None]]] = {}
        self.user_manager: UserManager | None = None
        self._log_rows: deque[tuple[float, Row]] = deque(maxlen=_LOG_LINES)
        self.api = ApiService(self)
        self.radius_ports: set[int] = set()
        self.on_ports: Callable[[], None] | None = None
        self._log_count = 0
        world.network.attach(self)

    @property
    def wall(self) -> float:
        """The router's own clock: seconds since 1970, wrong by its skew."""
        return self.world.wall + self.faults.clock_skew

    def date(self, wall: float | None = None) -> str:
        """A date as this router prints it, of now by default."""
        write = date_text if self.version_number >= (7, 10) else old_date_text
        return write(self.wall if wall is None else wall)

    def install(self, *menus: "Menu") -> None:
        """Add menus."""
        for menu in menus:
            self.menus[menu.path] = menu
            parts = menu.path.split("/")
            self.folders.update("/".join(parts[:count]) or "/" for count in range(1, len(parts)))

    def changed(self, path: str, row: "Row") -> None:
        """Tell those who listen that a row is new or different."""
        for watcher in tuple(self.watchers.get(path, ())):
            watcher(row)

    def dead(self, path: str, identifier: str) -> None:
        """Tell those who listen that a row is gone."""
        for watcher in tuple(self.watchers.get(path, ())):
            watcher({".id": identifier, ".dead": "true"})

    def ports_changed(self) -> None:
        """Tell the shell that a port was opened or closed."""
        if self.on_ports is not None:
            self.on_ports()

    def renamed(self, path: str, old: str, new: str) -> None:
        """Let rows that name a renamed row follow it."""
        for menu in self.menus.values():
            for name, prop in menu.properties.items():
                if prop.reference == path:
                    for row in menu.rows():
                        if row.get(name) == old:
                            row[name] = new

    def log(self, topics: str, message: str) -> None:
        """Write a line to the log."""
        self._log_count += 1
        row = {".id": f"*{self._log_count:X}", "buffer": "memory", "time": "", "topics": topics, "message": message}
        self._log_rows.append((self.wall, row))
        self.changed("/log", self._log_row(self.wall, row))

    def forget_log(self) -> None:
        """The memory is empty after a restart."""
        self._log_rows.clear()

    def log_rows(self) -> "list[Row]":
        """The lines of the log that are still kept."""
        return [self._log_row(wall, row) for wall, row in self._log_rows]

    def _log_row(self, wall: float, row: "Row") -> "Row":
        six = self.version_number < (7, 0)
        here = self.local(wall)
        return {**row, "time": old_log_time(here, self.local(self.wall)) if six else self.date(here)}

    def local(self, wall: float) -> float:
        """A moment of the router's clock as its time zone has it."""
        clock = self.menus.get("/system/clock")
        zone = "UTC" if clock is None else next(iter(clock.rows()))["time-zone-name"]
        east = datetime.fromtimestamp(wall, ZoneInfo(zone)).utcoffset() if zone != "UTC" else None
        return wall + (east.total_seconds() if east is not None else 0.0)
