"""Bandwidth profiles on User Manager 6: limitation, profile and profile-limitation as one, under one name and owner."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Profile, StartsAt
from radiusbridge.domain.values import format_duration
from radiusbridge.gateways.accounts.links import ensure_link, read_links
from radiusbridge.gateways.accounts.named import NamedRows
from radiusbridge.gateways.accounts.profile_rows import ProfileMenus, ProfileReader
from radiusbridge.gateways.accounts.rows import Properties, Row
from radiusbridge.gateways.routers import Router, together
from radiusbridge.routeros import menus6
from radiusbridge.routeros.commands import Value
from radiusbridge.routeros.values import parse_duration

REMEMBER_SECONDS = 60.0
"""How long a plan's terms are believed without asking again."""


MENUS = ProfileMenus(
    menus6.UM_LIMITATION,
    menus6.UM_PROFILE,
    menus6.UM_PROFILE_LIMITATION,
    menus6.UM_USER,
    ("username", "name"),
    "actual-profile",
    "rate-limit-burst-treshold",
    ("starts-at", {"now": StartsAt.ASSIGNED, "logon": StartsAt.FIRST_LOGIN}),
    texts={"pool": "ip-pool", "address_list": "address-list"},
    by_hand=("download-limit", "upload-limit", "rate-limit-min-rx", "rate-limit-min-tx", "group-name"),
)
"""Where User Manager 6 keeps what makes a profile."""


def limitation_of(profile: Profile) -> dict[str, Value]:
    """The limitation's properties; rx is what the router receives, so the customer's upload. 0: none.

    Pool and address list are properties here; where the profile has none, the router's own stay.
    """
    burst_time = format_duration(profile.burst_time or 0)
    wanted: dict[str, Value] = {
        "rate-limit-rx": profile.rate_up,
        "rate-limit-tx": profile.rate_down,
        "rate-limit-burst-rx": profile.burst_up or 0,
        "rate-limit-burst-tx": profile.burst_down or 0,
        "rate-limit-burst-treshold-rx": profile.burst_threshold_up or 0,
        "rate-limit-burst-treshold-tx": profile.burst_threshold_down or 0,
        "rate-limit-burst-time-rx": burst_time,
        "rate-limit-burst-time-tx": burst_time,
        "transfer-limit": profile.data_quota or 0,
        "uptime-limit": format_duration(profile.time_quota or 0),
    }
    if profile.priority is not None:
        wanted["rate-limit-priority"] = profile.priority
    if profile.address_list is not None:
        wanted["address-list"] = profile.address_list
    if profile.pool is not None:
        wanted["ip-pool"] = profile.pool
    return wanted


def profile_of(profile: Profile) -> dict[str, Value]:
    """The profile's properties. validity 0s: endless."""
    return {
        "validity": format_duration(profile.validity or 0),
        "starts-at": "logon" if profile.starts_at is StartsAt.FIRST_LOGIN else "now",
        "price": profile.price,
        "override-shared-users": profile.shared_users,
    }


@dataclass(frozen=True, slots=True)
class Terms:
    """When a plan's time begins, and how long it lasts, as the router shows it; lasts '': it has no end."""

    at_login: bool = False
    lasts: str = ""


class Profiles:
    """The profiles of one owner on one router."""

    def __init__(self, router: Router, owner: str, clock: Clock) -> None:
        self._router = router
        self._clock = clock
        self._limitations = NamedRows(router, menus6.UM_LIMITATION, {"owner": owner})
        # the defaults of a profile are not established, so all of it is sent
        self._profiles = NamedRows(router, menus6.UM_PROFILE, {"owner": owner}, sparse=False)
        self.reader = ProfileReader(router, MENUS, {"owner": owner})
        self._one_at_a_time = asyncio.Lock()
        self._terms: dict[str, tuple[Terms, float]] = {}

    async def ensure(self, profile: Profile) -> bool:
        """Create or complete what makes a profile; False: all was so already."""
        return await self.ensure_plan(profile.name, limitation_of(profile), profile_of(profile))

    async def ensure_plan(self, name: str, limitation: Properties, profile: Properties) -> bool:
        """Create or complete limitation, profile and their link, all of one name. Other links stay as they are."""
        async with self._one_at_a_time:  # two customers of one new profile would each make its link
            changed = await self._ensure_plan(name, limitation, profile)
        self._remember(name, _terms({key: str(value) for key, value in profile.items()}))
        return changed

    async def _ensure_plan(self, name: str, limitation: Properties, profile: Properties) -> bool:
        links = menus6.UM_PROFILE_LIMITATION
        limitations, profiles, linked = await together(
            self._limitations.read(name, limitation),
            self._profiles.read(name, profile),
            read_links(self._router, links, name),
        )
        changed = await together(
            self._limitations.ensure(name, limitation, limitations), self._profiles.ensure(name, profile, profiles)
        )
        made = await ensure_link(self._router, links, name, linked)
        return made or any(changed)

    async def remove(self, name: str) -> bool:
        """Take link, profile and limitation away; False: nothing was there. PeerRefused where a user has it."""
        async with self._one_at_a_time:
            self._terms.pop(name, None)
            return await self.reader.remove(name)

    async def terms(self, name: str) -> Terms:
        """When a plan's time begins and ends; asked at most once a minute."""
        known, until = self._terms.get(name, (Terms(), 0.0))
        return known if self._clock.monotonic() < until else (await self.fresh_terms([name]))[name]

    async def fresh_terms(self, names: Iterable[str]) -> dict[str, Terms]:
        """The same for several plans, as the router has it now."""
        wanted = sorted(set(names))
        found = await together(*(self._profiles.read(name, {"starts-at": "", "validity": ""}) for name in wanted))
        for name, rows in zip(wanted, found, strict=True):
            self._remember(name, _terms(rows[0] if rows else {}))
        return {name: self._terms[name][0] for name in wanted}

    def _remember(self, name: str, terms: Terms) -> None:
        self._terms[name] = (terms, self._clock.monotonic() + REMEMBER_SECONDS)


def _terms(row: Row) -> Terms:
    validity = row.get("validity", "")
    return Terms(row.get("starts-at") == "logon", "" if _endless(validity) else validity)


def _endless(validity: str) -> bool:
    if validity in {"", "unlimited"}:
        return True
    try:
        return not parse_duration(validity)
    except BadInput:
        return False
