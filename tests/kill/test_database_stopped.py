"""PostgreSQL is stopped in the middle of a copy and of an import: each is there whole or not at all, and the same line
does it again."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from radiusbridge.db import database
from radiusbridge.db.hop import ThreadHop
from radiusbridge.services import databases
from radiusbridge.services.settings import Settings
from tests.cli.conftest import Cli
from tests.cli.conftest import cli as cli
from tests.cli.conftest import stocked as stocked
from tests.db.postgresql import Cluster, running_cluster

MANY = 300


def people(folder: Path) -> str:
    file = folder / "people.csv"
    rows = "".join(f"user{number};pw-{number};Name {number};home-10\n" for number in range(MANY))
    file.write_text(f"user;password;name;profile\n{rows}")
    return str(file)


def stopping(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Have the next commit find no server any more; calling it undoes that."""
    left = [1]

    def stop() -> None:
        if left:
            left.pop()
            cluster.stop()

    monkeypatch.setattr(database, "ThreadHop", partial(ThreadHop, before_commit=stop))
    return lambda: monkeypatch.setattr(database, "ThreadHop", ThreadHop)


@pytest.mark.peer
def test_an_import_and_a_copy_there_and_back_while_postgresql_is_stopped(
    stocked: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli, file = stocked, people(stocked.home)
    embedded, back = str(cli.home / "radiusbridge.sqlite3"), str(cli.home / "back.sqlite3")
    with running_cluster() as cluster:
        shared = cluster.create("shared")
        stop_in(cluster, monkeypatch, "indexes")
        gone = cli("db", "copy", "--to", shared)
        assert (gone.status, "Traceback" in gone.err) == (3, False), gone
        cluster.start()
        assert cli.ok("db", "status", "--database", shared, "--json").json["rows"]["servers"] == 0
        cli.ok("db", "copy", "--to", shared)

        monkeypatch.setenv("RADIUSBRIDGE_DATABASE", shared)
        goes_on = stopping(cluster, monkeypatch)
        broken = cli("import", "csv", file, "--apply", "--yes-count", str(MANY))
        assert (broken.status, "Traceback" in broken.err) == (3, False), broken
        goes_on()
        cluster.start()
        assert cli.ok("customer", "list", "--count", "--json").json["count"] == 0
        cli.ok("import", "csv", file, "--apply", "--yes-count", str(MANY))
        assert cli.ok("customer", "list", "--count", "--json").json["count"] == MANY
        assert len(cli.ok("op", "list", "--json").json) == 1, "one operation"

        for phase in ("written", "compared"):
            stop_in(cluster, monkeypatch, phase)
            assert cli("db", "copy", "--to", back).status == 3
            assert [each.name for each in cli.home.glob("back*")] == []
            cluster.start()
        cli.ok("db", "copy", "--to", back)
    with closing(sqlite3.connect(back)) as copied, closing(sqlite3.connect(embedded)) as untouched:
        counts = [one.execute("SELECT count(*) FROM customer").fetchone()[0] for one in (copied, untouched)]
    assert counts == [MANY, 0]


def stop_in(cluster: Cluster, monkeypatch: pytest.MonkeyPatch, phase: str) -> None:
    """Stop the server once, when the next copy is there."""
    real = databases.copy_database

    def copy(settings: Settings, to: str, told: Callable[[str, int, int], None]) -> object:
        def tell(now: str, rows: int, size: int) -> None:
            if now == phase and armed:
                armed.pop()
                cluster.stop()
            told(now, rows, size)

        armed = [1]
        monkeypatch.setattr(databases, "copy_database", real)
        return real(settings, to, tell)

    monkeypatch.setattr(databases, "copy_database", copy)
