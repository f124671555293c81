"""The link that reconnects: back-off, one attempt at a time, and no command ever sent twice."""

import asyncio
from dataclasses import replace

import pytest

from radiusbridge.domain.errors import LoginRefused, Unreachable
from radiusbridge.routeros.backoff import Backoff
from radiusbridge.routeros.endpoint import ApiEndpoint
from radiusbridge.routeros.errors import LinkLost
from radiusbridge.routeros.reconnect import ReconnectingConnection
from tests.routeros.server import LoopClock, Peer, Router


class Dice:
    """No chance: the most of what may be drawn."""

    def octets(self, count: int) -> bytes:
        return bytes(count)

    def uniform(self, low: float, high: float) -> float:
        assert 0 < low <= high
        return high


class SteppingClock(LoopClock):
    """A clock that only `sleep` moves."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds
        await super().sleep(seconds)


def link_to(endpoint: ApiEndpoint, clock: LoopClock) -> ReconnectingConnection:
    return ReconnectingConnection(endpoint, clock=clock, entropy=Dice())


async def echo(peer: Peer) -> None:
    while True:
        path, _, tag = await peer.command()
        if path in {"", "/quit"}:
            return
        peer.say("!re", f"=path={path}", tag=tag)
        peer.say("!done", tag=tag)


def test_the_delay_doubles_up_to_its_most() -> None:
    delays = [Backoff().delay(failures, Dice()) for failures in range(1, 9)]
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert Backoff().delay(10_000, Dice()) == 30


async def test_many_callers_share_one_connection_and_a_broken_one_is_replaced() -> None:
    clock = SteppingClock()
    async with Router(echo) as router:
        link = link_to(router.endpoint(), clock)
        results = await asyncio.gather(*(link.call(f"/x{number}/print") for number in range(5)))
        assert [result.rows[0]["path"] for result in results] == [f"/x{number}/print" for number in range(5)]
        assert router.connections == 1
        with pytest.raises(LinkLost) as caught:
            await link.call("/quit")
        assert caught.value.written
        assert router.connections == 1
        assert (await link.call("/y/print")).rows == [{"path": "/y/print"}]
        assert router.connections == 2
        await link.close()
        with pytest.raises(LinkLost, match="closed on this side"):
            await link.call("/y/print")


async def test_a_command_that_was_not_written_goes_to_a_new_connection_and_a_written_one_does_not() -> None:
    commands: list[str] = []

    async def script(peer: Peer) -> None:
        path, _, tag = await peer.command()
        commands.append(path)
        if path != "/breaks/print":
            peer.say("!done", tag=tag)
            await peer.command()

    async with Router(script) as router:
        link = ReconnectingConnection(router.endpoint(), clock=SteppingClock(), entropy=Dice(), window=1)
        broken = asyncio.create_task(link.call("/breaks/print"))
        waiting = asyncio.create_task(link.call("/waits/print"))
        await waiting
        with pytest.raises(LinkLost) as caught:
            await broken
        assert caught.value.written
        await link.close()
    assert commands == ["/breaks/print", "/waits/print"]


async def test_a_dark_router_is_tried_with_growing_delays_until_it_is_back() -> None:
    class BackAfterThree(SteppingClock):
        async def sleep(self, seconds: float) -> None:
            await super().sleep(seconds)
            if len(self.slept) == 3:
                await router.__aenter__()
                link.endpoint = router.endpoint()

    clock = BackAfterThree()
    async with Router(echo) as router:
        link = link_to(router.endpoint(), clock)
    with pytest.raises(Unreachable) as first:
        await link.call("/x/print")
    with pytest.raises(Unreachable) as second:
        await link.call("/x/print")
    assert second.value is first.value  # no second attempt while the back-off runs
    await link.ready(deadline=60)
    assert clock.slept == [0.5, 1, 2]
    assert link.alive
    await link.close()
    await router.__aexit__(None, None, None)


async def test_ready_ends_with_the_last_error_at_its_deadline_and_at_once_for_a_wrong_password() -> None:
    async def refuses(peer: Peer) -> None:
        await peer.words()
        peer.say("!trap", "=message=invalid user name or password (6)")
        peer.say("!done")
        await peer.words()

    clock = SteppingClock()
    async with Router(refuses, login=False) as router:
        link = link_to(router.endpoint(), clock)
        for _ in range(2):
            with pytest.raises(LoginRefused):
                await link.ready()
        assert router.connections == 1
        nobody = replace(router.endpoint(), port=1)
    assert clock.slept == []

    class Patient(SteppingClock):
        async def sleep(self, seconds: float) -> None:
            self.slept.append(seconds)
            await asyncio.Event().wait()

    waiting = Patient()
    link = link_to(nobody, waiting)
    with pytest.raises(Unreachable, match="refuses connections"):
        await link.connected()
    with pytest.raises(Unreachable, match="refuses connections"):
        await link.ready(deadline=0.01)
    assert waiting.slept == [0.5]
