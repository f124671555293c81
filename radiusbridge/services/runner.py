"""Run one claimed operation to its end: start what the saga wants, commit what was seen, stop when told."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.alias import Alias
from radiusbridge.domain.effects import IRREVERSIBLE, WRITES, Effect, work_key
from radiusbridge.domain.hotspot import devices
from radiusbridge.domain.observations import AccountSeen, AttemptBegan, Observation, SessionsSeen, WriteBegan
from radiusbridge.domain.proof import End
from radiusbridge.domain.records import Operation, Step
from radiusbridge.domain.telling import tell
from radiusbridge.domain.verdict import Status
from radiusbridge.gateways.fence import Fence, unfenced
from radiusbridge.gateways.recorder import Origin, on_behalf
from radiusbridge.services.context import Context
from radiusbridge.services.evidence_codec import encode
from radiusbridge.services.hands import Hands
from radiusbridge.services.plans import Decide

SHORTEST = 0.001
"""Seconds of the shortest wait: less than a clock can tell apart would be a busy loop."""
LONGEST = 2000
"""Characters of a router's words that the journal keeps."""


Noted = Callable[[UnitOfWork, Sequence[Observation]], None]
"""Is told, inside the transaction that commits it, of evidence."""


class Stopped(Exception):
    """The operation was cancelled, or a newer intent came."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Evidence on its way to the journal, and the account as it was, where it was read."""

    operation_id: int
    epoch: int
    steps: tuple[Step, ...]
    rows_before: Mapping[str, object] | None
    seen: tuple[Observation, ...] = ()
    noted: Noted | None = None

    def write(self, unit: UnitOfWork) -> Status | None:
        """Append it; what the operation shall end as, if it was asked to stop. LeaseLost."""
        if self.noted is not None:
            self.noted(unit, self.seen)
        return unit.operations.append_steps(self.operation_id, self.epoch, self.steps, self.rows_before).stop


