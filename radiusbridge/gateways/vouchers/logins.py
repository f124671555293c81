"""Who has used a voucher, and since when, as far as the router that lets them in tells.

A router's own hotspot users show no time of a first login: how long a session lasts, and how long all of them have
lasted, say it where there was one session only. User Manager keeps a row for each session, if the NAS accounts.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.vouchers.first_login import ROUNDED, Said
from radiusbridge.gateways.accounts.rows import ACTIVE, is_yes
from radiusbridge.gateways.following import CLOCK_PROPERTIES
from radiusbridge.gateways.routers import Router, Rows, together
from radiusbridge.gateways.steps import router_time
from radiusbridge.gateways.vouchers.desk import streamed
from radiusbridge.routeros import menus, menus6
from radiusbridge.routeros.values import parse_date, parse_duration

SAME = 3.0
"""Seconds by which what all sessions lasted may differ from what one did, and it is still the only one."""
NEVER = ("", "never")


class VoucherLogins(Protocol):
    """Of one list of users. Every method raises as `Router.read`."""

    async def ahead(self) -> float | None:
        """How many seconds the router's clock is ahead of ours; None: it cannot be read."""
        ...

    async def live(self) -> frozenset[str]:
        """Who is logged in."""
        ...

    async def used(self) -> frozenset[str]:
        """Everybody who has ever logged in, as far as the list tells; it is read whole."""
        ...

    async def first(self, names: Collection[str]) -> dict[str, Said]:
        """What is said of the first logins of these, each of which has logged in."""
        ...


@dataclass(frozen=True, slots=True)
class _OfRouter:
    """What they have in common."""

    router: Router
    clock: Clock

    async def ahead(self) -> float | None:
        """As the port says."""
        found = await _clock(self.router, self.clock)
        return None if found is None else found.ahead


@dataclass(frozen=True, slots=True)
class LocalLogins(_OfRouter):
    """A `VoucherLogins` of a router's own hotspot users."""

    async def live(self) -> frozenset[str]:
        """As the port says."""
        command = menus.HOTSPOT_ACTIVE.command("print")
        rows = await self.router.read_all(command, proplist=("user", "radius"))
        return frozenset(row.get("user", "") for row in rows if not is_yes(row.get("radius")))

    async def used(self) -> frozenset[str]:
        """As the port says: whose uptime counts more than nothing, or who is logged in."""
        live = await self.live()
        rows = await streamed(self.router, menus.HOTSPOT_USER.command("print"), ("name", "uptime"))
        return live | {row.get("name", "") for row in rows if seconds_of(row.get("uptime")) > 0}

    async def first(self, names: Collection[str]) -> dict[str, Said]:
        """As the port says."""
        asked = self.clock.now()
        active, users = await together(
            self.router.read_of(
                menus.HOTSPOT_ACTIVE.command("print"), ("user",), names, proplist=("user", "uptime", "radius")
            ),
            self.router.read_of(menus.HOTSPOT_USER.command("print"), ("name",), names, proplist=("name", "uptime")),
        )
        answered = self.clock.now()
        lasted = {row.get("name", ""): seconds_of(row.get("uptime")) for row in users}
        live: dict[str, list[float]] = {}
        for row in active:
            if not is_yes(row.get("radius")):
                live.setdefault(row.get("user", ""), []).append(seconds_of(row.get("uptime")))
        return {name: _said(live.get(name, ()), lasted.get(name), asked, answered) for name in names}


def _said(live: Collection[float], lasted: float | None, asked: datetime, answered: datetime) -> Said:
    """live: seconds that each session lasts; lasted: seconds of all sessions, which some releases count live."""
    if not live:
        return Said("the router's count of time online")
    longest = max(live)
    since = answered - timedelta(seconds=longest)
    if lasted is not None and (lasted == 0 or abs(lasted - sum(live)) <= SAME):
        return Said("the session that is live", asked - timedelta(seconds=longest) - ROUNDED, since)
    return Said("a session that is live, not the first", last=since)


