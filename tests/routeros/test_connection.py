"""A connection against a scripted router: tags, window, traps, streams, cancel, deadlines, and every way to break."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import BadInput, NotAllowed, PeerRefused
from radiusbridge.routeros.commands import equal, has
from radiusbridge.routeros.connection import Connection
from radiusbridge.routeros.errors import LinkLost, ReplyLate, RouterTrap, StreamOverrun, TrapKind
from radiusbridge.routeros.stream import RowStream
from radiusbridge.routeros.trace import Direction
from tests.routeros.server import Peer, Router


async def opened(router: Router, clock: Clock, window: int = 8, grace: float = 5.0) -> Connection:
    return await Connection.open(router.endpoint(), clock=clock, window=window, grace=grace)


async def test_replies_out_of_order_reach_their_commands(clock: Clock) -> None:
    async def script(peer: Peer) -> None:
        asked = [await peer.command() for _ in range(3)]
        for path, words, tag in reversed(asked):
            peer.say("!re", f"=path={path}", f"=words={' '.join(words)}", tag=tag)
        for _, _, tag in asked:
            peer.say("!done", "=ret=*7", tag=tag)

    async with Router(script) as router:
        link = await opened(router, clock)
        results = await asyncio.gather(
            link.call("/a/add", {"name": "yes", "disabled": False, "port": 0, "comment": "a=b"}),
            link.call("/b/print", queries=[equal("name", "x=y"), has("disabled"), "?#&"], proplist=[".id", "name"]),
            link.call("/c/print"),
        )
        await link.close()
    assert [result.rows for result in results] == [
        [{"path": "/a/add", "words": "=name=yes =disabled=no =port=0 =comment=a=b"}],
        [{"path": "/b/print", "words": "?name=x=y ?disabled ?#& =.proplist=.id,name"}],
        [{"path": "/c/print", "words": ""}],
    ]
    assert {result.ret for result in results} == {"*7"}
    assert len({result.tag for result in results}) == 3
    assert link.latency > 0


async def test_the_window_bounds_what_is_in_flight(clock: Clock) -> None:
    in_flight = most = 0

    async def script(peer: Peer) -> None:
        nonlocal in_flight, most
        waiting: list[str] = []
        for count in range(1, 13):
            waiting.append((await peer.command())[2])
            most = max(most, len(waiting))
            if len(waiting) == 3 or count > 10:
                peer.say("!done", tag=waiting.pop(0))
        for tag in waiting:
            peer.say("!done", tag=tag)
        assert (await peer.command())[0] == ""

    async with Router(script) as router:
        link = await opened(router, clock, window=3)
        await asyncio.gather(*(link.call("/x/print") for _ in range(12)))
        await link.close()
    assert most == 3


@pytest.mark.parametrize("value", [None, 1.0, ["a"], b"x"])
async def test_values_are_never_guessed(clock: Clock, value: Any) -> None:
    async def script(peer: Peer) -> None:
        assert (await peer.command())[0] == ""

    async with Router(script) as router:
        link = await opened(router, clock)
        with pytest.raises(BadInput, match="takes text"):
            await link.call("/x/set", {"name": value})
        await link.close()


async def test_several_traps_make_one_error_and_the_connection_lives(clock: Clock) -> None:
    async def script(peer: Peer) -> None:
        _, _, tag = await peer.command()
        peer.say("!trap", "=message=odd \x1b[31mtext", tag=tag)
        peer.say("!trap", "=category=0", "=message=no such item (4)", tag=tag)
        peer.say("!done", tag=tag)
        _, _, tag = await peer.command()
        peer.say("!trap", "=message=not enough permissions (9)", tag=tag)
        peer.say("!done", tag=tag)
        _, _, tag = await peer.command()
        peer.say("!empty", tag=tag)
        peer.say("!done", tag=tag)

    async with Router(script) as router:
        link = await opened(router, clock)
        with pytest.raises(RouterTrap) as caught:
            await link.call("/user-manager/user/set", {".id": "*1", "password": "hunter2"})
        trap = caught.value
        assert (trap.kind, trap.category, len(trap.messages)) == (TrapKind.NO_SUCH_ITEM, 0, 2)
        assert isinstance(trap, PeerRefused)
        assert trap.target == "core-1"
        assert "hunter2" not in trap.command + trap.line()
        assert "\x1b" not in trap.line()
        with pytest.raises(NotAllowed):
            await link.call("/x/print")
        assert (await link.call("/x/print")).rows == []
        await link.close()


async def test_fatal_in_the_middle_fails_everything_in_flight(clock: Clock) -> None:
    async def script(peer: Peer) -> None:
        tags = [(await peer.command())[2] for _ in range(2)]
        peer.say("!re", "=name=a", tag=tags[0])
        peer.say("!fatal", "session terminated on request")
        peer.say("!done", tag=tags[0])
        assert (await peer.command())[0] == ""

    async with Router(script) as router:
        link = await opened(router, clock, window=2)
        errors = await asyncio.gather(*(link.call("/x/print") for _ in range(3)), return_exceptions=True)
        assert not link.alive
        assert all(isinstance(error, LinkLost) and "session terminated" in error.summary for error in errors)
        assert [getattr(error, "written", None) for error in errors] == [True, True, False]
        with pytest.raises(LinkLost, match="was not sent"):
            await link.call("/x/print")
        await link.close()


REPLY = b"\x03!re\x06.tag=1\x07=name=a\x00\x05!done\x06.tag=1\x00"


@pytest.mark.parametrize("cut", range(len(REPLY)))
async def test_an_end_after_each_octet_of_a_reply_is_told(clock: Clock, cut: int) -> None:
    async def script(peer: Peer) -> None:
        await peer.command()
        peer.writer.write(REPLY[:cut])

    async with Router(script) as router:
        link = await opened(router, clock)
        with pytest.raises(LinkLost, match="may have been carried out") as caught:
            await link.call("/x/print")
        assert caught.value.written
        whole = cut in {0, REPLY.index(b"\0") + 1}
        assert ("in the middle" in caught.value.summary) is not whole
        await link.close()


async def test_the_deadline_cancels_on_the_router_and_keeps_the_place_until_its_end(clock: Clock) -> None:
    cancelled = asyncio.Event()
    go_on = asyncio.Event()

    async def script(peer: Peer) -> None:
        _, _, slow = await peer.command()
        path, words, tag = await peer.command()
        assert (path, words) == ("/cancel", [f"=tag={slow}"])
        cancelled.set()
        await go_on.wait()
        peer.say("!trap", "=category=2", "=message=interrupted", tag=slow)
        peer.say("!done", tag=tag)
        peer.say("!re", "=late=1", tag=slow)
        peer.say("!done", tag=slow)
        path, _, tag = await peer.command()
        peer.say("!re", f"=path={path}", tag=tag)
        peer.say("!done", tag=tag)

    async with Router(script) as router:
        link = await opened(router, clock, window=1)
        with pytest.raises(ReplyLate) as caught:
            await link.call("/slow/print", deadline=0.01)
        assert caught.value.written
        await cancelled.wait()
        with pytest.raises(ReplyLate) as caught:
            await link.call("/waits/print", deadline=0.01)
        assert not caught.value.written
        go_on.set()
        assert (await link.call("/next/print")).rows == [{"path": "/next/print"}]
        await link.close()


async def test_a_router_that_ignores_cancel_loses_the_connection(clock: Clock) -> None:
    asked = asyncio.Event()

    async def script(peer: Peer) -> None:
        while (await peer.command())[0]:
            asked.set()

    async with Router(script) as router:
        link = await opened(router, clock, window=1, grace=0.01)
        task = asyncio.create_task(link.call("/slow/print", deadline=0.01))
        await asked.wait()
        with pytest.raises(LinkLost, match="did not end /slow/print within"):
            await link.call("/waits/print")
        with pytest.raises(ReplyLate):
            await task
        assert not link.alive
        await link.close()


async def test_a_caller_that_leaves_cancels(clock: Clock) -> None:
    asked, cancelled = asyncio.Event(), asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.command()
        asked.set()
        assert (await peer.command())[0] == "/cancel"
        cancelled.set()

    async with Router(script) as router:
        link = await opened(router, clock)
        task = asyncio.create_task(link.call("/slow/print"))
        await asked.wait()
        task.cancel()
        await cancelled.wait()
        with pytest.raises(asyncio.CancelledError):
            await task
        await link.close()


async def test_listen_gives_changes_and_ends_with_its_reader(clock: Clock) -> None:
    async def script(peer: Peer) -> None:
        path, words, tag = await peer.command()
        assert (path, words) == ("/ppp/active/listen", ["=.proplist=.id,name"])
        peer.say("!re", "=.id=*1", "=name=budi", tag=tag)
        peer.say("!re", "=.id=*1", "=.dead=yes", tag=tag)
        path, words, cancel = await peer.command()
        assert (path, words) == ("/cancel", [f"=tag={tag}"])
        peer.say("!trap", "=category=2", "=message=interrupted", tag=tag)
        peer.say("!done", tag=cancel)
        peer.say("!done", tag=tag)
        path, _, tag = await peer.command()
        peer.say("!done", tag=tag)

    async with Router(script) as router:
        link = await opened(router, clock, window=1)
        async with link.listen("/ppp/active", proplist=[".id", "name"]) as rows:
            assert await anext(rows) == {".id": "*1", "name": "budi"}
            assert await anext(rows) == {".id": "*1", ".dead": "yes"}
        assert [row async for row in rows] == []
        await link.call("/x/print")
        await link.close()


async def test_a_slow_reader_loses_its_own_stream_only(clock: Clock) -> None:
    async def script(peer: Peer) -> None:
        _, _, slow = await peer.command()
        _, _, other = await peer.command()
        for number in range(50):
            peer.say("!re", f"=n={number}", tag=slow)
        peer.say("!done", tag=other)
        assert (await peer.command())[1] == [f"=tag={slow}"]
        peer.say("!done", tag=slow)
        _, _, tag = await peer.command()
        peer.say("!done", tag=tag)

    async with Router(script) as router:
        link = await opened(router, clock, window=2)
        async with link.stream("/log/print", buffer=10) as rows:
            await link.call("/other/print")
            assert [(await anext(rows))["n"] for _ in range(10)] == [str(number) for number in range(10)]
            with pytest.raises(StreamOverrun):
                await anext(rows)
            await link.call("/still/print")
        await link.close()


async def test_a_stream_ends_with_done_trap_or_deadline(clock: Clock) -> None:
    async def script(peer: Peer) -> None:
        _, _, tag = await peer.command()
        peer.say("!re", "=n=1", tag=tag)
        peer.say("!done", tag=tag)
        _, _, tag = await peer.command()
        peer.say("!re", "=n=2", tag=tag)
        peer.say("!trap", "=message=action failed (6)", tag=tag)
        peer.say("!done", tag=tag)
        await peer.command()
        assert (await peer.command())[0] == "/cancel"

    async with Router(script) as router:
        link = await opened(router, clock)
        assert [row async for row in link.stream("/x/print")] == [{"n": "1"}]
        async with link.stream("/x/print") as rows:
            assert await anext(rows) == {"n": "2"}
            with pytest.raises(RouterTrap, match="action failed"):
                await anext(rows)
        async with link.stream("/x/print", deadline=0.01) as rows:
            with pytest.raises(ReplyLate, match=r"did not end within 0\.01 s"):
                await anext(rows)
        await link.close()


async def test_rows_are_taken_by_the_batch_while_a_patient_stream_keeps_the_rest_back(clock: Clock) -> None:
    many = 20_000

    async def script(peer: Peer) -> None:
        for last in ("!done", "!trap"):
            _, _, tag = await peer.command()
            for number in range(many):
                peer.say("!re", f"=n={number}", tag=tag)
            peer.say(last, "=message=action failed (6)", tag=tag)
        peer.say("!done", tag=tag)

    async with Router(script) as router:
        link = await opened(router, clock)
        async with link.stream("/x/print", buffer=10, patient=True) as rows:
            batches = [batch async for batch in _batches(rows)]
        assert [row["n"] for batch in batches for row in batch] == [str(number) for number in range(many)]
        assert len(batches) > 1
        with pytest.raises(RouterTrap, match="action failed"):
            async with link.stream("/x/print", buffer=10, patient=True) as rows:
                assert sum([len(batch) async for batch in _batches(rows)]) == many
        await link.close()


async def _batches(rows: RowStream) -> AsyncIterator[Sequence[dict[str, str]]]:
    while batch := await rows.batch():
        yield batch


async def test_the_tap_sees_sentences_without_secrets_and_cannot_hurt(clock: Clock) -> None:
    seen: list[tuple[str, list[str]]] = []

    def tap(direction: Direction, words: object) -> None:
        assert isinstance(words, list)
        seen.append((direction, words))
        raise RuntimeError("a full disk")

    async def script(peer: Peer) -> None:
        _, _, tag = await peer.command()
        peer.say("!re", "=name=a", "=shared-secret=s3cret", tag=tag)
        peer.say("!done", tag=tag)

    async with Router(script) as router:
        link = await Connection.open(router.endpoint(), clock=clock, tap=tap)
        result = await link.call("/radius/print", {"secret": "s3cret"}, queries=[equal("otp-secret", "s3cret")])
        await link.close()
    assert result.rows == [{"name": "a", "shared-secret": "s3cret"}]
    assert seen == [
        ("send", ["/login", "=name=noc", "=password=***"]),
        ("recv", ["!done"]),
        ("send", ["/radius/print", "=secret=***", "?otp-secret=***", ".tag=1"]),
        ("recv", ["!re", "=name=a", "=shared-secret=***", ".tag=1"]),
        ("recv", ["!done", ".tag=1"]),
    ]


async def test_octets_that_are_no_utf8_are_written_back_as_they_came(clock: Clock) -> None:
    async def script(peer: Peer) -> None:
        await peer.command()
        peer.writer.write(b"\x03!re\x0d=comment=caf\xe9\x06.tag=1\0\x05!done\x06.tag=1\0")
        assert await peer.reader.readuntil(b".tag=2\0") == b"\x06/x/set\x0d=comment=caf\xe9\x06.tag=2\0"
        peer.say("!done", tag="2")

    async with Router(script) as router:
        link = await opened(router, clock)
        (row,) = (await link.call("/x/print")).rows
        await link.call("/x/set", row)
        await link.close()


async def test_many_rows_pass_whoever_reads_slowly(clock: Clock) -> None:
    """Several MiB, more than the transport may buffer, while a first stream is not read at all."""

    async def script(peer: Peer) -> None:
        _, _, idle = await peer.command()
        _, _, tag = await peer.command()
        for number in range(30_000):
            peer.say("!re", f"=n={number}", "=comment=" + "x" * 100, tag=tag)
        peer.say("!done", tag=tag)
        peer.say("!re", "=n=last", tag=idle)
        await peer.command()

    async with Router(script) as router:
        link = await opened(router, clock)
        async with link.listen("/log") as idle:
            rows = (await link.call("/x/print")).rows
            assert [row["n"] for row in rows] == [str(number) for number in range(30_000)]
            assert (await anext(idle))["n"] == "last"
        await link.close()


async def test_a_router_that_takes_nothing_ends_at_the_deadline(clock: Clock) -> None:
    go_on = asyncio.Event()

    async def script(peer: Peer) -> None:
        await go_on.wait()

    async with Router(script) as router:
        link = await opened(router, clock)
        with pytest.raises(ReplyLate):
            await asyncio.gather(*(link.call("/x/set", {"comment": "x" * 4_000_000}, deadline=0.2) for _ in range(8)))
        go_on.set()
        await link.close()
