"""Real third-party peers: a missing one is a skip with a reason on a laptop, and a failure where CI=true."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import cli as cli
from tests.peers.freeradius import FreeRadiusAuth, FreeRadiusDae
from tests.peers.freeradius_sql import FreeRadiusPlace, running_freeradius_sql
from tests.peers.programs import require
from tests.peers.verbs import Verbs


@pytest.fixture(scope="session")
def freeradius_auth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreeRadiusAuth]:
    """A FreeRADIUS that answers test logins, signed and unsigned."""
    require("freeradius")
    with FreeRadiusAuth(Path(tmp_path_factory.mktemp("freeradius-auth"))) as server:
        yield server


@pytest.fixture(scope="session")
def freeradius_dae(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreeRadiusDae]:
    """A FreeRADIUS that plays a NAS's Dynamic Authorization Server."""
    require("freeradius")
    with FreeRadiusDae(Path(tmp_path_factory.mktemp("freeradius-dae"))) as server:
        yield server


@pytest.fixture(scope="session")
def freeradius_sql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreeRadiusPlace]:
    """A FreeRADIUS on PostgreSQL, with its own schema and queries."""
    with running_freeradius_sql(Path(tmp_path_factory.mktemp("freeradius-sql")), "127.7.7.7") as place:
        yield place


@pytest.fixture
def radius_place(freeradius_sql: FreeRadiusPlace) -> FreeRadiusPlace:
    """The same, every table empty."""
    freeradius_sql.clear()
    return freeradius_sql


@pytest.fixture(scope="session")
def freeradius_spare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreeRadiusPlace]:
    """Another FreeRADIUS, on a PostgreSQL of its own."""
    with running_freeradius_sql(Path(tmp_path_factory.mktemp("freeradius-spare")), "127.7.7.8") as place:
        yield place


@pytest.fixture
def spare_place(freeradius_spare: FreeRadiusPlace) -> FreeRadiusPlace:
    """The same, every table empty."""
    freeradius_spare.clear()
    return freeradius_spare


@pytest.fixture
def verbs(tmp_path: Path) -> Verbs:
    """The command line in processes of its own, with an empty home."""
    return Verbs(tmp_path)
