"""The oracle: who can pass traffic right now. It asks the world, never the lists of a router."""

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from radiusbridge.simulator.firewall import Packet, passes
from radiusbridge.simulator.nas.session import Session

if TYPE_CHECKING:
    from radiusbridge.simulator.nas.nas import Nas
    from radiusbridge.simulator.router import Router
    from radiusbridge.simulator.world import World


class Oracle:
    """The truth about the data plane of a world."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def sessions_really(self, username: str) -> list[Session]:
        """Every live session of that name on any NAS."""
        return [session for nas in self._nases() for session in nas.of(username) if session.alive]

    def can_pass_traffic(self, username: str) -> bool:
        """Whether a session of that name moves normal traffic now, or a device of theirs is let through without one."""
        by = any(guest.passes_by for guest in self._world.guests.values() if guest.username == username)
        return by or any(map(self.passes, self.sessions_really(username)))

    def passes(self, session: Session) -> bool:
        """Whether this session moves normal traffic now."""
        return session.alive and session.customer.session is session and not self._stopped(session)

    def walled(self, username: str) -> bool:
        """Whether sessions of that name are alive and the firewall stops all of them."""
        sessions = self.sessions_really(username)
        return bool(sessions) and all(map(self._stopped, sessions))

    def would_accept(self, username: str, password: str, mac: str = "") -> bool:
        """Whether some server of the world would let this login in, sessions and licence apart; nothing changes."""
        return any(self._accepts(router, username, password, mac) for router in self._world.routers.values())

    def _nases(self) -> "list[Nas]":
        return [router.nas for router in self._world.routers.values()]

    @staticmethod
    def _accepts(router: "Router", username: str, password: str, mac: str) -> bool:
        customer = router.world.customers.get(username)
        caller = mac or (customer.mac if customer is not None else "")
        secret = router.menus["/ppp/secret"].named(username)
        if secret is not None and secret["disabled"] == "false" and secret["service"] in ("any", "pppoe"):
            return secret["password"] == password and secret.get("caller-id", "") in ("", caller)
        local = router.menus["/ip/hotspot/user"].named(username)
        if local is not None and local["disabled"] == "false" and local["password"] == password:
            return True
        manager = router.user_manager
        if manager is None or manager.ports is None:
            return False
        user = manager.users.named(username)
        if user is None or user["disabled"] == "true" or user["password"] != password:
            return False
        return manager.may_enter(user, "pap", caller).refusal is None

    def _stopped(self, session: Session) -> bool:
        """Whether the forward chain stops this session's packets to the internet."""
        router = session.customer.nas.router
        lists = {
            row["list"]
            for row in router.menus["/ip/firewall/address-list"].rows()
            if row.get("dynamic") != "true" and row["disabled"] == "false" and _covers(row["address"], session.address)
        }
        lists |= set(session.grant.address_list.split(",")) - {""}
        packet = Packet(session.address, frozenset(lists))
        return not passes(packet, [*router.menus["/ip/firewall/filter"].rows()])


def _covers(entry: str, address: str) -> bool:
    if "-" in entry:
        first, _, last = entry.partition("-")
        return int(ip_address(first)) <= int(ip_address(address)) <= int(ip_address(last))
    try:
        return ip_address(address) in ip_network(entry, strict=False)
    except ValueError:
        return False
