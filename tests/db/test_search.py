"""Words by the index: exactly the customers whose rows hold them, whatever is written, and in whatever state it is."""

import contextlib
import itertools
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import get_args

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from sqlalchemy import make_url

from radiusbridge.db import search
from radiusbridge.db.database import Database
from radiusbridge.db.filtering import haystack
from radiusbridge.db.keys import Key
from radiusbridge.db.repositories.customer_orders import Order
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.filters import All, Node, Not, Word
from radiusbridge.domain.records import Customer
from radiusbridge.domain.text import folded
from tests.db import samples
from tests.db.conftest import START, HandClock
from tests.db.postgresql import Cluster

TODAY = date(2026, 11, 22)
HOSTILE = (
    "b", "bu", "bud", "budi", "BUDI", "ß", "ßß", "straße", "STRASSE", "é", "éva", "e\u0301va", "日", "日本", "日本語",
    "%", "%%%", "_", "___", "50%_", "a/b", "///", '"', '""', '"""', 'a"b"c', "'", "';--", "\\", "\\\\\\", "*", "bud*",
    "budi OR ani", "NEAR(", "budi NOT", "haystack:bud", "{bud}", "^bud", "-bud", "bud+i", "(((", "\0", "bu\0di",
    "\ufffd", "\U0010ffff", "\u202ebud", "\u200d\U0001f467\u200d", "\n", "a\nb", "a b", " ", "\t\t\t", "x" * 399, "ŉŉŉ",
    "İst", "ǰǰǰ", "\u212aelvin",
)  # fmt: skip
"""Texts as users write them: of one, two, three and more characters, with the signs of both languages beneath."""

WRITTEN = st.characters(codec="utf-8", exclude_characters="\ufffe\uffff")
"""But the two that SQLite takes for U+FFFD, in LIKE as in the index."""
TRIPLES = ("a", "ab", *map("".join, itertools.product("abc", repeat=3)), "abca", "nobody")


def hay(unit: UnitOfWork) -> dict[int, str]:
    return {each.id: haystack(each) for each in unit.customers.all()}


def found(unit: UnitOfWork, *nodes: Node) -> tuple[int, ...]:
    ids = unit.customers.filtered_ids(All(nodes), TODAY, None)
    assert unit.customers.filtered_count(All(nodes), TODAY, None) == len(ids)
    page, total = unit.customers.filtered_slice(All(nodes), TODAY, None, limit=2)
    assert page == unit.customers.filtered(All(nodes), TODAY, None, limit=2)
    assert total == (len(ids) if len(ids) < 2 else None)
    return ids


def agree(unit: UnitOfWork, texts: tuple[str, ...] = HOSTILE) -> None:
    """The search says what the rows say."""
    rows = hay(unit)
    for text in texts:
        wanted = folded(text).replace("\0", "\ufffd")
        holding = tuple(each for each, line in rows.items() if wanted in line)
        assert found(unit, Word(text)) == holding, text
        assert found(unit, Not(Word(text))) == tuple(each for each in rows if each not in holding), text
        both = tuple(each for each in holding if "bud" in rows[each])
        assert found(unit, Word(text), Word("bud")) == both, text
        if len(text.split()) == 1 and text.strip() == text:
            assert {each.id for each in unit.customers.search(text, limit=1000)} == set(holding), text
            assert unit.customers.count(text) == len(holding), text


def ground(unit: UnitOfWork) -> None:
    unit.servers.add(samples.SERVER)
    unit.profiles.add(samples.PROFILE)


_numbers = itertools.count(1)


def store(note: str, unit: UnitOfWork) -> Customer:
    number = next(_numbers)
    name = "ani" if number % 2 else "budi"
    return unit.customers.add(Customer(f"N-{number}", f"user{number}", 1, 1, name=name, note=note))


@pytest.fixture(params=[1, 10_000], ids=["brought in at once", "not brought in"])
def brought_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MANY", request.param)


@pytest.mark.usefixtures("brought_in")
async def test_hostile_texts_are_found_as_they_stand(database: Database) -> None:
    assert database.indexed
    await database.write(ground)
    for text in HOSTILE:
        if "\0" not in text:
            await database.write(partial(store, text))
    await database.read(agree)


