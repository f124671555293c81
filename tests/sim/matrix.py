"""The fault matrix, generated: every operation, on both generations, under every fault at every step."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from radiusbridge.simulator.build import IspOptions
from tests.sim.scenario import Ask, Death, Scenario, Shadow, Trouble, Wild

RTT = 0.02
PREPARED, ASKED = 15.0, 45.0
"""When the state before the operation is brought about, or the operation is asked for where it needs none; and when
it is asked for after that."""
SETTLE = 2.0
SENTENCES = range(1, 15)
"""More than any operation sends on one connection."""
FEWER = range(1, 9)
"""The same, of a NAS."""
SECOND_NAS, OTHER_SERVER = 2, 3
"""Places of routers that the customer's session is not on: um1, nas1, nas2, then um2, nas3, nas4."""
ELSEWHERE = ("silence", "closed ports", "lie", "writes without effect", "sessions come up late")
"""What goes wrong there."""
GENERATIONS = ("7.16.2", "6.49.18")
BEFORE = {
    "isolate-reject": None,
    "isolate-walled": None,
    "activate": "isolate-reject",
    "activate-walled": "isolate-walled",
    "kick": None,
    "password-kick": None,
    "rename": None,
    "move": None,
    "unbind": None,
    "remove": None,
    "profile": None,
    "apply": "profile",
    "isolate-dropless": None,
    "speed": None,
    "speed-for": None,
    "speed-back": "speed",
    "reboot": None,
}
"""The operations, and what has to be done before each."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix."""

    name: str
    scenario: Scenario
    series: str = ""
    """Of cells that strike one sentence or commit later each: past the last one nothing is struck."""


def cells(operation: str, ros: str) -> Iterator[Cell]:
    """Every fault for one operation on one generation."""
    asked, number = _asked(operation), 0
    for number, (name, troubles, deaths) in enumerate(_faults(asked)):
        scenario = _scenario(operation, ros, number, troubles, deaths)
        yield Cell(f"{operation} on {ros}: {name}", scenario, _COUNTED.sub("", name) if _COUNTED.search(name) else "")
    for seed, (name, shadow) in enumerate(_shadows(asked), number + 1):
        scenario = replace(_scenario(operation, ros, seed, (), ()), wild=Wild(shadows=(shadow,)))
        yield Cell(f"{operation} on {ros}: {name}", scenario)


def _asked(operation: str) -> float:
    return PREPARED if BEFORE[operation] is None else ASKED


def _shadows(asked: float) -> Iterator[tuple[str, Shadow]]:
    yield "local secret", Shadow(asked - 5.0, asked + 45.0, "cust0001")
    yield "local secret, the customer is off for now", Shadow(asked - 5.0, asked + 45.0, "cust0001", back=asked + 20.0)
    yield "local secret while the lists are watched", Shadow(asked + 1.0, asked + 45.0, "cust0001")


def _faults(asked: float) -> Iterator[tuple[str, tuple[Trouble, ...], tuple[Death, ...]]]:
    """At the customer's own server and NAS, step by step; for as long as it takes at the other NAS and server."""
    just_before = asked - 0.001
    yield "nothing", (), ()
    for router, place in ((SECOND_NAS, "second NAS"), (OTHER_SERVER, "other server")):
        for name in ELSEWHERE:
            yield f"{place}: {name}", (_trouble(just_before, router, 45, _STEADY[name]),), ()
    for router, place, sentences in ((0, "server", SENTENCES), (1, "NAS", FEWER)):
        for number in sentences:
            for executed in (True, False):
                words = "carried out" if executed else "lost"
                yield (
                    f"{place} resets at sentence {number}, {words}",
                    (_trouble(just_before, router, 45, {"reset_after_in": number, "reset_executes": executed}),),
                    (),
                )
            for torn in (True, False):
                words = "in the middle" if torn else "after it"
                yield (
                    f"{place} resets at its sentence {number}, {words}",
                    (_trouble(just_before, router, 45, {"reset_after_out": number, "reset_mid_sentence": torn}),),
                    (),
                )
        for step in range(8):
            yield (
                f"{place} dark from half round trip {step}",
                (_trouble(asked + step * RTT / 2, router, 20, {"dark": True}),),
                (),
            )
        for name, knobs in _STEADY.items():
            yield f"{place}: {name}", (_trouble(just_before, router, 45, knobs),), ()
    for commit in range(1, 13):
        for before in (True, False):
            yield f"killed {'before' if before else 'after'} commit {commit}", (), (Death(commit, before, 1.0),)


_COUNTED = re.compile(r"(?:(?<=sentence )|(?<=commit ))\d+")

_STEADY: dict[str, dict[str, object]] = {
    "trap at the first write": {"trap_after": 0},
    "trap at the second write": {"trap_after": 1},
    "trap at the third write": {"trap_after": 2},
    "silence": {"dark": True},
    "closed ports": {"refuse_tcp": True, "refuse_udp": True},
    "lie": {"lie": True},
    "NAK 503, and keeps the session": {"denies": True},
    "lie with closed API": {"lie": True, "refuse_tcp": True},
    "writes without effect": {"hollow_writes": True},
    "sessions come up late": {"late_sessions": 1.5},
    "loss": {"loss": 0.3},
    "duplicates out of order": {"duplicate": 0.5, "reorder": 0.5, "jitter": 0.05},
    "forged replies": {"forge_replies": 1.0},
    "late replies": {"late_replies": 1.5},
    "clock a day behind": {"clock_skew": -86_400.0},
    "clock a day ahead": {"clock_skew": 86_400.0},
}


def _trouble(at: float, router: int, seconds: float, knobs: dict[str, object]) -> Trouble:
    return Trouble(at, at + seconds, router, knobs, anew=True)


def _scenario(
    operation: str, ros: str, seed: int, troubles: tuple[Trouble, ...], deaths: tuple[Death, ...]
) -> Scenario:
    before = BEFORE[operation]
    asks = [] if before is None else [Ask(PREPARED, before, "cust0001")]
    asks.append(
        Ask(_asked(operation), operation.removesuffix("-walled") if "activate" in operation else operation, "cust0001")
    )
    return Scenario(
        seed=seed,
        isp=IspOptions(
            ros=ros,
            customers=2,
            servers=2,
            nases=2,
            seed=seed,
            rtt=RTT,
            shared_users="2",
            use_coa=True,
            redial=(1.0, 3.0),
        ),
        settle=SETTLE,
        deadline=30.0,
        asks=tuple(asks),
        troubles=troubles,
        deaths=deaths,
        silent_cpes=(),
    )
