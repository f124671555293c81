"""The users of a router's list, whoever made them, as a census of vouchers needs them: one print, without passwords."""

from collections.abc import Callable
from typing import Protocol

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.vouchers.census import Counted
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.routers import Router, Rows
from radiusbridge.gateways.vouchers.desk import streamed
from radiusbridge.routeros import menus
from radiusbridge.routeros.values import parse_duration, parse_size

_LOCAL = ("name", "comment", "profile", "limit-uptime", "limit-bytes-total", "disabled", "default")


class Census(Protocol):
    """Reads a list."""

    async def read(self) -> tuple[Counted, ...]:
        """All users. Raises as `Router.read`."""
        ...


class LocalCensus:
    """Of a hotspot's own users."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def read(self) -> tuple[Counted, ...]:
        """All. Raises as `Router.read`."""
        rows = await streamed(self._router, menus.HOTSPOT_USER.command("print"), _LOCAL)
        return tuple(_local(row) for row in rows if not is_yes(row.get("default")))


def _local(row: dict[str, str]) -> Counted:
    return Counted(
        row.get("name", ""),
        row.get("comment", ""),
        row.get("profile", "default"),
        _number(parse_duration, row.get("limit-uptime", "")),
        _number(parse_size, row.get("limit-bytes-total", "")),
        is_yes(row.get("disabled")),
    )


def _number(parse: Callable[[str], float], text: str) -> int:
    try:
        return int(parse(text or "0"))
    except BadInput:
        return -1  # it is something, and nothing that we wrote


class UserManagerCensus:
    """Of a User Manager's users, of RouterOS 6 or 7."""

    def __init__(self, router: Router, six: bool) -> None:
        self._router = router
        self._path = "/tool/user-manager/user" if six else menus.UM_USER.path
        self._name = "username" if six else "name"

    async def read(self) -> tuple[Counted, ...]:
        """All. Raises as `Router.read`."""
        rows: Rows = await streamed(self._router, f"{self._path}/print", (self._name, "comment", "disabled"))
        return tuple(
            Counted(row.get(self._name, ""), row.get("comment", ""), disabled=is_yes(row.get("disabled")))
            for row in rows
        )