@pytest.mark.parametrize("most", [0, 1, 3])
async def test_short_texts_are_found_whether_the_index_has_few_beginnings_or_many(
    database: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(search, "MANY", 5)
    monkeypatch.setattr(search, "BEGINNINGS", most)
    await database.write(ground)
    for text in ("ab", "abc", "cab", "abd", "aec b", "", "\ufffe", "x\uffff"):
        await database.write(partial(store, text))
    await database.read(partial(agree, texts=("a", "ab", "b", "c", "d", "ec", "zz", "c b", "x")))


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(note=st.text(WRITTEN, max_size=30), cut=st.tuples(st.integers(0, 30), st.integers(0, 30)))
async def test_any_part_of_a_text_finds_it(database: Database, note: str, cut: tuple[int, int]) -> None:
    def work(unit: UnitOfWork) -> None:
        if not unit.servers.all():
            ground(unit)
        store(note.replace("\0", ""), unit)
        agree(unit, (note[min(cut) : max(cut)],))

    await database.write(work)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_index_follows_changes_removals_and_rollbacks(
    database: Database, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    monkeypatch.setattr(search, "MANY", random.choice([1, 3, 7]))
    await database.write(ground)

    def step(unit: UnitOfWork) -> None:
        for _ in range(random.randint(1, 4)):
            ids = [each.id for each in unit.customers.all()]
            note = "".join(random.choices("abc", k=5))
            deed = random.random()
            if deed < 0.4 or not ids:
                store(note, unit)
            elif deed < 0.8:
                unit.customers.change(replace(unit.customers.get(random.choice(ids)), note=note))
            else:
                unit.customers.remove(random.choice(ids))
        agree(unit, tuple(random.sample(TRIPLES, 8)))
        if random.random() < 0.3:
            raise LookupError("stop")

    for _ in range(15):
        with contextlib.suppress(LookupError):
            await database.write(step)
        await database.read(partial(agree, texts=TRIPLES))


async def test_the_file_holds_a_sound_index(tmp_path: Path, key: Key, clock: HandClock) -> None:
    path = tmp_path / "data.db"
    database = Database.open(path, key=key, clock=clock)
    await database.write(ground)
    for _ in range(search.MANY):
        await database.write(partial(store, "note"))
    await database.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM customer_search_due").fetchone() == (0,)
        connection.execute("INSERT INTO customer_search (customer_search, rank) VALUES ('integrity-check', 1)")
        count = connection.execute("SELECT count(*) FROM customer_search WHERE customer_search MATCH '\"note\"'")
        assert count.fetchone() == (search.MANY,)


async def test_a_sqlite_without_trigrams_finds_the_same(
    tmp_path: Path, key: Key, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file goes from one to the other and back."""
    path = tmp_path / "data.db"
    for round_number, oldest in enumerate([(99,), (3, 34, 0), (99,), (3, 34, 0)]):
        monkeypatch.setattr(search, "_OLDEST", oldest)
        database = Database.open(path, key=key, clock=clock)
        assert database.indexed is (oldest < (99,))
        if not round_number:
            await database.write(ground)
        for text in HOSTILE[:12]:
            await database.write(partial(store, text))
        await database.write(lambda unit: unit.customers.change(replace(unit.customers.get(1), note="changed")))
        await database.read(agree)
        await database.close()


@pytest.mark.peer
async def test_a_postgresql_user_without_the_right_finds_the_same(cluster: Cluster, key: Key, clock: HandClock) -> None:
    url = cluster.create("limited")
    with psycopg.connect(url, autocommit=True) as administrator:
        administrator.execute("CREATE ROLE limited LOGIN")
        administrator.execute("GRANT CREATE ON SCHEMA public TO limited")
        theirs = make_url(url).set(username="limited").render_as_string()
        open_it = partial(Database.open, theirs, key=key, clock=clock)
        database = open_it(upgrade=True)
        assert not database.indexed
        await database.write(ground)
        for text in HOSTILE[:20]:
            await database.write(partial(store, text))
        await database.read(agree)
        await database.close()
        administrator.execute("CREATE EXTENSION pg_trgm")
    database = open_it(upgrade=True)
    assert database.indexed
    await database.read(agree)
    await database.close()
    cluster.drop("limited")
    cluster.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier("limited")))


@pytest.mark.parametrize("order", get_args(Order))
async def test_pages_go_on_behind_a_customer(database: Database, order: Order) -> None:
    random = Random(order)
    await database.write(ground)

    def fill(unit: UnitOfWork) -> None:
        for number in random.sample(range(100), 30):
            paid = random.choice([None, START, START + timedelta(days=number)])
            name = random.choice(["", "Ani", "Budi"])
            unit.customers.add(Customer(f"C{number}", f"u{number}", 1, 1, name=name, paid_until=paid))

    await database.write(fill)

    def walk(unit: UnitOfWork) -> None:
        seen: list[int] = []
        while page := unit.customers.filtered(
            All(), TODAY, None, limit=7, order=order, after=seen[-1] if seen else None
        ):
            seen += [each.id for each in page]
        assert tuple(seen) == unit.customers.filtered_ids(All(), TODAY, None, order)
        assert len(seen) == 30
        assert unit.customers.filtered_count(All(), TODAY, None, 12) == 12

    await database.read(walk)
