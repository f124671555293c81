"""Local secrets that stand before an account while somebody is to be shut out; drawn from a chance of their own."""

from dataclasses import replace
from random import Random

from tests.sim.scenario import FAULTS_END, Ask, Scenario, Shadow

OFTEN = 0.15
"""Of the seeds have one of these."""
SHUTTING = ("isolate", "remove", "rename", "move")


def draw_shadows(scenario: Scenario) -> Scenario:
    """A scenario with local secrets in it, of customers who are online or off meanwhile; or as it is."""
    chance = Random(scenario.seed ^ 0x10CA2)
    if chance.random() >= OFTEN:
        return scenario
    wishes = [ask for ask in scenario.asks if ask.verb.startswith(SHUTTING)] or list(scenario.asks)
    whom = dict.fromkeys(ask.username for ask in chance.sample(wishes, min(len(wishes), chance.choice((1, 1, 2)))))
    taken = {shadow.username for shadow in scenario.wild.shadows}
    shadows = [_shadow(chance, [ask for ask in wishes if ask.username == name]) for name in whom if name not in taken]
    return replace(scenario, wild=replace(scenario.wild, shadows=(*scenario.wild.shadows, *shadows)))


def _shadow(chance: Random, wishes: list[Ask]) -> Shadow:
    ask = chance.choice(wishes)
    # mostly there before anybody looks; at times it comes or goes while the lists are watched
    at = ask.at - chance.uniform(0.1, 8.0) if chance.random() < 0.75 else ask.at + chance.uniform(0.0, 12.0)
    until = chance.choice((FAULTS_END, FAULTS_END, ask.at + chance.uniform(1.0, 40.0)))
    back = chance.uniform(0.5, 70.0) if chance.random() < 0.6 else None
    manner = chance.choice(("lets in", "lets in", "lets in", "lets in", "disabled", "l2tp", "another password"))
    return Shadow(
        at,
        max(until, at + 1.0),
        ask.username,
        back=None if back is None else ask.at + back,
        disabled=manner == "disabled",
        service="l2tp" if manner == "l2tp" else chance.choice(("any", "pppoe")),
        fits=manner != "another password",
    )
