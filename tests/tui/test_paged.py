"""Pages on demand: never waited for, never out of date after a change of list, never too many."""

import asyncio
from collections.abc import Sequence

from radiusbridge.domain.errors import RadiusbridgeError, Unreachable
from radiusbridge.tui.paged import PAGE, PAGES, PagedRows


class Source:
    """Rows `name:index`; `gate` holds answers back."""

    def __init__(self, name: str, total: int) -> None:
        self.name, self.total = name, total
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked: list[int] = []
        self.broken = False

    async def __call__(self, offset: int, limit: int) -> tuple[Sequence[str], int]:
        self.asked.append(offset)
        await self.gate.wait()
        if self.broken:
            raise Unreachable("gone")
        return [f"{self.name}:{index}" for index in range(offset, min(self.total, offset + limit))], self.total


class Rows:
    """Paged rows with what they told."""

    def __init__(self) -> None:
        self.came = asyncio.Event()
        self.errors: list[RadiusbridgeError] = []
        self.rows: PagedRows[str] = PagedRows(self.came.set, self._failed)

    def _failed(self, error: RadiusbridgeError) -> None:
        self.errors.append(error)
        self.came.set()

    async def next(self) -> None:
        async with asyncio.timeout(60):
            await self.came.wait()
        self.came.clear()


async def test_what_is_missing_is_asked_for_once_and_comes() -> None:
    source, rows = Source("a", 500), Rows()
    assert await rows.rows.open(source)
    rows.came.clear()
    assert rows.rows.get(0) == "a:0"
    assert rows.rows.get(3 * PAGE) is None
    assert rows.rows.get(3 * PAGE + 1) is None
    await rows.next()
    assert source.asked == [0, 3 * PAGE]
    assert rows.rows.get(3 * PAGE) == f"a:{3 * PAGE}"
    assert rows.rows.get(499) is None
    await rows.rows.close()


async def test_whoever_scrolls_finds_the_next_page_there() -> None:
    source, rows = Source("a", 4 * PAGE), Rows()
    await rows.rows.open(source)
    for index in range(4 * PAGE):
        assert rows.rows.get(index) == f"a:{index}"
        rows.came.clear()
        if index % PAGE == PAGE - 1 and index < 3 * PAGE:
            assert source.asked[-1] == index + 1
        for _ in range(3):
            await asyncio.sleep(0)
    assert source.asked == [0, PAGE, 2 * PAGE, 3 * PAGE]
    rows.rows.renew(3 * PAGE, 3 * PAGE)
    rows.came.clear()
    await rows.next()
    assert rows.rows.get(3 * PAGE) == f"a:{3 * PAGE}"
    await rows.next()
    assert source.asked[4:] == [3 * PAGE, 2 * PAGE]
    assert rows.rows.get(3 * PAGE - 1) == f"a:{3 * PAGE - 1}"
    await rows.rows.close()


async def test_an_answer_for_an_older_list_is_dropped() -> None:
    old, new, rows = Source("old", 500), Source("new", 500), Rows()
    await rows.rows.open(old)
    old.gate.clear()
    assert rows.rows.get(2 * PAGE) is None
    await asyncio.sleep(0)
    await rows.rows.open(new)
    old.gate.set()
    rows.came.clear()
    assert rows.rows.get(2 * PAGE) is None
    await rows.next()
    assert rows.rows.get(2 * PAGE) == f"new:{2 * PAGE}"


async def test_of_two_lists_the_one_asked_for_last_is_shown() -> None:
    slow, quick, rows = Source("slow", 9), Source("quick", 7), Rows()
    slow.gate.clear()
    opening = asyncio.create_task(rows.rows.open(slow))
    await asyncio.sleep(0)
    assert await rows.rows.open(quick)
    slow.gate.set()
    assert not await opening
    assert (rows.rows.get(0), rows.rows.total) == ("quick:0", 7)


