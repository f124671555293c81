"""Customers: CPEs that dial, are accepted or refused, redial, and move bytes."""

from typing import TYPE_CHECKING

from radiusbridge.simulator.events import Timer

if TYPE_CHECKING:
    from radiusbridge.simulator.nas.nas import Nas
    from radiusbridge.simulator.nas.session import Session
    from radiusbridge.simulator.world import World

_PPP_SETUP = 0.15
"""Seconds of PPPoE discovery and LCP before the password is asked for."""


class Customer:
    """One CPE at one NAS.

    `redial` is the shortest and longest wait after a session has ended; after a refusal the wait doubles each time, up
    to `patience` seconds.
    """

    def __init__(
        self,
        world: "World",
        nas: "Nas",
        username: str,
        password: str,
        mac: str,
        redial: tuple[float, float] = (2.0, 5.0),
        patience: float = 60.0,
        upload: float = 200_000.0,
        download: float = 2_000_000.0,
    ) -> None:
        self._world = world
        self.nas = nas
        self.username = username
        self.password = password
        self.mac = mac
        self.redial = redial
        self.patience = patience
        self.upload = upload
        self.download = download
        self.wants_service = False
        self.session: Session | None = None
        self.dials = 0
        self.refusals = 0
        self.last_refusal = ""
        self._in_a_row = 0
        self._dialling = False
        self._timer: Timer | None = None

    @property
    def online(self) -> bool:
        """Whether the CPE holds a session that is really alive."""
        return self.session is not None and self.session.alive

    def switch_on(self, after: float = 0.0) -> None:
        """Power the CPE; it dials after that many seconds."""
        self.wants_service = True
        self._plan(after)

    def switch_off(self, silently: bool = False) -> None:
        """Switch the CPE off; `silently`: the NAS notices only by its keep-alive, ten seconds later."""
        self.wants_service = False
        if self._timer is not None:
            self._timer.cancel()
        session, self.session = self.session, None
        if session is not None and session.alive:
            cause = 2 if silently else 1
            delay = 10.0 if silently else 0.0
            self._world.events.call_later(delay, lambda: self.nas.end(session, cause, tell=False))

    def _plan(self, delay: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._world.events.call_later(delay, self._dial)

    def _dial(self) -> None:
        if not self.wants_service or self.online or self._dialling:
            return
        self._dialling = True
        self.dials += 1
        self._world.events.call_later(_PPP_SETUP, lambda: self.nas.dial(self))

    def connected(self, session: "Session") -> None:
        """The session is up."""
        self._dialling = False
        self._in_a_row = 0
        self.session = session

    def refused(self, reason: str) -> None:
        """The dial was in vain."""
        self._dialling = False
        self.refusals += 1
        self.last_refusal = reason
        if self.wants_service:
            wait = self._world.chance.uniform(*self.redial) * 2**self._in_a_row
            self._in_a_row = min(self._in_a_row + 1, 10)
            self._plan(min(wait, self.patience))

    def disconnected(self) -> None:
        """The NAS ended the session."""
        self.session = None
        if self.wants_service:
            self._plan(self._world.chance.uniform(*self.redial))
