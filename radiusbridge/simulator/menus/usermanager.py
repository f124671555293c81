"""The menus of User Manager on RouterOS 7."""

from typing import TYPE_CHECKING

from radiusbridge.simulator.aaa.names import KNOWN, encode_value, split_attributes
from radiusbridge.simulator.api.call import Call, monitor
from radiusbridge.simulator.menus.files import save_database
from radiusbridge.simulator.menus.menu import COMMENT, DISABLED, Menu, Row, Settings, monitor_arguments
from radiusbridge.simulator.menus.plans import ROOT, Limitations, ProfileLimitations, Profiles, UserProfiles
from radiusbridge.simulator.menus.properties import (
    Prop,
    TrapError,
    boolean,
    invalid,
    no_match,
    number,
    one_of,
    refers,
    some_of,
    text,
)
from radiusbridge.simulator.menus.sessions import SessionRows
from radiusbridge.simulator.usermanager.manager import COUNTERS
from radiusbridge.simulator.usermanager.seven import UserManager7
from radiusbridge.simulator.values import duration_text

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

_AUTHS = ["pap", "chap", "mschap1", "mschap2", "eap-tls", "eap-ttls", "eap-peap", "eap-mschap2"]
_INNER = ["ttls-pap", "ttls-chap", "ttls-mschap1", "ttls-mschap2", "peap-mschap2"]
_WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
_PLAIN = frozenset({"print", "add", "set", "remove", "comment"})


def attribute_list(_router: "Router", name: str, value: str) -> str:
    """`Name:value` pairs, comma separated, of attributes that are known."""
    try:
        for attribute, given in split_attributes(value):
            if attribute not in KNOWN:
                raise no_match(name)
            encode_value(KNOWN[attribute][1], given)
    except (ValueError, OverflowError) as error:
        raise invalid(name) from error
    return value


class UserManagerSettings(Settings):
    """/user-manager"""

    path = ROOT

    def __init__(self, router: "Router", manager: UserManager7) -> None:
        self._manager = manager
        port = number(1, 65535)
        super().__init__(
            router,
            {
                "enabled": Prop(boolean, "false"),
                "authentication-port": Prop(port, "1812"),
                "accounting-port": Prop(port, "1813"),
                "certificate": Prop(text, "*0"),
                "radsec-certificate": Prop(text, "*0", since=(7, 21)),
                "use-profiles": Prop(boolean, "false"),
                "require-message-auth": Prop(one_of("no", "yes-access-request"), "yes-access-request", since=(7, 15)),
            },
        )
        self.commands["monitor"] = (monitor_arguments(router) - {"numbers"}, self._monitor)

    def updated(self, row: Row, before: Row) -> None:
        """Open and close ports."""
        ports = ("enabled", "authentication-port", "accounting-port")
        if any(row[name] != before[name] for name in ports):
            self._manager.reopen()

    def _monitor(self, call: Call) -> None:
        monitor(call, lambda: [{"active-sessions": str(self._manager.sessions.active_count)}])


class Users(Menu):
    """/user-manager/user"""

    path = f"{ROOT}/user"
    print_extra = frozenset()

    def __init__(self, router: "Router", manager: UserManager7) -> None:
        self._manager = manager
        self.duplicate = router.switches.duplicate_user_text
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                "password": Prop(text, "", secret=True),
                "otp-secret": Prop(text, "", secret=True),
                "group": refers(f"{ROOT}/user/group", default="default"),
                "shared-users": Prop(number(1, 4294967295, "unlimited"), "1"),
                "caller-id": Prop(text),
                "attributes": Prop(attribute_list, ""),
                **DISABLED,
                **COMMENT,
            },
        )
        self.commands["monitor"] = (monitor_arguments(router), self._monitor)

    def updated(self, row: Row, before: Row) -> None:
        """Follow a new name; close the sessions of a user who is disabled, where this world does."""
        if row["name"] != before["name"]:
            self._manager.renamed_user(before["name"], row["name"])
        if row["disabled"] == "true" != before["disabled"] and self.router.switches.disable_closes_sessions:
            self._manager.closing.close_user(row["name"], "um-user-disabled")

    def removing(self, row: Row) -> None:
        """A user may always be removed; the plans go along."""

    def removed(self, row: Row) -> None:
        """The user's plans go along."""
        for plan in list(self._manager.plans.of(row["name"])):
            self._manager.user_profiles.remove(plan)
        if self.router.switches.delete_closes_sessions:
            self._manager.closing.close_user(row["name"], "um-user-deleted")

    def _monitor(self, call: Call) -> None:
        rows = [self.lookup(target) for target in call.targets()]
        monitor(call, lambda: map(self._totals, rows))

    def _totals(self, user: Row) -> Row:
        usage = self._manager.usage(user["name"])
        plan = self._manager.plans.active(user["name"])
        return {
            "total-uptime": duration_text(usage["uptime"]),
            "total-download": str(usage["download"]),
            "total-upload": str(usage["upload"]),
            "active-sessions": str(len(self._manager.sessions.of(user["name"]))),
            "active-sub-sessions": "0",
            "actual-profile": "" if plan is None else plan["profile"],
            "attributes-details": user["attributes"],
        }


