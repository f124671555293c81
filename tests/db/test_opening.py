"""Opening: files, keys, and everything that can be wrong with them, each with one clear line."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from radiusbridge.db.crypt import Cipher
from radiusbridge.db.database import Database
from radiusbridge.db.engines import make_engines, parsed
from radiusbridge.db.keys import ENVIRONMENT, Key, KeyFile
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput, Damaged, LoginRefused, NotSuchPeer, RadiusbridgeError, Unreachable
from tests.db import samples
from tests.db.conftest import HandClock
from tests.db.postgresql import Cluster

SECRETS = ("api-s3cret", "radius-s3cret", "dae-s3cret", "dial-s3cret")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def all_octets(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.iterdir())


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Without root's right to open everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_a_new_database_is_private(tmp_path: Path, clock: HandClock) -> None:
    path, key_file = tmp_path / "a" / "b" / "data.db", KeyFile(tmp_path / "config" / "key")
    database = Database.open(path, key=key_file, clock=clock)
    await database.write(samples.populate)
    assert {name.name for name in path.parent.iterdir()} == {"data.db", "data.db-wal", "data.db-shm"}
    assert {mode(name) for name in path.parent.iterdir()} == {0o600}
    assert mode(path.parent) == mode(tmp_path / "config") == 0o700
    assert mode(key_file.path) == 0o600
    assert [name.name for name in key_file.path.parent.iterdir()] == ["key"]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    await database.close()
    again = Database.open(f"sqlite:///{path}", key=key_file, clock=clock)
    assert len(await again.read(lambda uow: uow.customers.all())) == 1
    await again.close()


async def test_no_secret_stands_in_the_files(tmp_path: Path, key: Key, clock: HandClock) -> None:
    database = Database.open(tmp_path / "data.db", key=key, clock=clock)

    def work(uow: UnitOfWork) -> None:
        stored = samples.populate(uow)
        uow.nases.add(samples.nas(stored.server_id))
        uow.note("customer.add", stored.number, who="ani", channel="cli", after=stored)

    await database.write(work)
    for moment in ("open", "closed"):
        content = all_octets(tmp_path)
        assert b"budi" in content, moment
        for secret in (*SECRETS, key.octets.hex()):
            assert secret.encode() not in content, moment
            assert secret.encode("utf-16-le") not in content, moment
        assert key.octets not in content
        if moment == "open":
            await database.close()


async def test_a_sealed_value_cannot_be_moved_or_changed(tmp_path: Path, key: Key, clock: HandClock) -> None:
    path = tmp_path / "data.db"
    database = Database.open(path, key=key, clock=clock)
    await database.write(samples.populate)
    await database.write(samples.lone_nas)
    for change in (
        "UPDATE nas SET dae_secret = (SELECT radius_secret FROM server WHERE radius_secret IS NOT NULL LIMIT 1)",
        "UPDATE nas SET dae_secret = CAST(substr(dae_secret, 1, length(dae_secret) - 1) || x'00' AS BLOB)",
        "UPDATE nas SET dae_secret = x'01'",
        "UPDATE nas SET dae_secret = CAST(x'0100000000' || substr(dae_secret, 6) AS BLOB)",
    ):
        await database.write(lambda uow: uow.nases.change(replace(samples.nas(1), id=1)))
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(change)
        with pytest.raises(Damaged, match="encrypted value") as caught:
            await database.read(lambda uow: uow.nases.all())
        assert caught.value.target == "nas.dae_secret"
    await database.close()


def test_a_sealed_value_shows_nothing_twice(key: Key) -> None:
    cipher = Cipher(key)
    one, two = cipher.seal(b"x", "a.b"), cipher.seal(b"x", "a.b")
    assert one[5:] != two[5:]
    assert one[1:5] == key.id
    assert (cipher.open(one, "a.b"), cipher.open(two, "a.b")) == (b"x", b"x")
    assert "octets" not in repr(key)


async def test_a_wrong_or_missing_key_is_named(tmp_path: Path, key: Key, clock: HandClock) -> None:
    path, other = tmp_path / "data.db", KeyFile(tmp_path / "other")
    await Database.open(path, key=key, clock=clock).close()
    with pytest.raises(Damaged, match="key file is missing"):
        Database.open(path, key=other, clock=clock)
    assert not other.path.exists(), "a key is made for a new database only"
    other.create()
    with pytest.raises(Damaged) as caught:
        Database.open(path, key=other, clock=clock)
    assert caught.value.line() == (
        f"{path}: the key file {other.path} is not the key of this database; "
        "restore the right key file, or name it in RADIUSBRIDGE_KEY_FILE"
    )


@pytest.mark.parametrize("given", [0o640, 0o604, 0o660, 0o777])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, given: int) -> None:
    key_file = KeyFile(tmp_path / "key")
    key_file.create()
    key_file.path.chmod(given)
    with pytest.raises(BadInput, match=f"may be read by others .mode {given:04o}.") as caught:
        key_file.load()
    assert caught.value.hint == f"run: chmod 600 {key_file.path}"
    key_file.path.chmod(0o400)
    key_file.load()


def test_where_the_key_is(tmp_path: Path) -> None:
    assert KeyFile.of(tmp_path, {}).path == tmp_path / "key"
    assert KeyFile.of(tmp_path, {ENVIRONMENT: "/run/k"}).path == Path("/run/k")
    made = KeyFile(tmp_path / "key").create()
    assert KeyFile(tmp_path / "key").create() == made == KeyFile(tmp_path / "key").load(), "never replaced"
    for content in (b"", b"hello", b"radiusbridge-key-1 AAAA", b"radiusbridge-key-1 !"):
        (tmp_path / "key").write_bytes(content)
        with pytest.raises(Damaged, match="not a radiusbridge key file"):
            KeyFile(tmp_path / "key").load()
    with pytest.raises(Damaged, match="cannot be read"):
        KeyFile(tmp_path).load()


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 500)


def text_file(path: Path) -> None:
    path.write_text("x")


def directory(path: Path) -> None:
    path.mkdir()


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")


def no_directory(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("in the way")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (garbage, "this file is not a database of radiusbridge"),
        (text_file, "this file is not a database of radiusbridge"),
        (directory, "the database file cannot be opened: Is a directory"),
        (foreign, "this is a database of another program"),
        (no_directory, "the database file cannot be opened"),
    ],
)
def test_what_is_not_our_database_is_left_alone(
    tmp_path: Path, key: Key, clock: HandClock, spoil: Callable[[Path], None], said: str
) -> None:
    path = tmp_path / "dir" / "data.db"
    path.parent.mkdir()
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(Damaged, match=said) as caught:
        Database.open(path, key=key, clock=clock)
    assert caught.value.target == str(path)
    assert caught.value.hint
    assert (path.read_bytes() if path.is_file() else b"") == before


async def test_a_file_that_may_not_be_written(tmp_path: Path, key: Key, clock: HandClock) -> None:
    path = tmp_path / "data.db"
    await Database.open(path, key=key, clock=clock).close()
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)
    path.chmod(0o444)
    with as_somebody_else(), pytest.raises(Damaged, match="cannot be opened: Permission denied") as caught:
        Database.open(path, key=key, clock=clock)
    assert caught.value.hint == "check its path, owner and mode"


async def test_a_damaged_page_is_one_clear_line(tmp_path: Path, key: Key, clock: HandClock) -> None:
    path = tmp_path / "data.db"
    database = Database.open(path, key=key, clock=clock)
    await database.write(samples.populate)
    await database.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(Damaged, match="the database file is damaged") as caught:
        Database.open(path, key=key, clock=clock)
    assert "\n" not in caught.value.line()


@pytest.mark.parametrize(
    ("url", "kind", "said"),
    [
        ("mysql://x/y", BadInput, "no such kind of database"),
        ("postgresql://host:port/x", BadInput, "not a database address"),
        ("sqlite://", BadInput, "no such kind of database"),
        ("postgresql://u:pa55@127.0.0.1:9/db", Unreachable, "the database server cannot be reached"),
    ],
)
def test_addresses_that_lead_nowhere(
    key: Key, clock: HandClock, url: str, kind: type[RadiusbridgeError], said: str
) -> None:
    with pytest.raises(kind, match=said) as caught:
        Database.open(url, key=key, clock=clock)
    assert "pa55" not in caught.value.line()
    assert "\n" not in caught.value.line()


@pytest.mark.peer
async def test_a_postgresql_server_that_has_no_such_database_or_ends_the_session(
    cluster: Cluster, key: Key, clock: HandClock
) -> None:
    with pytest.raises(NotSuchPeer, match="no such database"):
        Database.open(cluster.url("nowhere"), key=key, clock=clock)
    with pytest.raises(LoginRefused, match='role "nobody-at-all" does not exist'):
        Database.open(cluster.url("postgres").replace("tester", "nobody-at-all"), key=key, clock=clock)
    url = cluster.create("ended", "migrated")
    database = Database.open(url, key=key, clock=clock)
    await database.write(samples.populate)

    def dropped(uow: UnitOfWork) -> None:
        cluster.drop("ended")
        uow.customers.all()

    with pytest.raises(Unreachable, match="ended the session"):
        await database.write(dropped)
    with pytest.raises(NotSuchPeer, match="no such database"):
        await database.read(lambda uow: uow.customers.all())
    await database.close()


def test_opening_needs_no_alembic(tmp_path: Path) -> None:
    """Importing it costs more than all the rest; twice, since the second opening finds the tables."""
    program = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from radiusbridge.db.database import Database; from radiusbridge.db.keys import KeyFile\n"
        "class Clock:\n def now(self): return datetime(2026, 1, 1, tzinfo=UTC)\n"
        "Database.open(sys.argv[1], key=KeyFile(Path(sys.argv[1] + '.key')), clock=Clock())\n"
        "assert not {'alembic', 'sqlalchemy.orm', 'psycopg'} & set(sys.modules), 'too much'\n"
    )
    for _ in range(2):
        subprocess.run([sys.executable, "-c", program, str(tmp_path / "data.db")], check=True)


def test_a_file_that_went_missing_is_not_made_anew(tmp_path: Path) -> None:
    """An agent that runs while its file is moved away must not put an empty one in its place."""
    path = tmp_path / "with space%20 and ?.db"
    path.touch()
    engines = make_engines(parsed(path))
    engines.writer.connect().close()
    engines.dispose()
    path.unlink()
    for engine in (engines.writer, engines.reader):
        with pytest.raises(OperationalError):
            engine.connect()
    assert not path.exists()
