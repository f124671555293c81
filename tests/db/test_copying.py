"""A copy of a database holds the same, row by row; one that failed or was interrupted holds nothing."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from radiusbridge.db import engines
from radiusbridge.db.copying import sides, targets
from radiusbridge.db.copying.run import Copied, copy
from radiusbridge.db.database import Database
from radiusbridge.db.engines import make_engines, parsed
from radiusbridge.db.errors import Busy
from radiusbridge.db.faults import translated
from radiusbridge.db.keys import Key, KeyFile
from radiusbridge.db.schema import every_table
from radiusbridge.db.status import look
from radiusbridge.db.topics import TOPICS
from radiusbridge.db.voucher_book_tables import voucher_day
from radiusbridge.domain.errors import AlreadyThere, BadInput, Damaged, RadiusbridgeError, Refused
from tests.db import filled, samples
from tests.db.conftest import BOTH, START, HandClock
from tests.db.postgresql import Cluster


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """Of a place: its server runs before the event loop does."""
    if request.param == "postgresql":
        request.getfixturevalue("cluster")
    return str(request.param)


def nobody(_: set[str]) -> frozenset[str]:
    return frozenset()


@dataclass
class Ground:
    """A file that is full, and places for copies of it."""

    folder: Path
    key: Key
    request: pytest.FixtureRequest
    places: int = 0

    @property
    def file(self) -> Path:
        return self.folder / "full.db"

    def place(self, kind: str, template: str = "migrated") -> str:
        self.places += 1
        if kind == "sqlite":
            return str(self.folder / f"copy{self.places}.db")
        cluster: Cluster = self.request.getfixturevalue("cluster")
        name = f"copy{self.places}"
        self.request.addfinalizer(lambda: cluster.drop(name))
        return cluster.create(name, template)

    def copy(self, place: str | Path, to: str | Path, **more: Any) -> Copied:
        return copy(place, to, self.key, START, more.pop("dead", nobody), **more)

    def change(self, place: str | Path, *statements: Any) -> None:
        made = make_engines(parsed(place))
        try:
            with made.writer.begin() as connection:
                for statement in statements:
                    connection.execute(text(statement) if isinstance(statement, str) else statement)
        finally:
            made.dispose()


@pytest.fixture
async def ground(tmp_path: Path, key: Key, clock: HandClock, request: pytest.FixtureRequest) -> Ground:
    made = Ground(tmp_path, key, request)
    await Database.open(made.file, key=key, clock=clock).close()
    return made


@pytest.fixture
async def full(ground: Ground, key: Key, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """With rows in each table, more than one batch of them."""
    monkeypatch.setattr(sides, "BATCH", filled.ROWS - 2)
    database = Database.open(ground.file, key=key, clock=clock)
    with database._engines.writer.begin() as connection:
        connection.exec_driver_sql("DELETE FROM meta WHERE name <> 'key_canary'")
        filled.fill(connection)
    await database.close()
    return ground


def rows_of(file: str | Path) -> dict[str, list[tuple[Any, ...]]]:
    """Of a file, by SQL that is written out."""
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        ours = [name for name in names if name in every_table().tables]
        found = {name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for name in ours}
        return {**found, "sqlite_sequence": sorted(connection.execute("SELECT * FROM sqlite_sequence").fetchall())}


@pytest.mark.peer
@pytest.mark.usefixtures("cluster")
async def test_there_and_back_everything_is_as_it_was(full: Ground, key: Key, clock: HandClock) -> None:
    shared, back = full.place("postgresql", "template0"), full.place("sqlite")
    # ids of customers who are gone are never given again
    full.change(full.file, _GONE)
    before = rows_of(full.file)
    assert set(every_table().tables) <= before.keys(), "each table is compared"
    for table in every_table().sorted_tables:
        with closing(sqlite3.connect(full.file)) as connection:
            rows = connection.execute(f'SELECT * FROM "{table.name}"').fetchall()
        assert len(rows) >= filled.ROWS, f"tests/db/filled.py writes no rows of {table.name}"
        assert list(filled.unfilled(table, rows)) == []
    there = full.copy(full.file, shared)
    returned = full.copy(shared, back)
    assert rows_of(full.file) == before, "the source is untouched"
    assert rows_of(back) == before
    assert (there.digest, there.rows) == (returned.digest, returned.rows)
    assert there.rows == sum(len(rows) for name, rows in before.items() if name != "sqlite_sequence")
    assert there.searchable
    assert returned.searchable
    assert there.unfinished == 3
    for place in (shared, back):
        standing = look(place, KeyFile(key.source))
        assert (standing.key, standing.current) == ("", True)
        assert standing.index is not None
        assert (standing.index.present, standing.index.sound, standing.index.lacking) == (True, True, 0)
        database = Database.open(place, key=key, clock=clock)
        added = await database.write(lambda unit: unit.customers.add(samples.customer(1, 1, username="new")))
        assert added.id == 1001, "the counter went along"
        [found] = await database.read(lambda unit: unit.customers.all()[-1:])
        assert found.password == samples.customer(1, 1).password
        with pytest.raises(DBAPIError, match="append-only"):
            full.change(place, "DELETE FROM audit_entry")
        await database.close()
    assert mode_of(back) == 0o600
    with closing(sqlite3.connect(back)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def mode_of(file: str) -> int:
    return Path(file).stat().st_mode & 0o777


def made_in(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir() if file.name.startswith(("copy", "missing"))]


_GONE = "UPDATE sqlite_sequence SET seq = 1000 WHERE name = 'customer'"


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
FIGURES = st.integers(-(2**63), 2**63 - 1)


@pytest.mark.peer
@settings(max_examples=2, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "day": st.integers(-(2**31), 2**31 - 1),
                **dict.fromkeys(("profile", "router", "outlet", "cashier"), WORDS),
                **dict.fromkeys(
                    ("sold", "returned", "amount", "price", "refunded", "expired", "unsold"),
                    FIGURES,
                ),
            }
        ),
        unique_by=lambda row: tuple(row.values())[:5],
        min_size=20,
        max_size=100,
    )
)
def test_any_text_in_a_key_and_any_figure_arrives_and_comes_back_in_order(
    ground: Ground, rows: list[dict[str, Any]]
) -> None:
    ground.change(ground.file, voucher_day.delete(), insert(voucher_day).values(rows))
    shared, back = ground.place("postgresql"), ground.place("sqlite")
    there = ground.copy(ground.file, shared)
    assert ground.copy(shared, back).digest == there.digest
    assert rows_of(back) == rows_of(ground.file)


def test_an_interrupted_copy_leaves_nothing_and_is_begun_anew(full: Ground, kind: str) -> None:
    before, to = rows_of(full.file), full.place(kind)

    with pytest.raises(KeyboardInterrupt):
        full.copy(full.file, to, told=stop_in("compared"))
    with pytest.raises(KeyboardInterrupt):
        full.copy(full.file, to, told=stop_in("written"))
    if kind == "sqlite":
        assert [file.name for file in full.folder.iterdir() if "copy" in file.name] == []
        # one that was killed cannot tidy up
        Path(f"{to}.unfinished").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
        Path(f"{to}.unfinished-wal").write_bytes(b"x" * 5000)
    copied = full.copy(full.file, to)
    assert copied.rows == sum(len(rows) for name, rows in before.items() if name != "sqlite_sequence")
    with pytest.raises(AlreadyThere):
        full.copy(full.file, to)
    assert rows_of(full.file) == before
    assert sorted(full.folder.glob("*.unfinished*")) == []


def test_a_signal_within_a_long_step_of_sqlite_is_an_interruption(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = targets._File.complete

    def stopped(target: Any) -> None:
        target._driver.set_progress_handler(lambda: 1, 10)
        complete(target)

    monkeypatch.setattr(targets._File, "complete", stopped)
    with pytest.raises(KeyboardInterrupt):
        ground.copy(ground.file, ground.place("sqlite"))
    assert made_in(ground.folder) == []


def stop_in(phase: str) -> Any:
    def told(now: str, _rows: int, _size: int) -> None:
        if now == phase:
            raise KeyboardInterrupt

    return told


@pytest.mark.parametrize(
    ("forgery", "told"),
    [
        ("UPDATE profile SET pool = '' WHERE id = 6", "profile id=6 differs in pool"),
        (
            "UPDATE customer SET name = 's3cret', password = NULL WHERE id = 2",
            "customer id=2 differs in name, password",
        ),
        ("DELETE FROM alert_mute WHERE id = 6", "alert_mute id=6 is on one side only"),
    ],
)
def test_a_copy_that_differs_is_not_kept_and_its_row_is_named(
    full: Ground, kind: str, forgery: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: Any = targets._File if kind == "sqlite" else targets._Shared
    complete = made.complete

    def forged(target: Any) -> None:
        target._connection.exec_driver_sql(forgery)
        complete(target)

    monkeypatch.setattr(made, "complete", forged)
    to = full.place(kind)
    with pytest.raises(Damaged, match=told) as caught:
        full.copy(full.file, to)
    assert "s3cret" not in caught.value.line()
    if kind == "sqlite":
        assert list(full.folder.glob("copy*")) == []
    else:
        assert look(to, KeyFile(full.key.source)).rows["profiles"] == 0


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE customer SET grace_days = 'many' WHERE id = 3", "customer id=3: grace_days is not an integer"),
        ("UPDATE voucher SET row = 3000000000 WHERE id = 2", "voucher id=2: row is not between"),
        ("UPDATE audit_entry SET at = 'yesterday' WHERE id = 4", "audit_entry id=4: at is not a moment"),
        ("UPDATE customer SET note = 's3cret' || char(0) WHERE id = 5", "customer id=5: note the text holds a NUL"),
        ("UPDATE hold SET customer_id = 77 WHERE id = 1", "the database refused the record"),
    ],
)
@pytest.mark.peer
def test_what_only_sqlite_takes_is_named_by_its_row_and_nothing_is_kept(full: Ground, damage: str, told: str) -> None:
    with closing(sqlite3.connect(full.file)) as connection, connection:
        connection.execute("DROP TRIGGER IF EXISTS audit_entry_no_update")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(damage)
    shared = full.place("postgresql")
    with pytest.raises(RadiusbridgeError, match=told) as caught:
        full.copy(full.file, shared)
    assert "s3cret" not in caught.value.line()
    assert look(shared, KeyFile(full.key.source)).rows["customers"] == 0


async def test_nobody_works_on_it_and_nobody_writes_to_it_meanwhile(
    ground: Ground, kind: str, key: Key, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    place: str | Path = ground.file
    if kind == "postgresql":
        place = ground.place(kind)
        ground.copy(ground.file, place)
    database = Database.open(place, key=key, clock=clock)
    await database.write(lambda unit: (samples.populate(unit), unit.operations.submit(samples.operation(), unit.now)))
    await database.write(lambda unit: unit.duties.take("agent.timers", "host/1/2", unit.now, 20))
    await database.write(lambda unit: unit.operations.claim(1, "host/1/3", unit.now, 30))
    working = r"somebody works on it: operation 1 by host/1/3, agent.timers by host/1/2"
    with pytest.raises(Refused, match=working):
        ground.copy(place, ground.place("sqlite"))
    assert list(ground.folder.glob("copy*")) == []

    seen: list[str] = []

    def told(phase: str, _rows: int, _size: int) -> None:
        if phase in seen:
            return
        seen.append(phase)
        with pytest.raises(Busy), translated("place"):
            ground.change(place, "UPDATE meta SET value = ''")

    def dead(owners: set[str]) -> frozenset[str]:
        return frozenset({"host/1/2", "host/1/3"}) & owners

    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.05)
    copied = ground.copy(place, ground.place("sqlite"), dead=dead, told=told)
    assert (seen, copied.unfinished) == (["written", "indexes", "compared"], 1)
    await database.close()


@pytest.mark.peer
@pytest.mark.usefixtures("cluster")
async def test_a_place_that_is_not_empty_or_not_ours_or_of_another_key_is_left_alone(
    ground: Ground, tmp_path: Path, clock: HandClock
) -> None:
    foreign, other, older, used = (
        ground.place("postgresql", made) for made in ("template0", "template0", "migrated", "migrated")
    )
    ground.change(foreign, "CREATE TABLE radcheck (id int)")
    stranger = KeyFile(tmp_path / "stranger").create()
    await Database.open(other, key=stranger, clock=clock, upgrade=True).close()
    ground.change(older, "UPDATE schema_version SET version_num = '0000x'")
    ground.change(used, "INSERT INTO nas_seen VALUES ('bras', now())")
    taken = tmp_path / "taken.db"
    taken.write_bytes(b"")
    refusals: list[tuple[str | Path, type[RadiusbridgeError], str]] = [
        (foreign, Damaged, "another program"),
        (other, Damaged, "is not the key of this database"),
        (older, Damaged, "is newer than this program"),
        (used, AlreadyThere, "not empty: nas_seen holds rows"),
        (taken, AlreadyThere, "is there already"),
        (tmp_path / "no" / "folder.db", BadInput, "no such folder"),
        (ground.file, BadInput, "are one database"),
    ]
    for to, kind, told in refusals:
        with pytest.raises(kind, match=told):
            ground.copy(ground.file, to)
    with pytest.raises(BadInput, match="no such database"):
        ground.copy(tmp_path / "missing.db", tmp_path / "copy.db")
    ground.change(ground.file, "UPDATE schema_version SET version_num = '0000'")
    with pytest.raises(Damaged, match="its schema is 0000"):
        ground.copy(ground.file, tmp_path / "copy.db")
    assert made_in(tmp_path) == []


def test_two_copies_to_one_file_do_not_mix(ground: Ground) -> None:
    to = ground.place("sqlite")

    def told(phase: str, _rows: int, _size: int) -> None:
        if phase == "indexes":
            with pytest.raises(Refused, match="another copy writes there"), targets.opened(to, ground.key, START):
                pass

    assert ground.copy(ground.file, to, told=told).digest == ground.copy(ground.file, ground.place("sqlite")).digest


def test_no_table_is_counted_twice_and_each_that_is_named_is_there() -> None:
    named = [name for names in TOPICS.values() for name in names]
    assert len(named) == len(set(named))
    assert set(named) <= set(every_table().tables)
