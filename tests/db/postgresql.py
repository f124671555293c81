"""A PostgreSQL server of the tests' own: made, started and stopped by them, on a Unix socket, on request on TCP too."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psycopg
import pytest
from psycopg import sql

from tests.ports import free_ports

_STARTS = 5
"""How often a port is looked for: somebody else may be faster at taking it."""


def programs() -> Path:
    """Where initdb and pg_ctl are; a skip with the reason where they are missing, a failure where CI=true."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        candidates.insert(0, Path(on_path).parent)
    for directory in candidates:
        if (directory / "initdb").exists() and (directory / "pg_ctl").exists():
            return directory
    reason = "PostgreSQL's initdb is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def unprivileged() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses root. None: the current user."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    pytest.fail("neither postgres nor nobody is a user here")


class Cluster:
    """One running server. `url(name)` is the address of a database on it.

    port: on 127.0.0.1, where roles log in by their passwords; None: it has none.
    """

    def __init__(self, directory: Path, bin_directory: Path, owner: pwd.struct_passwd | None) -> None:
        self._directory = directory
        self._bin = bin_directory
        self._owner = owner
        self.port: int | None = None

    @property
    def data(self) -> Path:
        """Where it keeps its files."""
        return self._directory / "data"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the server's owner."""
        log = self._directory / "command.log"
        with log.open("ab") as output:
            # pg_ctl leaves the server behind with these files open, so they must not be pipes.
            finished = self._popen(
                [str(self._bin / program), "-D", str(self.data), *arguments], subprocess.DEVNULL, output
            )
            if finished.wait():
                raise RuntimeError(f"{program} failed:\n{log.read_text()}")

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        address = "" if self.port is None else "127.0.0.1"
        options = f"-c listen_addresses='{address}' -k {self._directory} -c fsync=off -c full_page_writes=off"
        if self.port is not None:
            options += f" -p {self.port}"
        self.run("pg_ctl", "-w", "-t", "200", "-l", str(self._directory / "server.log"), "-o", options, "start")

    def stop(self) -> None:
        """Stop it as an administrator does who does not wait for sessions."""
        self.run("pg_ctl", "-w", "-m", "fast", "stop")

    def guard(self) -> "subprocess.Popen[bytes]":
        """A process that ends the server and removes its files when its input ends: however this process ends."""
        stop = f"read -r _; '{self._bin}/pg_ctl' -D '{self._directory}/data' -w -m immediate stop"
        command = ["sh", "-c", f"{stop}; rm -rf '{self._directory}'"]
        return self._popen(command, subprocess.PIPE, subprocess.DEVNULL)

    def _popen(self, command: list[str], source: int, output: IO[bytes] | int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command,
            stdin=source,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            user=self._owner and self._owner.pw_uid,
            group=self._owner and self._owner.pw_gid,
            extra_groups=self._owner and [],
        )

    def url(self, name: str) -> str:
        """The address of a database."""
        port = "" if self.port is None else f"&port={self.port}"
        return f"postgresql://tester@/{name}?host={self._directory}{port}"

    def execute(self, statement: sql.Composed) -> None:
        """Run an administrative statement."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, name: str, template: str = "template0") -> str:
        """Make a database and return its address."""
        self.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def running_cluster(*, tcp: bool = False) -> Iterator[Cluster]:
    """A server for the length of the block. tcp: it listens on a free port of 127.0.0.1 as well."""
    bin_directory, owner = programs(), unprivileged()
    # Not under pytest's own directory, which only its user may enter; short, since a socket's path is limited.
    directory = Path(tempfile.mkdtemp(prefix="pg-"))
    if owner is not None:
        os.chown(directory, owner.pw_uid, owner.pw_gid)
    cluster = Cluster(directory, bin_directory, owner)
    with cluster.guard() as guard:
        access = ("--auth-local=trust", "--auth-host=scram-sha-256")
        cluster.run("initdb", "-U", "tester", *access, "-E", "UTF8", "--locale=C", "--no-sync")
        for attempt in range(_STARTS):
            cluster.port = free_ports(1, socket.SOCK_STREAM)[0] if tcp else None
            try:
                cluster.start()
            except RuntimeError:
                if not tcp or attempt == _STARTS - 1:
                    raise
            else:
                break
        yield cluster
        assert guard.stdin is not None
        guard.stdin.close()
        guard.wait()
