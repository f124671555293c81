"""The list of customers: what stands beside each name, in how many statements, and who a filter by state chooses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Engine, event

from radiusbridge.domain.records import HoldKind
from radiusbridge.services import access, customers, roster
from radiusbridge.services.context import Context
from tests.services.test_records import BUDI
from tests.services.test_records import context as context
from tests.services.test_records import stocked as stocked

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
        page = await roster.page(stocked, "", 0, MANY)
    assert len(seen) <= MOST_STATEMENTS, seen
    assert page.total == MANY
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

    with statements() as seen:
        assert await roster.chosen(stocked, "user", lambda who: who.held, held_only=True) == (held.customer.id,)
        assert await roster.chosen(stocked, "USER03", lambda who: not who.held) == (newest.customer.id,)
        assert await roster.chosen(stocked, "nobody", lambda who: True) == ()
    assert "password" not in " ".join(seen), "nothing is opened to be passed by"
