"""Rows that somebody else may have changed since they were read."""

from collections.abc import Awaitable, Callable

from radiusbridge.domain.accounts import AccountRow
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros.errors import RouterTrap, TrapKind

ReadAccount = Callable[[str], Awaitable[AccountRow | None]]


async def gone_is_fine(router: Router, command: str, identifier: str) -> None:
    """Run a command on one row; a row that is gone already is fine."""
    try:
        await router.write(command, {".id": identifier})
    except RouterTrap as trap:
        if trap.kind is not TrapKind.NO_SUCH_ITEM:
            raise
