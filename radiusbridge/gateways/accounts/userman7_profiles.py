"""Bandwidth profiles on User Manager 7: limitation, profile and profile-limitation as one, under one name."""

from radiusbridge.domain.records import Profile, StartsAt
from radiusbridge.domain.values import format_duration
from radiusbridge.gateways.accounts.links import ensure_link, read_links
from radiusbridge.gateways.accounts.named import NamedRows
from radiusbridge.gateways.accounts.profile_rows import ProfileMenus
from radiusbridge.gateways.accounts.rows import Properties
from radiusbridge.gateways.routers import Router, together
from radiusbridge.routeros import menus
from radiusbridge.routeros.commands import Value

MENUS = ProfileMenus(
    menus.UM_LIMITATION,
    menus.UM_PROFILE,
    menus.UM_PROFILE_LIMITATION,
    menus.UM_USER_PROFILE,
    ("user",),
    "profile",
    "rate-limit-burst-threshold",
    ("starts-when", {"assigned": StartsAt.ASSIGNED, "first-auth": StartsAt.FIRST_LOGIN}),
    # a limitation of 7 has neither: they are attributes of each user
    elsewhere=("pool", "address_list"),
    by_hand=("download-limit", "upload-limit", "rate-limit-min-rx", "rate-limit-min-tx"),
)
"""Where User Manager 7 keeps what makes a profile."""


def limitation_of(profile: Profile) -> dict[str, Value]:
    """The limitation's properties; rx is what the router receives, so the customer's upload. 0: none."""

    def burst_time() -> str:
        return format_duration(profile.burst_time or 0)

    wanted: dict[str, Value] = {
        "rate-limit-rx": profile.rate_up,
        "rate-limit-tx": profile.rate_down,
        "rate-limit-burst-rx": profile.burst_up or 0,
        "rate-limit-burst-tx": profile.burst_down or 0,
        "rate-limit-burst-threshold-rx": profile.burst_threshold_up or 0,
        "rate-limit-burst-threshold-tx": profile.burst_threshold_down or 0,
        "rate-limit-burst-time-rx": burst_time(),
        "rate-limit-burst-time-tx": burst_time(),
        "transfer-limit": profile.data_quota or 0,
        "uptime-limit": format_duration(profile.time_quota or 0),
    }
    if profile.priority is not None:
        wanted["rate-limit-priority"] = profile.priority
    return wanted


def profile_of(profile: Profile) -> dict[str, Value]:
    """The profile's properties."""
    return {
        "validity": format_duration(profile.validity) if profile.validity else "unlimited",
        "starts-when": "first-auth" if profile.starts_at is StartsAt.FIRST_LOGIN else "assigned",
        "price": profile.price,
        "override-shared-users": profile.shared_users,
    }


async def ensure_profile(router: Router, profile: Profile) -> bool:
    """Create or complete what makes a profile; False: all was so already."""
    return await ensure_plan(router, profile.name, limitation_of(profile), profile_of(profile))


async def ensure_plan(router: Router, name: str, limitation: Properties, profile: Properties) -> bool:
    """Create or complete limitation, profile and their link, all of one name. Other links stay as they are."""
    limitations, profiles = NamedRows(router, menus.UM_LIMITATION), NamedRows(router, menus.UM_PROFILE)
    links = menus.UM_PROFILE_LIMITATION
    limitation_rows, profile_rows, link_rows = await together(
        limitations.read(name, limitation),
        profiles.read(name, profile),
        read_links(router, links, name),
    )
    changed = await together(
        limitations.ensure(name, limitation, limitation_rows), profiles.ensure(name, profile, profile_rows)
    )
    linked = await ensure_link(router, links, name, link_rows)
    return linked or any(changed)
