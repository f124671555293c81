"""The session menu of User Manager, which is the same in both generations apart from what a row shows."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from radiusbridge.simulator.api.call import Call
from radiusbridge.simulator.menus.menu import Computed, Row, in_order
from radiusbridge.simulator.usermanager.manager import UserManager

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router


class SessionRows(Computed):
    """The sessions of User Manager."""

    verbs = frozenset({"print", "remove"})
    print_extra = frozenset()

    def __init__(self, router: "Router", manager: UserManager) -> None:
        self.path = manager.session_path
        self._sessions = manager.sessions
        self._manager = manager
        super().__init__(router)
        self.commands["close-session"] = (frozenset({"numbers"}), self._close)

    def rows(self) -> Iterable[Row]:
        """Every row that is kept."""
        return map(self._sessions.view, self._sessions.by_id.values())

    def among(self, bound: Mapping[str, Collection[str]]) -> Iterable[Row] | None:
        """The rows of some users."""
        if bound.keys() != {"user"}:
            return None
        return in_order(self._sessions.view(row) for user in bound["user"] for row in self._sessions.all_of(user))

    def get(self, identifier: str) -> Row | None:
        """The row with that `.id`."""
        row = self._sessions.by_id.get(identifier)
        return None if row is None else self._sessions.view(row)

    def find(self, reference: str) -> Row | None:
        """The row with that `.id`."""
        return self.get(reference)

    def remove(self, row: Row) -> None:
        """Forget the record; the session itself goes on."""
        self._sessions.forget(self._sessions.by_id[row[".id"]])

    def _close(self, call: Call) -> None:
        rows = [self._sessions.by_id[self.lookup(target)[".id"]] for target in call.targets()]
        waits = self.router.switches.close_session_waits
        left = len(rows)

        def answered(_code: int | None) -> None:
            nonlocal left
            left -= 1
            if waits and left == 0:
                call.done()

        if waits and rows:
            call.session.keep(call)
        for row in rows:
            self._manager.closing.close(row, "um-admin-request", answered)
        if not waits or not rows:
            call.done()