@dataclass(slots=True)
class Runner:
    """One claimed operation in this process.

    Nothing irreversible starts before everything seen so far is on disk. Observations between are committed in the
    background, as they come.
    """

    context: Context
    operation: Operation
    epoch: int
    decide: Decide
    hands: Hands
    log: list[Observation]
    hold: Fence = unfenced
    noted: Noted | None = None
    pair_epoch: int = 0
    """Of the pair of servers that the operation's is of."""
    alias: Alias | None = None
    """What stands in the journal in place of the account's name."""
    _before: int = field(init=False)
    """How much of the log is of earlier attempts."""
    _unflushed: list[Observation] = field(default_factory=list)
    _running: dict[asyncio.Task[Observation], Effect] = field(default_factory=dict)
    _flushing: asyncio.Task[None] | None = None
    _flush_at: float | None = None
    """When the background commits what is not yet on disk, on the operation's clock."""

    def __post_init__(self) -> None:
        self._before = len(self.log)
        if self.hands.customer is not None and self.hands.customer.caller_id:
            self.hands.devices.add(self.hands.customer.caller_id)
        for seen in self.log:
            if isinstance(seen, SessionsSeen):
                self.hands.devices.update(devices((*seen.sessions, *seen.traces)))

    def attempt(self) -> Sequence[Observation]:
        """What was seen in this attempt."""
        return self.log[self._before :]

    async def run(self) -> End:
        """The end that the saga comes to; what was seen last is `rest`, to be committed with it.

        Raises LeaseLost, LeaseOver or Stopped; what is in flight has ended by then.
        """
        now = self.hands.clock.now()
        began = AttemptBegan(began=now, at=now, attempt=self.operation.attempts, epoch=self.pair_epoch)
        self._note(began)
        customer = self.hands.customer
        origin = Origin(self.operation.id, customer.number if customer is not None else "")
        try:
            with on_behalf(origin):
                return await self._until_decided()
        finally:
            await self._settle()

    async def _until_decided(self) -> End:
        while True:
            self.hold(0.0)
            decision = self.decide(self.log, self.hands.clock.now())
            if decision.end is not None:
                if self._flushing is not None:
                    await asyncio.wait([self._flushing])
                    await self._flushed()
                return decision.end
            under_way = set(map(work_key, self._running.values()))
            new = [effect for effect in decision.effects if work_key(effect) not in under_way]
            self._start([effect for effect in new if not isinstance(effect, IRREVERSIBLE)])
            irreversible = [effect for effect in new if isinstance(effect, IRREVERSIBLE)]
            if irreversible and await self._made_sure(irreversible):
                continue
            self._start(irreversible)
            await self._next(decision.wake)

    def _start(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            self._running[asyncio.create_task(self.hands.carry_out(effect))] = effect

    async def _made_sure(self, new: Sequence[Effect]) -> bool:
        """Bring everything to disk before something irreversible; True: look again, the world may have moved on."""
        for effect in new:
            if isinstance(effect, WRITES) and not self._write_announced(effect.former):
                now = self.hands.clock.now()
                self._note(WriteBegan(began=now, at=now, former=effect.former))
        if not self._unflushed and self._flushing is None:
            return False
        await self._flush()
        self._collect()
        return True

    def _write_announced(self, former: bool) -> bool:
        for seen in reversed(self.log):
            if isinstance(seen, WriteBegan) and seen.former is former:
                return True
            if isinstance(seen, AttemptBegan):
                return False
        return False

    async def _next(self, wake: float | None) -> None:
        """Until something in flight ends or the saga wants to look again; steps are committed meanwhile."""
        wake = self._background(wake)
        waiting: set[asyncio.Task[Observation] | asyncio.Task[None]] = {*self._running}
        if self._flushing is not None:
            waiting.add(self._flushing)
        timeout = None if wake is None else max(SHORTEST, wake - self.hands.clock.now())
        if waiting:
            await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        elif timeout is not None:
            await self.context.clock.sleep(timeout)
        else:
            raise AssertionError("a saga wants nothing and waits for nothing")
        if self._flushing is not None and self._flushing.done():
            await self._flushed()
        self._collect()

    def _background(self, wake: float | None) -> float | None:
        """Commit in the background what has lingered; when to look again."""
        if not self._unflushed or self._flushing is not None:
            return wake
        now = self.hands.clock.now()
        if self._flush_at is None:
            self._flush_at = now + self.context.linger
        if now >= self._flush_at:
            self._flushing = asyncio.create_task(self._commit())
            return wake
        return self._flush_at if wake is None else min(wake, self._flush_at)

    def _collect(self) -> None:
        for task in [task for task in self._running if task.done()]:
            del self._running[task]
            self._note(task.result())

    def _note(self, seen: Observation) -> None:
        self.log.append(seen)
        self._unflushed.append(seen)

    async def _flush(self) -> None:
        while self._unflushed or self._flushing is not None:
            if self._flushing is None:
                self._flushing = asyncio.create_task(self._commit())
            await asyncio.wait([self._flushing])
            await self._flushed()

    async def _flushed(self) -> None:
        assert self._flushing is not None
        done, self._flushing = self._flushing, None
        await done

    def rest(self) -> Batch:
        """What was seen and is not on disk; from now on the caller's."""
        seen, self._unflushed, self._flush_at = self._unflushed, [], None
        before = next((self._told(rows_before(each)) for each in seen if isinstance(each, AccountSeen)), None)
        steps = tuple(map(self._step, seen))
        return Batch(self.operation.id, self.epoch, steps, before, tuple(seen), self.noted)

    async def _commit(self) -> None:
        stop = await self.context.database.write(self.rest().write)
        self.context.bus.changed(self.operation.id)
        if stop is not None:
            raise Stopped

    def _step(self, seen: Observation) -> Step:
        name, outcome, text = tell(seen)
        ago = self.hands.clock.now() - seen.began
        return Step(
            operation_id=self.operation.id,
            name=name,
            outcome=outcome,
            started_at=self.context.clock.now() - timedelta(seconds=ago),
            duration=seen.at - seen.began,
            text=self._told(storable(text)),
            detail=self._told({name: storable(value) for name, value in encode(seen).items()}),
            epoch=self.epoch,
        )

    def _told(self, value: Any) -> Any:
        return value if self.alias is None else self.alias.hide(value)

    async def _settle(self) -> None:
        """Let what changes the world end, so that a successor does not meet it half-way; give up mere looking."""
        for task, effect in self._running.items():
            if not isinstance(effect, IRREVERSIBLE):
                task.cancel()
        tasks: list[asyncio.Task[Observation] | asyncio.Task[None]] = [*self._running]
        if self._flushing is not None:
            tasks.append(self._flushing)
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)


def storable(value: Any) -> Any:
    """JSON values that a database takes, whatever a router said: text bounded, without NUL and lone surrogates."""
    if isinstance(value, str):
        if len(value) <= LONGEST and value.isascii() and "\0" not in value:
            return value
        text = value[:LONGEST].replace("\0", "\N{SYMBOL FOR NULL}")
        return text.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {name: storable(item) for name, item in value.items()}
    return value


def rows_before(seen: AccountSeen) -> dict[str, object]:
    """The account as it was, for the way back."""
    if seen.account is None:
        return {}
    detail = storable(encode(seen)["account"])
    assert isinstance(detail, dict)
    return {key: value for key, value in detail.items() if key != "sessions"}
