"""More executors and more hands: drawn from chances of their own, so that what older seeds meant stays."""

from dataclasses import replace
from random import Random

from tests.sim.scenario import FAULTS_END, Ask, Freeze, NasEdit, Scenario, Trouble

OFTEN = 0.25
"""Of the seeds have one of these."""
KINDS = ("crowd", "crowd", "hands", "stranded")
AFTERWARDS = ("kick", "kick", "isolate-reject", "isolate-walled", "password-kick", "activate", "rename", "undo")


def draw_more(scenario: Scenario) -> Scenario:
    """A scenario with more in it, or as it is."""
    chance = Random(scenario.seed ^ 0xC40D)
    if chance.random() >= OFTEN:
        return scenario
    match chance.choice(KINDS):
        case "crowd":
            return _crowd(scenario, chance)
        case "hands":
            return _hands(scenario, chance)
        case _:
            return _stranded(scenario, chance)


def _crowd(scenario: Scenario, chance: Random) -> Scenario:
    """Three or four processes, each of which may stand still past its lease, while people want this and then that."""
    wishes = [ask for ask in scenario.asks if ask.verb.startswith(("isolate", "activate"))] or list(scenario.asks)
    processes = chance.choice((2, 2, 3))
    stalls = []
    for process in range(1, processes + 1):
        # right after a commit or a command, so that what it was about to do is what it does when it wakes
        after = chance.choice((chance.randint(2, 14), -chance.randint(3, 50)))
        stalls.append(Freeze(0.0, chance.uniform(22.0, 45.0), process, after))
    about, asks = chance.choice(wishes), []
    for _ in range(chance.choice((1, 2, 3))):
        # the opposite of what the one that stands still may be about to do
        verb = "activate" if about.verb.startswith("isolate") else "isolate-reject"
        about = Ask(about.at + chance.uniform(0.5, 12.0), chance.choice((verb, verb, verb, "cancel")), about.username)
        asks.append(about)
    wild = replace(scenario.wild, twin=True, others=processes, stalls=tuple(stalls))
    return replace(scenario, asks=_ordered((*scenario.asks, *asks)), wild=wild)


def _hands(scenario: Scenario, chance: Random) -> Scenario:
    """Somebody works on the routers by WinBox at the same time."""
    edits = []
    for _ in range(chance.choice((1, 2, 4))):
        ask = chance.choice(scenario.asks)
        at = ask.at + chance.uniform(-2.0, 8.0)
        kind = chance.choice(("drop", "drop", "forget", "deaf"))
        edits.append(NasEdit(at, kind, ask.username, min(at + chance.uniform(3.0, 60.0), FAULTS_END)))
    return replace(scenario, wild=replace(scenario.wild, nas_edits=tuple(edits)))


def _stranded(scenario: Scenario, chance: Random) -> Scenario:
    """A move while every NAS says that it ended the session and does not; what is wanted after that."""
    isp = replace(scenario.isp, servers=2)
    name = chance.choice(scenario.asks).username
    at = chance.uniform(12.0, 40.0)
    until = min(at + scenario.deadline + 10.0, FAULTS_END)
    knobs: dict[str, object] = {"lie": True} if chance.random() < 0.7 else {"denies": True, "refuse_tcp": True}
    routers = (isp.nases + 1 - isp.colocated) * isp.servers
    lies = tuple(Trouble(at - 1.0, until, router, knobs) for router in range(routers))
    asks = [Ask(at, "move", name)]
    asks += [
        Ask(until + chance.uniform(-5.0, 40.0), chance.choice(AFTERWARDS), name, chance.random() < 0.5)
        for _ in range(chance.choice((1, 2, 3)))
    ]
    # a fault that ends clears the others of its router
    return replace(scenario, isp=isp, asks=_ordered((*scenario.asks, *asks)), troubles=lies)


def _ordered(asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
    return tuple(sorted(asks, key=lambda ask: ask.at))
