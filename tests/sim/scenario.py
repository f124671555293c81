"""What happens in one seed: an ISP, what operators ask, what goes wrong, when the process dies."""

from dataclasses import dataclass, fields, replace
from random import Random

from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.switches import Switches

FAULTS_END = 150.0
"""Seconds after which nothing goes wrong any more."""

LASTS = "1h"
"""How long plans last where they end at all: longer than a seed takes, so that they end only when they are told to."""


@dataclass(frozen=True, slots=True)
class Ask:
    """An operator's wish."""

    at: float
    verb: str
    username: str
    fits: bool = False
    """The CPE is given the new password at once."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault on one router, for a while."""

    at: float
    until: float
    router: int
    """Which one, in the order in which they were built: a server, its NASes."""
    knobs: dict[str, object]
    anew: bool = False
    """Sentences are counted from then on, on connections that are there already."""


@dataclass(frozen=True, slots=True)
class Death:
    """The n-th commit of a process is its last: before it, or right after."""

    commit: int
    before: bool
    pause: float
    """Seconds until somebody starts a process again."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Somebody changes an account by hand: `enable`, `disable`, `plan`, `password` or `remove`."""

    at: float
    kind: str
    username: str


@dataclass(frozen=True, slots=True)
class Shadow:
    """A local secret on the customer's NAS lets them in, whatever the server says, if it is as usual."""

    at: float
    until: float
    username: str
    back: float | None = None
    """The CPE is off from when the secret comes until then; None: it stays on."""
    disabled: bool = False
    service: str = "any"
    fits: bool = True
    """It has the customer's password."""


@dataclass(frozen=True, slots=True)
class Reboot:
    """A router restarts: all its sessions are lost."""

    at: float
    router: int
    quiet: bool
    """No Accounting-On follows."""
    same_ids: bool
    """New sessions get the ids of those that are lost."""


@dataclass(frozen=True, slots=True)
class NasEdit:
    """Somebody works on a NAS by hand: `drop` ends the customer's session, `forget` takes the server's row of it away,
    `deaf` has the NAS take no Disconnect-Requests for a while."""

    at: float
    kind: str
    username: str
    until: float


@dataclass(frozen=True, slots=True)
class Freeze:
    """A process stands still, and goes on as if nothing had been."""

    at: float
    seconds: float
    process: int = 0
    """0: the first; others as they were started."""
    after: int = 0
    """Not at a time, but right after so many commits, or, if negative, after so many commands to routers."""


