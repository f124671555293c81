"""Rejecting, walling and opening an account on a router, as far as every kind of account is brought there alike."""

from collections.abc import Callable

from radiusbridge.domain.accounts import Access, AccessChange, AccountRow
from radiusbridge.domain.errors import PeerRefused
from radiusbridge.gateways.accounts.again import ReadAccount
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros.errors import RouterTrap, TrapKind

_STALE = frozenset({TrapKind.NO_SUCH_ITEM, TrapKind.VALUE_REFUSED, TrapKind.ALREADY_THERE})
"""Refusals that a newer reading may turn into success: a row was made or removed since the last one."""


class RouterAccessWriter:
    """Brings accounts to a wanted access. One writer a server; what a kind of account needs stands in its subclass.

    forget: what is believed of the isolation is over.
    """

    def __init__(self, router: Router, read_account: ReadAccount, forget: Callable[[], None]) -> None:
        self._router = router
        self._read_account = read_account
        self._forget = forget

    async def write(self, account: AccountRow, change: AccessChange) -> bool:
        """Write what differs; False: nothing did. Looks once more where the rows are not what they were.

        Raises PeerRefused: for an account that is gone; before anything is written, for one that cannot be walled
        without loss.
        """
        try:
            return await self._write(account, change)
        except RouterTrap as trap:
            if trap.kind not in _STALE:
                raise
            self._forget()
            fresh = await self._read_account(account.username)
            if fresh is None:
                raise PeerRefused(
                    f"the server has no account {account.username} any more", target=str(self._router.endpoint)
                ) from trap
            return await self._write(fresh, change)

    async def _write(self, account: AccountRow, change: AccessChange) -> bool:
        if change.access is Access.REJECT:
            if not account.disabled:
                await self._disable(account)
            return not account.disabled
        if change.access is Access.WALLED:
            return await self._wall(account, change)
        return await self._open(account, change)

    async def _disable(self, account: AccountRow) -> None:
        raise NotImplementedError

    async def _wall(self, account: AccountRow, change: AccessChange) -> bool:
        raise NotImplementedError

    async def _open(self, account: AccountRow, change: AccessChange) -> bool:
        raise NotImplementedError
