"""Bandwidth profiles on User Manager 7: limitation, profile and profile-limitation as one, under one name."""

from collections.abc import Mapping

from radiusbridge.domain.errors import NotAllowed
from radiusbridge.domain.records import Profile, StartsAt
from radiusbridge.domain.values import format_duration
from radiusbridge.gateways.accounts.userman7_rows import (
    LIMITATION,
    PROFILE,
    PROFILE_LIMITATION,
    Row,
    differing,
)
from radiusbridge.gateways.routers import Router, Rows, together
from radiusbridge.routeros.commands import Value, equal
from radiusbridge.routeros.errors import RouterTrap

Properties = Mapping[str, Value]

_ZERO = {"0", "0s", ""}


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
    }


async def ensure_profile(router: Router, profile: Profile) -> bool:
    """Create or complete what makes a profile; False: all was so already."""
    return await ensure_plan(router, profile.name, limitation_of(profile), profile_of(profile))


async def ensure_plan(router: Router, name: str, limitation: Properties, profile: Properties) -> bool:
    """Create or complete limitation, profile and their link, all of one name. Other links stay as they are."""
    limitations, profiles, links = await together(
        read_named(router, LIMITATION, name, limitation),
        read_named(router, PROFILE, name, profile),
        router.read(
            f"{PROFILE_LIMITATION}/print",
            queries=(equal("profile", name),),
            proplist=(".id", "profile", "limitation"),
        ),
    )
    changed = await together(
        ensure_named(router, LIMITATION, name, limitation, limitations),
        ensure_named(router, PROFILE, name, profile, profiles),
    )
    if any(row.get("limitation") == name for row in links):
        return any(changed)
    await _link(router, name)
    return True


async def _link(router: Router, name: str) -> None:
    await router.write(f"{PROFILE_LIMITATION}/add", {"profile": name, "limitation": name})


async def read_named(router: Router, menu: str, name: str, wanted: Properties) -> Rows:
    """The row of that name, as far as it is compared."""
    return await router.read(f"{menu}/print", queries=(equal("name", name),), proplist=(".id", "name", *sorted(wanted)))


async def ensure_named(router: Router, menu: str, name: str, wanted: Properties, rows: Rows) -> bool:
    """Add the row, or set what differs in it; False: nothing had to be written.

    rows: what was read of it. A refused `add` is looked at again: the reply to an earlier one may have been lost.
    """
    if not rows:
        try:
            await router.write(f"{menu}/add", {"name": name, **_worth_adding(wanted)})
        except NotAllowed:
            raise
        except RouterTrap:
            rows = await read_named(router, menu, name, wanted)
            if not rows:
                raise
        else:
            return True
    return await set_differing(router, menu, rows[0], wanted)


def _worth_adding(wanted: Properties) -> dict[str, Value]:
    """A new row has the defaults; zeros need not be sent."""
    return {name: value for name, value in wanted.items() if str(value) not in _ZERO or isinstance(value, bool)}


async def set_differing(router: Router, menu: str, row: Row, wanted: Properties) -> bool:
    """Set what differs in a row; False: nothing did."""
    changes = differing(menu, row, wanted)
    if changes:
        await router.write(f"{menu}/set", {".id": row[".id"], **changes})
    return bool(changes)
