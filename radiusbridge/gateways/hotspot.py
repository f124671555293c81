"""The lists of a router's hotspot (`/ip/hotspot`): read, and changed row by row.

Rows are found by what they are called and never by a name in place of an `.id`, since a user may be called `*1A`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from radiusbridge.domain.errors import BadInput, PeerRefused
from radiusbridge.domain.hotspot import HotspotRow, Listing, Value, read_terms
from radiusbridge.domain.speeds import checked_rate_limit
from radiusbridge.gateways.accounts.again import gone_is_fine
from radiusbridge.gateways.accounts.rows import differing
from radiusbridge.gateways.routers import Router, Rows
from radiusbridge.routeros import menus
from radiusbridge.routeros.commands import Value as Sent
from radiusbridge.routeros.errors import RouterTrap, TrapKind
from radiusbridge.routeros.schema import Menu
from radiusbridge.routeros.values import Typed

Values = Mapping[str, Typed]
"""What a row is to have, by property."""
READ_SECONDS = 60.0
"""For a list: a seller of vouchers has tens of thousands of users."""
PASSWORD, SCRIPT, RATE = "password", "on-login", "rate-limit"


@dataclass(frozen=True, slots=True)
class _List:
    """A menu, the properties that a row is called by (the first that it has), and those that can be written."""

    menu: Menu
    called: tuple[str, ...]
    written: frozenset[str] = frozenset()


_USER = "server name password address mac-address profile email limit-uptime limit-bytes-in limit-bytes-out"
_PROFILE = "name address-pool session-timeout idle-timeout keepalive-timeout shared-users add-mac-cookie"
LISTS: Mapping[Listing, _List] = MappingProxyType(
    {
        Listing.SERVER: _List(menus.HOTSPOT, ("name",), frozenset({"disabled"})),
        Listing.USER: _List(
            menus.HOTSPOT_USER, ("name",), frozenset(f"{_USER} limit-bytes-total disabled comment".split())
        ),
        Listing.PROFILE: _List(
            menus.HOTSPOT_USER_PROFILE,
            ("name",),
            frozenset(f"{_PROFILE} mac-cookie-timeout rate-limit address-list parent-queue on-login".split()),
        ),
        Listing.ACTIVE: _List(menus.HOTSPOT_ACTIVE, ("user",)),
        Listing.HOST: _List(menus.HOTSPOT_HOST, ("mac-address",)),
        Listing.COOKIE: _List(menus.HOTSPOT_COOKIE, ("user",)),
        Listing.BINDING: _List(
            menus.HOTSPOT_BINDING,
            ("mac-address", "address"),
            frozenset(["mac-address", "address", "to-address", "server", "type", "disabled", "comment"]),
        ),
    }
)
_NOTHING: dict[str, Sent] = {
    "mac-address": "00:00:00:00:00:00",
    **dict.fromkeys(("limit-bytes-in", "limit-bytes-out", "limit-bytes-total"), 0),
    **dict.fromkeys(("limit-uptime", "session-timeout"), "0s"),
}
"""What takes a value away where empty text is none of its kind."""
NEVER_ASKED = frozenset({PASSWORD})
"""What a list does not ask for."""


@dataclass(frozen=True, slots=True)
class Hotspot:
    """Of one NAS. Every method raises as `Router.read` or `Router.write`; a router without these menus refuses, with a
    hint that says so."""

    nas: str
    router: Router

    async def rows(self, listing: Listing) -> tuple[HotspotRow, ...]:
        """A whole list."""
        return self._made(listing, await self._print(listing, ()))

    async def find(self, listing: Listing, name: str) -> tuple[HotspotRow, ...]:
        """The rows that are called so; several users of one name may be there, for several servers."""
        called = LISTS[listing].called
        by = (
            (*called, "mac-address", "address") if listing in {Listing.ACTIVE, Listing.HOST, Listing.COOKIE} else called
        )
        rows: dict[str, dict[str, str]] = {}
        for each in dict.fromkeys(by):
            if each in LISTS[listing].menu.properties:
                rows |= {row[".id"]: row for row in await self._print(listing, (f"?{each}={name}",))}
        return self._made(listing, list(rows.values()))

    async def get(self, listing: Listing, identifier: str) -> HotspotRow | None:
        """The row with that `.id`."""
        rows = self._made(listing, await self._print(listing, (f"?.id={identifier}",)))
        return rows[0] if rows else None

    async def add(self, listing: Listing, wanted: Values) -> str:
        """Make a row; its `.id`."""
        made = await self.router.write(LISTS[listing].menu.command("add"), plain(listing, wanted))
        return made or ""

    async def change(self, listing: Listing, identifier: str, wanted: Values) -> None:
        """Set properties of a row; empty text takes a value back to its default where the menu can."""
        menu, sent = LISTS[listing].menu, plain(listing, wanted)
        await self.router.write(menu.command("set"), {".id": identifier, **sent})

    async def remove(self, listing: Listing, identifier: str) -> None:
        """Take a row away; one that is gone already is fine."""
        await gone_is_fine(self.router, LISTS[listing].menu.command("remove"), identifier)

    async def reset_counters(self, identifier: str) -> None:
        """Let a local user's usage count from zero (`/ip/hotspot/user/reset-counters`)."""
        await self.router.write(menus.HOTSPOT_USER.command("reset-counters"), {".id": identifier})

    async def script(self, identifier: str) -> str:
        """The on-login script of a user profile."""
        rows = await self.router.read(
            menus.HOTSPOT_USER_PROFILE.command("print"), queries=(f"?.id={identifier}",), proplist=(".id", SCRIPT)
        )
        return rows[0].get(SCRIPT, "") if rows else ""

    async def differs(self, listing: Listing, identifier: str, wanted: Values) -> tuple[str, ...] | None:
        """The properties that are not as wanted, read back; None: there is no such row. A password that the router
        hides is told as `password?`."""
        menu = LISTS[listing].menu
        sent = plain(listing, wanted)
        rows = await self.router.read(
            menu.command("print"), queries=(f"?.id={identifier}",), proplist=(".id", *sent), seconds=READ_SECONDS
        )
        if not rows:
            return None
        found = differing(menu, rows[0], sent)
        shown = rows[0].get(PASSWORD, "")
        hidden = PASSWORD in found and not shown.strip("*") and bool(sent.get(PASSWORD))
        return tuple(f"{name}?" if name == PASSWORD and hidden else name for name in found)

    async def _print(self, listing: Listing, queries: tuple[str, ...]) -> Rows:
        menu = LISTS[listing].menu
        asked = tuple(name for name in menu.proplist if name not in NEVER_ASKED)
        try:
            return await self.router.read(menu.command("print"), queries=queries, proplist=asked, seconds=READ_SECONDS)
        except RouterTrap as trap:
            if trap.kind is not TrapKind.NO_SUCH_COMMAND:
                raise
            raise PeerRefused(
                f"this router has no {menu.path}",
                target=str(self.router.endpoint),
                hint="its hotspot package is missing or disabled (/system/package)",
            ) from trap

    def _made(self, listing: Listing, rows: Rows) -> tuple[HotspotRow, ...]:
        known = LISTS[listing]
        made = []
        for row in rows:
            typed = known.menu.row(row)
            values = {
                name.replace("-", "_").lower(): _value(typed[name]) if name in row else None
                for name in known.menu.properties
                if name not in NEVER_ASKED
            }
            if listing is Listing.PROFILE:
                values |= _sold(row.get(SCRIPT, ""))
            name = next((row[each] for each in known.called if row.get(each)), "")
            made.append(HotspotRow(self.nas, listing, row.get(".id", ""), name, MappingProxyType(values)))
        return tuple(made)


def plain(listing: Listing, wanted: Values) -> dict[str, Sent]:
    """The values as they are sent. BadInput for what cannot be written, or is no such value."""
    known = LISTS[listing]
    for name in wanted:
        if name not in known.written:
            raise BadInput(f"{known.menu.path} has no property {name} that can be written")
    if wanted.get("name") == "":
        raise BadInput(f"a {listing} needs a name")
    if wanted.get(RATE):
        checked_rate_limit(str(wanted[RATE]))
    empty = {name: _NOTHING.get(name, "") for name, value in wanted.items() if value == ""}
    return {**known.menu.plain({name: value for name, value in wanted.items() if value != ""}), **empty}


def _sold(script: str) -> dict[str, Value]:
    """What stands for the script in a row: whether there is one, and the terms that it begins with."""
    terms = read_terms(script)
    found: dict[str, Value] = {"on_login": bool(script), "expiry": None, "price": None, "validity": None}
    if terms is not None:
        found |= {"expiry": terms.expiry, "price": terms.price, "validity": terms.validity or None}
    return found


def _value(typed: Typed) -> Value:
    return typed if isinstance(typed, str | int | float | bool) else str(typed)
