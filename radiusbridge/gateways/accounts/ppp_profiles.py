"""Bandwidth profiles as `/ppp/profile` rows, and the isolation's.

A row has rates, pool, address list and whether there may be one session only. Validity and price are the database's
alone. What a profile of ours says nothing of and a session needs (the router's own address, DNS servers, a pool) is
taken over from the default profile of the PPPoE server when the row is made, and is the router's affair from then on.
"""

import asyncio
from collections.abc import Mapping

from radiusbridge.domain.errors import BadInput, PeerRefused
from radiusbridge.domain.profiles import ProfileRow
from radiusbridge.domain.records import Profile, Server, Service, StartsAt
from radiusbridge.gateways.accounts import aside
from radiusbridge.gateways.accounts.again import gone_is_fine
from radiusbridge.gateways.accounts.named import NamedRows
from radiusbridge.gateways.accounts.ppp_rates import merged, parse
from radiusbridge.gateways.accounts.profile_rows import listed
from radiusbridge.gateways.accounts.rows import Row, is_yes
from radiusbridge.gateways.routers import Router, Rows, together
from radiusbridge.routeros import menus
from radiusbridge.routeros.commands import Value, equal

ELSEWHERE = ("validity", "starts_at", "price", "time_quota", "data_quota")
"""Fields that the router has no place for."""
INHERITED = ("local-address", "remote-address", "dns-server")
_PROPERTIES = (".id", "name", "rate-limit", "address-list", "remote-address", "only-one", "default")
_PRINT = menus.PPP_PROFILE.command("print")
_SECRETS = menus.PPP_SECRET.command("print")
_SERVERS = menus.PPPOE_SERVER.command("print")


def refuse_beyond(profile: Profile, target: str) -> None:
    """BadInput for a profile that promises what no router keeps here. Validity and price are kept in the database."""
    beyond = (
        (profile.service is not Service.PPPOE, "is of a hotspot, whose users are no PPP secrets"),
        (profile.shared_users != 1, f"allows {profile.shared_users} sessions: a PPP profile knows one or any number"),
        (profile.starts_at is StartsAt.FIRST_LOGIN, "starts at the first login, which PPP secrets do not tell"),
        (bool(profile.time_quota or profile.data_quota), "has a quota, which PPP secrets do not count"),
    )
    for fails, words in beyond:
        if fails:
            raise BadInput(
                f"profile {profile.name} {words}",
                target=target,
                hint="give customers of PPP secrets another profile, or serve them from User Manager",
            )


