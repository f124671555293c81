"""The table definitions and the migrations say the same, on both dialects; old files are migrated after a backup."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Executable, delete, text, update

from radiusbridge.db.database import Database
from radiusbridge.db.engines import make_engines, parsed
from radiusbridge.db.keys import Key
from radiusbridge.db.schema import SCHEMA, VERSION_TABLE, Schema, every_table, prepare_sqlite, run_scripts
from radiusbridge.db.tables import audit_entry, operation_step
from radiusbridge.domain.errors import Damaged
from tests.db import samples
from tests.db.conftest import START, HandClock
from tests.db.postgresql import Cluster

NEXT = '''"""Give customers a colour."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    how = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("customer", recreate=how) as batch:
        batch.add_column(sa.Column("colour", sa.Text(), nullable=False, server_default="blue"))
'''


def with_next(directory: Path, script: str = NEXT) -> Schema:
    """The schema as a later program will know it."""
    shutil.copytree(SCHEMA.scripts, directory / "migrations")
    (directory / "migrations" / "versions" / "r0002_next.py").write_text(script)
    return Schema((*SCHEMA.revisions, "0002"), directory / "migrations")


def test_the_known_revisions_are_those_of_the_scripts() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCHEMA.scripts))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(script.revision for script in scripts)[::-1] == SCHEMA.revisions


def differences(connection: Connection) -> list[object]:
    """But for the search index, which the objects compared below hold."""

    def ours(_: object, name: str | None, kind: str, *__: object) -> bool:
        return not str(name).startswith("customer_search") and name != "ix_customer_haystack_trigrams"

    opts = {"version_table": VERSION_TABLE, "compare_type": True, "include_object": ours}
    context = MigrationContext.configure(connection, opts=opts)
    return list(compare_metadata(context, every_table()))


def sqlite_objects(path: Path) -> dict[str, list[str]]:
    """Every table, index and trigger, as its statement's lines: their order in a CREATE TABLE does not matter."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: sorted(line.strip(" ,\t") for line in sql.splitlines()) for name, sql in rows}


def test_on_sqlite_a_new_file_equals_a_migrated_one(tmp_path: Path) -> None:
    made, migrated = tmp_path / "made.db", tmp_path / "migrated.db"
    made.touch()
    migrated.touch()
    engines = make_engines(parsed(made))
    prepare_sqlite(engines, SCHEMA, START, lambda _: None)
    engines.dispose()
    engines = make_engines(parsed(migrated))
    with engines.writer.begin() as connection:
        run_scripts(connection, SCHEMA)
    with engines.reader.begin() as connection:
        assert differences(connection) == []
    engines.dispose()
    assert sqlite_objects(made) == sqlite_objects(migrated)
    assert {"customer_search", "customer_search_due", "customer_search_update"} <= sqlite_objects(made).keys()


def postgresql_objects(connection: Connection) -> list[tuple[object, ...]]:
    columns = "table_name, column_name, data_type, is_nullable, column_default, collation_name"
    ours = "'public'::regnamespace"
    queries = (
        f"SELECT {columns} FROM information_schema.columns WHERE table_schema = 'public'",
        f"SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = {ours}",
        f"SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE connamespace = {ours}",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        f"SELECT proname, prosrc FROM pg_proc WHERE pronamespace = {ours}",
    )
    found = [tuple(row) for query in queries for row in connection.execute(text(query))]
    return sorted((row for row in found if VERSION_TABLE not in str(row[0])), key=repr)


@pytest.mark.peer
def test_on_postgresql_the_definitions_equal_the_migrations(cluster: Cluster) -> None:
    migrated = make_engines(parsed(cluster.create("compare", "migrated")))
    made = make_engines(parsed(cluster.create("made")))
    try:
        with made.writer.begin() as connection:
            every_table().create_all(connection)
            expected = postgresql_objects(connection)
        with migrated.reader.begin() as connection:
            assert differences(connection) == []
            assert postgresql_objects(connection) == expected
            assert len(expected) > 150
            assert "ix_customer_haystack_trigrams" in str(expected)
    finally:
        for engines, name in ((migrated, "compare"), (made, "made")):
            engines.dispose()
            cluster.drop(name)


async def test_evidence_and_audit_are_append_only(database: Database, url: str) -> None:
    await database.write(lambda uow: (samples.populate(uow), uow.operations.submit(samples.operation(), uow.now)))
    await database.write(lambda uow: uow.operations.claim(1, "me", uow.now, 30))
    await database.write(lambda uow: uow.steps.append(1, 1, [samples.step("one")]))
    await database.write(lambda uow: uow.note("act", "subject", who="me", channel="cli"))
    engines = make_engines(parsed(url))
    try:
        for table in (operation_step, audit_entry):
            change = update(table).values({table.c.operation_id: None})
            forbidden: list[Executable] = [change, delete(table)]
            if engines.dialect == "sqlite":
                forbidden.append(text(f"INSERT OR REPLACE INTO {table.name} SELECT * FROM {table.name}"))
            else:
                forbidden.append(text(f"TRUNCATE {table.name}"))
            for statement in forbidden:
                with pytest.raises(Exception, match="append-only"), engines.writer.begin() as connection:
                    connection.execute(statement)
            with engines.reader.begin() as connection:
                assert connection.scalar(text(f"SELECT count(*) FROM {table.name}")) == 1
    finally:
        engines.dispose()


async def test_an_older_file_is_migrated_after_a_backup(tmp_path: Path, key: Key, clock: HandClock) -> None:
    path = tmp_path / "old %s.db"
    database = Database.open(path, key=key, clock=clock)
    stored = await database.write(samples.populate)
    await database.close()
    later = with_next(tmp_path)
    database = Database.open(path, key=key, clock=clock, schema=later)
    assert await database.read(lambda uow: uow.customers.all()) == (stored,)
    assert database.indexed
    await database.write(lambda uow: uow.customers.change(replace(stored, note="orchard")))
    assert await database.read(lambda uow: (uow.customers.count("orchard"), uow.customers.count("corner"))) == (1, 0)
    await database.write(lambda uow: uow.customers.change(stored))
    await database.close()
    backup = tmp_path / "old %s.db.0001.20260301T120000Z.backup"
    assert backup.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(path)) as now, closing(sqlite3.connect(backup)) as then:
        assert now.execute("SELECT username, colour FROM customer").fetchall() == [("budi", "blue")]
        assert "colour" not in then.execute("SELECT sql FROM sqlite_master WHERE name = 'customer'").fetchone()[0]
        assert then.execute("SELECT username FROM customer").fetchall() == [("budi",)]
    restored = Database.open(backup, key=key, clock=clock)
    assert await restored.read(lambda uow: uow.customers.all()) == (stored,)
    await restored.close()
    with pytest.raises(Damaged, match=r"schema \(0002\) is newer than this program") as caught:
        Database.open(path, key=key, clock=clock)
    assert caught.value.hint == "upgrade radiusbridge"


@pytest.mark.parametrize(
    "failure",
    ["    raise RuntimeError('stop')\n", "    op.execute('DELETE FROM server')\n"],
    ids=["error", "broken reference"],
)
async def test_a_migration_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, key: Key, clock: HandClock, failure: str
) -> None:
    path = tmp_path / "data.db"
    database = Database.open(path, key=key, clock=clock)
    stored = await database.write(samples.populate)
    await database.close()
    before = sqlite_objects(path)
    with pytest.raises((RuntimeError, Damaged), match=r"stop|break references"):
        Database.open(path, key=key, clock=clock, schema=with_next(tmp_path, NEXT + failure))
    assert sqlite_objects(path) == before
    database = Database.open(path, key=key, clock=clock)
    assert await database.read(lambda uow: uow.customers.all()) == (stored,)
    await database.close()


@pytest.mark.peer
async def test_a_shared_database_is_upgraded_only_when_asked(
    cluster: Cluster, tmp_path: Path, key: Key, clock: HandClock
) -> None:
    url = cluster.create("shared")
    open_it = partial(Database.open, url, key=key, clock=clock)
    with pytest.raises(Damaged, match="has no tables yet") as caught:
        open_it()
    assert caught.value.hint == "run: radiusbridge db upgrade"
    await open_it(upgrade=True).close()
    database = open_it()
    stored = await database.write(samples.populate)
    await database.close()
    later = with_next(tmp_path)
    with pytest.raises(Damaged, match=r"has an older schema \(0001\)"):
        open_it(schema=later)
    database = open_it(schema=later, upgrade=True)
    assert await database.read(lambda uow: uow.customers.all()) == (stored,)
    await database.close()
    with pytest.raises(Damaged, match="newer than this program"):
        open_it(upgrade=True)
    cluster.drop("shared")