async def test_a_failed_page_is_told_and_asked_for_again() -> None:
    source, rows = Source("a", 500), Rows()
    await rows.rows.open(source)
    rows.came.clear()
    source.broken = True
    assert rows.rows.get(PAGE) is None
    await rows.next()
    assert [error.summary for error in rows.errors] == ["gone"]
    source.broken = False
    assert rows.rows.get(PAGE) is None
    await rows.next()
    assert rows.rows.get(PAGE) == f"a:{PAGE}"


async def test_renewing_keeps_what_is_shown_until_the_new_is_here_and_memory_is_bounded() -> None:
    source, rows = Source("a", PAGE * 100), Rows()
    await rows.rows.open(source)
    rows.came.clear()
    for page in range(1, PAGES + 10):
        rows.rows.get(page * PAGE)
        await rows.next()
    assert len(rows.rows._pages) == PAGES
    last = (PAGES + 9) * PAGE + PAGE // 2
    source.name = "b"
    rows.rows.renew(last, last)
    assert rows.rows.get(last) == f"a:{last}"
    await rows.next()
    assert rows.rows.get(last) == f"b:{last}"
    assert len(rows.rows._pages) == 1


async def test_counting_delays_no_page_and_ends_with_its_list() -> None:
    rows, gate, left = Rows(), asyncio.Event(), asyncio.Event()

    async def fetch(offset: int, limit: int) -> tuple[Sequence[str], int | None]:
        return ["x"] * limit, None

    async def slow() -> int:
        try:
            await gate.wait()
        except asyncio.CancelledError:
            left.set()
            raise
        return 7_000

    assert await rows.rows.open(fetch, count=slow)
    assert (rows.rows.total, rows.rows.counted) == (PAGE, False)
    assert rows.rows.get(PAGE - 1) == "x"
    await asyncio.sleep(0)
    assert await rows.rows.open(Source("b", 3))
    await asyncio.wait_for(left.wait(), 60)
    assert (rows.rows.total, rows.rows.counted) == (3, True)
    assert await rows.rows.open(fetch, count=slow)
    rows.came.clear()
    gate.set()
    await rows.next()
    assert (rows.rows.total, rows.rows.counted) == (7_000, True)
    await rows.rows.close()


async def test_what_is_known_of_a_list_stands_there_at_once_until_its_page_comes() -> None:
    rows, filtered, everybody = Rows(), Source("filtered", 3), Source("new", 500)
    assert await rows.rows.open(filtered)
    rows.came.clear()
    everybody.gate.clear()
    opening = asyncio.create_task(rows.rows.open(everybody, "everybody", meanwhile=(["old:0"], 499)))
    await rows.next()
    assert (rows.rows.get(0), rows.rows.total, rows.rows.counted) == ("old:0", 499, True)
    assert rows.rows.opened_for == "everybody"
    everybody.gate.set()
    assert await opening
    assert (rows.rows.get(0), rows.rows.total) == ("new:0", 500)


async def test_neither_counting_nor_the_page_behind_what_is_known_goes_before_the_painting() -> None:
    painted, came, counted, asked = asyncio.Event(), asyncio.Event(), asyncio.Event(), list[str]()

    async def wait() -> None:
        await painted.wait()

    async def fetch(offset: int, limit: int) -> tuple[Sequence[str], int | None]:
        asked.append("page")
        return ["x"] * limit, None

    async def count() -> int:
        asked.append("count")
        return 700

    def arrived() -> None:
        (counted if rows.total == 700 else came).set()

    rows: PagedRows[str] = PagedRows(arrived, lambda error: None, wait)
    opening = asyncio.create_task(rows.open(fetch, None, count, meanwhile=(["old"], 699)))
    async with asyncio.timeout(60):
        await came.wait()
        assert (rows.get(0), asked) == ("old", [])
        painted.set()
        assert await opening
        await counted.wait()
    assert (rows.total, asked) == (700, ["page", "count"])
    painted.clear()
    assert await rows.open(fetch, None, count)
    for _ in range(10):
        await asyncio.sleep(0)
    assert asked == ["page", "count", "page"]
    assert (rows.total, rows.counted) == (PAGE, False)
    await rows.close()
