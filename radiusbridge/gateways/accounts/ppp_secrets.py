"""The rows of `/ppp/secret`: looked up, added, set. What both writers of this gateway stand on."""

from radiusbridge.gateways.accounts.ppp_rows import SECRET_PROPERTIES, SERVICE, chosen
from radiusbridge.gateways.accounts.rows import Properties, Row
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros import menus


class Secrets:
    """The secrets of one router by which PPPoE customers are let in."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def look(self, username: str, *also: str) -> Row | None:
        """The secret of that name, with some properties more than `read_account` needs; None: there is none."""
        rows = await self._router.read_of(
            menus.PPP_SECRET.command("print"), ("name",), (username,), proplist=(*SECRET_PROPERTIES, *also)
        )
        return chosen(rows)

    async def add(self, username: str, given: Properties) -> None:
        """Add one for PPPoE."""
        await self._router.write(menus.PPP_SECRET.command("add"), {"name": username, "service": SERVICE, **given})

    async def set(self, identifier: str, changes: Properties) -> None:
        """Change one."""
        await self._router.set_row(menus.PPP_SECRET.command("set"), identifier, changes)

    async def unset(self, identifier: str, name: str) -> None:
        """Take a value away that cannot be empty: an address."""
        await self._router.write(menus.PPP_SECRET.command("unset"), {"numbers": identifier, "value-name": name})
