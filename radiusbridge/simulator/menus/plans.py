"""The menus of User Manager's plans: profiles, limitations, and which user has which."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from radiusbridge.simulator.api.call import Call
from radiusbridge.simulator.menus.menu import COMMENT, Menu, Row, in_order
from radiusbridge.simulator.menus.properties import (
    Prop,
    date,
    duration,
    number,
    one_of,
    props,
    rate,
    refers,
    some_of,
    text,
)
from radiusbridge.simulator.usermanager.seven import UserManager7

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

ROOT = UserManager7.root
_WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
_PLAIN = frozenset({"print", "add", "set", "remove", "comment"})
_MAX = 2**63 - 1


class Profiles(Menu):
    """/user-manager/profile"""

    path = f"{ROOT}/profile"
    verbs = _PLAIN
    print_extra = frozenset()

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                "name-for-users": Prop(text, ""),
                "validity": Prop(duration("unlimited"), required=True),
                "starts-when": Prop(one_of("assigned", "first-auth"), "assigned"),
                "price": Prop(number(0, _MAX), "0"),
                "override-shared-users": Prop(number(1, 4294967295, "off", "unlimited"), "off"),
                **COMMENT,
            },
        )


class Limitations(Menu):
    """/user-manager/limitation"""

    path = f"{ROOT}/limitation"
    verbs = _PLAIN
    print_extra = frozenset()

    def __init__(self, router: "Router") -> None:
        ways = ("rx", "tx")
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                **props(rate, "download-limit upload-limit transfer-limit", "0"),
                "uptime-limit": Prop(duration(), "0s"),
                "reset-counters-start-time": Prop(date, "1970-01-01 00:00:00"),
                "reset-counters-interval": Prop(
                    duration("disabled", "hourly", "daily", "weekly", "monthly"), "disabled"
                ),
                **props(rate, " ".join(f"rate-limit-{way}" for way in ways), "0"),
                **props(rate, " ".join(f"rate-limit-burst-{way}" for way in ways), "0"),
                **props(rate, " ".join(f"rate-limit-burst-threshold-{way}" for way in ways), "0"),
                **props(duration(), " ".join(f"rate-limit-burst-time-{way}" for way in ways), "0s"),
                **props(rate, " ".join(f"rate-limit-min-{way}" for way in ways), "0"),
                "rate-limit-priority": Prop(number(0, 8), "0"),
                **COMMENT,
            },
        )


class ProfileLimitations(Menu):
    """/user-manager/profile-limitation"""

    path = f"{ROOT}/profile-limitation"
    verbs = _PLAIN
    print_extra = frozenset()

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "profile": refers(f"{ROOT}/profile", required=True),
                "limitation": refers(f"{ROOT}/limitation", required=True),
                "from-time": Prop(duration(), "0s"),
                "till-time": Prop(duration(), "23h59m59s"),
                "weekdays": Prop(some_of(*_WEEKDAYS), ",".join(_WEEKDAYS)),
                **COMMENT,
            },
        )


class UserProfiles(Menu):
    """/user-manager/user-profile: rows are added and removed, never set."""

    path = f"{ROOT}/user-profile"
    verbs = frozenset({"print", "add", "remove"})
    print_extra = frozenset()
    read_only = frozenset({"state", "end-time"})

    def __init__(self, router: "Router", manager: UserManager7) -> None:
        self._manager = manager
        super().__init__(
            router,
            {"user": refers(f"{ROOT}/user", required=True), "profile": refers(f"{ROOT}/profile", required=True)},
        )
        self.commands["activate-user-profile"] = (frozenset({"numbers"}), self._activate)

    def among(self, bound: Mapping[str, Collection[str]]) -> Iterable[Row] | None:
        """The rows of some users."""
        if bound.keys() != {"user"}:
            return None
        return in_order(row for user in bound["user"] for row in self._manager.plans.of(user))

    def build(self, given: Mapping[str, str]) -> Row:
        """A row that waits."""
        return {**super().build(given), "state": "waiting", "end-time": "not-yet-running"}

    def added(self, row: Row) -> None:
        """Start its clock, or queue it."""
        self._manager.plans.assigned(row)

    def removed(self, row: Row) -> None:
        """Let the next one take over."""
        self._manager.plans.withdrawn(row)

    def _activate(self, call: Call) -> None:
        for row in [self.lookup(target) for target in call.targets()]:
            self._manager.plans.activate(row)
        call.done()
