"""Every rung of the ladder of kicks, alone and with others, under each setting of what is not known about devices.

Each verdict is held against the world: PROVEN where it agrees, FAILED where it does not, and PROVEN wherever a
rung that exists can do it. What can not be proven although a rung exists stands in EXCEPTIONS, with the reason.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from itertools import combinations
from random import Random
from types import NoneType, UnionType
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from radiusbridge.domain.accounts import Access
from radiusbridge.simulator.build import INSIDE, IspOptions, add_cpe
from radiusbridge.simulator.switches import Switches
from tests.sim.rungs import CLOSE, DISCONNECT, RUNGS, Street, Told, judge, on_street

GENERATIONS = ("7.16.2", "6.49.18")
SUBSETS = tuple(some for size in (1, 2, 3) for some in combinations(RUNGS, size))
SEED, SAMPLE = 20260531, 60
VALUES: dict[object, tuple[object, ...]] = {
    bool: (True, False),
    NoneType: (None,),
    # what the product tells apart: another identification may help, 501 never, 503 is an answer
    int: (401, 404, 501, 503),
    float: (5.0, 300.0),
    str: ("", "failure: that one is taken"),
}
"""What a switch of each type is set to."""


@dataclass(frozen=True, slots=True)
class Site:
    """How the NASes stand to the world, and which NAS-IP-Address is recorded for them."""

    name: str
    knobs: dict[str, object] = field(default_factory=dict)
    nas_address: str | None = None
    twice: bool = False
    """The customer's name is online at the first NAS as well, from another device."""


