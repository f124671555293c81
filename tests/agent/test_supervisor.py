"""Supervised tasks on virtual time: restarts with back-off, and when their breaks make the agent ill."""

from collections.abc import Awaitable, Callable
from itertools import pairwise
from random import Random

from radiusbridge.agent.supervisor import State, Supervisor
from radiusbridge.domain.errors import Unreachable
from tests.sim.loop import SeededEntropy, VirtualClock, VirtualLoop, run_virtually


def simulated(work: Callable[[Supervisor, VirtualClock], Awaitable[None]]) -> None:
    loop = VirtualLoop(rounds=100_000)
    clock = VirtualClock(loop)

    async def main() -> None:
        tasks = Supervisor(clock, SeededEntropy(Random(1)))
        await work(tasks, clock)
        await tasks.close()

    run_virtually(loop, main())


def test_it_is_started_again_ever_later_and_takes_nobody_down() -> None:
    begun: list[float] = []

    async def work(tasks: Supervisor, clock: VirtualClock) -> None:
        async def breaks() -> None:
            begun.append(clock.monotonic())
            raise Unreachable("nobody is there", target="um-1")

        tasks.start("bad", breaks)
        tasks.start("good", lambda: clock.sleep(3_600))
        await clock.sleep(600)
        assert tasks.states["good"].up
        state = tasks.states["bad"]
        assert (state.restarts, state.error) == (len(begun) - 1, "um-1: nobody is there")

    simulated(work)
    pauses = [later - earlier for earlier, later in pairwise(begun)]
    assert all(0.5 * 2**turn <= pause <= 2**turn for turn, pause in enumerate(pauses[:6])), pauses
    assert all(30 <= pause <= 60 for pause in pauses[6:]), pauses


def test_one_that_breaks_again_and_again_makes_the_agent_ill_until_it_runs_steadily() -> None:
    async def work(tasks: Supervisor, clock: VirtualClock) -> None:
        mended = False

        async def breaks() -> None:
            await clock.sleep(3_600 if mended else 20)
            raise ValueError

        tasks.start("flaps", breaks)
        seen = []
        for _ in range(60):
            await clock.sleep(10)
            seen.append(tasks.states["flaps"].ill(clock.monotonic()))
        first = seen.index(True)
        assert 7 <= first <= 11, "it broke first after 20 s"
        assert all(seen[first:]), "however often it is started again"
        mended = True
        await clock.sleep(90)
        assert tasks.states["flaps"].ill(clock.monotonic()), "a short run proves nothing"
        await clock.sleep(150)
        assert not tasks.states["flaps"].ill(clock.monotonic())

    simulated(work)


def test_a_short_outage_is_forgotten_soon() -> None:
    state = State("one")
    for moment in (0, 2, 5, 10):
        state.begins(moment)
        state.breaks(moment, "x")
    state.begins(12)
    assert [state.ill(now) for now in (15, 59, 61, 100)] == [False] * 4
    state.breaks(140, "y")
    assert (state.failures, state.broken_since) == (1, 140)


def test_nothing_is_started_once_it_is_closed() -> None:
    async def work(tasks: Supervisor, clock: VirtualClock) -> None:
        await tasks.close()
        tasks.start("late", lambda: clock.sleep(1))
        assert not tasks.states

    simulated(work)
