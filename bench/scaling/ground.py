"""A database that knows a town of simulated routers, and as many customers as are asked for; and an agent on it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench.ground import nas_of, server_of
from bench.processes import figures, free_port, process, until
from radiusbridge.db.tables import customer
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Customer, Profile
from radiusbridge.domain.secret import Secret
from radiusbridge.services.bootstrap import upgrade_database
from radiusbridge.services.settings import Settings

AT_ONCE = 5_000
LOCAL = "127.0.0.1"
LATE = datetime(2026, 1, 31, tzinfo=UTC)
"""Until when every twentieth customer has paid."""
AREAS = ("utara", "timur", "barat", "selatan")


@dataclass(frozen=True, slots=True)
class Ground:
    """A database by its URL. home: of the processes that use it."""

    url: str
    home: Path

    @classmethod
    def embedded(cls, folder: Path, name: str) -> "Ground":
        """An SQLite file in a folder of its own."""
        return cls.shared("", folder, name)

    @classmethod
    def shared(cls, url: str, folder: Path, name: str) -> "Ground":
        """A database of a server; empty: an SQLite file."""
        home = folder / name
        home.mkdir()
        return cls(url or f"sqlite:///{home}/radiusbridge.sqlite3", home)

    @property
    def settings(self) -> Settings:
        """For a context in this process."""
        return Settings(self.url, self.home / "config" / "key", None, "bench")

    @property
    def environment(self) -> dict[str, str]:
        """For processes."""
        return {"RADIUSBRIDGE_HOME": str(self.home), "RADIUSBRIDGE_DATABASE": self.url}


async def fill(ground: Ground, endpoints: dict[str, Any], many: int) -> None:
    """Enter all routers, and so many customers, spread over the servers as the town's are."""
    database = await asyncio.to_thread(upgrade_database, ground.settings)
    try:
        await database.write(partial(_routers, endpoints))
        passwords = [row["password"] for row in endpoints["customers"][:many]]
        passwords += [f"pw-{number}" for number in range(len(passwords) + 1, many + 1)]
        for first in range(0, many, AT_ONCE):
            await database.write(partial(_customers, first + 1, passwords[first : first + AT_ONCE]))
    finally:
        await database.close()


def _routers(endpoints: dict[str, Any], unit: UnitOfWork) -> None:
    routers = endpoints["routers"]
    unit.profiles.add(Profile(endpoints["profile"], 10_000_000, 20_000_000))
    server = None
    for router in routers:
        if "server" in router["roles"]:
            server = unit.servers.add(server_of(router))
        if "nas" in router["roles"]:
            assert server is not None, "a server stands before its NASes"
            unit.nases.add(nas_of(router, server.id))


def _customers(first: int, passwords: list[str], unit: UnitOfWork) -> None:
    """As an import stores rows: many in one statement."""
    servers, profile = sorted(server.id for server in unit.servers.all()), unit.profiles.all()[0].id
    rows = [
        Customer(
            f"C-{number:06}", f"cust{number:04d}", servers[(number - 1) % len(servers)], profile,
            password=Secret(password), name=f"Budi Santoso {number}", area=AREAS[number % 4],
            phone=f"0812{number:08}", address=f"Jl. Melati {number % 200}", odp=f"ODP-{number % 500}",
            paid_until=LATE if number % 20 == 0 else None,
        )
        for number, password in enumerate(passwords, first)
    ]  # fmt: skip
    repository = unit.customers
    repository._transaction.insert_later(customer, map(repository._values, rows))


@dataclass(frozen=True, slots=True)
class Agent:
    """A running agent. url: of its metrics."""

    pid: int
    url: str
    log: Path

    def figures(self) -> dict[str, float]:
        """Its metrics."""
        return figures(self.url)

    def followed(self) -> int:
        """Routers that it follows."""
        return int(sum(value for name, value in self.figures().items() if name.startswith("radiusbridge_router_up{")))

    def patrol(self) -> float:
        """Seconds that the last drift patrol took; 0 while none ended."""
        return self.figures().get('radiusbridge_timer_last_run_duration_seconds{timer="drift"}', 0.0)


@contextmanager
def agent(ground: Ground, *, patrol: bool = False) -> Iterator[Agent]:
    """`radiusbridge agent` while the block runs; it answers. patrol: for drift, as it is from the factory."""
    port = free_port()
    log, config = ground.home / f"agent-{port}.log", ground.home / f"agent-{port}.toml"
    config.write_text("" if patrol else '[drift]\nevery = "off"\n')
    arguments = ("-m", "radiusbridge", "agent", "--config", str(config), "--metrics", f"{LOCAL}:{port}")
    with process(*arguments, log=log, **ground.environment) as pid:
        found = Agent(pid, f"http://{LOCAL}:{port}/metrics", log)
        until(found.figures)
        yield found


def database_octets(ground: Ground) -> int:
    """What the database takes on disk."""
    if not ground.url.startswith("postgresql"):
        files = (Path(ground.url.removeprefix("sqlite:///") + end) for end in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())
    import psycopg

    with psycopg.connect(ground.url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        assert row is not None
        return int(row[0])
