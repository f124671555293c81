"""The menus of User Manager on RouterOS 6."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from radiusbridge.simulator.api.call import Call
from radiusbridge.simulator.menus.files import save_database
from radiusbridge.simulator.menus.menu import COMMENT, DISABLED, Menu, Row, Settings
from radiusbridge.simulator.menus.plans6 import (
    CUSTOMER,
    PLAIN,
    PROFILE,
    ROOT,
    USER,
    Limitations6,
    ProfileLimitations6,
    Profiles6,
    UserProfiles6,
)
from radiusbridge.simulator.menus.properties import (
    ARGUMENT,
    Prop,
    TrapError,
    address,
    boolean,
    number,
    one_of,
    props,
    refers,
    row_of,
    some_of,
    text,
)
from radiusbridge.simulator.menus.sessions import SessionRows
from radiusbridge.simulator.usermanager.six import UserManager6
from radiusbridge.simulator.values import duration_text

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

_ACCESS = ("own-routers", "own-users", "own-profiles", "own-limits", "config-payment-gw")
_LOGS = ("auth-ok", "auth-fail", "acct-ok", "acct-fail")


def _address_or_none(router: "Router", name: str, value: str) -> str:
    """An IP address; none, or 0.0.0.0, for no address of one's own."""
    return "" if value in ("", "0.0.0.0") else address(router, name, value)  # noqa: S104 - a value, not a socket


class Customers(Menu):
    """/tool/user-manager/customer: the operators who own users, profiles and routers."""

    path = CUSTOMER
    key = "login"
    verbs = PLAIN
    print_extra = frozenset()
    duplicate = "failure: customer with the same login already exists"

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "login": Prop(text, required=True),
                "password": Prop(text, "", secret=True),
                "access": Prop(some_of(*_ACCESS), ",".join(_ACCESS)),
                "permissions": Prop(text, "owner"),
                **props(text, "parent currency time-zone"),
                **props(boolean, "signup-allowed backup-allowed paypal-allowed", "false"),
                **props(boolean, "paypal-secure-response paypal-accept-pending", "false"),
            },
        )
        self.add({"login": "admin"})


class Users6(Menu):
    """/tool/user-manager/user"""

    path = USER
    key = "username"
    print_extra = frozenset()
    read_only = frozenset(
        [
            "actual-profile",
            "uptime-used",
            "download-used",
            "upload-used",
            "last-seen",
            "active",
            "active-sessions",
            "incomplete",
        ]
    )

    def __init__(self, router: "Router", manager: UserManager6) -> None:
        self._manager = manager
        self.duplicate = router.switches.duplicate_user_text
        super().__init__(
            router,
            {
                "customer": refers(CUSTOMER, required=True),
                "username": Prop(text, required=True),
                "password": Prop(text, "", secret=True),
                "shared-users": Prop(number(1, 4294967295, "unlimited"), "1"),
                "caller-id": Prop(text, ""),
                "caller-id-bind-on-first-use": Prop(boolean, "false"),
                "ip-address": Prop(_address_or_none, ""),
                **props(text, "first-name last-name phone location email ipv6-dns wireless-psk wireless-enc-key", ""),
                "wireless-enc-algo": Prop(one_of("none"), "none"),
                **DISABLED,
                **COMMENT,
            },
        )
        numbers = frozenset({"numbers"})
        self.commands["create-and-activate-profile"] = (numbers | {"customer", "profile"}, self._activate)
        self.commands["clear-profiles"] = (numbers, self._each(self._manager.plans.clear))
        self.commands["reset-counters"] = (numbers, self._each(self._manager.forget_usage))

    def view(self, row: Row) -> Row:
        """With what is counted and in force now."""
        name, manager = row["username"], self._manager
        usage = manager.usage(name)
        seen = max((session.last_packet for session in manager.sessions.all_of(name)), default=None)
        live = len(manager.sessions.of(name))
        return {
            **row,
            "actual-profile": manager.plans.actual(name),
            "uptime-used": duration_text(usage["uptime"]),
            "download-used": str(usage["download"]),
            "upload-used": str(usage["upload"]),
            "last-seen": "never" if seen is None else self.router.date(seen),
            "active-sessions": str(live),
            "active": "true" if live else "false",
            "incomplete": "false",
        }

    def updated(self, row: Row, before: Row) -> None:
        """Follow a new name; close the sessions of a user who is disabled, where this world does."""
        if row["username"] != before["username"]:
            self._manager.renamed_user(before["username"], row["username"])
        if row["disabled"] == "true" != before["disabled"] and self.router.switches.disable_closes_sessions:
            self._manager.closing.close_user(row["username"], "um-user-disabled")

    def removed(self, row: Row) -> None:
        """The user's plans and counters go along."""
        self._manager.plans.clear(row["username"])
        self._manager.forget_usage(row["username"])
        if self.router.switches.delete_closes_sessions:
            self._manager.closing.close_user(row["username"], "um-user-deleted")

    def _activate(self, call: Call) -> None:
        rows = [self.lookup(target) for target in call.targets()]
        missing = [name for name in ("customer", "profile") if not call.attributes.get(name)]
        if missing:
            raise TrapError(f"missing value(s) of argument(s) {' '.join(missing)}", ARGUMENT)
        row_of(CUSTOMER)(self.router, "customer", call.attributes["customer"])
        profile = row_of(PROFILE)(self.router, "profile", call.attributes["profile"])
        for row in rows:
            self._manager.plans.create_and_activate(row["username"], profile)
        call.done()

    def _each(self, change: Callable[[str], None]) -> Callable[[Call], None]:
        def run(call: Call) -> None:
            for row in [self.lookup(target) for target in call.targets()]:
                change(row["username"])
                self.router.changed(self.path, row)
            call.done()

        return run


