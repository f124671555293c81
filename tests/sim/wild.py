"""What goes wrong beside faults of routers and deaths of processes; drawn apart: kept seeds stay what they are."""

from dataclasses import replace
from random import Random

from tests.sim.crowds import draw_more
from tests.sim.scenario import FAULTS_END, Ask, Edit, Freeze, Reboot, Scenario, Shadow, Trouble, draw
from tests.sim.shadows import draw_shadows

KINDS = (
    "edits",
    "shadow",
    "reboot",
    "freeze",
    "freeze",
    "twin",
    "bound",
    "minds",
    "minds",
    "trouble",
    "trouble",
    "redial",
    "servers",
)
CHANGES_OF_MIND = (
    ("isolate-reject", "activate", "isolate-reject"),
    ("activate", "isolate-reject", "activate"),
    ("isolate-walled", "isolate-reject", "activate"),
    ("isolate-reject", "cancel", "isolate-walled"),
    ("isolate-reject", "cancel"),
    ("isolate-walled", "activate", "cancel"),
    ("isolate-reject", "isolate-reject", "kick"),
    ("password-kick", "isolate-reject", "activate"),
    ("isolate-reject", "isolate-abuse", "activate"),
    ("isolate-abuse", "isolate-walled", "activate"),
)


def draw_wild(seed: int) -> Scenario:
    """The scenario of a seed, with what else happens in it."""
    scenario, chance = draw(seed), Random(seed ^ 0x317D)
    names = [f"cust{number:04d}" for number in range(1, scenario.isp.customers + 1)]
    for kind in chance.sample(KINDS, chance.choice((0, 1, 1, 2, 2, 3))):
        scenario = _wilder(scenario, kind, chance, names)
    asks = (*scenario.asks, *_masses(Random(seed ^ 0xA55E7), names), *_restarts(Random(seed ^ 0x2EB007), names))
    return draw_shadows(draw_more(replace(scenario, asks=tuple(sorted(asks, key=lambda ask: ask.at)))))


def _masses(chance: Random, names: list[str]) -> tuple[Ask, ...]:
    """A run with brakes that hits everybody; the name says only whom it is told of."""
    if chance.random() >= 0.15:
        return ()
    return (Ask(chance.uniform(12.0, 100.0), chance.choice(("kick-all", "kick-all", "isolate-all")), names[0]),)


def _restarts(chance: Random, names: list[str]) -> tuple[Ask, ...]:
    """Somebody starts the router anew at which that customer dials."""
    if chance.random() >= 0.1:
        return ()
    return (Ask(chance.uniform(12.0, 110.0), "reboot", chance.choice(names)),)


def _wilder(scenario: Scenario, kind: str, chance: Random, names: list[str]) -> Scenario:
    # near a wish, so that it meets something
    wild, at = scenario.wild, chance.choice(scenario.asks).at + chance.uniform(-4.0, 6.0)
    routers = (scenario.isp.nases + 1 - scenario.isp.colocated) * scenario.isp.servers
    match kind:
        case "edits":
            return replace(scenario, wild=replace(wild, edits=_edits(chance, at, names)))
        case "shadow":
            shadow = Shadow(at, min(at + chance.uniform(10.0, 80.0), FAULTS_END), chance.choice(names))
            return replace(scenario, wild=replace(wild, shadows=(shadow,)))
        case "reboot":
            reboot = Reboot(at, chance.randrange(routers), chance.random() < 0.3, chance.random() < 0.5)
            return replace(scenario, wild=replace(wild, reboots=(reboot,)))
        case "freeze":
            # with another process that takes over meanwhile
            meant = [ask.at for ask in scenario.asks if ask.verb.startswith("isolate")] or [at]
            at = max(chance.choice(meant) + chance.uniform(0.3, 4.0), 8.0)
            # often it wakes while the other process is at work on what it had
            freeze = Freeze(at, chance.choice((chance.uniform(1.0, 15.0), *[chance.uniform(15.0, 30.0)] * 3)))
            return replace(scenario, wild=replace(wild, freezes=(freeze,), twin=True))
        case "twin":
            return replace(scenario, wild=replace(wild, twin=True))
        case "bound":
            return replace(scenario, wild=replace(wild, bound=tuple(chance.sample(names, 2))))
        case "minds":
            return replace(scenario, asks=scenario.asks + _minds(chance, at, names))
        case "redial":
            return replace(scenario, isp=replace(scenario.isp, redial=(0.05, 0.2)))
        case "servers":
            move = Ask(chance.uniform(12.0, 110.0), "move", chance.choice(names))
            return replace(scenario, isp=replace(scenario.isp, servers=2), asks=(*scenario.asks, move))
        case _:
            trouble = _trouble(chance, at, routers, scenario.settle)
            return replace(scenario, troubles=(*scenario.troubles, trouble))


def _edits(chance: Random, at: float, names: list[str]) -> tuple[Edit, ...]:
    kinds = ("enable", "disable", "plan", "password", "remove", "enable", "disable")
    return tuple(
        Edit(at + chance.choice((0.0, chance.uniform(0.0, 15.0))), chance.choice(kinds), chance.choice(names))
        for _ in range(chance.choice((1, 2, 3)))
    )


def _minds(chance: Random, at: float, names: list[str]) -> tuple[Ask, ...]:
    """An operator who wants something else before the last wish is carried out."""
    name, asks = chance.choice(names), []
    for verb in chance.choice(CHANGES_OF_MIND):
        asks.append(Ask(at, verb, name))
        at += chance.choice((0.05, 0.5, 2.0, 8.0)) * chance.uniform(0.5, 1.5)
    return tuple(asks)


def _trouble(chance: Random, at: float, routers: int, settle: float) -> Trouble:
    kinds: list[dict[str, object]] = [
        {"denies": True},
        {"denies": True, "refuse_tcp": True},
        {"lie": True, "refuse_tcp": True},
        {"lie": True, "denies": True},
        {"hollow_writes": True},
        {"late_sessions": chance.uniform(0.1, 0.8) * settle},
        {"refuse_udp": True, "refuse_tcp": True},
        {"refuse_tcp": True},
        {"refuse_tcp": True},
    ]
    return Trouble(at, min(at + chance.uniform(5.0, 45.0), FAULTS_END), chance.randrange(routers), chance.choice(kinds))
