"""FreeRADIUS on PostgreSQL: its own schema and queries, two roles, one database.

with running_freeradius_sql(tmp_path) as place: place.radius.ports["auth"], place.port, place.execute("INSERT …")
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from pyrad.client import Client
from pyrad.dictionary import Dictionary
from pyrad.packet import AccessAccept, AccountingResponse, Packet

from radiusbridge.radius.dictionary import FILE
from tests.db.postgresql import Cluster, running_cluster
from tests.peers.freeradius import FreeRadius
from tests.peers.freeradius_config import COMMON
from tests.peers.freeradius_sql_config import ELSEWHERE, PASS_ON, SQL, UNKNOWN
from tests.peers.programs import require, unavailable

RADIUS_ROLE, RADIUS_PASSWORD = "radius", "radpass"
"""As FreeRADIUS's own setup.sql makes it."""
OUR_ROLE, OUR_PASSWORD = "radiusbridge", "bridge-pw-1"
_STOCK = (Path("/etc/freeradius/3.0"), Path("/etc/raddb"))
_WRITTEN = ("radcheck", "radreply", "radusergroup", "radgroupcheck", "radgroupreply")
TABLES = (*_WRITTEN, "radacct", "radpostauth", "nas", "nasreload")


def stock() -> Path:
    """Where FreeRADIUS's own configuration, schema and queries are; a skip, or a failure where CI=true, else."""
    require("freeradius")
    for place in _STOCK:
        if (place / "mods-config/sql/main/postgresql/queries.conf").exists():
            return place
    return unavailable("FreeRADIUS's SQL queries are not installed, or not readable")


def library() -> Path:
    """Where its modules are."""
    for place in (Path("/usr/lib/freeradius"), Path("/usr/lib64/freeradius")):
        if (place / "rlm_sql_postgresql.so").exists():
            return place
    return unavailable("rlm_sql_postgresql is not installed")


