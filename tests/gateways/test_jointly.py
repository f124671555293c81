"""Work side by side: one error ends it, and a cancellation is never lost."""

import asyncio

import pytest

from radiusbridge.domain.errors import Unreachable
from radiusbridge.gateways.jointly import jointly


async def _breaks(when: asyncio.Event) -> None:
    await when.wait()
    raise Unreachable("gone", target="um-1")


async def _lasts(ended: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("ended")


async def test_the_first_error_ends_the_others_and_is_raised_alone() -> None:
    now, ended = asyncio.Event(), list[str]()
    now.set()
    with pytest.raises(Unreachable, match="gone"):
        await jointly(_breaks(now), _lasts(ended), _breaks(now))
    assert ended == ["ended"]


async def test_a_cancellation_is_raised_whatever_the_members_raise_meanwhile() -> None:
    now = asyncio.Event()
    task = asyncio.create_task(jointly(_breaks(now), _lasts([])))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    now.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_what_ends_by_itself_is_waited_for() -> None:
    done: list[int] = []

    async def each(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)

    await jointly(*(each(number) for number in range(3)))
    assert done == [0, 1, 2]