class PppProfiles:
    """The profiles of one router, and the isolation's among them."""

    def __init__(self, router: Router, server: Server) -> None:
        self._router = router
        self.isolation = server.isolation_name
        self.pool = server.isolation_pool
        self._rate = server.isolation_rate
        self._rows = NamedRows(router, menus.PPP_PROFILE, sparse=False)
        self._there = False
        self._ensuring = asyncio.Lock()

    async def ensure(self, profile: Profile) -> bool:
        """Create or complete the row; False: all was so already. BadInput for one that no row can carry."""
        refuse_beyond(profile, str(self._router.endpoint))
        wanted: dict[str, Value] = {"rate-limit": "", "only-one": "yes"}
        if profile.pool is not None:
            wanted["remote-address"] = profile.pool
        if profile.address_list is not None:
            wanted["address-list"] = profile.address_list
        rows = await self._rows.read(profile.name, wanted)
        wanted["rate-limit"] = merged(profile, rows[0].get("rate-limit", "") if rows else "")
        return await self._made(profile.name, wanted, rows)

    async def _made(self, name: str, wanted: Mapping[str, Value], rows: Rows) -> bool:
        if not rows:
            wanted = {**await self._inherited(), **wanted}
        return await self._rows.ensure(name, wanted, rows)

    async def _inherited(self) -> dict[str, Value]:
        """What sessions need besides, from the default profile of the first PPPoE server that serves."""
        servers, profiles = await together(
            self._router.read_all(_SERVERS, proplist=("default-profile", "disabled")),
            self._router.read_all(_PRINT, proplist=("name", *INHERITED)),
        )
        names = [row.get("default-profile", "") for row in servers if not is_yes(row.get("disabled"))]
        usual = next((row for row in profiles if row.get("name") == (names or ["default"])[0]), {})
        return {name: usual[name] for name in INHERITED if usual.get(name)}

    def forget(self) -> None:
        """Look at the isolation's row again before its next use."""
        self._there = False

    async def ensure_isolation(self) -> None:
        """Create or complete the isolation's row, unless that was done in this process."""
        if self._there:
            return
        async with self._ensuring:
            if not self._there:
                await self._ensure_isolation()
                self._there = True

    async def _ensure_isolation(self) -> bool:
        wanted: dict[str, Value] = {"address-list": self.isolation}
        if self._rate:
            wanted["rate-limit"] = f"{self._rate}/{self._rate}"
        if self.pool:
            wanted["remote-address"] = self.pool
        rows = await self._rows.read(self.isolation, wanted)
        if rows and self._rate and _rates(rows[0].get("rate-limit", "")) == (self._rate, self._rate):
            wanted.pop("rate-limit")  # the same rate, written in another way
        return await self._made(self.isolation, wanted, rows)

    async def all(self) -> tuple[ProfileRow, ...]:
        """Every profile, by name; of the router's two own ones those that a secret has."""
        own = (equal("profile", "default"), equal("profile", "default-encryption"), "?#|")
        rows, secrets = await together(
            self._router.read_all(_PRINT, proplist=_PROPERTIES),
            self._router.read_all(_SECRETS, among=own, proplist=("profile",)),
        )
        used = {row.get("profile", "") for row in secrets}
        shown = [row for row in rows if not is_yes(row.get("default")) or row.get("name") in used]
        return tuple(sorted(map(_row, shown), key=lambda row: row.name))

    async def one(self, name: str) -> ProfileRow | None:
        """The profile of that name; None: there is none."""
        rows = await self._router.read_of(_PRINT, ("name",), (name,), proplist=_PROPERTIES)
        return _row(rows[0]) if rows else None

    async def users(self, name: str) -> tuple[str, ...]:
        """The secrets that have it, or go back to it once their customers are let in again, each once, by name."""
        rows = await self._router.read_of(
            _SECRETS, ("profile",), {name, self.isolation}, proplist=("name", "profile", "comment")
        )
        users = {row.get("name", "") for row in rows if row.get("profile") == name or _kept(row) == name}
        return tuple(sorted(users))

    async def remove(self, name: str) -> bool:
        """Take the row away; False: there was none. PeerRefused where a secret or a PPPoE server has it."""
        rows = await self._router.read_of(_PRINT, ("name",), (name,), proplist=(".id", "name"))
        if not rows:
            return False
        users = await self.users(name)
        servers = await self._router.read_all(_SERVERS, proplist=("service-name", "default-profile"))
        serving = [row.get("service-name", "") for row in servers if row.get("default-profile") == name]
        if users or serving:
            who = listed(users) if users else f"the PPPoE server {serving[0]}"
            raise PeerRefused(
                f"profile {name} is used by {who}",
                target=str(self._router.endpoint),
                hint="give them another one first",
            )
        await gone_is_fine(self._router, menus.PPP_PROFILE.command("remove"), rows[0][".id"])
        return True


def _rates(text: str) -> tuple[object, object]:
    values = parse(text).values
    return values["rate_up"], values["rate_down"]


def _kept(row: Row) -> str:
    return aside.kept_plan(aside.read(row.get("comment", ""))[1])


def _row(row: Row) -> ProfileRow:
    limit = parse(row.get("rate-limit", ""))
    profile = Profile(
        row.get("name", ""),
        pool=row.get("remote-address") or None,
        address_list=row.get("address-list") or None,
        **limit.values,
    )
    odd = limit.odd if row.get("only-one") == "yes" else (*limit.odd, ("shared_users", "unlimited"))
    extras = (f"limit-at is {limit.minimum}",) if limit.minimum else ()
    return ProfileRow(profile, odd, ELSEWHERE, (), extras)
