"""Database files of simulated processes: real SQLite, in memory where the system has a place for that."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from radiusbridge.db.database import Database
from radiusbridge.db.engines import Engines
from radiusbridge.db.hop import Hop, InlineHop
from radiusbridge.db.keys import Key
from radiusbridge.db.marks import Marks
from radiusbridge.domain.clock import Clock
from radiusbridge.services.system import SystemClock

KEY = Key(bytes(range(32)), Path("simulated"))
MEMORY = Path("/dev/shm")

_engines: dict[int, tuple[Engines, Marks, bool]] = {}
"""By slot, used again from seed to seed: what SQLAlchemy has compiled stays with an engine."""


@cache
def place() -> Path:
    """The folder of this process."""
    folder = Path(tempfile.mkdtemp(prefix="radiusbridge-sim-", dir=MEMORY if MEMORY.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def fresh() -> Path:
    """An empty database file; whatever was open before is closed."""
    for engines, _, _ in _engines.values():
        engines.dispose()
    file = place() / "simulated.sqlite3"
    for side in ("", "-wal", "-shm"):
        file.with_name(file.name + side).unlink(missing_ok=True)
    shutil.copyfile(_empty(), file)
    return file


def opened(slot: int, clock: Clock, hop: Hop) -> Database:
    """The database as the process of that slot opens it; a process that died there before has left it."""
    known = _engines.get(slot)
    if known is not None:
        engines, marks, indexed = known
        engines.dispose()
        return Database(engines, hop, clock, marks, indexed=indexed)
    database = Database.open(place() / "simulated.sqlite3", key=KEY, clock=clock, hop=hop)
    _engines[slot] = database._engines, database.marks, database.indexed
    return database


@cache
def _empty() -> Path:
    """An empty database file, migrated once for all seeds of this process."""
    file = place() / "empty.sqlite3"
    Database.open(file, key=KEY, clock=SystemClock(), hop=InlineHop())._engines.dispose()
    return file
