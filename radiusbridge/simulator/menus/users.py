"""Who may log in to the router: /user, /user/group, /user/active."""

from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from radiusbridge.simulator.menus.menu import COMMENT, DISABLED, Computed, Menu, Row
from radiusbridge.simulator.menus.properties import Prop, TrapError, duration, one_of, prefix_or_range, refers, text

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

POLICIES = [
    "local",
    "telnet",
    "ssh",
    "ftp",
    "reboot",
    "read",
    "write",
    "policy",
    "test",
    "winbox",
    "password",
    "web",
    "sniff",
    "sensitive",
    "api",
    "romon",
    "rest-api",
]
_SIX = [*POLICIES[:-1], "dude", "tikapp"]


def policies(router: "Router") -> list[str]:
    """The policies that this version knows, in the order in which print shows them."""
    return POLICIES if router.version_number >= (7, 0) else _SIX


def policy_list(router: "Router", name: str, value: str) -> str:
    """Policies as print shows them: those granted, then those denied with `!`."""
    granted = {word for word in value.split(",") if word and not word.startswith("!")}
    named = {word.removeprefix("!") for word in value.split(",") if word}
    known = policies(router)
    if not named <= set(known):
        raise TrapError(f"input does not match any value of {name}", 1)
    return ",".join([word for word in known if word in granted] + [f"!{word}" for word in known if word not in granted])


class UserGroups(Menu):
    """/user/group"""

    path = "/user/group"
    verbs = frozenset({"print", "add", "set", "remove", "comment"})
    write_policy = "policy"

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                "policy": Prop(policy_list, policy_list(router, "policy", "")),
                "skin": Prop(text, "default"),
                **COMMENT,
            },
        )
        known = policies(router)
        hidden = ("ftp", "policy", "sensitive", "dude")
        for name, without in {"read": ("write", *hidden), "write": hidden, "full": ()}.items():
            self.add({"name": name, "policy": ",".join(word for word in known if word not in without)})


class Users(Menu):
    """/user"""

    path = "/user"
    write_policy = "policy"
    duplicate = "failure: user with the same name already exists"

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                "group": refers("/user/group", required=True),
                "password": Prop(text, secret=True),
                "address": Prop(prefix_or_range, ""),
                "inactivity-timeout": Prop(duration(), "10m", since=(7, 16)),
                "inactivity-policy": Prop(one_of("none", "logout", "lockscreen"), "none", since=(7, 16)),
                **DISABLED,
                **COMMENT,
            },
        )

    def view(self, row: Row) -> Row:
        """Passwords of the router's own users are never shown."""
        return {name: value for name, value in row.items() if name != "password"}

    def login(self, name: str, proves: Callable[[str], bool], peer: str) -> frozenset[str] | None:
        """The policies of a user who `proves` the password and may use the API from there, or None."""
        row = self.named(name)
        if row is None or row["disabled"] == "true" or not proves(row.get("password", "")):
            self._refused(name, peer)
            return None
        allowed = row["address"]
        if allowed and not any(ip_address(peer) in ip_network(part, strict=False) for part in allowed.split(",")):
            self._refused(name, peer)
            return None
        group = self.router.menus["/user/group"].find(row["group"])
        policies = frozenset(word for word in (group or {"policy": ""})["policy"].split(",") if word[:1] != "!")
        if "api" not in policies:
            self._refused(name, peer)
            return None
        row["last-logged-in"] = self.router.date()
        self.router.log("system,info,account", f"user {name} logged in from {peer} via api")
        return policies

    def _refused(self, name: str, peer: str) -> None:
        self.router.log("system,error,critical", f"login failure for user {name} from {peer} via api")


class ActiveUsers(Computed):
    """/user/active"""

    path = "/user/active"

    def rows(self) -> Iterable[Row]:
        """The sessions of the API."""
        sessions = [session for session in self.router.api.sessions if session.user is not None]
        return [
            {
                ".id": f"*{count:X}",
                "name": session.user or "",
                "address": session.peer,
                "via": "api",
                "group": (self.router.users.named(session.user or "") or {"group": ""})["group"],
                "radius": "false",
            }
            for count, session in enumerate(sorted(sessions, key=lambda session: session.peer), 1)
        ]
