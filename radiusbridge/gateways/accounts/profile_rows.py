"""Profiles as a User Manager has them: limitation, profile and link read as one, compared and taken away as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from radiusbridge.domain.errors import BadInput, PeerRefused
from radiusbridge.domain.profiles import ProfileRow
from radiusbridge.domain.records import Profile, StartsAt
from radiusbridge.gateways.accounts.again import gone_is_fine
from radiusbridge.gateways.accounts.rows import Row
from radiusbridge.gateways.routers import Router, Rows, together
from radiusbridge.routeros.commands import equal
from radiusbridge.routeros.schema import Menu

SHOWN = 5
"""How many users a refusal names."""
_ALL_DAY = {"from-time": ("", "0s"), "till-time": ("", "23h59m59s")}
_NOBODY: Mapping[str, str] = {}
_AS_EACH_ACCOUNT_SAYS = "off"


@dataclass(frozen=True, slots=True)
class ProfileMenus:
    """Where a generation of User Manager keeps what. threshold: how it spells the burst's."""

    limitation: Menu
    profile: Menu
    link: Menu
    assigned: Menu
    """Where a user's plan is found, with the names of its two properties."""
    user_of: tuple[str, ...]
    profile_of: str
    threshold: str
    starts: tuple[str, Mapping[str, StartsAt]]
    elsewhere: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=lambda: _NOBODY)
    """Fields of the limitation that hold a name."""
    by_hand: tuple[str, ...] = ()
    """Properties of the limitation that bind and that no profile of ours has."""

    def numbers(self) -> dict[str, str]:
        """Property of the limitation by field; rx is what the router receives, so the customer's upload."""
        named = {"rate": "rate-limit", "burst": "rate-limit-burst", "burst_threshold": self.threshold}
        ways = {f"{name}_{way}": f"{text}-{end}" for name, text in named.items() for way, end in _WAYS}
        return {**ways, "priority": "rate-limit-priority", "data_quota": "transfer-limit", "time_quota": "uptime-limit"}


_WAYS = (("up", "rx"), ("down", "tx"))
_BURST_TIMES = ("rate-limit-burst-time-rx", "rate-limit-burst-time-tx")


