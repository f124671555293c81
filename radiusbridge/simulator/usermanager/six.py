"""User Manager of RouterOS 6: customers own everything, plans always count, CoA only where a router's row allows it."""

from typing import TYPE_CHECKING

from radiusbridge.simulator.aaa import codec
from radiusbridge.simulator.menus.menu import Row
from radiusbridge.simulator.usermanager.authentication import Decision, by_plan
from radiusbridge.simulator.usermanager.closing import Answer, Closing
from radiusbridge.simulator.usermanager.manager import UserManager
from radiusbridge.simulator.usermanager.plans import rate_limit
from radiusbridge.simulator.usermanager.plans6 import Plans6
from radiusbridge.simulator.usermanager.sessions import SessionRow
from radiusbridge.simulator.values import duration_seconds, duration_text

if TYPE_CHECKING:
    from radiusbridge.simulator.menus.menu import Menu
    from radiusbridge.simulator.router import Router

_METHODS = ("pap", "chap", "mschap1", "mschap2")
_FRAMED_IPV6_POOL = 100
_SENT: tuple[tuple[str, codec.Key], ...] = (
    ("address-list", codec.ADDRESS_LIST),
    ("ip-pool", codec.FRAMED_POOL),
    ("ip-pool6", _FRAMED_IPV6_POOL),
    ("group-name", codec.GROUP),
)
"""The properties of a limitation that are sent as they stand."""


class UserManager6(UserManager):
    """/tool/user-manager"""

    root = "/tool/user-manager"
    user_key = "username"
    address_key = "ip-address"
    customers: "Menu"
    plans: Plans6

    def __init__(self, router: "Router", licence: str, ports: tuple[int, int]) -> None:
        super().__init__(router, licence)
        self._numbers = ports
        self.plans = Plans6(self)
        self.closing = Closing6(self)

    @property
    def ports(self) -> tuple[int, int] | None:
        """Open as soon as the package is installed; no menu sets them."""
        return self._numbers

    @property
    def uses_profiles(self) -> bool:
        """Always."""
        return True

    def may_enter(self, user: Row, method: str, caller: str) -> Decision:
        """The method, which EAP can not be, the caller-id, and the plan."""
        if method not in _METHODS:
            return Decision(f"authentication method {method} not allowed", user)
        bound = user.get("caller-id", "")
        if bound and bound != caller:
            return Decision("wrong caller id", user)
        return by_plan(self, user)

    def bind(self, user: Row, caller: str) -> None:
        """The first device seen becomes the caller-id of a user who is to be bound."""
        if user["caller-id-bind-on-first-use"] == "true" and not user.get("caller-id") and caller:
            user["caller-id"] = caller
            if self.router.switches.um6_bind_clears_flag:
                user["caller-id-bind-on-first-use"] = "false"
            self.router.changed(self.users.path, user)

    def grants(self, user: Row, plan: Row | None) -> list[tuple[codec.Key, bytes | str | int]]:
        """The plan's rate, list, pool and group, what is left of its time, and the user's own address."""
        limitations = [] if plan is None else self.plans.limitations(plan) or []
        granted: list[tuple[codec.Key, bytes | str | int]] = []
        rate = rate_limit(limitations, "rate-limit-burst-treshold")
        if rate:
            granted.append((codec.RATE_LIMIT, rate))
        for name, key in _SENT:
            value = next((row[name] for row in limitations if row[name]), "")
            if value:
                granted.append((key, value))
        seconds = self._left(user[self.user_key], plan, limitations)
        if seconds is not None and self.router.switches.um6_session_timeout:
            granted.append((codec.SESSION_TIMEOUT, max(1, seconds)))
        if user.get("ip-address"):
            granted.append((codec.FRAMED_IP_ADDRESS, codec.packed(user["ip-address"])))
        return granted

    def _left(self, name: str, plan: Row | None, limitations: list[Row]) -> int | None:
        """Seconds until validity or uptime are used up; None when nothing ends them."""
        used = self.usage(name)["uptime"]
        limits = (duration_seconds(row["uptime-limit"]) for row in limitations)
        ends = [limit - used for limit in limits if limit]
        remaining = None if plan is None else self.plans.remaining(plan)
        if remaining is not None:
            ends.append(remaining)
        return int(min(ends)) if ends else None

    def session_view(self, row: SessionRow) -> Row:
        """As /tool/user-manager/session prints it."""
        date = self.router.date
        till = row.ended
        if till is None and self.router.switches.um6_till_time_moves:
            till = row.last_packet
        user = self.users.named(row.user)
        return {
            ".id": row.identifier,
            "customer": "" if user is None else user["customer"],
            "user": row.user,
            "nas-port": str(row.nas_port),
            "nas-port-type": "ethernet",
            "nas-port-id": row.nas_port_id,
            "calling-station-id": row.calling_station_id,
            "acct-session-id": row.acct_session_id,
            "user-ip": row.user_address,
            "host-ip": row.nas_ip_address,
            "status": row.status_text,
            "from-time": date(row.started),
            "till-time": "" if till is None else date(till),
            "terminate-cause": row.terminate_cause,
            "uptime": duration_text(row.uptime),
            "download": str(row.download),
            "upload": str(row.upload),
            "active": "true" if row.active else "false",
        }


class Closing6(Closing):
    """Sends a Disconnect-Request only to routers with use-coa=yes."""

    def __init__(self, manager: UserManager6) -> None:
        super().__init__(manager)
        self._six = manager

    def reaches(self, row: SessionRow) -> bool:
        """Whether CoA is switched on for the NAS of a session."""
        nas = self._six.routers.named(row.router)
        return super().reaches(row) and nas is not None and nas["use-coa"] == "true"

    def close(self, row: SessionRow, cause: str, done: Answer | None = None) -> None:
        """Ask the NAS; where that cannot be, an administrator's wish ends the row and nothing else."""
        if not self.reaches(row) and cause == "um-admin-request" and self._six.router.switches.um6_close_ends_row:
            row.status.add("expired")
            self._six.sessions.end(row, cause)
        super().close(row, cause, done)