PLAIN = Site("plain")
ONE_SESSION = Site("one session at a time", {"shared_users": "1"})
WRONG_ADDRESS = Site("behind a NAT, recorded with a wrong address", {"nat": True}, "203.0.113.9")
_TWO: dict[str, object] = {"nases": 2, "customers": 2}
_TWICE = {**_TWO, "shared_users": "3"}
SITES = (
    PLAIN,
    ONE_SESSION,
    Site("User Manager on the NAS", {"colocated": True, "dac": "10.9.9.9"}),
    Site("behind a NAT", {"nat": True}, INSIDE),
    Site("behind a NAT, its own address not recorded", {"nat": True}),
    WRONG_ADDRESS,
    Site("at the second NAS", _TWO),
    Site("at the second NAS, both behind NATs", {**_TWO, "nat": True}),
    Site("at both NASes", _TWICE, twice=True),
    Site("at both NASes behind NATs", {**_TWICE, "nat": True}, INSIDE, twice=True),
    Site("at both NASes behind NATs, their own address not recorded", {**_TWICE, "nat": True}, twice=True),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One day on one street."""

    ros: str
    rungs: tuple[str, ...]
    site: Site = PLAIN
    switches: Switches = field(default_factory=Switches)

    def __str__(self) -> str:
        turned = {name: getattr(self.switches, name) for name in NAMES if getattr(self.switches, name) != DEFAULT[name]}
        return f"{self.ros}, {'+'.join(self.rungs)}, {self.site.name}, {turned}"


NAMES = [each.name for each in fields(Switches)]
DEFAULT = {name: getattr(Switches(), name) for name in NAMES}
EXCEPTIONS: dict[str, Callable[[Case, str], bool]] = {
    "501 says that the NAS is told not to allow it, so no other identification is tried (RFC 5176 3.5)": (
        lambda case, verb: (
            (case.site, case.rungs, case.switches.nak_nas_mismatch) == (WRONG_ADDRESS, (DISCONNECT,), 501)
            and verb != "activate"
        )
    ),
    "at the shared-users limit User Manager refuses the control login, unless it can end the older session": (
        lambda case, verb: (
            (case.site, verb) == (ONE_SESSION, "reject")
            and (case.switches.shared_users == "reject" or CLOSE not in case.rungs)
        )
    ),
}
"""Where a rung exists and yet nothing can be PROVEN: why, and which (case, verb)."""


def set_to(values: dict[str, object]) -> Switches:
    """The switches, some of them set to other values."""
    return replace(Switches(), **values)  # type: ignore[arg-type]


def values_of(name: str) -> Iterator[object]:
    """The values of a switch but its default; KeyError for a type of switch that this test does not know yet."""
    hint = get_type_hints(Switches)[name]
    for kind in get_args(hint) if isinstance(hint, UnionType) else (hint,):
        values = get_args(kind) if get_origin(kind) is Literal else VALUES[kind]
        yield from (value for value in values if value != DEFAULT[name])


async def day(street: Street, case: Case) -> dict[str, Told]:
    """Kick, wall, let back in, reject: what became of each. The customer is the last one, at the last NAS."""
    street.leave(case.rungs)
    if case.switches.um_signs_replies is False:
        street.unsigned()
    user = list(street.world.customers)[-1]
    cpes = [street.world.customers[user]]
    if case.site.twice:
        first = street.world.routers["nas1"]
        cpes.append(add_cpe(street.world, first, user, cpes[0].password, "02:22:22:22:22:22"))
        cpes[-1].switch_on()

    async def online() -> None:
        await street.until(lambda: all(cpe.online for cpe in cpes))

    await online()
    found = {"kick": await street.kick(user)}
    await online()
    found["wall"] = await street.isolate(user, Access.WALLED)
    await online()
    found["activate"] = await street.activate(user)
    await online()
    found["reject"] = await street.isolate(user)
    return found


def troubles(case: Case, works: Callable[[str], bool | None] | None = None) -> Iterator[str]:
    """What is wrong with the verdicts of a day; works: as `judge`, by verb; without it the table of exceptions says."""
    knobs = {"customers": 1, "rtt": 0.02, "shared_users": "2", "use_coa": True, "redial": (1.0, 3.0), **case.site.knobs}
    isp = IspOptions(ros=case.ros, switches=case.switches, **knobs)  # type: ignore[arg-type]
    for verb, told in on_street(isp, lambda street: day(street, case), case.site.nas_address).items():
        excepted = any(applies(case, verb) for applies in EXCEPTIONS.values())
        wrong = judge(told, works(verb) if works else not excepted)
        if wrong:
            yield f"{case}: {verb}: {wrong}"


def none_in(cases: Iterable[Case]) -> None:
    wrong = [one for case in cases for one in troubles(case)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("ros", GENERATIONS)
@pytest.mark.parametrize("rungs", SUBSETS, ids="+".join)
def test_each_switch(ros: str, rungs: tuple[str, ...]) -> None:
    """One switch at a time; those of the NAS's answers where it has something to refuse."""
    names = [name for name in NAMES if ros.startswith("6") or not name.startswith("um6_")]
    none_in(
        Case(ros, rungs, WRONG_ADDRESS if name.startswith(("nak_", "dae_")) else PLAIN, set_to({name: value}))
        for name in names
        for value in values_of(name)
    )


@pytest.mark.parametrize("ros", GENERATIONS)
@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_each_site(ros: str, site: Site) -> None:
    none_in(Case(ros, rungs, site) for rungs in SUBSETS)


@pytest.mark.parametrize("ros", GENERATIONS)
@pytest.mark.parametrize("seed", [SEED])
def test_combinations(ros: str, seed: int) -> None:
    """Every switch one way or another, anywhere."""
    chance = Random(f"{seed} {ros}")

    def drawn() -> Case:
        flips = {name: chance.choice([DEFAULT[name], *values_of(name)]) for name in NAMES}
        return Case(ros, chance.choice(SUBSETS), chance.choice(SITES), set_to(flips))

    none_in(drawn() for _ in range(SAMPLE))


@pytest.mark.parametrize("ros", GENERATIONS)
@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_without_a_rung_nothing_is_ended(ros: str, site: Site) -> None:
    wrong = list(troubles(Case(ros, (), site), lambda verb: None if verb == "activate" else False))
    assert not wrong, "\n".join(wrong)
