"""Group commit: writes that wait for the writer at the same time share one transaction, and its one flush to disk.

Each write keeps what it was promised alone: nobody hears of success before the commit, and where one of them fails the
group is undone as a whole and each runs again in a transaction of its own, so that a failure undoes nothing else.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from radiusbridge.db.engines import Engines
from radiusbridge.db.errors import Busy
from radiusbridge.db.faults import translated
from radiusbridge.db.hop import Hop
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.unit_of_work import UnitOfWork

MOST = 64
"""Writes in one transaction, so that other processes get their turn."""
Work = Callable[[UnitOfWork], Any]


class Write:
    """One write on its way."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.ended = False
        self._result: Any = None
        self._error: Exception | None = None

    def end(self, result: object = None, error: Exception | None = None) -> None:
        """It was committed, or failed and left nothing."""
        self.ended, self._result, self._error = True, result, error

    def outcome(self) -> Any:
        """What the work returned; its error is raised."""
        if self._error is not None:
            raise self._error
        return self._result


class Writer:
    """All writes of one database; `settle` runs in the hop's writer, one at a time."""

    def __init__(self, engines: Engines, hop: Hop, now: Callable[[], datetime]) -> None:
        self._engines = engines
        self._hop = hop
        self._now = now
        self._waiting: deque[Write] = deque()

    def announce(self, work: Work) -> Write:
        """Put a write in the queue; whoever settles next takes it along."""
        write = Write(work)
        self._waiting.append(write)
        return write

    def settle(self, write: Write) -> Any:
        """Commit the write, unless an earlier group took it along, with all that wait beside it; what it returned."""
        if not write.ended:
            self._together([self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))])
        return write.outcome()

    def _together(self, group: list[Write]) -> None:
        if len(group) > 1:
            try:
                if self._in_one(group):
                    return
            except Exception as error:
                for write in group:
                    write.end(error=error)
                return
        for write in group:
            try:
                write.end(self._alone(write.work))
            except Exception as error:
                write.end(error=error)

    def _alone(self, work: Work) -> object:
        with translated(self._engines.target), self._engines.writer.connect() as connection:
            with connection.begin():
                transaction = Transaction(connection)
                result: object = work(UnitOfWork(transaction, self._now()))
                transaction.settle()
                self._hop.before_commit()
            self._hop.after_commit()
            return result

    def _in_one(self, group: list[Write]) -> bool:
        """Commit the group; False: one of them failed before the commit, and nothing was written."""
        committing = False
        try:
            with translated(self._engines.target), self._engines.writer.connect() as connection:
                with connection.begin():
                    transaction = Transaction(connection)
                    unit = UnitOfWork(transaction, self._now())
                    results = [write.work(unit) for write in group]
                    transaction.settle()
                    self._hop.before_commit()
                    committing = True
                self._hop.after_commit()
        except Busy:
            raise
        except Exception:
            if committing:
                raise
            return False
        for write, result in zip(group, results, strict=True):
            write.end(result)
        return True
