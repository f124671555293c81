"""Which generation of User Manager a router has, told from what it answers."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from radiusbridge.domain.errors import NotSuchPeer
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.kinds import USERMAN6 as USERMAN6
from radiusbridge.gateways.accounts.kinds import USERMAN7 as USERMAN7
from radiusbridge.gateways.routers import Router, together
from radiusbridge.routeros import menus, menus6
from radiusbridge.routeros.errors import RouterTrap, TrapKind

_PROBES = {
    USERMAN7: (menus.USER_MANAGER.command("print"), "enabled"),
    USERMAN6: (menus6.UM_CUSTOMER.command("print"), "login"),
}
_MAJOR = re.compile(r"([0-9]{1,3})\.")


@dataclass(frozen=True, slots=True)
class Generation:
    """What answers: its kind, and the router's version as it tells it."""

    kind: str
    version: str

    def __str__(self) -> str:
        return f"User Manager of RouterOS {self.kind[-1]} ({safe(self.version, 40) or 'version unknown'})"


async def told(router: Router, known: Generation | None = None) -> Generation:
    """The generation that answers there; the one that is known, while the router's version is the same.

    NotSuchPeer where no User Manager answers; otherwise as `Router.read`.
    """
    rows = await router.read(menus.SYSTEM_RESOURCE.command("print"), proplist=("version",))
    version = rows[0].get("version", "") if rows else ""
    if known is not None and version and known.version == safe(version, 60):
        return known
    for kind in _likely(version):
        if await has(router, kind):
            return Generation(kind, version)
    raise NotSuchPeer(
        f"no User Manager answers on RouterOS {safe(version, 40) or 'of unknown version'}",
        target=str(router.endpoint),
        hint="install or enable the extra package user-manager of the router's own version, and reboot",
    )


def _likely(version: str) -> tuple[str, ...]:
    """The kinds to ask for, by the version; both where it cannot be read."""
    major = _MAJOR.match(version)
    if major is None:
        return USERMAN7, USERMAN6
    return (USERMAN7,) if int(major[1]) >= 7 else (USERMAN6,)


async def has(router: Router, kind: str) -> bool:
    """Whether the menus of that generation are there; a menu that refuses us for another reason is."""
    command, name = _PROBES[kind]
    try:
        await router.read(command, proplist=(name,))
    except RouterTrap as trap:
        return trap.kind is not TrapKind.NO_SUCH_COMMAND
    return True


@asynccontextmanager
async def expected(router: Router, kind: str) -> AsyncIterator[None]:
    """Ask as that kind; where its menus are missing because the other generation answers, say so (NotSuchPeer)."""
    try:
        yield
    except RouterTrap as trap:
        if trap.kind is not TrapKind.NO_SUCH_COMMAND:
            raise
        other = USERMAN6 if kind == USERMAN7 else USERMAN7
        there, rows = await together(
            _rows_if_has(router, other), router.read(menus.SYSTEM_RESOURCE.command("print"), proplist=("version",))
        )
        if not there:
            raise
        found = Generation(other, rows[0].get("version", "") if rows else "")
        raise mismatch(router, kind, found) from trap


async def _rows_if_has(router: Router, kind: str) -> list[dict[str, str]]:
    return [{}] if await has(router, kind) else []


def mismatch(router: Router, kind: str, found: Generation) -> NotSuchPeer:
    """The error for a server that is recorded as one kind and answers as another."""
    return NotSuchPeer(
        f"it answers as {found}, and is recorded as {kind}",
        target=str(router.endpoint),
        hint=f"radiusbridge server edit {router.endpoint.name} --kind {found.kind}",
    )