class FreeRadiusSql(FreeRadius):
    """A real server on that database. It signs its replies, counts Simultaneous-Use by radacct, writes accounting to
    radacct and each login to radpostauth. Every NAS of 127.0.0.0/8 is known by `secret`.

    decides: `Accept` or `Reject` for everybody, whatever the tables say; empty: they decide. pass_on: (host,
    authentication port, accounting port, secret) of the server that is asked for whom the tables do not know.
    """

    names = ("auth", "acct")
    common = COMMON.replace("proxy_requests = no", "proxy_requests = yes")

    def __init__(self, directory: Path, port: int, database: str, *, host: str) -> None:
        super().__init__(directory, host=host)
        self._port, self._database = port, database
        self.decides = ""
        self.pass_on: tuple[str, int, int, str] | None = None

    def config(self) -> str:
        return self._passing() + SQL.format(
            stock=stock(),
            secret=self.secret,
            host=self.host,
            server="127.0.0.1",
            port=self._port,
            login=RADIUS_ROLE,
            password=RADIUS_PASSWORD,
            database=self._database,
            decide=f"update control {{ &Auth-Type := {self.decides} }}" if self.decides else "",
            unknown=UNKNOWN if self.pass_on else "",
            elsewhere=ELSEWHERE if self.pass_on else "",
            **self.ports,
        )

    def _passing(self) -> str:
        if self.pass_on is None:
            return ""
        host, auth, acct, secret = self.pass_on
        return PASS_ON.format(host=host, auth=auth, acct=acct, secret=secret, source=self.host)

    @contextlib.contextmanager
    def configured(self, **changes: object) -> Iterator[None]:
        """Restarted with another configuration, on the same ports; as before at the end of the block."""
        before = {name: getattr(self, name) for name in changes}
        try:
            self._anew(changes)
            yield
        finally:
            self._anew(before)

    def _anew(self, changes: dict[str, object]) -> None:
        for name, value in changes.items():
            setattr(self, name, value)
        self.stop()
        self._write()
        self._launch()

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Not running; on the same ports again at the end of the block."""
        self.stop()
        try:
            yield
        finally:
            self._launch()


class FreeRadiusPlace:
    """PostgreSQL with FreeRADIUS's schema, and the server that runs on it."""

    database = "radius"

    def __init__(self, cluster: Cluster, radius: FreeRadiusSql) -> None:
        self.cluster = cluster
        self.radius = radius

    @property
    def port(self) -> int:
        """PostgreSQL's, on 127.0.0.1."""
        assert self.cluster.port is not None
        return self.cluster.port

    @contextlib.contextmanager
    def dark(self) -> Iterator[None]:
        """Neither of the two is running; both are again at the end of the block."""
        with self.radius.stopped():
            self.cluster.stop()
            try:
                yield
            finally:
                self.cluster.start()

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one statement as the database's owner; its rows."""
        with psycopg.connect(self.cluster.url(self.database), autocommit=True) as connection:
            done = connection.execute(statement.encode(), parameters)
            return done.fetchall() if done.description else []

    def login(self, user: str, password: str) -> bool:
        """Whether a real login is accepted: pyrad asks, with PAP, and takes signed answers only."""
        accepted: bool = self.reply(user, password).code == AccessAccept
        return accepted

    def reply(self, user: str, password: str) -> Packet:
        """How the server answers that login."""
        with self._client() as client:
            asking = client.CreateAuthPacket(User_Name=user, NAS_IP_Address="127.9.9.9")
            asking["User-Password"] = asking.PwCrypt(password)
            asking.add_message_authenticator()
            return client.SendPacket(asking)

    def account(self, user: str, session_id: str, status: str, nas: str = "127.9.9.9", **more: object) -> None:
        """Have a session's Accounting-Request stored. status: Start, Interim-Update or Stop."""
        pairs = {"User_Name": user, "Acct_Session_Id": session_id, "Acct_Status_Type": status, "NAS_IP_Address": nas}
        with self._client() as client:
            assert client.SendPacket(client.CreateAcctPacket(**pairs, **more)).code == AccountingResponse

    @contextlib.contextmanager
    def _client(self) -> Iterator[Client]:
        ports, secret = self.radius.ports, self.radius.secret.encode()
        client = Client(
            self.radius.host, ports["auth"], ports["acct"], secret=secret, dict=Dictionary(str(FILE)), enforce_ma=True
        )
        client.bind(("127.0.0.1", 0))
        try:
            yield client
        finally:
            client._CloseSocket()

    def clear(self) -> None:
        """Empty every table."""
        self.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY")


def prepare(cluster: Cluster, name: str) -> None:
    """A database with FreeRADIUS's own schema and role, and ours."""
    url = cluster.create(name)
    scripts = stock() / "mods-config/sql/main/postgresql"
    with psycopg.connect(url, autocommit=True) as connection:
        for script in ("schema.sql", "setup.sql"):
            connection.execute((scripts / script).read_bytes())
        connection.execute(GRANTS.encode())


GRANTS = f"""
CREATE ROLE {OUR_ROLE} LOGIN PASSWORD '{OUR_PASSWORD}';
GRANT SELECT, INSERT, UPDATE, DELETE ON {", ".join(_WRITTEN)} TO {OUR_ROLE};
GRANT USAGE ON SEQUENCE {", ".join(f"{table}_id_seq" for table in _WRITTEN)} TO {OUR_ROLE};
GRANT SELECT ON nas, radpostauth TO {OUR_ROLE};
GRANT SELECT, UPDATE (acctstoptime) ON radacct TO {OUR_ROLE};
"""
"""What our role is allowed, as docs/howto/freeradius.md says it."""


@contextlib.contextmanager
def running_freeradius_sql(directory: Path, host: str = "127.0.0.1") -> Iterator[FreeRadiusPlace]:
    """PostgreSQL and FreeRADIUS for the length of the block."""
    stock(), library()
    with running_cluster(tcp=True) as cluster:
        prepare(cluster, FreeRadiusPlace.database)
        assert cluster.port is not None
        with FreeRadiusSql(directory, cluster.port, FreeRadiusPlace.database, host=host) as radius:
            yield FreeRadiusPlace(cluster, radius)
