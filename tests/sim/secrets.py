"""Seeds of an ISP without User Manager: each NAS keeps its customers by PPP secrets, and is its own server."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from radiusbridge.simulator.menus.menu import Menu, Row
from radiusbridge.simulator.nas.session import Session
from tests.sim import matrix
from tests.sim.scenario import FAULTS_END, Ask, Death, Freeze, Reboot, Scenario, Trouble, Wild, draw
from tests.sim.truth import Dial, Truth
from tests.sim.wild import _edits, _minds

WISHES = frozenset(
    (
        *("isolate-reject", "isolate-walled", "isolate-abuse", "activate", "kick", "password-kick", "password-keep"),
        *("rename", "remove", "profile", "cancel", "undo", "renew"),
    )
)
"""What is asked for there. Nobody listens to Disconnect- and CoA-Requests, so no rate changes in a live session."""


class SecretsTruth(Truth):
    """The accounts of such a world."""

    def servers(self) -> list[str]:
        return list(self._world.routers)

    def users(self, server: str) -> Menu:
        return self._world.routers[server].menus["/ppp/secret"]

    def account(self, server: str, username: str) -> Row | None:
        return self.users(server).named(username)

    def dial(self, server: str, username: str) -> Dial:
        row, person = self.account(server, username), self.person(username)
        if row is None or row["disabled"] == "true" or row["password"] not in {*self.passwords[person], *self.by_hand}:
            return Dial.REFUSED
        if row.get("caller-id", "") not in ("", self.macs[person]):
            return Dial.REFUSED
        profile = self._world.routers[server].menus["/ppp/profile"].named(row["profile"]) or {}
        return Dial.WALLED if profile.get("address-list") == self._isolation.decode() else Dial.OPEN

    def meant(self, session: Session) -> bool:
        return not session.grant.radius

    def local_doors(self, server: str, username: str, since: float) -> Iterator[str]:
        """None but the account itself."""
        yield from ()

    def lock(self, server: str, username: str, bind: bool) -> None:
        self.users(server).set(self.users(server).named(username) or {}, {"caller-id": self.macs[username]})

    def over_unseen(self, server: str, username: str) -> bool:
        return False

    def _knowable(self, session: Session, server: str, since: float) -> bool:
        return True

    def _plan_over(self, server: str, username: str) -> bool:
        return False

    def _rate_there(self, server: str, name: str) -> str | None:
        row = self._world.routers[server].menus["/ppp/profile"].named(name)
        return None if row is None else row.get("rate-limit", "").partition("/")[0]

    def doubles(self, server: str) -> Iterator[str]:
        for path in ("/ppp/secret", "/ppp/profile"):
            names = [row["name"] for row in self._world.routers[server].menus[path].rows()]
            if len(names) > len(set(names)):
                yield f"{server} has a name twice in {path}"


def draw_secrets(seed: int) -> Scenario:
    """The scenario of a seed, in such a world."""
    scenario, chance = draw(seed), Random(seed ^ 0x5EC2E7)
    isp = replace(scenario.isp, secrets=True, guests=0, colocated=False, validity="unlimited")
    names = [f"cust{number:04d}" for number in range(1, isp.customers + 1)]
    asks = [ask for ask in scenario.asks if ask.verb in WISHES and ask.username in names]
    asks.append(Ask(chance.uniform(12.0, 60.0), chance.choice(("isolate-reject", "isolate-walled")), names[0]))
    if isp.nases > 1:
        asks.append(Ask(chance.uniform(12.0, 110.0), "move", chance.choice(names)))
    wild, at = Wild(), chance.choice(asks).at + chance.uniform(-4.0, 6.0)
    match chance.choice(("edits", "minds", "freeze", "reboot", "redial", "nothing")):
        case "edits":
            edits = tuple(edit for edit in _edits(chance, at, names) if edit.kind != "plan")
            wild = replace(wild, edits=edits)
        case "minds":
            asks += _minds(chance, max(at, 8.0), names)
        case "freeze":
            freeze = Freeze(max(at, 8.0), chance.uniform(1.0, 30.0))
            wild = replace(wild, freezes=(freeze,), twin=True)
        case "reboot":
            reboot = Reboot(max(at, 8.0), chance.randrange(isp.nases), chance.random() < 0.5, chance.random() < 0.5)
            wild = replace(wild, reboots=(reboot,))
        case "redial":
            isp = replace(isp, redial=(0.05, 0.2))
        case _:
            pass
    troubles = tuple(replace(each, router=each.router % isp.nases) for each in scenario.troubles)
    assert all(trouble.until <= FAULTS_END for trouble in troubles)
    ordered = tuple(sorted(asks, key=lambda ask: ask.at))
    return replace(scenario, isp=isp, asks=ordered, troubles=troubles, wild=wild)


FAULTS = ("silence", "lie", "writes without effect", "sessions come up late", "loss", "trap at the first write")
"""Of the matrix's, one after the other at the only router."""


def cells(operation: str) -> Iterator[tuple[str, Scenario]]:
    """The fault matrix of one operation in such a world, lean; both generations in turn."""
    before = matrix._asked(operation) - 0.001
    troubles = [(name, (matrix._trouble(before, 0, 20, matrix._STEADY[name]),), ()) for name in FAULTS]
    for number in range(3, 9, 2):
        for executed in (True, False):
            knobs: dict[str, object] = {"reset_after_in": number, "reset_executes": executed}
            troubles.append((f"reset at sentence {number}, {executed}", (matrix._trouble(before, 0, 45, knobs),), ()))
    faults: list[tuple[str, tuple[Trouble, ...], tuple[Death, ...]]] = [("nothing", (), ()), *troubles]
    faults += [(f"killed at commit {commit}", (), (Death(commit, commit % 2 == 0, 1.0),)) for commit in range(1, 6)]
    for number, (name, trouble, deaths) in enumerate(faults):
        ros = matrix.GENERATIONS[number % 2]
        scenario = matrix._scenario(operation, ros, number, trouble, deaths)
        isp = replace(scenario.isp, secrets=True, servers=1, nases=1, shared_users="1")
        yield f"{operation} on {ros}: {name}", replace(scenario, isp=isp)
