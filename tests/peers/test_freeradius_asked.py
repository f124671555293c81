"""Verbs that ask about a FreeRADIUS, which is no router: answered from its tables, or refused in one sentence."""

import pytest

from tests.cli.conftest import Cli
from tests.peers.freeradius_sql import OUR_PASSWORD, OUR_ROLE, FreeRadiusPlace

pytestmark = pytest.mark.peer


@pytest.fixture
def known(cli: Cli, radius_place: FreeRadiusPlace, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A server without NASes, and a customer of it."""
    monkeypatch.setenv("COLUMNS", "300")
    radius = radius_place.radius
    cli.ok(
        *("server", "add", "fr-1", "--kind", "freeradius", "--sql-host", "127.0.0.1"),
        *("--sql-port", str(radius_place.port), "--sql-user", OUR_ROLE),
        *("--sql-password-file", cli.secret("sql", OUR_PASSWORD), "--radius", f"{radius.host}:{radius.ports['auth']}"),
        *("--radius-secret-file", cli.secret("radius", radius.secret)),
    )
    cli.ok("profile", "add", "home-10", "--rate", "2M/10M")
    password = cli.secret("ali", "pw")
    added = cli("customer", "add", "--user", "ali", "--profile", "home-10", "--password-file", password)
    assert "read back: account ali" in added.out, added
    return cli


def test_what_is_stored_is_shown_without_its_password(known: Cli, radius_place: FreeRadiusPlace) -> None:
    shown = known.ok("server", "show", "fr-1", "--json").json
    assert shown["api"] is None
    assert shown["sql"] == {
        "host": "127.0.0.1",
        "port": radius_place.port,
        "user": OUR_ROLE,
        "password_known": True,
        "database": "radius",
        "tls": "plain",
        "ca_file": None,
    }
    assert f"radius at 127.0.0.1:{radius_place.port} as {OUR_ROLE}, plain" in known.ok("server", "show", "fr-1").out
    tested = known.ok("server", "test", "fr-1")
    assert "a user who does not exist is refused" in tested.out
    assert OUR_PASSWORD not in shown.__repr__() + tested.out
    examined = known.ok("doctor", "fr-1")
    assert "CREATE INDEX CONCURRENTLY radacct_username_open" in examined.out
    known.ok("server", "edit", "fr-1", "--sql-port", "1")
    assert "port 1 does not open" in known("doctor", "fr-1").out
    assert known("server", "test", "fr-1").status == 3
    assert known("why", "ali").status == 3


def test_plan_and_why_read_the_tables(known: Cli, radius_place: FreeRadiusPlace) -> None:
    assert known.ok("plan").err.endswith("accounts: 1 the same\n")
    radius_place.account("ali", "deadbeef", "Start", nas="127.55.5.5")
    told = known("why", "ali")
    assert told.status == 1
    assert "UPDATE radacct SET acctstoptime = now() WHERE radacctid IN (1)" in told.out
    radius_place.execute(
        "INSERT INTO radcheck (username, attribute, op, value) VALUES ('ali', 'Auth-Type', ':=', 'Reject')"
    )
    told = known("why", "ali")
    assert "BROKEN   disabled @ fr-1" in told.out
    for router in ("clock", "licence", "client", "log"):
        assert f"{router} @ fr-1" not in told.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("voucher", "generate", "3", "--profile", "home-10", "--server", "fr-1"), "vouchers are kept by routers"),
        (("import", "ppp", "fr-1"), "it is no router"),
        (("router", "show", "fr-1"), "no such router"),
        (("log", "fr-1"), "no such router"),
        (("server", "edit", "fr-1", "--kind", "userman"), "reached by its API"),
        (("server", "edit", "fr-1", "--api", "h", "--api-password-file", "sql"), "reached by its SQL database"),
    ],
)  # fmt: skip
def test_what_needs_a_router_says_so(known: Cli, arguments: tuple[str, ...], words: str) -> None:
    refused = known(*(str(known.home / each) if each == "sql" else each for each in arguments))
    assert (refused.status, len(refused.err.splitlines())) == (2, 1), refused
    assert words in refused.err
