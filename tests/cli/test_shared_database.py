"""A database that several operators share, from nothing."""

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
