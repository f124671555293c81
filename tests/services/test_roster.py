"""The list of customers: what stands beside each name, in how many statements, and who a filter by state chooses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from sqlalchemy import Engine, event

from radiusbridge.db.repositories.customer_lists import Outline
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.records import HoldKind
from radiusbridge.services import access, customers, roster, roster_live
from radiusbridge.services.context import Context
from radiusbridge.services.watch import NasReading, Snapshot
from tests.services.test_records import BUDI
from tests.services.test_records import context as context
from tests.services.test_records import stocked as stocked

_SESSION = SessionRow("bras-1", "*1", "user07", "81", "100.64.0.7", uptime="3h")
SNAPSHOT = Snapshot(1, (NasReading("bras-1", 1, "isolir", {"user07": (_SESSION,)}, 1, began=99.0),))
MANY = 30
MOST_STATEMENTS = 8


@contextmanager
def statements() -> Iterator[list[str]]:
    """Those that any engine runs meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_a_page_takes_few_statements_however_long_it_is(stocked: Context) -> None:
    for number in range(MANY):
        await customers.add(stocked, replace(BUDI, username=f"user{number:02}"), profile="home-10", provisioned=False)
    first = await access.isolate(stocked, "user03")
    newest = await access.activate(stocked, "user03")
    held = await access.isolate(stocked, "user04", hold=HoldKind.ABUSE)
    with statements() as seen:
        page = await roster.page(stocked, roster.Query(), 0, MANY)
    assert len(seen) <= MOST_STATEMENTS, seen
    assert page.total is None
    assert await roster.count(stocked, roster.Query()) == MANY
    assert [entry.customer.username for entry in page.entries] == [f"user{number:02}" for number in range(MANY)]
    assert first.operation is not None
    last = {entry.customer.username: entry.last.id for entry in page.entries if entry.last is not None}
    assert newest.operation is not None
    assert held.operation is not None
    assert last == {"user03": newest.operation.id, "user04": held.operation.id}
    assert {entry.customer.username for entry in page.entries if entry.holds} == {"user04"}

    ids = tuple(entry.customer.id for entry in reversed(page.entries))
    with statements() as seen:
        again = await roster.entries(stocked, (*ids, 999))
    assert len(seen) <= MOST_STATEMENTS, seen
    assert again == page.entries[::-1], "in the order that was asked for, without who is gone"

    async def fit(text: str) -> list[str]:
        found = await roster_live.chosen(stocked, roster.parse_query(text), SNAPSHOT, 100.0)
        return [entry.customer.username for entry in await roster.entries(stocked, found)]

    with statements() as seen:
        await roster_live.chosen(stocked, roster.parse_query("user -state:live"), SNAPSHOT, 100.0)
    assert "password" not in " ".join(seen), "nothing is opened to be passed by"
    assert await fit("state:held,live user:user0") == ["user04", "user07"]
    assert await fit("state:held state:offline") == ["user04"]
    assert await fit("user:user04 or up>2h") == ["user04", "user07"]
    assert await fit("-state:offline") == ["user07"]
    assert await fit("USER03 state:open state:offline") == ["user03"]
    assert await fit("nobody state:live") == []


def test_where_a_list_is_stale_the_last_seen_are_live_and_unknown() -> None:
    keep = roster_live.keeper(roster.parse_query("state:live state:unknown").outside, SNAPSHOT, 200.0, date(2026, 1, 1))
    assert keep(Outline(1, 1, "user07", False))
    assert not keep(Outline(2, 1, "user08", False)), "unknown, and never seen"


async def test_the_order_by_state_puts_those_on_line_first_or_last(stocked: Context) -> None:
    for number in range(9):
        await customers.add(stocked, replace(BUDI, username=f"user{number:02}"), profile="home-10", provisioned=False)
    walled = replace(_SESSION, username="user03", lists=("isolir",))
    reading = NasReading("bras-1", 1, "isolir", {"user07": (_SESSION,), "user03": (walled,)}, 2, began=99.0)

    async def names(text: str, now: float, *, descending: bool = False) -> list[str]:
        query, snapshot = roster.parse_query(text), Snapshot(1, (reading,))
        ids = await roster_live.by_state(stocked, query, snapshot, now, descending=descending)
        return [each.customer.username for each in await roster.entries(stocked, ids)]

    rest = [f"user{number:02}" for number in range(9) if number not in {3, 7}]
    assert await names("", 100.0) == ["user07", "user03", *rest]
    assert await names("", 100.0, descending=True) == [*rest, "user03", "user07"]
    assert await names("state:live user0", 100.0) == ["user07"]
    assert await names("-state:live", 100.0) == ["user03", *rest]
