"""A database that several operators share, from nothing."""

import psycopg
import pytest

from tests.cli.conftest import Cli
from tests.db.postgresql import running_cluster


@pytest.mark.peer
def test_a_shared_database_is_made_by_the_verb_that_the_error_names(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_cluster() as cluster:
        monkeypatch.setenv("RADIUSBRIDGE_DATABASE", cluster.create("shared"))
        refused = cli("server", "list")
        hint = refused.err.partition("run: radiusbridge ")[2].split()
        assert (refused.status, hint) == (1, ["db", "upgrade"])
        assert "the database is ready" in cli.ok(*hint).out
        assert cli.ok(*hint, "--json").json["ready"] is True
        cli.ok("server", "add", "um-1", "--api", "127.0.0.1:1", "--api-password-file", cli.secret("api", "p"))
        assert [server["name"] for server in cli.ok("server", "list", "--json").json] == ["um-1"]
        monkeypatch.setenv("RADIUSBRIDGE_KEY_FILE", str(cli.home / "another"))
        stranger = cli("server", "list")
        assert stranger.status == 1
        assert "key file is missing" in stranger.err
        assert not (cli.home / "another").exists()


def test_an_embedded_database_needs_no_upgrade(cli: Cli) -> None:
    assert "radiusbridge.sqlite3" in cli.ok("db", "upgrade").out


@pytest.mark.peer
def test_a_team_moves_to_a_shared_database_and_back(stocked: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli, file = stocked, str(stocked.home / "radiusbridge.sqlite3")
    secret = cli.secret("dial", "s3cret")
    cli.ok("customer", "add", "--user", "budi", "--profile", "home-10", "--no-provision", "--password-file", secret)
    before = cli.ok("customer", "list", "--json").json
    with running_cluster() as cluster:
        shared = cluster.create("shared")
        told = cli("db", "copy", "--to", shared.replace("tester@", "tester:pw@"))
        assert (told.status, "pw" in told.err.replace(".pgpass", "")) == (2, False), told
        copied = cli.ok("db", "copy", "--to", shared, "--json").json
        assert (copied["database"], copied["search_index"], copied["unfinished"]) == (file, True, 0)
        assert {each["name"]: each["rows"] for each in copied["tables"]}["customer"] == 1
        again = cli("db", "copy", "--to", shared)
        assert (again.status, "not empty" in again.err) == (2, True), again
        monkeypatch.setenv("RADIUSBRIDGE_DATABASE", shared)
        assert cli.ok("customer", "list", "--json").json == before
        status = cli.ok("db", "status", "--json").json
        assert (status["kind"], status["current"], status["key_fits"], status["wrong"]) == (
            "postgresql",
            True,
            True,
            [],
        )
        assert (status["rows"]["customers"], status["rows"]["servers"], status["leases"]) == (1, 1, [])
        assert status["search_index"] == {"present": True, "sound": True, "lacking": 0}
        back = str(cli.home / "back.sqlite3")
        people = cli.ok("db", "copy", "--to", back).out
        assert copied["digest"] in people, "there and back it is the same"
        assert "by an index" in cli.ok("db", "status", "--database", back).out
        assert cli.ok("customer", "list", "--json", "--database", back).json == before


@pytest.mark.peer
def test_a_user_who_may_make_no_extension_is_told_what_to_ask_for(
    stocked: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_cluster() as cluster:
        administrator = cluster.create("limited")
        for right in ("CREATE ROLE limited LOGIN", "GRANT CREATE ON SCHEMA public TO limited"):
            with psycopg.connect(administrator, autocommit=True) as connection:
                connection.execute(right)
        shared = administrator.replace("tester@", "limited@")
        asked = "let the administrator run CREATE EXTENSION pg_trgm"
        assert asked in stocked.ok("db", "copy", "--to", shared).out
        monkeypatch.setenv("RADIUSBRIDGE_DATABASE", shared)
        assert "search      without an index" in stocked.ok("db", "status").out
        assert stocked.ok("customer", "list", "bud", "--json").json == []
        assert asked in stocked.ok("db", "upgrade").out
        with psycopg.connect(administrator, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
        assert asked not in stocked.ok("db", "upgrade").out
        assert stocked.ok("db", "status", "--json").json["search_index"]["sound"] is True


def test_the_status_says_what_is_wrong(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = cli("db", "status")
    assert (missing.status, "there is no such database" in missing.err) == (2, True)
    assert not (cli.home / "radiusbridge.sqlite3").exists()
    cli.ok("server", "list")
    assert cli.ok("db", "status", "--json").json["durable"] == {"journal_mode": "wal", "synchronous": "full"}
    monkeypatch.setenv("RADIUSBRIDGE_KEY_FILE", str(cli.home / "another"))
    found = cli("db", "status", "--json")
    assert (found.status, found.json["key_fits"], found.json["wrong"]) == (1, False, ["the key file is missing"])
    assert "wrong: the key file is missing" in cli("db", "status").out