@dataclass(frozen=True, slots=True)
class UserManager7Logins(_OfRouter):
    """A `VoucherLogins` of User Manager 7: its session rows; of plans that begin with a login also their end."""

    async def live(self) -> frozenset[str]:
        """As the port says."""
        return await _live(self.router, menus.UM_SESSION.command("print"))

    async def used(self) -> frozenset[str]:
        """As the port says."""
        sessions = await streamed(self.router, menus.UM_SESSION.command("print"), ("user",))
        begun = await self._begun(await streamed(self.router, *_PLANS))
        return frozenset(row.get("user", "") for row in sessions) | begun.keys()

    async def first(self, names: Collection[str]) -> dict[str, Said]:
        """As the port says: the earliest session, else the end of the plan less its validity."""
        sessions, plans = await together(
            self.router.read_of(menus.UM_SESSION.command("print"), ("user",), names, proplist=("user", "started")),
            self.router.read_of(_PLANS[0], ("user",), names, proplist=_PLANS[1]),
        )
        clock = await _clock(self.router, self.clock)
        found = _earliest(((row.get("user", ""), row.get("started", "")) for row in sessions), clock)
        for name, begun in (await self._begun(plans)).items():
            if name in names and name not in found:
                found[name] = _by(clock, begun, "the end of the plan in User Manager")
        return {name: found.get(name, Said("User Manager's sessions")) for name in names}

    async def _begun(self, plans: Rows) -> dict[str, datetime]:
        """When plans that begin with a login began, by the router's clock."""
        profiles = await self.router.read_all(
            menus.UM_PROFILE.command("print"), proplist=("name", "validity", "starts-when")
        )
        lasting = {
            row.get("name", ""): seconds_of(row.get("validity"))
            for row in profiles
            if row.get("starts-when") == "first-auth"
        }
        found: dict[str, datetime] = {}
        for row in plans:
            seconds, end = lasting.get(row.get("profile", "")), _date(row.get("end-time", ""))
            if seconds and end is not None and row.get("state") != "waiting":
                begun = end - timedelta(seconds=seconds)
                found[row.get("user", "")] = min(begun, found.get(row.get("user", ""), begun))
        return found


_PLANS = (menus.UM_USER_PROFILE.command("print"), ("user", "profile", "state", "end-time"))


@dataclass(frozen=True, slots=True)
class UserManager6Logins(_OfRouter):
    """A `VoucherLogins` of User Manager 6: its session rows, and when it saw a user last."""

    async def live(self) -> frozenset[str]:
        """As the port says."""
        return await _live(self.router, menus6.UM_SESSION.command("print"))

    async def used(self) -> frozenset[str]:
        """As the port says."""
        rows = await streamed(self.router, menus6.UM_USER.command("print"), ("username", "name", "last-seen"))
        seen = [row for row in rows if row.get("last-seen", "") not in NEVER]
        return await self.live() | {row.get("username") or row.get("name", "") for row in seen}

    async def first(self, names: Collection[str]) -> dict[str, Said]:
        """As the port says."""
        command = menus6.UM_SESSION.command("print")
        sessions = await self.router.read_of(command, ("user",), names, proplist=("user", "from-time"))
        clock = await _clock(self.router, self.clock)
        found = _earliest(((row.get("user", ""), row.get("from-time", "")) for row in sessions), clock)
        return {name: found.get(name, Said("User Manager's count of users")) for name in names}


@dataclass(frozen=True, slots=True)
class _Clock:
    """ahead: seconds of the router's UTC; east: of its local time, both against ours. trip: of the asking."""

    ahead: float
    local: float
    trip: float


async def _clock(router: Router, clock: Clock) -> _Clock | None:
    """The router's clock against ours; None: it cannot be read."""
    asked = clock.now()
    rows = await router.read("/system/clock/print", proplist=CLOCK_PROPERTIES)
    trip = (clock.now() - asked).total_seconds()
    row = rows[0] if rows else {}
    theirs, local = router_time(row), _date(f"{row.get('date', '')} {row.get('time', '')}")
    if theirs is None or local is None:
        return None
    ours = asked + timedelta(seconds=trip / 2)
    return _Clock((theirs - ours).total_seconds(), (local - ours).total_seconds(), trip)


def _earliest(stamps: Iterable[tuple[str, str]], clock: _Clock | None) -> dict[str, Said]:
    found: dict[str, datetime] = {}
    for user, text in stamps:
        at = _date(text)
        if at is not None:
            found[user] = min(at, found.get(user, at))
    return {user: _by(clock, at, "User Manager's first session") for user, at in found.items()}


def _by(clock: _Clock | None, local: datetime, words: str) -> Said:
    """A moment by the router's local time, as ours."""
    if clock is None:
        return Said(f"{words}; the router's clock cannot be read")
    at = local - timedelta(seconds=clock.local)
    give = ROUNDED + timedelta(seconds=clock.trip / 2)
    return Said(words, at - give, at + give, clock.ahead)


async def _live(router: Router, command: str) -> frozenset[str]:
    rows = await router.read_all(command, among=ACTIVE, proplist=("user", "active"))
    return frozenset(row.get("user", "") for row in rows if is_yes(row.get("active")))


def seconds_of(text: str | None) -> float:
    """Of a duration as routers tell it; 0: there is none, or it cannot be read."""
    try:
        return float(parse_duration(text)) if text else 0.0
    except BadInput:
        return 0.0


def _date(text: str) -> datetime | None:
    """A date of a router, as if it were UTC."""
    try:
        return parse_date(text).replace(tzinfo=UTC)
    except BadInput:
        return None
