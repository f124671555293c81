"""A router's own users, `/ppp/secret` and `/ip/hotspot/user`, as they are taken over; nothing is written there."""

from collections.abc import Mapping
from dataclasses import dataclass

from radiusbridge.domain.local_users import LocalMenu, LocalUser, LocalUsers
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.routers import Router
from radiusbridge.gateways.vouchers.desk import streamed
from radiusbridge.routeros import menus


@dataclass(frozen=True, slots=True)
class _Menu:
    users: str
    profiles: str
    properties: tuple[str, ...]
    address: str
    caller_id: str


_MENUS: Mapping[LocalMenu, _Menu] = {
    LocalMenu.PPP: _Menu(
        menus.PPP_SECRET.command("print"),
        "/ppp/profile/print",
        ("name", "password", "service", "profile", "remote-address", "caller-id", "routes", "comment", "disabled"),
        "remote-address",
        "caller-id",
    ),
    LocalMenu.HOTSPOT: _Menu(
        menus.HOTSPOT_USER.command("print"),
        menus.HOTSPOT_USER_PROFILE.command("print"),
        ("name", "password", "profile", "address", "mac-address", "comment", "disabled", "default"),
        "address",
        "mac-address",
    ),
}
_UNLIMITED = frozenset({"0", "0/0"})
_NO_MAC = "00:00:00:00:00:00"


async def read_local_users(router: Router, menu: LocalMenu) -> LocalUsers:
    """All of them, but for the router's own row for trials. Raises as `Router.read`."""
    found = _MENUS[menu]
    profiles = await router.read(found.profiles, proplist=("name", "rate-limit"))
    limits = {row.get("name", ""): row.get("rate-limit", "").split() for row in profiles}
    rows = [row for row in await streamed(router, found.users, found.properties) if not is_yes(row.get("default"))]
    users = tuple(_user(found, row, limits) for row in rows)
    bursts = tuple(sorted(name for name, parts in limits.items() if len(parts) > 1))
    return LocalUsers(users, bursts, bool(rows) and not any("password" in row for row in rows))


def _user(menu: _Menu, row: Mapping[str, str], limits: Mapping[str, list[str]]) -> LocalUser:
    profile, mac = row.get("profile", ""), row.get(menu.caller_id, "")
    password = row.get("password")
    return LocalUser(
        row.get("name", ""),
        Secret(password) if password else None,
        profile,
        next((rate for rate in limits.get(profile, ())[:1] if rate not in _UNLIMITED), ""),
        row.get("service", ""),
        row.get(menu.address, ""),
        "" if mac == _NO_MAC else mac,
        row.get("routes", ""),
        row.get("comment", ""),
        is_yes(row.get("disabled")),
    )
