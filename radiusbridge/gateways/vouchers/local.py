"""Vouchers as a hotspot's own users (`/ip/hotspot/user`). One command for each."""

from collections.abc import Mapping, Sequence

from radiusbridge.domain.errors import PeerRefused
from radiusbridge.gateways.accounts.rows import differing, is_yes
from radiusbridge.gateways.routers import Router, together
from radiusbridge.gateways.vouchers.desk import Found, Seen, VoucherTerms, about_login, made_or_there, removed, streamed
from radiusbridge.gateways.vouchers.logins import seconds_of
from radiusbridge.routeros import menus
from radiusbridge.routeros.commands import Value, equal
from radiusbridge.routeros.values import Typed

_USER = menus.HOTSPOT_USER
_PRINT = _USER.command("print")
_ACTIVE = menus.HOTSPOT_ACTIVE.command("print")


class LocalVouchers:
    """A `VoucherDesk`. The user profile is the router's own affair: it has to be there."""

    def __init__(self, router: Router, terms: VoucherTerms) -> None:
        self._router = router
        self._terms = terms
        given: dict[str, Typed] = {"profile": terms.profile.name, "comment": terms.note}
        if terms.server:
            given["server"] = terms.server
        if terms.time_limit is not None:
            given["limit-uptime"] = terms.time_limit
        if terms.data_limit is not None:
            given["limit-bytes-total"] = terms.data_limit
        self._given: dict[str, Value] = _USER.plain(given)

    async def prepare(self) -> None:
        """As the port says."""
        wanted = [(menus.HOTSPOT_USER_PROFILE, self._terms.profile.name, "radiusbridge hotspot profile add")]
        if self._terms.server:
            wanted.append((menus.HOTSPOT, self._terms.server, "see: radiusbridge hotspot server list"))
        for menu, name, hint in wanted:
            if not await self._router.read(menu.command("print"), queries=(equal("name", name),), proplist=("name",)):
                where = str(self._router.endpoint)
                raise PeerRefused(f"{menu.path} has no {name}", target=where, hint=hint)

    async def names(self) -> frozenset[str]:
        """As the port says."""
        rows = await streamed(self._router, _PRINT, ("name",))
        return frozenset(row.get("name", "") for row in rows)

    async def found(self, passwords: Mapping[str, str]) -> dict[str, Found]:
        """As the port says."""
        asked = (".id", "name", "password", "disabled", *self._given)
        rows = await streamed(self._router, _PRINT, asked, equal("comment", self._terms.note))
        found = {}
        for row in rows:
            name = row.get("name", "")
            differs = (*differing(_USER, row, self._given), *about_login(row, passwords.get(name)))
            found[name] = Found(row[".id"], name, differs)
        return found

    async def one(self, name: str, password: str) -> Seen:
        """As the port says: used, where its uptime counts more than nothing, or where it is logged in."""
        asked = (".id", "name", "password", "disabled", "comment", "uptime", *self._given)
        rows, active = await together(
            self._router.read(_PRINT, queries=(equal("name", name),), proplist=asked),
            self._router.read(_ACTIVE, queries=(equal("user", name),), proplist=("user", "radius")),
        )
        given = {key: value for key, value in self._given.items() if key != "comment"}
        for row in rows:
            differs = (*differing(_USER, row, given), *about_login(row, password))
            used = seconds_of(row.get("uptime")) > 0 or any(not is_yes(each.get("radius")) for each in active)
            return Seen(Found(row[".id"], name, differs), row.get("comment", ""), used)
        return Seen()

    async def add(self, name: str, password: str) -> None:
        """As the port says."""
        given = {"name": name, "password": password, **self._given}
        made = self._router.write(_USER.command("add"), given)
        await made_or_there(self._router, made, (_PRINT, "name", name), self._terms.note)

    async def complete(self, found: Found, password: str) -> None:
        """As the port says."""
        wanted: dict[str, Value] = {**self._given, "password": password, "disabled": False}
        changes = {name: wanted[name] for name in found.differs if name in wanted}
        await self._router.write(_USER.command("set"), {".id": found.id, **changes})

    async def remove(self, rows: Sequence[Found]) -> None:
        """As the port says."""
        await removed(self._router, _USER.command("remove"), [row.id for row in rows])
