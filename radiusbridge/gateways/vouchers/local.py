"""Vouchers as a hotspot's own users (`/ip/hotspot/user`). One command for each."""

from collections.abc import Mapping, Sequence

from radiusbridge.domain.errors import PeerRefused
from radiusbridge.gateways.accounts.rows import differing
from radiusbridge.gateways.routers import Router
from radiusbridge.gateways.vouchers.desk import Found, VoucherTerms, about_login, made_or_there, removed, streamed
from radiusbridge.routeros import menus
from radiusbridge.routeros.commands import Value, equal
from radiusbridge.routeros.values import Typed

_USER = menus.HOTSPOT_USER
_PRINT = _USER.command("print")


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
