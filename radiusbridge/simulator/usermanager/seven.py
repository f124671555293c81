"""User Manager of RouterOS 7: groups, free attributes, and plans that count only with use-profiles."""

from typing import TYPE_CHECKING

from radiusbridge.simulator.aaa import codec
from radiusbridge.simulator.aaa.names import KNOWN, encode_value, split_attributes
from radiusbridge.simulator.menus.menu import Row
from radiusbridge.simulator.usermanager.authentication import Decision, by_plan
from radiusbridge.simulator.usermanager.closing import Closing
from radiusbridge.simulator.usermanager.manager import UserManager
from radiusbridge.simulator.usermanager.plans import Plans, rate_limit
from radiusbridge.simulator.usermanager.sessions import SessionRow
from radiusbridge.simulator.values import duration_text

if TYPE_CHECKING:
    from radiusbridge.simulator.menus.menu import Menu, Settings
    from radiusbridge.simulator.router import Router


class UserManager7(UserManager):
    """/user-manager"""

    root = "/user-manager"
    user_key = "name"
    address_key = "address"
    settings: "Settings"
    groups: "Menu"

    def __init__(self, router: "Router", licence: str = "6") -> None:
        super().__init__(router, licence)
        self.plans = Plans(self)
        self.closing = Closing(self)

    @property
    def ports(self) -> tuple[int, int] | None:
        """As the settings say."""
        if self.settings["enabled"] != "true":
            return None
        return int(self.settings["authentication-port"]), int(self.settings["accounting-port"])

    @property
    def uses_profiles(self) -> bool:
        """As the settings say."""
        return self.settings["use-profiles"] == "true"

    @property
    def requires_signatures(self) -> bool:
        """As the settings say, from 7.15 on."""
        return self.settings.values.get("require-message-auth") == "yes-access-request"

    def may_enter(self, user: Row, method: str, caller: str) -> Decision:
        """The group's methods, the caller-id, the plan."""
        group = self.groups.named(user["group"])
        if group is None or method not in group["outer-auths"].split(","):
            return Decision(f"authentication method {method} not allowed", user)
        bound = user.get("caller-id", "")
        if bound not in ("", "bind") and bound != caller:
            return Decision("wrong caller id", user)
        return by_plan(self, user) if self.uses_profiles else Decision(None, user)

    def bind(self, user: Row, caller: str) -> None:
        """The keyword `bind` gives way to the first device seen."""
        if user.get("caller-id") == "bind":
            user["caller-id"] = caller
            self.router.changed(f"{self.root}/user", user)

    def grants(self, user: Row, plan: Row | None) -> list[tuple[codec.Key, bytes | str | int]]:
        """The plan's rate, the user's attributes and those of the group."""
        own = split_attributes(user["attributes"])
        group = self.groups.named(user["group"])
        shared = split_attributes(group["attributes"]) if group is not None else []
        if self.router.switches.user_attributes_replace_group:
            names = {name for name, _ in own}
            shared = [pair for pair in shared if pair[0] not in names]
        pairs = own + shared
        granted: list[tuple[codec.Key, bytes | str | int]] = []
        plan_rate = rate_limit(self.plans.limitations(plan) or []) if plan is not None else ""
        if plan_rate:
            pairs = [pair for pair in pairs if pair[0] != "Mikrotik-Rate-Limit"]
            granted.append((codec.RATE_LIMIT, plan_rate))
        for name, value in pairs:
            key, kind = KNOWN[name]
            granted.append((key, encode_value(kind, value)))
        return granted

    def session_view(self, row: SessionRow) -> Row:
        """As /user-manager/session prints it."""
        date = self.router.date
        view = {
            ".id": row.identifier,
            "user": row.user,
            "nas-ip-address": row.nas_ip_address,
            "nas-port-id": row.nas_port_id,
            "nas-port-type": "ethernet",
            "acct-session-id": row.acct_session_id,
            "calling-station-id": row.calling_station_id,
            "user-address": row.user_address,
            "nas-identifier": row.nas_identifier,
            "status": row.status_text,
            "active": "true" if row.active else "false",
            "started": date(row.started),
            "ended": "" if row.ended is None else date(row.ended),
            "uptime": duration_text(row.uptime),
            "download": str(row.download),
            "upload": str(row.upload),
            "last-accounting-packet": date(row.last_packet),
        }
        if row.terminate_cause:
            view["terminate-cause"] = row.terminate_cause
        return view
