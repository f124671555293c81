"""`sessions --watch` that is interrupted at each turn of the loop, while the NAS is well, breaks off or goes dark."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from radiusbridge.cli import output, session_watch
from radiusbridge.simulator.router import Router
from tests.sim.test_speed import Scene, play

TURNS = 48
"""Past the first confirmation of the list, four seconds after the beginning."""
PATIENCE = 120.0


def _nothing(_bras: Router) -> None:
    pass


def _dark(bras: Router) -> None:
    bras.faults.turn(dark=True)


def _cut(bras: Router) -> None:
    for session in tuple(bras.api.sessions):
        session.end(reset=True)


def watching(scene: Scene) -> asyncio.Task[int]:
    return asyncio.create_task(session_watch.watched(scene.node.context, None, None, "", as_json=True))


async def ended(task: asyncio.Task[int]) -> None:
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    assert done, task.get_stack()
    assert task.cancelled(), task
    assert not [each.get_name() for each in asyncio.all_tasks() if each.get_name().startswith("watch ")]


def at_turn(turn: int, *steps: Callable[[], object]) -> Callable[[], None]:
    """What the loop calls at each of its turns, which does these steps at that one."""
    turns = itertools.count(1)

    def spend() -> None:
        if next(turns) == turn:
            for step in steps:
                step()

    return spend


@pytest.mark.parametrize("befalls", [_nothing, _cut, _dark])
def test_it_ends_whenever_it_is_interrupted(befalls: Callable[[Router], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "json_line", lambda _line: None)

    async def script(scene: Scene) -> None:
        loop, bras = asyncio.get_running_loop(), scene.world.routers["nas1"]
        for turn in range(1, TURNS):
            for first in (True, False):
                task = watching(scene)
                steps = (task.cancel, partial(befalls, bras)) if first else (partial(befalls, bras), task.cancel)
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(loop, "spend", at_turn(turn, *steps))
                    await ended(task)
                bras.faults.clear()
                await scene.node.context.gateways.close()

    play(script)


def test_it_ends_where_it_is_interrupted_while_it_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal comes while the task runs, not while it waits."""

    async def script(scene: Scene) -> None:
        for number in range(1, 4):
            tasks, left = list[asyncio.Task[int]](), itertools.count(1)

            def line(
                _line: object, tasks: list[asyncio.Task[int]] = tasks, left: Iterator[int] = left, number: int = number
            ) -> None:
                if next(left) == number:
                    tasks[0].cancel()

            monkeypatch.setattr(output, "json_line", line)
            tasks.append(watching(scene))
            await ended(tasks[0])
            assert next(left) > number
            await scene.node.context.gateways.close()

    play(script)
