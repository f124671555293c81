"""Refused dials, as a NAS's log tells them: followed once for all who wait, and only while somebody does."""

import asyncio

from radiusbridge.domain.refusals import RefusalCause, read_line
from radiusbridge.domain.text import safe
from radiusbridge.gateways.following import LOG
from radiusbridge.gateways.routers import Router

REFUSALS = frozenset({RefusalCause.REJECTED, RefusalCause.DISABLED, RefusalCause.UNKNOWN_USER})
"""Causes that speak of the account. A RADIUS server that was silent, a session that is up already or an exhausted pool
would not refuse the next dial."""
PRINT_SECONDS = 30.0
_PROPERTIES = (".id", "topics", "message")

Waiter = tuple[str, asyncio.Future[str]]


class RefusedDials:
    """The log of one router, while somebody waits for a line of it."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._waiters: set[Waiter] = set()
        self._following: asyncio.Task[None] | None = None

    async def of(self, username: str, seconds: float) -> str:
        """The line of a dial of that name that is refused from now on; empty: none came. Errors as `Router.read`."""
        waiter: Waiter = (username, asyncio.get_running_loop().create_future())
        self._waiters.add(waiter)
        if self._following is None:
            self._following = asyncio.create_task(self._follow(), name=f"dials at {self._router.endpoint.name}")
        try:
            await asyncio.wait([waiter[1]], timeout=seconds)
            return waiter[1].result() if waiter[1].done() else ""
        finally:
            self._waiters.discard(waiter)
            if not self._waiters:
                self.close()

    def close(self) -> None:
        """Follow no more; whoever waits gets nothing."""
        following, self._following = self._following, None
        if following is not None:
            following.cancel()

    async def _follow(self) -> None:
        try:
            await self._lines()
        except Exception as error:  # whatever it is, it is theirs who wait
            for _, future in self._waiters:
                if not future.done():
                    future.set_exception(error)
                    future.exception()  # one who gave up just now has no use for it
        finally:
            if self._following is asyncio.current_task():
                self._following = None

    async def _lines(self) -> None:
        connection = await self._router.connected()
        async with connection.listen(LOG, proplist=_PROPERTIES) as lines:
            buffered = await connection.call(f"{LOG}/print", proplist=(".id",), deadline=PRINT_SECONDS)
            # what the log held before is told by some routers as if it came now
            known = {row.get(".id", "") for row in buffered.rows}
            async for row in lines:
                if row.get(".id", "") not in known and "message" in row:
                    self._told(row.get("topics", ""), row["message"])

    def _told(self, topics: str, message: str) -> None:
        found = read_line(topics, message)
        if found is None or found.cause not in REFUSALS:
            return
        for username, future in self._waiters:
            if username == found.username and not future.done():
                future.set_result(safe(message, 200))
