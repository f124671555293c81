"""The API service of a router: its sessions, and how many requests a second it handles."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from radiusbridge.simulator.api.session import ApiSession

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router


class ApiService:
    """All API connections of one router."""

    def __init__(self, router: "Router") -> None:
        self._router = router
        self._busy_until = 0.0
        self.sessions: set[ApiSession] = set()
        self.requests = 0
        self.heard: Callable[[str], None] | None = None
        """Is told of each command that is carried out."""

    def open(self, peer: str, send: Callable[[bytes], None], close: Callable[[bool], None]) -> ApiSession | None:
        """A new connection, or None when the service has as many as it takes."""
        if len(self.sessions) >= self._router.services.max_sessions():
            return None
        session = ApiSession(self._router, peer, send, close)
        self.sessions.add(session)
        return session

    def admit(self, run: Callable[[], None]) -> None:
        """Run a command now, or when those before it are done, with a cap on requests a second."""
        self.requests += 1
        cap = self._router.faults.cap
        events = self._router.world.events
        if not cap:
            run()
            return
        self._busy_until = max(self._busy_until, events.now) + 1 / cap
        events.call_at(self._busy_until, run)