class Groups(Menu):
    """/user-manager/user/group"""

    path = f"{ROOT}/user/group"
    verbs = _PLAIN
    print_extra = frozenset()
    read_only = frozenset({"default", "default-name"})

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                "outer-auths": Prop(some_of(*_AUTHS), ",".join(_AUTHS)),
                "inner-auths": Prop(some_of(*_INNER), ",".join(_INNER)),
                "attributes": Prop(attribute_list, ""),
                **COMMENT,
            },
        )
        for name in ("default", "default-anonymous"):
            row = self.build({"name": name})
            row |= {"default": "true", "default-name": name}
            self.insert(row)


class Routers(Menu):
    """/user-manager/router: the RADIUS clients that are answered."""

    path = f"{ROOT}/router"
    print_extra = frozenset()

    def __init__(self, router: "Router", manager: UserManager7) -> None:
        self._manager = manager
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                "address": Prop(text, required=True),
                "protocol": Prop(one_of("udp", "radsec"), "udp", since=(7, 21)),
                "shared-secret": Prop(text, "", secret=True),
                "coa-port": Prop(number(1, 65535), "3799"),
                **DISABLED,
                **COMMENT,
            },
        )
        self.commands["monitor"] = (monitor_arguments(router), self._monitor)
        self.commands["reset-counters"] = (frozenset({"numbers"}), self._reset)

    def check(self, row: Row, before: Row | None) -> None:
        """Names and addresses are unique."""
        super().check(row, before)
        if any(other["address"] == row["address"] and other is not before for other in self.table.values()):
            raise TrapError("failure: router with the same address already exists")

    def removing(self, row: Row) -> None:
        """Sessions do not hold a router."""

    def _monitor(self, call: Call) -> None:
        rows = [self.lookup(target) for target in call.targets()]
        counted = [self._manager.counters(row["name"]) for row in rows]
        monitor(call, lambda: [{name: str(counters[name]) for name in COUNTERS} for counters in counted])

    def _reset(self, call: Call) -> None:
        for row in [self.lookup(target) for target in call.targets()]:
            self._manager.counters(row["name"]).clear()
        call.done()


class Attributes(Menu):
    """/user-manager/attribute: the predefined attributes."""

    path = f"{ROOT}/attribute"
    verbs = frozenset({"print"})

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                "vendor-id": Prop(text, "standard"),
                "type-id": Prop(number(1, 255), required=True),
                "value-type": Prop(text, required=True),
                "packet-types": Prop(text, "access-accept"),
            },
        )
        for name, (key, kind) in KNOWN.items():
            vendor, number_ = ("Mikrotik", key[1]) if isinstance(key, tuple) else ("standard", key)
            row = self.build({"name": name, "vendor-id": vendor, "type-id": str(number_), "value-type": kind})
            row |= {"default": "true", "default-name": name, "standard-name": name}
            self.insert(row)


class Database(Settings):
    """/user-manager/database"""

    path = f"{ROOT}/database"

    def __init__(self, router: "Router") -> None:
        super().__init__(router, {"db-path": Prop(text, "/user-manager5")})
        self.values |= {"db-size": "98304", "free-disk-space": "83886080"}
        self.commands["save"] = (frozenset({"name", "overwrite"}), self._save)
        self.commands["load"] = (frozenset({"name"}), self._accept)
        self.commands["optimize-db"] = (frozenset(), self._optimize)

    def _save(self, call: Call) -> None:
        overwrite = call.attributes.get("overwrite") in ("yes", "true")
        save_database(self.router, call.attributes.get("name", "database"), overwrite=overwrite)
        call.done()

    @staticmethod
    def _accept(call: Call) -> None:
        call.done()

    def _optimize(self, call: Call) -> None:
        """What was deleted no longer takes room."""
        self.values["db-size"] = "98304"
        call.done()


def install(router: "Router", manager: UserManager7) -> None:
    """Give a router User Manager with its menus."""
    router.user_manager = manager
    settings = UserManagerSettings(router, manager)
    groups, users = Groups(router), Users(router, manager)
    profiles, limitations = Profiles(router), Limitations(router)
    links, plans = ProfileLimitations(router), UserProfiles(router, manager)
    routers = Routers(router, manager)
    manager.settings, manager.groups, manager.users = settings, groups, users
    manager.profiles, manager.limitations = profiles, limitations
    manager.profile_limitations, manager.user_profiles, manager.routers = links, plans, routers
    router.install(
        settings,
        users,
        groups,
        profiles,
        limitations,
        links,
        plans,
        routers,
        SessionRows(router, manager),
        Attributes(router),
        Database(router),
    )
