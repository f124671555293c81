"""Who asks slowly, too much, too often or wrongly is answered so, over real sockets, and holds nobody else up."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from radiusbridge.agent.http import AT_ONCE, HEAD_LIMIT, Reply, Responder

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


class Site:
    """A responder whose pages are `/` and two that do not come well."""

    def __init__(self, seconds: float = 60.0) -> None:
        pages = {"/": self.fine, "/never": self.never, "/broken": self.broken}
        self.responder = Responder(pages, seconds)

    async def fine(self) -> Reply:
        return Reply(200, "fine\n")

    async def never(self) -> Reply:
        await asyncio.Event().wait()
        raise AssertionError

    async def broken(self) -> Reply:
        raise ValueError("secret words")

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.responder.port)

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """The status and the whole reply."""
        reader, writer = await self.connect()
        writer.write(request)
        async with asyncio.timeout(60):
            told = await reader.read()
        writer.close()
        return int(told.split(b" ")[1]), told


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    await made.responder.listen("127.0.0.1", 0)
    yield made
    await made.responder.close()


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        (GET, 200, b"fine"),
        (b"GET /?a=b HTTP/1.0\r\n\r\n", 200, b"Content-Length: 5"),
        (b"POST / HTTP/1.1\r\n\r\n", 405, b"Allow: GET, HEAD"),
        (b"GET /nowhere HTTP/1.1\r\n\r\n", 404, b""),
        (b"GET /../etc/passwd HTTP/1.1\r\n\r\n", 404, b""),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400, b""),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * HEAD_LIMIT + b"\r\n\r\n", 431, b""),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 60_000 + b"\r\n\r\n", 431, b""),
        (b"GET /broken HTTP/1.1\r\n\r\n", 500, b"ValueError"),
    ],
)
async def test_each_request_has_its_answer(site: Site, request_: bytes, status: int, words: bytes) -> None:
    got, told = await site.ask(request_)
    assert got == status
    assert words in told
    assert b"secret words" not in told


async def test_head_has_no_body(site: Site) -> None:
    status, told = await site.ask(GET.replace(b"GET", b"HEAD"))
    assert (status, told.endswith(b"\r\n\r\n"), b"Content-Length: 5" in told) == (200, True, True)


async def test_a_slow_client_is_told_and_so_is_who_asks_for_what_never_comes() -> None:
    for seconds, request_, status in ((0.2, GET[:-2], 408), (1.0, b"GET /never HTTP/1.1\r\n\r\n", 503)):
        site = Site(seconds)
        await site.responder.listen("127.0.0.1", 0)
        assert (await site.ask(request_))[0] == status
        await site.responder.close()


async def test_half_a_request_is_told(site: Site) -> None:
    reader, writer = await site.connect()
    writer.write(GET[:-4])
    writer.write_eof()
    assert b" 400 " in await reader.readline()
    writer.close()


async def test_too_many_are_told_to_come_back_and_then_served(site: Site) -> None:
    idle = [await site.connect() for _ in range(AT_ONCE)]
    assert (await site.ask(GET))[0] == 503
    reader, writer = idle.pop()
    writer.write(GET)
    assert b" 200 " in await reader.readline()
    for _, each in [*idle, (reader, writer)]:
        each.close()