@dataclass(frozen=True, slots=True)
class ProfileReader:
    """The profiles of one router. belongs: what tells our rows from other owners'."""

    router: Router
    menus: ProfileMenus
    belongs: Mapping[str, str] = field(default_factory=lambda: _NOBODY)

    async def one(self, name: str) -> ProfileRow | None:
        """The profile of that name; None: there is none."""
        profiles, limitations, links = await together(self._profiles(name), self._limitations(name), self._links(name))
        others = {row.get("limitation", "") for row in links} - {name}
        if len(others) == 1 and not any(row.get("limitation") == name for row in links):
            limitations = await self._limitations(*others)
        return self._row(profiles[0], limitations, links) if profiles else None

    async def all(self) -> tuple[ProfileRow, ...]:
        """Every profile, by name."""
        profiles, limitations, links = await together(self._profiles(), self._limitations(), self._links())
        found = [
            self._row(row, limitations, [link for link in links if link.get("profile") == row.get("name")])
            for row in profiles
        ]
        return tuple(sorted(found, key=lambda row: row.name))

    async def users(self, name: str) -> tuple[str, ...]:
        """Who has the profile, whoever made them, each once, by name."""
        menus = self.menus
        rows = await self.router.read(
            menus.assigned.command("print"), queries=(equal(menus.profile_of, name),), proplist=menus.user_of
        )
        names = (next((row[key] for key in menus.user_of if row.get(key)), "") for row in rows)
        return tuple(sorted({user for user in names if user}))

    async def remove(self, name: str) -> bool:
        """Take link, profile and limitation away; a limitation that another profile has, too, stays.

        False: nothing was there. PeerRefused, before anything is written, where a user has it.
        """
        limits = await self._limitations(name)
        profiles, links, users = await self._profiles(name), await self._links(), await self.users(name)
        if users:
            raise PeerRefused(
                f"profile {name} is used by {listed(users)}",
                target=str(self.router.endpoint),
                hint="give them another one first",
            )
        ours = [row for row in links if row.get("profile") == name] if profiles else []
        shared = any(row.get("limitation") == name and row.get("profile") != name for row in links)
        await together(*(gone_is_fine(self.router, self.menus.link.command("remove"), row[".id"]) for row in ours))
        for row in profiles:
            await gone_is_fine(self.router, self.menus.profile.command("remove"), row[".id"])
        for row in [] if shared else limits:
            await gone_is_fine(self.router, self.menus.limitation.command("remove"), row[".id"])
        return bool(profiles or (limits and not shared))

    async def _profiles(self, *names: str) -> Rows:
        starts = self.menus.starts[0]
        return await self._print(
            self.menus.profile, names, "name", ("validity", starts, "price", "override-shared-users", *self.belongs)
        )

    async def _limitations(self, *names: str) -> Rows:
        menus = self.menus
        wanted = (*menus.numbers().values(), *_BURST_TIMES, *menus.texts.values(), *menus.by_hand, *self.belongs)
        return await self._print(menus.limitation, names, "name", wanted)

    async def _links(self, *names: str) -> Rows:
        wanted = ("profile", "limitation", "from-time", "till-time")
        return await self._print(self.menus.link, names, "profile", wanted, owned=False)

    async def _print(
        self, menu: Menu, names: Sequence[str], key: str, wanted: tuple[str, ...], *, owned: bool = True
    ) -> Rows:
        command, proplist = menu.command("print"), tuple(dict.fromkeys((".id", key, *wanted)))
        if names:
            rows = await self.router.read_of(command, (key,), names, proplist=proplist)
        else:
            rows = await self.router.read_all(command, proplist=proplist)
        kept = self.belongs if owned else {}
        return [row for row in rows if all(row.get(name, value) == value for name, value in kept.items())]

    def _row(self, profile: Row, limitations: Rows, links: Rows) -> ProfileRow:
        name = profile.get("name", "")
        linked = [row.get("limitation", "") for row in links]
        own = name if name in linked or len(linked) != 1 else linked[0]
        limitation = next((row for row in limitations if row.get("name") == own), None)
        odd: dict[str, str] = {}
        values = self._profile_values(profile, odd) | self._limitation_values(limitation or {}, odd)
        missing = ["limitation"] if limitation is None else []
        missing += ["link to its limitation"] if name not in linked else []
        by_account = profile.get("override-shared-users", _AS_EACH_ACCOUNT_SAYS) == _AS_EACH_ACCOUNT_SAYS
        return ProfileRow(
            Profile(name, values.pop("rate_up") or 0, values.pop("rate_down") or 0, **values),
            tuple(odd.items()),
            (*self.menus.elsewhere, *(["shared_users"] if by_account else [])),
            tuple(missing),
            tuple(self._extras(own, limitation or {}, links)),
        )

    def _profile_values(self, row: Row, odd: dict[str, str]) -> dict[str, Any]:
        menu, (property_, starts) = self.menus.profile, self.menus.starts
        values: dict[str, Any] = {"validity": _number(menu, row, "validity", "validity", odd)}
        values["price"] = _number(menu, row, "price", "price", odd) or 0
        began = starts.get(row.get(property_, ""))
        if began is None:
            odd["starts_at"] = row.get(property_, "")
        values["starts_at"] = began or StartsAt.ASSIGNED
        shared = row.get("override-shared-users", _AS_EACH_ACCOUNT_SAYS)
        if not shared.isdecimal() and shared != _AS_EACH_ACCOUNT_SAYS:
            odd["shared_users"] = shared
        values["shared_users"] = int(shared) if shared.isdecimal() else 1
        return values

    def _limitation_values(self, row: Row, odd: dict[str, str]) -> dict[str, Any]:
        menu = self.menus.limitation
        values: dict[str, Any] = {
            name: _number(menu, row, property_, name, odd) for name, property_ in self.menus.numbers().items()
        }
        up, down = (_number(menu, row, property_, "burst_time", odd) for property_ in _BURST_TIMES)
        values["burst_time"] = up
        if up != down:
            odd["burst_time"] = "/".join(row.get(property_, "") for property_ in _BURST_TIMES)
        values |= {name: row.get(property_) or None for name, property_ in self.menus.texts.items()}
        return values

    def _extras(self, own: str, limitation: Row, links: Rows) -> list[str]:
        found = [f"limitation {row.get('limitation')} binds too" for row in links if row.get("limitation") != own]
        for row in links:
            times = [row.get(name, "") for name in _ALL_DAY]
            if any(row.get(name, "") not in usual for name, usual in _ALL_DAY.items()):
                found.append(f"limitation {row.get('limitation')} binds from {times[0]} to {times[1]} only")
        found += [
            f"{name} is {limitation[name]}"
            for name in self.menus.by_hand
            if limitation.get(name, "").strip("B") not in {"", "0", "0s"}
        ]
        return found


def listed(users: Sequence[str]) -> str:
    """Some names, and how many more there are."""
    more = f" and {len(users) - SHOWN} more" if len(users) > SHOWN else ""
    return ", ".join(users[:SHOWN]) + more


def _number(menu: Menu, row: Row, property_: str, name: str, odd: dict[str, str]) -> int | None:
    """The number; None for nothing, 0 and `unlimited`. What cannot be read is kept as text."""
    text = row.get(property_, "")
    if text in {"", "unlimited"}:
        return None
    try:
        value = menu.parse(property_, text)
    except BadInput:
        value = text
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return int(value) or None
    odd[name] = text
    return None
