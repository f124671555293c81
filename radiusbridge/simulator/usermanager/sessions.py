"""Session rows of User Manager: they come from accounting, and end only on Stop, close or reuse."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from radiusbridge.simulator.menus.menu import Row

if TYPE_CHECKING:
    from radiusbridge.simulator.usermanager.manager import UserManager

_STATUS_ORDER = ("start", "stop", "interim", "close-acked", "expired")


@dataclass(slots=True, eq=False)
class SessionRow:
    """What User Manager believes about one session."""

    number: int
    user: str
    router: str
    acct_session_id: str
    nas_ip_address: str
    nas_identifier: str = ""
    nas_port: int = 0
    nas_port_id: str = ""
    calling_station_id: str = ""
    user_address: str = ""
    status: set[str] = field(default_factory=set)
    started: float = 0.0
    ended: float | None = None
    terminate_cause: str = ""
    uptime: int = 0
    download: int = 0
    upload: int = 0
    last_packet: float = 0.0

    @property
    def identifier(self) -> str:
        """The `.id`."""
        return f"*{self.number:X}"

    @property
    def active(self) -> bool:
        """Whether the row counts as a live session."""
        return self.ended is None

    @property
    def status_text(self) -> str:
        """The set of statuses as one word."""
        return ",".join(word for word in _STATUS_ORDER if word in self.status)


class Sessions:
    """All session rows."""

    def __init__(self, manager: "UserManager") -> None:
        self._manager = manager
        self._count = 0
        self.by_id: dict[str, SessionRow] = {}
        self._by_key: dict[tuple[str, str], SessionRow] = {}
        self._by_user: dict[str, dict[str, SessionRow]] = {}
        self.active_count = 0

    def find(self, router: str, acct_session_id: str) -> SessionRow | None:
        """The row for that NAS and Acct-Session-Id."""
        return self._by_key.get((router, acct_session_id))

    def of(self, user: str) -> list[SessionRow]:
        """The active rows of a user, oldest first."""
        return [row for row in self._by_user.get(user, {}).values() if row.active]

    def all_of(self, user: str) -> Iterator[SessionRow]:
        """Every row of a user that is still kept."""
        return iter(self._by_user.get(user, {}).values())

    def active(self) -> list[SessionRow]:
        """Every active row."""
        return [row for row in self.by_id.values() if row.active]

    def open(self, user: str, router: str, acct_session_id: str, nas_ip_address: str) -> SessionRow:
        """A new row; an older one with the same NAS and id ends, for it was used again."""
        old = self.find(router, acct_session_id)
        if old is not None and old.active:
            self.end(old, "um-unknown")
        self._count += 1
        wall = self._manager.router.wall
        row = SessionRow(self._count, user, router, acct_session_id, nas_ip_address, started=wall, last_packet=wall)
        self.by_id[row.identifier] = row
        self._by_key[router, acct_session_id] = row
        self._by_user.setdefault(user, {})[row.identifier] = row
        self.active_count += 1
        return row

    def end(self, row: SessionRow, cause: str) -> None:
        """End a row."""
        if row.active:
            row.ended = self._manager.router.wall
            self.active_count -= 1
            row.terminate_cause = cause
        self.changed(row)

    def forget(self, row: SessionRow) -> None:
        """Take a row out."""
        if row.active:
            self.active_count -= 1
            row.ended = self._manager.router.wall
        del self.by_id[row.identifier]
        self._by_user[row.user].pop(row.identifier, None)
        if self._by_key.get((row.router, row.acct_session_id)) is row:
            del self._by_key[row.router, row.acct_session_id]
        self._manager.router.dead(self._manager.session_path, row.identifier)

    def changed(self, row: SessionRow) -> None:
        """Tell those who listen."""
        router, path = self._manager.router, self._manager.session_path
        if router.watchers.get(path):
            router.changed(path, self.view(row))

    def view(self, row: SessionRow) -> Row:
        """The row as print shows it now."""
        return self._manager.session_view(row)
