"""The last refusal of each user: collected from logs, kept in the database, shown where somebody asks why."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.refusals import Refusal, RefusalCause, later
from radiusbridge.services.context import Context

KEEP = 90 * 86_400
"""Seconds that a refusal is kept."""
MOST = 50_000
"""Users whose refusals are kept: guessing names must not fill the database."""
WRITE_EVERY = 2.0
"""Seconds that refusals may wait in memory, so that many share a transaction."""
WAITING = 5_000
"""Users whose refusals may wait in memory; more are counted and dropped."""
TIDY_EVERY = 3_600.0

WORDS = {
    RefusalCause.WRONG_PASSWORD: "wrong password",
    RefusalCause.DISABLED: "the account is disabled",
    RefusalCause.SHARED_USERS: "all its sessions are in use",
    RefusalCause.CALLER_ID: "another device than the one that it is locked to",
    RefusalCause.NO_PLAN: "no plan in force",
    RefusalCause.EXPIRED: "the plan is over",
    RefusalCause.LIMIT: "time or data of the plan are used up",
    RefusalCause.UNKNOWN_USER: "the server does not know the user",
    RefusalCause.METHOD: "the authentication method is not allowed",
    RefusalCause.LICENCE: "the server's licence allows no more sessions",
    RefusalCause.NO_ANSWER: "the RADIUS server did not answer the NAS",
    RefusalCause.NO_ADDRESS: "there was no address for the customer",
    RefusalCause.REJECTED: "refused; the log does not say why",
}
"""A cause as people read it."""


async def last(context: Context, server_id: int, username: str) -> Refusal | None:
    """The last refusal of a user at a server; None: none is known."""
    return await context.database.read(lambda unit: unit.refusals.last(server_id, username))


@dataclass(slots=True)
class Book:
    """Collects refusals and logins until they are written. dropped: refusals that there was no room for."""

    context: Context
    dropped: int = 0
    noted: int = 0
    _refusals: dict[tuple[int, str], Refusal] = field(default_factory=dict)
    _logins: dict[tuple[int, str], datetime] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def refused(self, refusal: Refusal) -> None:
        """Note a refusal."""
        known = self._refusals.get(refusal.key)
        if known is None and len(self._refusals) >= WAITING:
            self.dropped += 1
            return
        self.noted += 1
        self._refusals[refusal.key] = later(known, refusal)
        self._news.set()

    def entered(self, server_id: int, username: str, at: datetime) -> None:
        """Note that a session of that name was seen."""
        if len(self._logins) < MOST:
            self._logins[server_id, username] = at
            self._news.set()

    async def run(self) -> None:
        """Write what was noted, and tidy up, until cancelled; what waits then is written still."""
        tidied = -TIDY_EVERY
        clock = self.context.clock
        try:
            while True:
                await self._news.wait()
                await clock.sleep(WRITE_EVERY)
                await self.write()
                if clock.monotonic() - tidied >= TIDY_EVERY:
                    await self.tidy()
                    tidied = clock.monotonic()
        finally:
            await asyncio.shield(self.write())

    async def write(self) -> None:
        """Write what waits. What cannot be written waits on."""
        refusals, logins = self._refusals, self._logins
        if not refusals and not logins:
            return
        self._refusals, self._logins = {}, {}
        self._news.clear()

        def work(unit: UnitOfWork) -> None:
            unit.refusals.keep(refusals)
            unit.refusals.entered(logins)

        try:
            await self.context.database.write(work)
        except Exception:
            for key, refusal in refusals.items():
                newer = self._refusals.get(key)
                self._refusals[key] = refusal if newer is None else later(refusal, newer)
            self._logins = logins | self._logins
            self._news.set()
            raise

    async def tidy(self) -> None:
        """Forget what is old."""
        await self.context.database.write(lambda unit: unit.refusals.forget(unit.now - timedelta(seconds=KEEP), MOST))
