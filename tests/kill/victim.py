"""`python -m tests.kill.victim LOG POINT verb …`: the real command line in a process that kills itself at POINT.

Every commit and every effect that is passed goes to LOG as a line `before|after NAME NUMBER`; POINT is such a line, and
nothing in the product knows about it. NAME is what a commit holds (`commit intent`, `commit Written`), an effect
(`effect ReadAccount`), or a command that writes on a router (`send /user-manager/user/set`).

`stop POINT`: it stops there (SIGSTOP) instead. When it goes on, its clocks are ahead by the seconds that the file
`LOG.late` holds: as long as it stood still, without anybody having waited.
"""

import asyncio
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from radiusbridge.cli.main import execute
from radiusbridge.db import database
from radiusbridge.db.hop import ThreadHop
from radiusbridge.db.repositories.operations import Operations
from radiusbridge.db.repositories.servers import Servers
from radiusbridge.db.repositories.steps import Appended
from radiusbridge.domain.effects import Effect, Kick, TryLogin
from radiusbridge.domain.observations import LoginSeen, Observation
from radiusbridge.domain.records import Step
from radiusbridge.gateways.routers import Router
from radiusbridge.services.evidence_codec import decode
from radiusbridge.services.hands import Hands
from radiusbridge.services.system import SystemClock

T = TypeVar("T")


class Fate:
    """Where this process dies."""

    def __init__(self, log: str, point: str) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._signal = signal.SIGSTOP if point.startswith("stop ") else signal.SIGKILL
        self._point = point.removeprefix("stop ")
        self._late = Path(f"{log}.late")
        self.late = 0.0
        self._passed: Counter[str] = Counter()
        self._in_commit: list[str] = []
        self._writing = threading.RLock()

    def meet(self, *moments: str) -> None:
        """One write for what happens at once, so that it is in the file whatever comes next."""
        os.write(self._log, "".join(f"{moment}\n" for moment in moments).encode())
        if self._point not in moments:
            return
        if self._signal == signal.SIGKILL:
            os.kill(os.getpid(), self._signal)
        # a lease may just be renewed in the other thread: the file's writer lock would be stopped with it
        with self._writing:
            os.kill(os.getpid(), self._signal)
            self.late = float(self._late.read_text())

    def write(self, transaction: Callable[[], T]) -> T:
        """Run a transaction, in the writer thread: the process is not stopped by another one meanwhile."""
        with self._writing:
            return transaction()

    def numbered(self, name: str) -> str:
        self._passed[name] += 1
        return f"{name} {self._passed[name]}"

    def holds(self, name: str) -> None:
        """The transaction in progress holds that; there is one writer thread."""
        self._in_commit.append(name)

    def before_commit(self) -> None:
        self._in_commit = [self.numbered(f"commit {name}") for name in self._in_commit]
        self.meet(*(f"before {name}" for name in self._in_commit))

    def after_commit(self) -> None:
        held, self._in_commit = self._in_commit, []
        self.meet(*(f"after {name}" for name in held))


class WatchedHop(ThreadHop):
    """Every transaction through `Fate.write`."""

    def __init__(self, fate: Fate) -> None:
        super().__init__(before_commit=fate.before_commit, after_commit=fate.after_commit)
        self._fate = fate

    async def run_write(self, function: Callable[[], T]) -> T:
        """As the real one."""
        return await super().run_write(partial(self._fate.write, function))


def put(place: object, name: str, made: object) -> None:
    """Have the product find `made` there."""
    setattr(place, name, made)


def kind_of(seen: Observation) -> str:
    return f"LoginSeen:{seen.purpose}" if isinstance(seen, LoginSeen) else type(seen).__name__


def watch_commits(fate: Fate) -> None:
    """Name each transaction by what it writes, but for renewals of the lease, which come when the machine is slow.

    `database` makes a ThreadHop for each file that it opens.
    """

    def noted(repository: type, method: str, name: str) -> None:
        real = getattr(repository, method)

        def wrapped(self: Any, *args: Any, **more: Any) -> Any:
            fate.holds(name)
            return real(self, *args, **more)

        put(repository, method, wrapped)

    for method, name in (("submit", "intent"), ("claim", "claim"), ("finish", "verdict")):
        noted(Operations, method, name)
    noted(Servers, "change", "signature")
    append = Operations.append_steps

    def append_steps(self: Operations, operation_id: int, epoch: int, steps: Sequence[Step], *more: Any) -> Appended:
        for step in steps:
            fate.holds(kind_of(decode(step.detail)))
        return append(self, operation_id, epoch, steps, *more)

    put(Operations, "append_steps", append_steps)
    put(database, "ThreadHop", partial(WatchedHop, fate))


def name_of(effect: Effect) -> str:
    kind = type(effect).__name__
    if isinstance(effect, TryLogin):
        return f"{kind}:{effect.purpose}"
    return f"{kind}:{effect.rung}" if isinstance(effect, Kick) else kind


def watch_effects(fate: Fate) -> None:
    carry_out: Callable[[Hands, Effect], Any] = Hands.carry_out

    async def carried_out(self: Hands, effect: Effect) -> Observation:
        name = fate.numbered(f"effect {name_of(effect)}")
        fate.meet(f"before {name}")
        seen: Observation = await carry_out(self, effect)
        fate.meet(f"after {name}")
        return seen

    def noted(method: str) -> None:
        real: Callable[..., Any] = getattr(Router, method)

        async def written(self: Router, command: str, *args: Any, **more: Any) -> Any:
            name = fate.numbered(f"send {command}")
            fate.meet(f"before {name}")
            result = await real(self, command, *args, **more)
            fate.meet(f"after {name}")
            return result

        put(Router, method, written)

    put(Hands, "carry_out", carried_out)
    for method in ("write", "set_row"):
        noted(method)


def watch_clocks(fate: Fate) -> None:
    """The loop's clock and the product's are one."""
    monotonic = time.monotonic

    def now(_self: SystemClock) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=fate.late)

    put(SystemClock, "now", now)
    put(SystemClock, "monotonic", staticmethod(lambda: monotonic() + fate.late))
    put(asyncio.BaseEventLoop, "time", lambda _self: monotonic() + fate.late)


if __name__ == "__main__":
    fate = Fate(*sys.argv[1:3])
    watch_commits(fate)
    watch_effects(fate)
    watch_clocks(fate)
    sys.exit(execute(sys.argv[3:]))