@dataclass(frozen=True, slots=True)
class Wild:
    """What else happens in a seed."""

    edits: tuple[Edit, ...] = ()
    shadows: tuple[Shadow, ...] = ()
    reboots: tuple[Reboot, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    nas_edits: tuple[NasEdit, ...] = ()
    stalls: tuple[Freeze, ...] = ()
    """Of the other processes."""
    others: int = 1
    """How many other processes there are, where there is a twin."""
    twin: bool = False
    """A second process on another host works on the same journal."""
    bound: tuple[str, ...] = ()
    """Customers whose account adopts the first device that dials."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that a seed decides beforehand."""

    seed: int
    isp: IspOptions
    settle: float
    deadline: float
    asks: tuple[Ask, ...]
    troubles: tuple[Trouble, ...]
    deaths: tuple[Death, ...]
    silent_cpes: tuple[str, ...]
    """Customers whose CPE is switched off."""
    locked: tuple[str, ...] = ()
    """Customers whose account is locked to their device."""
    wild: Wild = Wild()


def draw(seed: int) -> Scenario:
    """The scenario of a seed."""
    chance = Random(seed)
    customers = chance.randint(2, 4)
    nases = chance.choice((1, 1, 2))
    isp = IspOptions(
        ros=chance.choice(("7.10.2", "7.16.2", "7.21.5", "6.49.18")),
        customers=customers,
        nases=nases,
        colocated=chance.random() < 0.2,
        seed=seed,
        rtt=chance.choice((0.001, 0.02, 0.08)),
        shared_users=chance.choice(("1", "1", "2")),
        redial=chance.choice(((0.3, 1.0), (2.0, 5.0), (8.0, 20.0))),
        method=chance.choice(("pap", "chap")),
        use_coa=chance.random() < 0.7,
        switches=_switches(chance),
    )
    names = [f"cust{number:04d}" for number in range(1, customers + 1)]
    settle = chance.choice((2.0, 5.0, 10.0))
    other = Random(seed ^ 0x5EED)
    third = Random(seed ^ 0xF11E)
    fourth = Random(seed ^ 0xA9E7)
    if fourth.random() < 0.2:
        isp = replace(isp, validity=LASTS)
    isp = replace(isp, switches=replace(isp.switches, coa_address_list=third.choice(("accept", "nak", "ignore"))))
    fifth = Random(seed ^ 0xC0A8)
    isp = replace(isp, switches=replace(isp.switches, coa_rate_limit=fifth.choice(("accept", "nak", "ignore"))))
    sixth = Random(seed ^ 0x6E57)
    guests = sixth.choice((0, 0, 0, 1, 2))
    isp = replace(
        isp, guests=guests, switches=replace(isp.switches, hotspot_active_id=sixth.choice(("address", "count")))
    )
    return Scenario(
        seed=seed,
        isp=isp,
        settle=settle,
        deadline=settle + chance.choice((20.0, 50.0)),
        asks=tuple(
            sorted(
                _asks(chance, names)
                + _changes(other, names)
                + _profiles(third, names)
                + _renewals(fourth, names, lasting=isp.validity == LASTS)
                + _undos(Random(seed ^ 0x0D0E), names)
                + _speeds(Random(seed ^ 0x59EED), names)
                + _of_guests(sixth, guests),
                key=lambda ask: ask.at,
            )
        ),
        troubles=tuple(_trouble(chance, nases + 1 - isp.colocated) for _ in range(chance.choice((0, 1, 1, 2, 3)))),
        deaths=tuple(_death(chance) for _ in range(chance.choice((0, 0, 1, 1, 2, 3)))),
        silent_cpes=tuple(name for name in names if chance.random() < 0.15),
        locked=tuple(name for name in names if other.random() < 0.2),
    )


def _switches(chance: Random) -> Switches:
    """Each thing that is not known about real devices, one way or the other."""
    default = Switches()
    flips: dict[str, object] = {
        each.name: chance.random() < 0.5 for each in fields(Switches) if isinstance(getattr(default, each.name), bool)
    }
    flips |= {
        "nak_insufficient": chance.choice((402, 404, None)),
        "nak_mismatch": chance.choice((503, 404, None)),
        "nak_not_found": chance.choice((503, 404, None)),
        "dae_message_authenticator": chance.choice(("verify", "ignore", "require")),
        "shared_users": chance.choice(("drop-oldest", "reject")),
        "um_signs_replies": chance.choice((True, False, None)),
        "secrets": chance.choice(("shown", "sensitive", "show-sensitive")),
        "booleans": chance.choice(("true", "yes")),
        "local_session_id": chance.choice(("lower", "upper")),
    }
    return replace(default, **flips)  # type: ignore[arg-type]


def _asks(chance: Random, names: list[str]) -> list[Ask]:
    asks = []
    for _ in range(chance.randint(2, 7)):
        verb = chance.choice(("isolate-reject", "isolate-reject", "isolate-walled", "activate", "activate", "kick"))
        asks.append(Ask(chance.uniform(12.0, 110.0), verb, chance.choice(names)))
    return asks


def _changes(chance: Random, names: list[str]) -> list[Ask]:
    """Changes of accounts; what went before is drawn as if there were none, so that seeds stay what they are."""
    verbs = ("password-kick", "password-kick", "password-keep", "rename", "rename", "unbind", "remove")
    return [
        Ask(chance.uniform(12.0, 110.0), chance.choice(verbs), chance.choice(names), chance.random() < 0.5)
        for _ in range(chance.choice((0, 1, 2, 3)))
    ]


def _profiles(chance: Random, names: list[str]) -> list[Ask]:
    """Changed rates, rates applied to live sessions, walls without a drop."""
    verbs = ("profile", "profile", "apply", "apply", "isolate-dropless", "isolate-dropless", "activate")
    return [
        Ask(chance.uniform(12.0, 110.0), chance.choice(verbs), chance.choice(names))
        for _ in range(chance.choice((0, 0, 1, 2, 3)))
    ]


def _renewals(chance: Random, names: list[str], *, lasting: bool) -> list[Ask]:
    """Renewals, of plans that have just ended where plans end; and whatever is not over, cancelled."""
    verbs = ("renew", "renew", "cancel") if lasting else ("cancel", "renew")
    return [
        Ask(chance.uniform(12.0, 110.0), chance.choice(verbs), chance.choice(names))
        for _ in range(chance.choice((1, 2, 3) if lasting else (0, 0, 0, 1)))
    ]


def _undos(chance: Random, names: list[str]) -> list[Ask]:
    """What was done last to a customer, taken back; and taken back again."""
    return [
        Ask(chance.uniform(30.0, 140.0), "undo", chance.choice(names)) for _ in range(chance.choice((0, 0, 0, 1, 2, 3)))
    ]


def _speeds(chance: Random, names: list[str]) -> list[Ask]:
    """Other speeds, until the redial or for a minute, and back before that."""
    verbs = ("speed", "speed-for", "speed-for", "speed-back")
    return [
        Ask(chance.uniform(12.0, 110.0), chance.choice(verbs), chance.choice(names))
        for _ in range(chance.choice((0, 0, 0, 1, 2, 3)))
    ]


def _of_guests(chance: Random, guests: int) -> list[Ask]:
    """Kicks and isolations of hotspot guests, whom cookies let back."""
    verbs = ("kick", "kick", "isolate-reject", "isolate-reject", "isolate-walled", "activate")
    names = [f"guest{number:04d}" for number in range(1, guests + 1)]
    return [
        Ask(chance.uniform(12.0, 110.0), chance.choice(verbs), name)
        for name in names
        for _ in range(chance.choice((1, 2, 3, 4)))
    ]


def _trouble(chance: Random, routers: int) -> Trouble:
    at = chance.uniform(5.0, 110.0)
    kinds: list[dict[str, object]] = [
        {"loss": 0.3},
        {"duplicate": 0.5, "reorder": 0.3, "jitter": 0.05},
        {"dark": True},
        {"refuse_tcp": True},
        {"refuse_udp": True},
        {
            "reset_after_in": chance.randint(2, 12),
            "reset_executes": chance.random() < 0.5,
            "resets": chance.randint(1, 3),
        },
        {"reset_after_out": chance.randint(2, 20), "reset_mid_sentence": chance.random() < 0.5},
        {"trap_after": chance.randint(0, 3)},
        {"lie": True},
        {"forge_replies": 0.7},
        {"late_replies": chance.uniform(0.5, 4.0)},
        {"clock_skew": chance.choice((-86400.0, 86400.0, 400.0))},
        {"cap": 20.0},
    ]
    return Trouble(at, min(at + chance.uniform(3.0, 45.0), FAULTS_END), chance.randrange(routers), chance.choice(kinds))


def _death(chance: Random) -> Death:
    return Death(chance.randint(1, 25), chance.random() < 0.5, chance.uniform(0.2, 15.0))
