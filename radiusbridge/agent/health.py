"""Whether the agent itself is well; routers that are dark are no illness of it."""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

from radiusbridge.agent.single import Single
from radiusbridge.agent.supervisor import Supervisor
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.text import safe
from radiusbridge.services.context import Context

DATABASE_SECONDS = 3.0
"""In which the database has to answer the health check."""


class Health:
    """Asks the database, and looks at tasks."""

    def __init__(self, context: Context, supervisors: Iterable[Supervisor]) -> None:
        self._context = context
        self._supervisors = tuple(supervisors)
        target = context.database.target
        self._file = None if "://" in target else _File(Path(target))
        self._asking = Single(self._asked)

    async def ills(self) -> list[str]:
        """What is wrong, in words; empty: nothing."""
        found = []
        if (words := await self._database_ill()) is not None:
            found.append(f"database: {words}")
        now = self._context.clock.monotonic()
        states = [state for supervisor in self._supervisors for state in supervisor.states.values()]
        return [*found, *(f"{state.name}: {state.error}" for state in states if state.ill(now))]

    async def _database_ill(self) -> str | None:
        try:
            return await self._asking.get(DATABASE_SECONDS)
        except RadiusbridgeError as error:
            return safe(error.line(), 200)
        except TimeoutError:
            return f"no answer within {DATABASE_SECONDS:g} s"

    async def _asked(self) -> str | None:
        if self._file is not None and (words := await asyncio.to_thread(self._file.ill)) is not None:
            return words
        await self._context.database.read(lambda unit: unit.duties.held("health"))
        return None


class _File:
    """The embedded file. An open one can be read and written on when its name is gone: then all that is written is
    lost with the process, so its name is looked at. It is never opened here: closing it would drop the locks that
    SQLite holds on it in this process (fcntl(2))."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._first = _identity(path.stat())

    def ill(self) -> str | None:
        try:
            if _identity(self._path.stat()) != self._first:
                return "its file was replaced: restart the agent"
        except FileNotFoundError:
            return "its file is gone"
        except OSError as error:
            return f"its file cannot be reached: {error.strerror}"
        return None if os.access(self._path, os.R_OK | os.W_OK) else "its file may not be read and written"


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
