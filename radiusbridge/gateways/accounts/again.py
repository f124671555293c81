"""Writing to rows that somebody else may have changed: one more look where the router says that they are not there."""

from collections.abc import Awaitable, Callable

from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.errors import PeerRefused
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros.errors import RouterTrap, TrapKind

ReadAccount = Callable[[str], Awaitable[AccountRow | None]]
WriteAccount = Callable[[AccountRow], Awaitable[bool]]

_STALE = frozenset({TrapKind.NO_SUCH_ITEM, TrapKind.VALUE_REFUSED, TrapKind.ALREADY_THERE})
"""Refusals that a newer reading may turn into success: a row was made or removed since the last one."""


async def with_fresh_rows(
    router: Router, account: AccountRow, write: WriteAccount, read: ReadAccount, forget: Callable[[], None]
) -> bool:
    """Write to the account; where its rows are not what they were, `forget`, read it anew and write once more.

    Returns what `write` did. Raises what it raises, and PeerRefused for an account that is gone.
    """
    try:
        return await write(account)
    except RouterTrap as trap:
        if trap.kind not in _STALE:
            raise
        forget()
        fresh = await read(account.username)
        if fresh is None:
            raise PeerRefused(
                f"the server has no account {account.username} any more", target=str(router.endpoint)
            ) from trap
        return await write(fresh)


async def gone_is_fine(router: Router, command: str, identifier: str) -> None:
    """Run a command on one row; a row that is gone already is fine."""
    try:
        await router.write(command, {".id": identifier})
    except RouterTrap as trap:
        if trap.kind is not TrapKind.NO_SUCH_ITEM:
            raise
