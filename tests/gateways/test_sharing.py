"""Commands that wait for a place in the window share one: who is asked, when, and what each is given."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiusbridge.domain.errors import NotAllowed, Unreachable
from radiusbridge.gateways.sharing import MOST, Print, Row, Rows, Set, Sharing
from radiusbridge.routeros.errors import RouterTrap, TrapKind, trap_error
from radiusbridge.routeros.exchange import Make
from radiusbridge.simulator.api.query import compile_query

USERS = Print("/user-manager/user/print", ("name",))
ACTIVE = ("?active=true", "?active=yes", "?#|")
SESSIONS = Print("/user-manager/session/print", ("user",), ACTIVE)
HOSTILE = ("?#|", "#|", "=", "-a", "<a", "a,b", "yes", "*1", "\0", "=name=a", ".tag=1")
DISABLE = Set("/user-manager/user/set", ("=disabled=yes",))


@dataclass
class _Told:
    message: str
    category: int | None = None


def trap(message: str) -> RouterTrap:
    return trap_error([_Told(message)], command="/x", target="um1")


@dataclass
class Window:
    """A router whose window is full until it is let; it answers from rows, by the query, as a router does."""

    rows: Rows = field(default_factory=list)
    sent: list[Sequence[str]] = field(default_factory=list)
    room: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    longest: int = 10_000
    bad: str | None = None
    error: Exception | None = None
    cancelled: int = 0

    def __post_init__(self) -> None:
        self.answers.set()

    async def send(self, command: str, make: Make) -> Rows:
        try:
            await self.room.wait()
            words = make()
            assert words[0] == command
            self.sent.append(words)
            await self.answers.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        if self.bad is not None and any(self.bad in word for word in words):
            raise trap("no such item")
        if len(words) > self.longest:
            raise trap("failure: too much")
        proplist = next((word[11:].split(",") for word in words if word.startswith("=.proplist=")), None)
        matches = compile_query([word for word in words if word.startswith("?")])
        found = [row for row in self.rows if matches is None or matches(row)]
        return [{name: row[name] for name in proplist or row if name in row} for row in found]


async def waiting(*asked: Awaitable[Rows]) -> list["asyncio.Task[Rows]"]:
    """Begun, and as far as they come by themselves."""
    tasks = [asyncio.ensure_future(each) for each in asked]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


def user(name: str, number: int = 1) -> Row:
    return {".id": f"*{number:X}", "name": name, "disabled": "false", "password": "x"}


async def test_a_lone_read_is_what_it_was() -> None:
    window = Window([user("a"), user("b")])
    window.room.set()
    rows = await Sharing(window.send).ask(USERS, ("a",), (".id", "disabled"))
    assert rows == [{".id": "*1", "disabled": "false"}]
    assert window.sent == [["/user-manager/user/print", "?name=a", "=.proplist=.id,disabled"]]


async def test_reads_that_wait_share_a_print_in_the_order_of_asking() -> None:
    window = Window([user("c", 3), user("a", 1)])
    sharing = Sharing(window.send)
    tasks = await waiting(
        sharing.ask(USERS, ("c",), (".id",)),
        sharing.ask(USERS, ("a",), (".id", "password")),
        sharing.ask(USERS, ("b",), (".id",)),
        sharing.ask(USERS, ("a",), (".id",)),
    )
    window.room.set()
    assert await asyncio.gather(*tasks) == [[{".id": "*3"}], [{".id": "*1", "password": "x"}], [], [{".id": "*1"}]]
    query = ["?name=c", "?name=a", "?#|", "?name=b", "?#|"]
    assert window.sent == [["/user-manager/user/print", *query, "=.proplist=.id,password,name"]]


async def test_what_was_sent_takes_nobody_in() -> None:
    window = Window([user("a")])
    window.room.set()
    window.answers.clear()
    sharing = Sharing(window.send)
    (early,) = await waiting(sharing.ask(USERS, ("a",), ("name", "disabled")))
    assert len(window.sent) == 1
    (late,) = await waiting(sharing.ask(USERS, ("a",), ("name", "disabled")))
    assert len(window.sent) == 2
    window.rows = [{**user("a"), "disabled": "true"}]
    window.answers.set()
    await asyncio.gather(early, late)


async def test_every_row_is_shared_and_each_has_rows_of_its_own() -> None:
    window = Window([{"use-profiles": "true"}])
    sharing = Sharing(window.send)
    tasks = await waiting(*(sharing.ask(Print("/user-manager/print", ()), (), ("use-profiles",)) for _ in range(3)))
    window.room.set()
    first, second, _ = await asyncio.gather(*tasks)
    assert len(window.sent) == 1
    first.append({})
    first[0]["use-profiles"] = "spoilt"
    assert second == [{"use-profiles": "true"}]


async def test_a_query_of_its_own_goes_for_all() -> None:
    rows = [{"user": name, "active": active} for name in ("a", "b") for active in ("true", "false", "yes")]
    window = Window(rows)
    sharing = Sharing(window.send)
    tasks = await waiting(*(sharing.ask(SESSIONS, (name,), ("user", "active")) for name in ("a", "b", "c")))
    window.room.set()
    a, b, c = await asyncio.gather(*tasks)
    assert [row["active"] for row in a] == [row["active"] for row in b] == ["true", "yes"]
    assert (c, len(window.sent)) == ([], 1)


async def test_more_names_than_one_command_takes_are_two() -> None:
    names = [f"n{count}" for count in range(MOST + 1)]
    window = Window([user(name, count + 1) for count, name in enumerate(names)])
    sharing = Sharing(window.send)
    tasks = await waiting(*(sharing.ask(USERS, (name,), (".id",)) for name in names))
    window.room.set()
    found = await asyncio.gather(*tasks)
    assert [row[".id"] for (row,) in found] == [f"*{count + 1:X}" for count in range(MOST + 1)]
    assert [sum(word.startswith("?name=") for word in words) for words in window.sent] == [MOST, 1]


@pytest.mark.parametrize("by", [("name",), ("username", "name")])
@given(names=st.lists(st.text(max_size=8).filter(lambda name: name != "true") | st.sampled_from(HOSTILE), max_size=8))
@settings(deadline=None)
def test_hostile_names_get_what_they_would_get_alone(by: tuple[str, ...], names: list[str]) -> None:
    held = [*names[::2], "A", "a"]
    rows = [{".id": f"*{at:X}", by[at % len(by)]: name} for at, name in enumerate(held)]
    kind = Print("/x/print", by)

    async def shared() -> list[Rows]:
        window = Window(rows)
        sharing = Sharing(window.send)
        tasks = await waiting(*(sharing.ask(kind, (name,), (".id",)) for name in names))
        window.room.set()
        return await asyncio.gather(*tasks)

    async def alone() -> list[Rows]:
        window = Window(rows)
        window.room.set()
        return [await Sharing(window.send).ask(kind, (name,), (".id",)) for name in names]

    assert asyncio.run(shared()) == asyncio.run(alone())


async def test_silence_is_everybodys() -> None:
    window = Window(error=Unreachable("gone"))
    sharing = Sharing(window.send)
    tasks = await waiting(*(sharing.ask(USERS, (name,), (".id",)) for name in "abc"))
    window.room.set()
    assert all(isinstance(each, Unreachable) for each in await asyncio.gather(*tasks, return_exceptions=True))
    assert len(window.sent) == 1


async def test_a_missing_right_is_everybodys_and_asked_for_once() -> None:
    window = Window(error=trap("not enough permissions (9)"))
    sharing = Sharing(window.send)
    tasks = await waiting(*(sharing.ask(USERS, (name,), (".id",)) for name in "abc"))
    window.room.set()
    assert all(isinstance(each, NotAllowed) for each in await asyncio.gather(*tasks, return_exceptions=True))
    assert len(window.sent) == 1


async def test_a_refused_change_is_charged_to_its_own_row() -> None:
    window = Window(bad="*BAD")
    sharing = Sharing(window.send)
    tasks = await waiting(*(sharing.ask(DISABLE, (row,)) for row in ("*1", "*BAD", "*3")))
    window.room.set()
    first, bad, third = await asyncio.gather(*tasks, return_exceptions=True)
    assert (first, third) == ([], [])
    assert isinstance(bad, RouterTrap)
    assert bad.kind is TrapKind.NO_SUCH_ITEM
    command = "/user-manager/user/set"
    assert window.sent[0] == [command, "=.id=*1,*BAD,*3", "=disabled=yes"]
    assert window.sent[1:] == [[command, f"=.id={row}", "=disabled=yes"] for row in ("*1", "*BAD", "*3")]


async def test_other_changes_do_not_join() -> None:
    window = Window()
    sharing = Sharing(window.send)
    other = Set(DISABLE.command, ("=disabled=no",))
    tasks = await waiting(sharing.ask(DISABLE, ("*1",)), sharing.ask(other, ("*2",)), sharing.ask(DISABLE, ("*3",)))
    window.room.set()
    await asyncio.gather(*tasks)
    assert [words[1:] for words in window.sent] == [["=.id=*1,*3", "=disabled=yes"], ["=.id=*2", "=disabled=no"]]


async def test_a_router_that_takes_no_long_query_is_asked_shorter_ones() -> None:
    window = Window([user(name, count + 1) for count, name in enumerate("abcdefgh")], longest=9)
    sharing = Sharing(window.send)
    for _ in range(2):
        window.room.clear()
        tasks = await waiting(*(sharing.ask(USERS, (name,), (".id",)) for name in "abcdefgh"))
        window.room.set()
        assert [row[".id"] for (row,) in await asyncio.gather(*tasks)] == [f"*{number}" for number in range(1, 9)]
    assert [sum(word.startswith("?name=") for word in words) for words in window.sent] == [8, *[1] * 8, 4, 4]


async def test_who_leaves_takes_nobody_along_and_is_not_asked_for() -> None:
    window = Window([user("a"), user("b", 2)])
    sharing = Sharing(window.send)
    gone, stays = await waiting(sharing.ask(USERS, ("a",), (".id",)), sharing.ask(USERS, ("b",), (".id",)))
    gone.cancel()
    await waiting()
    window.room.set()
    assert await stays == [{".id": "*2"}]
    assert window.sent == [["/user-manager/user/print", "?name=b", "=.proplist=.id"]]


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("sent", [False, True])
async def test_a_command_for_nobody_ends_and_takes_nobody_in(sent: bool, at_once: bool) -> None:
    window = Window([user("a")])
    window.answers.clear()
    if sent:
        window.room.set()
    sharing = Sharing(window.send)
    tasks = await waiting(*(sharing.ask(USERS, ("a",), (".id",)) for _ in range(2)))
    for task in tasks:
        task.cancel()
    if not at_once:
        await waiting()
    (late,) = await waiting(sharing.ask(USERS, ("a",), (".id",)))
    window.room.set()
    window.answers.set()
    assert await late == [{".id": "*1"}]
    assert len(window.sent) == (2 if sent else 1)
    assert window.cancelled == (1 if sent or not at_once else 0)  # who asks before it is given up keeps it
