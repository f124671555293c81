"""Where things are: the data directory, the database, the key, the trace. Flag before environment before default."""

import getpass
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """database: a file or a `postgresql://` URL."""

    database: str
    key_file: Path
    trace_file: Path | None
    who: str


def home() -> Path:
    """Where data lives: RADIUSBRIDGE_HOME, or the user's data directory."""
    named = os.environ.get("RADIUSBRIDGE_HOME")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("radiusbridge", appauthor=False)


def config_home() -> Path:
    """Where the key lives: apart from the database, so that a copy of one is not a copy of both."""
    named = os.environ.get("RADIUSBRIDGE_HOME")
    if named:
        return Path(named).expanduser() / "config"
    from platformdirs import user_config_path

    return user_config_path("radiusbridge", appauthor=False)


def settings(database: str | None = None) -> Settings:
    """The settings in force. database: what the operator named, if anything."""
    trace = os.environ.get("RADIUSBRIDGE_TRACE")
    key = os.environ.get("RADIUSBRIDGE_KEY_FILE")
    return Settings(
        database=database or os.environ.get("RADIUSBRIDGE_DATABASE") or str(home() / "radiusbridge.sqlite3"),
        key_file=Path(key).expanduser() if key else config_home() / "key",
        trace_file=Path(trace).expanduser() if trace else None,
        who=os.environ.get("RADIUSBRIDGE_OPERATOR") or getpass.getuser(),
    )
