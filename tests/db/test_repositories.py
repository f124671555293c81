"""Servers, NASes, profiles, customers and holds, on both dialects."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radiusbridge.db.database import Database
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import AlreadyThere, BadInput, Damaged, RadiusbridgeError, UnknownName
from radiusbridge.domain.records import Customer, Hold, HoldKind, Nas, Profile, Server
from radiusbridge.domain.secret import Secret
from tests.db import samples
from tests.db.conftest import START, HandClock

HOSTILE = [
    'o\'Brien "quoted"',
    "100% _under_ \\back",
    "'; DROP TABLE customer; --",
    "بودي\u200f x",
    "ΐ" * 300,
    "🙂 emoji",
    "tab\tand\x1b[2J",
    "=1+1",
    "x" * 300,
    " leading and trailing ",
]


async def test_every_field_of_a_record_survives(database: Database) -> None:
    def work(uow: UnitOfWork) -> tuple[Server, Profile, Nas, Customer]:
        stored = samples.populate(uow)
        return uow.servers.all()[0], uow.profiles.all()[0], uow.nases.add(samples.nas(stored.server_id)), stored

    server, profile, nas, stored = await database.write(work)
    assert server == replace(samples.SERVER, id=server.id)
    assert profile == replace(samples.PROFILE, id=profile.id)
    assert stored == samples.customer(server.id, profile.id, id=stored.id, number="C-0001")
    again = await database.read(
        lambda uow: (
            uow.servers.all()[0],
            uow.profiles.all()[0],
            uow.nases.of_server(server.id)[0],
            uow.customers.all()[0],
        )
    )
    assert again == (server, profile, nas, stored)
    assert again[0].router.password.reveal() == "api-s3cret"
    assert again[3].password == Secret("dial-s3cret")

    def bare(uow: UnitOfWork) -> tuple[Server, Customer]:
        changed = uow.servers.change(replace(server, radius=None, isolation_pool=None))
        slim = uow.customers.change(replace(stored, password=None, paid_until=None, caller_id=None))
        uow.nases.change(replace(nas, dae=None, api=None))
        return changed, slim

    changed, slim = await database.write(bare)
    assert await database.read(lambda uow: uow.servers.get(server.id)) == changed
    assert await database.read(lambda uow: uow.customers.get(stored.id)) == slim
    assert await database.read(lambda uow: uow.nases.named("BRAS-1")) == replace(nas, dae=None, api=None)


async def test_a_server_is_reached_in_one_way(database: Database) -> None:
    stored = await database.write(lambda uow: uow.servers.add(samples.FREERADIUS))
    assert await database.read(lambda uow: uow.servers.named("FR-1")) == replace(samples.FREERADIUS, id=stored.id)
    for wrong in (replace(stored, api=samples.API), replace(stored, sql=None)):
        with pytest.raises(RadiusbridgeError, match="one_home"):
            await database.write(partial(_change, wrong))


def _change(wrong: Server, uow: UnitOfWork) -> Server:
    return uow.servers.change(wrong)


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_are_stored_found_and_searched_as_they_are(database: Database, name: str) -> None:
    def work(uow: UnitOfWork) -> Customer:
        stored = samples.populate(uow)
        uow.servers.change(replace(samples.SERVER, id=stored.server_id, name=name))
        return uow.customers.change(replace(stored, username=name, note=name))

    stored = await database.write(work)
    assert stored.username == name
    found, searched, server = await database.read(
        lambda uow: (uow.customers.find(name), uow.customers.search(name), uow.servers.named(name))
    )
    assert (found, searched, server.name) == (stored, (stored,), name)


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800", "x" * 401])
async def test_what_cannot_be_a_name_is_refused_alike(database: Database, name: str) -> None:
    stored = await database.write(samples.populate)
    with pytest.raises(BadInput):
        await database.write(lambda uow: uow.customers.change(replace(stored, username=name)))
    with pytest.raises(BadInput):
        await database.write(lambda uow: uow.profiles.add(replace(samples.PROFILE, name=name)))
    with pytest.raises(UnknownName):
        await database.read(lambda uow: uow.customers.find(name))
    with pytest.raises(UnknownName):
        await database.read(lambda uow: uow.servers.named(name))


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (
            lambda uow, it: uow.servers.add(replace(samples.SERVER, name="UM-1")),
            "there is a server of that name already",
        ),
        (lambda uow, it: uow.customers.add(replace(it, id=0, number="", username="BUDI")), "customer C-0001 (budi)"),
        (lambda uow, it: uow.customers.add(replace(it, id=0, number="c-0001", username="x")), "number is taken"),
    ],
)
async def test_names_collide_whatever_their_case(
    database: Database, act: Callable[[UnitOfWork, Customer], object], said: str
) -> None:
    stored = await database.write(samples.populate)
    with pytest.raises(AlreadyThere) as caught:
        await database.write(lambda uow: act(uow, stored))
    assert said in caught.value.line()


async def test_the_same_username_on_another_server_is_another_account(database: Database) -> None:
    def work(uow: UnitOfWork) -> tuple[Customer, Customer]:
        one = samples.populate(uow)
        other = uow.servers.add(replace(samples.SERVER, name="um-2"))
        return one, uow.customers.add(replace(one, id=0, number="", server_id=other.id, name="Budi Dua"))

    one, two = await database.write(work)
    with pytest.raises(BadInput, match="2 customers are called so: C-0001 budi on um-1, C-0002 budi on um-2") as caught:
        await database.read(lambda uow: uow.customers.find("Budi"))
    assert "number" in caught.value.hint
    find = await database.read(
        lambda uow: [
            uow.customers.find(text, server)
            for text, server in (("c-0002", None), ("BUDI", one.server_id), ("budi dua", None))
        ]
    )
    assert find == [two, one, two]
    assert await database.read(lambda uow: uow.customers.by_username(two.server_id, "bUdi")) == two


async def test_an_unknown_name_comes_with_the_nearest(database: Database) -> None:
    await database.write(samples.populate)
    with pytest.raises(UnknownName, match="no such server") as caught:
        await database.read(lambda uow: uow.servers.named("um1"))
    assert caught.value.line() == "um1: no such server; nearest: um-1"

    def find(typed: str) -> Callable[[UnitOfWork], Customer]:
        return lambda uow: uow.customers.find(typed)

    for typed in ("budy", "melati"):
        with pytest.raises(UnknownName) as caught:
            await database.read(find(typed))
        assert "budi" in caught.value.hint


async def test_what_is_in_use_stays_and_says_by_whom(database: Database) -> None:
    def work(uow: UnitOfWork) -> Customer:
        stored = samples.populate(uow)
        for number in range(6):
            uow.customers.add(replace(stored, id=0, number="", username=f"user{number}"))
        uow.nases.add(samples.nas(stored.server_id))
        return stored

    stored = await database.write(work)
    with pytest.raises(BadInput, match=r"7 customers \(budi, user0, .* and 2 more\) and 1 NASes \(bras-1\)"):
        await database.write(lambda uow: uow.servers.remove(stored.server_id))
    with pytest.raises(BadInput, match="used by 7 customers"):
        await database.write(lambda uow: uow.profiles.remove(stored.profile_id))
    submitted = await database.write(
        lambda uow: uow.operations.submit(samples.operation(customer_id=stored.id, server_id=stored.server_id), uow.now)
    )
    with pytest.raises(BadInput, match=rf"1 unfinished operations \({submitted.id}\)"):
        await database.write(lambda uow: uow.customers.remove(stored.id))

    def free(uow: UnitOfWork) -> tuple[Customer, ...]:
        uow.operations.cancel(submitted.id, uow.now)
        uow.holds.open(Hold(stored.id, HoldKind.ABUSE, "ani", uow.now))
        return tuple(uow.customers.remove(one.id) for one in uow.customers.all())

    assert (await database.write(free))[0] == stored
    with pytest.raises(UnknownName):
        await database.read(lambda uow: uow.customers.get(stored.id))
    assert await database.write(lambda uow: uow.profiles.remove(stored.profile_id)) is not None
    again = await database.write(lambda uow: uow.profiles.add(samples.PROFILE))
    assert again.id > stored.profile_id, "ids are never used again"


async def test_numbers_are_given_in_order_and_never_again(database: Database) -> None:
    def work(uow: UnitOfWork) -> list[str]:
        first = samples.populate(uow)
        uow.customers.add(replace(first, id=0, number="c-0003", username="given"))
        second = uow.customers.add(replace(first, id=0, number="", username="second"))
        uow.customers.remove(second.id)
        third = uow.customers.add(replace(first, id=0, number="", username="third"))
        return [first.number, second.number, third.number]

    assert await database.write(work) == ["C-0001", "C-0002", "C-0004"]


async def test_lists_are_paged_searched_and_sorted_alike(database: Database) -> None:
    names = ["zeta", "Éva", "anna", "éric", "Zoe", "100%", "a_b", "axb"]

    def work(uow: UnitOfWork) -> None:
        first = samples.populate(uow)
        for name in names:
            uow.customers.add(replace(first, id=0, number="", username=name, name=name.upper(), phone="", note=""))

    await database.write(work)

    def usernames(**arguments: Any) -> Callable[[UnitOfWork], list[str]]:
        return lambda uow: [one.username for one in uow.customers.page(**arguments)]

    def count(text: str) -> Callable[[UnitOfWork], int]:
        return lambda uow: uow.customers.count(text)

    ordered = await database.read(usernames(order="username"))
    assert ordered == ["100%", "a_b", "anna", "axb", "budi", "zeta", "Zoe", "éric", "Éva"]
    assert await database.read(usernames(order="username", offset=2, limit=3)) == ordered[2:5]
    assert await database.read(usernames()) == ["budi", *names]
    for text, expected in (
        ("%", ["100%"]),
        ("a_b", ["a_b"]),
        ("ÉR", ["éric"]),
        ("santoso corner", ["budi"]),
        ("zz", []),
    ):
        assert await database.read(usernames(text=text)) == expected
        assert await database.read(count(text)) == len(expected)


async def test_holds_decide_about_access(database: Database, clock: HandClock) -> None:
    stored = await database.write(samples.populate)
    unpaid, abuse = (
        Hold(stored.id, HoldKind.UNPAID, "ani", START, reason="due"),
        Hold(stored.id, HoldKind.ABUSE, "noc", START),
    )
    opened = await database.write(lambda uow: (uow.holds.open(unpaid), uow.holds.open(abuse)))
    with pytest.raises(AlreadyThere, match="unpaid"):
        await database.write(lambda uow: uow.holds.open(unpaid))
    assert await database.read(lambda uow: uow.holds.open_holds(stored.id)) == opened
    assert await database.read(lambda uow: uow.holds.open_of([stored.id, 999])) == {stored.id: opened}
    closed = await database.write(lambda uow: uow.holds.close(stored.id, HoldKind.UNPAID, by="kas", at=uow.now))
    assert closed == replace(opened[0], closed_at=START, closed_by="kas")
    assert await database.read(lambda uow: uow.holds.open_holds(stored.id)) == opened[1:]
    with pytest.raises(UnknownName, match="unpaid"):
        await database.write(lambda uow: uow.holds.close(stored.id, HoldKind.UNPAID, by="kas", at=uow.now))
    reopened = await database.write(lambda uow: uow.holds.open(unpaid))
    assert await database.read(lambda uow: uow.holds.history(stored.id)) == (reopened, opened[1], closed)


async def test_usual_customers_are_read_as_they_stand(database: Database) -> None:
    stored = await database.write(samples.populate)
    held = samples.customer(stored.server_id, stored.profile_id, "Ani", number="C-7")
    bare = replace(held, number="C-8", username="Çelik", password=None)

    def others(uow: UnitOfWork) -> int:
        uow.holds.open(Hold(uow.customers.add(held).id, HoldKind.UNPAID, "ani", START))
        return uow.customers.add(bare).id

    bare_id = await database.write(others)
    usual, opened = await database.read(
        lambda uow: (uow.customers.plain_of_server(stored.server_id), uow.customers.password_opener())
    )
    known = (stored.username, stored.id, usual["budi"][2], stored.profile_id, stored.caller_id, stored.static_address)
    rest = ("Çelik", bare_id, None, stored.profile_id, stored.caller_id, stored.static_address)
    assert usual == {"budi": known, "Çelik": rest}
    held_ids = await database.read(lambda uow: uow.customers.held_of_server(stored.server_id))
    everybody = await database.read(lambda uow: uow.customers.ids_of_server(stored.server_id))
    assert (held_ids & {stored.id, bare_id}, held_ids | {stored.id, bare_id}) == (set(), everybody)
    assert len(held_ids) == 1
    sealed = known[2]
    assert sealed is not None
    assert (opened(sealed), b"dial-s3cret" in sealed) == (b"dial-s3cret", False)
    for spoilt in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:20], b"\x01" + bytes(60), b""):
        with pytest.raises(Damaged):
            opened(spoilt)


async def test_a_change_leaves_audit_and_event_and_shows_no_secret(database: Database) -> None:
    stored = await database.write(samples.populate)
    changed = replace(stored, password=Secret("n3w"), phone="0813")

    def work(uow: UnitOfWork) -> None:
        uow.customers.change(changed)
        uow.note(
            "customer.change", stored.number, who="ani", channel="tui", before=stored, after=changed, reason="asked"
        )

    await database.write(work)
    (entry,), (event,) = await database.read(lambda uow: (uow.audit.recent(subject="C-0001"), uow.outbox.pending()))
    assert entry.before == {"id": stored.id, "phone": "0812-1", "password": "***"}
    assert entry.after == {"id": stored.id, "phone": "0813", "password": "***"}
    assert (entry.at, entry.who, entry.channel, entry.reason) == (START, "ani", "tui", "asked")
    assert (event.kind, event.subject, event.body["after"]) == ("customer.change", "C-0001", entry.after)
    await database.write(lambda uow: uow.outbox.delivered([event.id], uow.now))
    assert await database.read(lambda uow: uow.outbox.pending()) == ()

    def broken(uow: UnitOfWork) -> None:
        work(uow)
        raise LookupError("stop")

    with pytest.raises(LookupError):
        await database.write(broken)
    assert await database.read(lambda uow: (len(uow.audit.recent()), len(uow.outbox.pending()))) == (1, 0)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=120), word=st.text(max_size=12))
async def test_any_text_is_kept_or_refused_and_searched_as_python_would(
    database: Database, text: str, word: str
) -> None:
    def work(uow: UnitOfWork) -> tuple[str, bool] | None:
        stored = next(iter(uow.customers.all()), None) or samples.populate(uow)
        changed = uow.customers.change(replace(stored, note=text))
        return uow.customers.get(changed.id).note, changed in uow.customers.search(text)

    if "\0" in text:
        with pytest.raises(BadInput):
            await database.write(work)
    else:
        assert await database.write(work) == (text, True)
    await database.read(lambda uow: uow.customers.search(word))
