"""Where things are: the data directory, the database, the key, the trace. Flag before environment before default."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.values import parse_size

MEMORY = ":memory:"
"""A database that is for once: in a folder that is gone when the dashboard is left."""
PACKETS_SIZE = 64 << 20
"""Octets of recorded packets that are kept where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Settings:
    """database: a file or a `postgresql://` URL. packets: the folder that RADIUS packets are recorded in; packets_size:
    octets that they may take there, 0: none are recorded."""

    database: str
    key_file: Path
    trace_file: Path | None
    who: str
    packets: Path | None = None
    packets_size: int = 0


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
    place = database or os.environ.get("RADIUSBRIDGE_DATABASE") or str(home() / "radiusbridge.sqlite3")
    return Settings(
        database=place,
        key_file=Path(key).expanduser() if key else config_home() / "key",
        trace_file=Path(trace).expanduser() if trace else None,
        who=os.environ.get("RADIUSBRIDGE_OPERATOR") or getpass.getuser(),
        packets=_packets_beside(place),
        packets_size=_packets_size(),
    )


@contextmanager
def scratch(database: str) -> Iterator[Path | None]:
    """A folder that is gone afterwards, where the database is named `:memory:`; else None."""
    if database != MEMORY:
        yield None
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="radiusbridge-") as folder:
        yield Path(folder)


def settings_in(folder: Path) -> Settings:
    """Everything in that folder: database, key and packets."""
    database = str(folder / "radiusbridge.sqlite3")
    return replace(settings(database), key_file=folder / "key")


def _packets_beside(database: str) -> Path:
    """Beside an embedded database; in the data directory for a shared one, since it is this machine that sends."""
    file = database.removeprefix("sqlite:///")
    if "://" in file:
        return home() / "packets"
    return Path(f"{Path(file).expanduser().absolute()}-packets")


def _packets_size() -> int:
    text = os.environ.get("RADIUSBRIDGE_PACKETS", "").strip()
    if not text:
        return PACKETS_SIZE
    if text == "off":
        return 0
    try:
        return parse_size(text)
    except BadInput as error:
        raise BadInput(error.summary, target="RADIUSBRIDGE_PACKETS", hint="a size like 64M, or off") from error
