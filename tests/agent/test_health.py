"""/healthz while the database is gone: 503 with the reason, and well again by itself."""

import os
from collections.abc import Sequence

import pytest

from tests.agent.service import COMMAND, Systemd, service
from tests.cli.conftest import Cli
from tests.db.postgresql import running_cluster
from tests.peers.programs import require, until


@pytest.mark.slow
@pytest.mark.peer
def test_postgresql_stops_and_starts_again(cli: Cli, systemd: Systemd, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_cluster() as cluster:
        monkeypatch.setenv("RADIUSBRIDGE_DATABASE", cluster.create("shared"))
        cli.ok("db", "upgrade")
        with service(cli.home, cli.environment(), systemd) as agent:
            systemd.until("READY=1")
            assert agent.get("/healthz") == (200, "ok\n")
            cluster.stop()
            status, told = agent.get("/healthz")
            assert (status, told.startswith("database: "), "cannot be reached" in told) == (503, True, True)
            assert agent.get("/readyz")[0] == 503
            assert agent.metrics()["database_up",] == 0
            cluster.start()
            until(lambda: agent.get("/healthz") == (200, "ok\n"), "it is well again")
            assert agent.metrics()["database_up",] == 1
            assert agent.end() == 0


def unprivileged() -> Sequence[str]:
    """What makes even root obey the modes of files."""
    if os.geteuid() != 0:
        return ()
    mighty = "-dac_override,-dac_read_search"
    return require("setpriv"), f"--bounding-set={mighty}", f"--inh-caps={mighty}"


@pytest.mark.slow
def test_the_file_is_gone_replaced_or_locked_away(cli: Cli, systemd: Systemd) -> None:
    cli.ok("customer", "list")
    file, aside = cli.home / "radiusbridge.sqlite3", cli.home / "aside"
    with service(cli.home, cli.environment(), systemd, command=(*unprivileged(), *COMMAND)) as agent:
        systemd.until("READY=1")
        file.rename(aside)
        assert agent.get("/healthz") == (503, "database: its file is gone\n")
        file.write_bytes(aside.read_bytes())
        assert agent.get("/healthz") == (503, "database: its file was replaced: restart the agent\n")
        aside.rename(file)
        assert agent.get("/healthz") == (200, "ok\n")
        file.chmod(0)
        assert agent.get("/healthz") == (503, "database: its file may not be read and written\n")
        file.chmod(0o600)
        assert agent.get("/healthz") == (200, "ok\n")
        assert agent.end() == 0
