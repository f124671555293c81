"""One process of the product inside a simulation: it can die between two instructions, and then does nothing more."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from contextlib import suppress
from random import Random
from typing import Any, TypeVar

from radiusbridge.db.hop import InlineHop
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services.context import Context
from radiusbridge.services.executor import Executor
from radiusbridge.services.process import Process
from tests.sim import files
from tests.sim.loop import PROCESS, SeededEntropy, Stoppable, VirtualClock
from tests.sim.net import MortalDialer, MortalSockets, Wire

T = TypeVar("T")


class ProcessDied(BaseException):
    """What a dead process's tasks meet; not an Exception, so that no handler of the product acts on it."""


class MortalHop(InlineHop):
    """The inline hop of a process that may die at a commit."""

    def __init__(self, node: "Node") -> None:
        super().__init__(self._at_commit, self._after_commit)
        self._node = node

    async def run_write(self, function: Callable[[], T]) -> T:
        await self._node.breathe()
        return function()

    async def run_read(self, function: Callable[[], T]) -> T:
        await self._node.breathe()
        return function()

    def _at_commit(self) -> None:
        self._node.commits += 1
        if self._node.dies_before == self._node.commits:
            self._node.die()
            raise ProcessDied

    def _after_commit(self) -> None:
        self._node.committed()
        if self._node.commits == self._node.stalls_after:
            self._node.stall()
        if self._node.dies_after == self._node.commits:
            self._node.die()
            raise ProcessDied


class Node:
    """A process: context, executor, network adapters. `dies_before`, `dies_after`: at which commit.

    owner: `host/number/start`. slot: of its database connections; at most one living process has it.
    """

    def __init__(
        self, owner: str, slot: int, wire: Wire, chance: Random, graveyard: set[str], committed: Callable[[], None]
    ) -> None:
        self.alive = True
        self.awake = asyncio.Event()
        self.awake.set()
        self.commits = 0
        self.dies_before = self.dies_after = 0
        self.stalls_after, self.stalls_for = 0, 0.0
        """After which commit, or after which command if negative, the process is stopped, and for how many seconds."""
        self.process = Stoppable(wire.loop)
        self.died = asyncio.Event()
        self.committed = committed
        self._chance = chance
        self._graveyard = graveyard
        self.wire = wire
        self._commands = self._last_command = 0
        self._dialer = MortalDialer(wire, self.awake, self._sent)
        self._sockets = MortalSockets(wire, self.awake)
        entropy = SeededEntropy(chance)
        clock = VirtualClock(wire.loop, self.awake)
        self.owner = owner
        self.context = Context(
            files.opened(slot, clock, MortalHop(self)),
            # a full window is what makes reads and writes share a command
            Gateways(clock, entropy, dialer=self._dialer, sockets=self._sockets, window=chance.choice((1, 2, 8))),
            clock,
            entropy,
            Process(self.owner, lambda owner: owner not in graveyard),
            "operator",
            "simulation",
        )
        self.executor = Executor(self.context)
        self._work: asyncio.Task[None] | None = None
        self._runs: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to carry out what the journal holds."""
        self._work = self._task(self.executor.watch(2.0))

    def carry(self, run: Coroutine[Any, Any, object]) -> None:
        """Beside, until it is over or the process is; what it could not begin is not its mistake."""

        async def carried() -> None:
            with suppress(ProcessDied, RadiusbridgeError):
                await run

        self._runs.append(self._task(carried()))

    def doom(self, *, commit: int = 0, command: int = 0) -> None:
        """Have it die before that commit, or at that command, counted from here on; neither: nowhere."""
        self.dies_before = self.commits + commit if commit else 0
        self._last_command = self._commands + command if command else 0

    async def dies_of(self, run: Coroutine[Any, Any, object]) -> bool:
        """Carry it, and take away what is left of the process; whether it died of it."""
        self.carry(run)
        while self.carrying:
            await self.context.clock.sleep(0.05)
        died = not self.alive
        await self.bury()
        return died

    @property
    def carrying(self) -> bool:
        """Whether something runs beside."""
        return self.alive and not all(each.done() for each in self._runs)

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        context = contextvars.copy_context()
        context.run(PROCESS.set, self.process)
        return asyncio.create_task(work, context=context)

    async def breathe(self) -> None:
        """A moment for other tasks; a dead process gets no further."""
        await asyncio.sleep(self._chance.uniform(0.0, 0.004))
        await self.awake.wait()
        if not self.alive:
            raise ProcessDied

    async def freeze(self, seconds: float) -> None:
        """Stand still. What was sent is on its way; time goes on, so that deadlines have passed on waking."""
        self.awake.clear()
        await asyncio.sleep(seconds)
        self.awake.set()
        self._sockets.woken()

    def stall(self) -> None:
        """Stop right here, for as long as was said; time goes on."""
        self.stalls_after = 0
        self.awake.clear()
        self.process.stop()
        self.wire.loop.call_later(self.stalls_for, self._go_on, context=contextvars.Context())

    def _go_on(self) -> None:
        self.awake.set()
        self.process.go_on()
        self._sockets.woken()

    def _sent(self) -> None:
        self._commands += 1
        if self._commands == self._last_command:
            self.die()
        elif self._commands == -self.stalls_after:
            self.stall()

    def die(self) -> None:
        """The kernel takes everything: sockets are reset, tasks get nowhere."""
        if not self.alive:
            return
        self.alive = False
        self.awake.set()
        self._graveyard.add(self.owner)
        self._dialer.cut()
        self._sockets.cut()
        self.died.set()

    async def bury(self) -> None:
        """Take away what is left of a dead process."""
        tasks = [*self._runs, *([] if self._work is None else [self._work])]
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self) -> None:
        """End in order."""
        await self.bury()
        await self.context.close()
