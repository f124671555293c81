"""Hotspot guests: devices that log in with a password, come back by a cookie, or are let through by a binding."""

from typing import TYPE_CHECKING

from radiusbridge.simulator.customers import Customer

if TYPE_CHECKING:
    from radiusbridge.simulator.nas.nas import Nas
    from radiusbridge.simulator.world import World

_PAGE = 0.1
"""Seconds until a device that is there has asked for a page."""


class Guest(Customer):
    """One device at the hotspot of one router.

    types: whether somebody types the password again once the session is over and no cookie lets the device back.
    """

    def __init__(self, world: "World", nas: "Nas", username: str, password: str, mac: str, types: bool = True) -> None:
        super().__init__(world, nas, username, password, mac)
        self.types = types
        self.passes_by = False
        """Whether a binding lets it through without any login."""

    def _dial(self) -> None:
        if not self.wants_service or self.online or self._dialling:
            return
        self._dialling = True
        self.dials += 1
        self._world.events.call_later(_PAGE, lambda: self.nas.hotspot.arrive(self))

    def bypassed(self) -> None:
        """The hotspot lets the device through."""
        self._dialling = False
        self.passes_by = True

    def refused(self, reason: str) -> None:
        """The login was in vain; the device stays where it is."""
        self.passes_by = False
        super().refused(reason)

    def knock(self) -> None:
        """Ask for a page at once."""
        self.passes_by = False
        if self.wants_service and not self.online:
            self._dialling = False
            self._plan(_PAGE)

    def disconnected(self) -> None:
        """The session is over: the browser comes back at once where a cookie is left, else somebody has to type."""
        self.session = None
        host = self.nas.hotspot.hosts.get(self.mac)
        if self.wants_service and host is not None:
            cookie = self.nas.hotspot.cookie_of(self.mac, host.server) is not None
            self._plan(_PAGE if cookie else self._world.chance.uniform(*self.redial))

    def switch_off(self, silently: bool = False) -> None:
        """The device leaves."""
        super().switch_off(silently)
        self.passes_by = False
        self.nas.hotspot.leave(self)