class Routers6(Menu):
    """/tool/user-manager/router: the RADIUS clients that are answered."""

    path = f"{ROOT}/router"
    verbs = PLAIN | {"enable", "disable"}
    print_extra = frozenset()
    duplicate = "failure: router with the same name already exists"

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "customer": refers(CUSTOMER, required=True),
                "name": Prop(text, required=True),
                "ip-address": Prop(address, required=True),
                "shared-secret": Prop(text, "", secret=True),
                "log": Prop(some_of(*_LOGS), "auth-fail"),
                "use-coa": Prop(boolean, "false"),
                "coa-port": Prop(number(1, 65535), "1700"),
                **DISABLED,
            },
        )

    def check(self, row: Row, before: Row | None) -> None:
        """Names and addresses are unique."""
        super().check(row, before)
        if any(other["ip-address"] == row["ip-address"] and other is not before for other in self.table.values()):
            raise TrapError("failure: router with the same address already exists")


class Payments(Menu):
    """/tool/user-manager/payment: rows come from payment gateways, of which none is simulated."""

    path = f"{ROOT}/payment"
    key = None
    verbs = frozenset({"print", "set", "remove"})
    print_extra = frozenset()
    read_only = frozenset({"user", "price", "trans-start"})

    def __init__(self, router: "Router") -> None:
        super().__init__(router, {"result-msg": Prop(text, "")})


class Database6(Settings):
    """/tool/user-manager/database"""

    path = f"{ROOT}/database"

    def __init__(self, router: "Router") -> None:
        super().__init__(router, {"db-path": Prop(text, "user-manager")})
        self.values |= {"db-size": "98304", "free-disk-space": "83886080"}
        self.commands["save"] = (frozenset({"name"}), self._save)
        self.commands["load"] = (frozenset({"name"}), self._accept)
        self.commands["rebuild"] = (frozenset(), self._rebuild)

    def _save(self, call: Call) -> None:
        save_database(self.router, call.attributes.get("name", "database"), overwrite=True)
        call.done()

    @staticmethod
    def _accept(call: Call) -> None:
        call.done()

    def _rebuild(self, call: Call) -> None:
        """What was deleted no longer takes room."""
        self.values["db-size"] = "98304"
        call.done()


def install(router: "Router", manager: UserManager6) -> None:
    """Give a router User Manager with its menus, and open its ports."""
    router.user_manager = manager
    manager.customers = Customers(router)
    router.install(manager.customers)
    manager.users, manager.routers = Users6(router, manager), Routers6(router)
    manager.profiles, manager.limitations = Profiles6(router, manager), Limitations6(router, manager)
    manager.profile_limitations = ProfileLimitations6(router)
    manager.user_profiles = UserProfiles6(router, manager)
    router.install(
        manager.users,
        manager.profiles,
        manager.limitations,
        manager.profile_limitations,
        manager.routers,
        SessionRows(router, manager),
        Payments(router),
        Database6(router),
    )
    manager.reopen()
