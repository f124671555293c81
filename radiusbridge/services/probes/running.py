"""Run many probes side by side, so that one dead target costs one timeout, however many probes ask it."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.probe_runs import ProbeCase, Told
from radiusbridge.domain.probes import Check, Expect, Probe, ProbeOutcome, ProbeResult, ProbeVerdict
from radiusbridge.gateways.jointly import jointly
from radiusbridge.gateways.probes import client_for
from radiusbridge.radius.client import RadiusClient
from radiusbridge.radius.frames import Tap
from radiusbridge.radius.sockets import DatagramSockets
from radiusbridge.services.probes.run import NOBODY_ANSWERED, run_probe

SIDE_BY_SIDE = 64
"""Targets that are asked at the same time: each takes two to four file descriptors, of which a process has 1,024."""
IN_FLIGHT = 16
"""Probes of one kind that one target is asked at the same time."""
_NEVER = float("inf")


@dataclass(slots=True)
class _Group:
    """The probes that share a client: of one kind, to one target, with as many retries."""

    cases: list[tuple[int, ProbeCase]] = field(default_factory=list)
    heard: bool = False
    """Whether anything has come from there."""
    dead: Told | None = None
    """The probe that found that nobody answers."""

    def note(self, told: Told) -> None:
        """Learn from an end."""
        if told.result.outcome not in NOBODY_ANSWERED:
            self.heard = True
        elif told.case.probe.expected is not Expect.TIMEOUT and (
            self.dead is None or _waited(told) > _waited(self.dead)
        ):
            self.dead = told

    def spares(self, case: ProbeCase) -> Told | None:
        """The probe whose end stands for this one, which need not be asked. A peer that was once heard is asked
        again and again; so is one that was waited for less long than this probe would wait."""
        if self.heard or self.dead is None or case.probe.expected is Expect.TIMEOUT:
            return None
        silent = self.dead.result.outcome is ProbeOutcome.SILENCE
        return None if silent and case.probe.timeout > _waited(self.dead) else self.dead


def _ended(probe: Probe, outcome: ProbeOutcome, words: str) -> ProbeResult:
    """How a probe ended that nobody was asked."""
    check = Check(probe.expected.value, False, "not asked")
    return ProbeResult(probe, outcome, ProbeVerdict.UNANSWERED, words, checks=(check,))


def _waited(told: Told) -> float:
    """How long its probe was ready to wait; retransmissions that were used up may have ended it earlier."""
    return told.result.probe.timeout


async def run_cases(
    cases: Sequence[ProbeCase],
    *,
    clock: Clock,
    entropy: Entropy,
    sockets: DatagramSockets | None = None,
    tap: Tap | None = None,
    side_by_side: int = SIDE_BY_SIDE,
    deadline: float | None = None,
    on_told: Callable[[Told], None] | None = None,
    at_once: Callable[[Told], None] | None = None,
) -> tuple[Told, ...]:
    """How every probe ended, in their order. side_by_side: how many targets are asked at the same time.

    deadline: seconds for all of it; what has not begun then is told as not asked, what waits ends then. on_told is
    called with each in their order, as soon as those before it have ended; what it raises ends the run and is raised
    here. at_once is called with each at its end, whichever that is. Never raises for network or peer.
    """
    ends = _NEVER if deadline is None else clock.monotonic() + deadline
    run = _Run(cases, clock, entropy, sockets, tap, ends, on_told, at_once)
    groups = iter(_grouped(cases))
    await jointly(*(run.groups(groups) for _ in range(side_by_side)))
    return run.all_told()


def _grouped(cases: Sequence[ProbeCase]) -> list[_Group]:
    groups: dict[tuple[object, ...], _Group] = {}
    for index, case in enumerate(cases):
        probe = case.probe
        groups.setdefault((probe.kind, probe.target, probe.retries), _Group()).cases.append((index, case))
    return list(groups.values())


class _Run:
    """One run: what was told, and what every probe needs."""

    def __init__(
        self,
        cases: Sequence[ProbeCase],
        clock: Clock,
        entropy: Entropy,
        sockets: DatagramSockets | None,
        tap: Tap | None,
        ends: float,
        on_told: Callable[[Told], None] | None,
        at_once: Callable[[Told], None] | None,
    ) -> None:
        self._told: list[Told | None] = [None] * len(cases)
        self._shown = 0
        self._clock = clock
        self._entropy = entropy
        self._sockets = sockets
        self._tap = tap
        self._ends = ends
        self._on_told = on_told
        self._at_once = at_once

    def all_told(self) -> tuple[Told, ...]:
        """Every end; all are known."""
        return tuple(told for told in self._told if told is not None)

    async def groups(self, groups: Iterator[_Group]) -> None:
        """One group after the other, until none is left."""
        for group in groups:
            client = client_for(group.cases[0][1].probe, self._clock, self._entropy, self._sockets, self._tap)
            waiting = iter(group.cases)
            try:
                async with asyncio.TaskGroup() as tasks:
                    for _ in range(min(IN_FLIGHT, len(group.cases))):
                        tasks.create_task(self._cases(group, waiting, client))
            finally:
                client.close()

    async def _cases(self, group: _Group, waiting: Iterator[tuple[int, ProbeCase]], client: RadiusClient) -> None:
        for index, case in waiting:
            told = await self._one(group, case, client)
            if told.asked:
                group.note(told)
            self._told[index] = told
            if self._at_once is not None:
                self._at_once(told)
            self._show()

    async def _one(self, group: _Group, case: ProbeCase, client: RadiusClient) -> Told:
        left = self._ends - self._clock.monotonic()
        if left <= 0:
            words = "not asked: the time for the whole run was over; a longer --deadline, or several files"
            return self._not_asked(case, ProbeOutcome.NOT_SENT, words)
        dead = group.spares(case)
        if dead is not None:
            shown = f"{dead.case.name} has shown of {case.probe.address}: {dead.result.words}"
            words = f"not asked, since in this run {shown}"
            return self._not_asked(case, dead.result.outcome, words, dead)
        probe = case.probe if case.probe.timeout <= left else replace(case.probe, timeout=left)
        try:
            result = await run_probe(probe, clock=self._clock, entropy=self._entropy, client=client)
        except BadInput as error:  # in the answer to a challenge, which is made only then
            result = _ended(probe, ProbeOutcome.NOT_SENT, error.line())
        return Told(case, result, self._clock.now())

    def _not_asked(self, case: ProbeCase, outcome: ProbeOutcome, words: str, dead: Told | None = None) -> Told:
        result = _ended(case.probe, outcome, words)
        if dead is not None:
            result = replace(result, causes=dead.result.causes)
        return Told(case, result, self._clock.now(), asked=False, like=dead.case.name if dead else "")

    def _show(self) -> None:
        while self._shown < len(self._told):
            told = self._told[self._shown]
            if told is None:
                return
            self._shown += 1
            if self._on_told is not None:
                self._on_told(told)
