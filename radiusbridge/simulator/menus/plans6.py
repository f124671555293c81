"""The menus of RouterOS 6 for what a plan is: profiles, limitations, and which profile has which."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from radiusbridge.simulator.menus.menu import Menu, Row
from radiusbridge.simulator.menus.properties import (
    Prop,
    TrapError,
    binary_rate,
    duration,
    number,
    one_of,
    props,
    refers,
    some_of,
    text,
)
from radiusbridge.simulator.usermanager.six import UserManager6

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

ROOT = UserManager6.root
CUSTOMER, USER, PROFILE = f"{ROOT}/customer", f"{ROOT}/user", f"{ROOT}/profile"
LIMITATION, LINK = f"{PROFILE}/limitation", f"{PROFILE}/profile-limitation"
PLAIN = frozenset({"print", "add", "set", "remove"})
_WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
_WAYS = ("rx", "tx")
_BYTES = [
    *("download-limit", "upload-limit", "transfer-limit"),
    *(f"rate-limit-{kind}{way}" for kind in ("", "min-", "burst-", "burst-treshold-") for way in _WAYS),
]
_MAX = 2**63 - 1


class Owned(Menu):
    """Rows that an owner has, and that links between profiles and limitations name."""

    verbs = PLAIN
    print_extra = frozenset()
    linked_as: str

    def __init__(self, router: "Router", manager: UserManager6, properties: Mapping[str, Prop]) -> None:
        self._manager = manager
        owner = {"name": Prop(text, required=True), "owner": refers(CUSTOMER, required=True)}
        super().__init__(router, {**owner, **properties})

    def removing(self, row: Row) -> None:
        """What is in use may be removed, where this world allows it."""
        if self.router.switches.um6_refuses_in_use:
            super().removing(row)

    def removed(self, row: Row) -> None:
        """The links go along."""
        links = self._manager.profile_limitations
        for link in [link for link in links.rows() if link[self.linked_as] == row["name"]]:
            links.remove(link)


class Profiles6(Owned):
    """/tool/user-manager/profile"""

    path = PROFILE
    linked_as = "profile"
    duplicate = "failure: profile with the same name already exists"

    def __init__(self, router: "Router", manager: UserManager6) -> None:
        super().__init__(
            router,
            manager,
            {
                "name-for-users": Prop(text, ""),
                "validity": Prop(duration(), "0s"),
                "starts-at": Prop(one_of("now", "logon"), "logon"),
                "price": Prop(number(0, _MAX), "0"),
                "override-shared-users": Prop(number(1, 4294967295, "off", "unlimited"), "off"),
            },
        )

    def updated(self, row: Row, before: Row) -> None:
        """Plans follow a new name."""
        if row["name"] != before["name"]:
            self._manager.plans.profile_renamed(before["name"], row["name"])

    def removing(self, row: Row) -> None:
        """Users hold it as links do."""
        super().removing(row)
        plans = self._manager.user_profiles.rows() if self.router.switches.um6_refuses_in_use else ()
        if any(plan["profile"] == row["name"] and plan["state"] != "used" for plan in plans):
            raise TrapError("failure: in use by user")

    def removed(self, row: Row) -> None:
        """The users' plans go along."""
        super().removed(row)
        self._manager.plans.profile_removed(row["name"])


class Limitations6(Owned):
    """/tool/user-manager/profile/limitation, with its misspelt burst thresholds."""

    path = LIMITATION
    linked_as = "limitation"
    duplicate = "failure: limitation with the same name already exists"

    def __init__(self, router: "Router", manager: UserManager6) -> None:
        super().__init__(
            router,
            manager,
            {
                **props(text, "address-list group-name ip-pool ip-pool6", ""),
                **props(binary_rate, " ".join(_BYTES), "0"),
                "uptime-limit": Prop(duration(), "0s"),
                **props(duration(), " ".join(f"rate-limit-burst-time-{way}" for way in _WAYS), "0s"),
                "rate-limit-priority": Prop(number(0, 8), "0"),
            },
        )

    def view(self, row: Row) -> Row:
        """Numbers, or numbers with their unit."""
        if not self.router.switches.um6_byte_suffix:
            return row
        return {name: f"{value}B" if name in _BYTES else value for name, value in row.items()}


class ProfileLimitations6(Menu):
    """/tool/user-manager/profile/profile-limitation"""

    path = LINK
    verbs = PLAIN
    print_extra = frozenset()

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "profile": refers(PROFILE, required=True),
                "limitation": refers(LIMITATION, required=True),
                "from-time": Prop(duration(), "0s"),
                "till-time": Prop(duration(), "23h59m59s"),
                "weekdays": Prop(some_of(*_WEEKDAYS), ",".join(_WEEKDAYS)),
            },
        )


class UserProfiles6(Menu):
    """Which user has which profile. No menu of a device: RouterOS 6 keeps it to itself."""

    path = f"{USER}/(plans)"

    def __init__(self, router: "Router", manager: UserManager6) -> None:
        self._manager = manager
        super().__init__(router, {"user": refers(USER, required=True), "profile": refers(PROFILE, required=True)})

    def build(self, given: Mapping[str, str]) -> Row:
        """A row that waits."""
        return {**super().build(given), "state": "waiting", "end-time": "not-yet-running"}

    def added(self, row: Row) -> None:
        """Apply it, or queue it."""
        self._manager.plans.assigned(row)

    def removed(self, row: Row) -> None:
        """Let the next one take over."""
        self._manager.plans.withdrawn(row)
