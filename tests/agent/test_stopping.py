"""SIGTERM with operations running, and with a database that hangs: nothing is lost, and it ends in time."""

import os
import signal
from pathlib import Path

import pytest

from tests.agent.intents import kicked, operation, over, queue, verdicts
from tests.agent.service import Systemd, service
from tests.cli.conftest import Cli
from tests.db.postgresql import Cluster, running_cluster
from tests.kill.test_isolate import Town
from tests.peers.programs import until


@pytest.mark.slow
def test_what_is_in_flight_ends(town: Town, systemd: Systemd) -> None:
    with service(town.cli.home, town.cli.environment(), systemd) as agent:
        systemd.until("READY=1")
        queue(2, town.user)
        until(lambda: kicked(town), "it is in the middle")
        agent.signal(signal.SIGTERM)
        systemd.until("STOPPING=1")
        [left] = queue(0, town.isp.names[1])
        assert agent.ended() == 0
        assert over(town, seconds=0) == ("PROVEN", 1)
        assert operation(town, left)["status"] == "queued", "nothing more is begun"
    with service(town.cli.home, town.cli.environment(), systemd) as agent:
        assert over(town, left)[1] == 1
        assert agent.end() == 0
    assert verdicts(town) == {1: 1, left: 1}


@pytest.mark.slow
def test_what_takes_longer_is_handed_over_to_the_next_agent(town: Town, systemd: Systemd) -> None:
    names = town.isp.names
    with service(town.cli.home, town.cli.environment(), systemd, agent='stop_within = "100ms"') as agent:
        systemd.until("READY=1")
        ids = queue(20, *names)
        until(lambda: all(kicked(town, number) for number in ids), "they are in the middle")
        assert agent.end() == 0
        assert {operation(town, number)["status"] for number in ids} == {"queued"}, "let go, not left to their leases"
    with service(town.cli.home, town.cli.environment(), systemd) as agent:
        assert [over(town, number) for number in ids] == [("PROVEN", 2)] * 3
        assert agent.end() == 0
    assert verdicts(town) == dict.fromkeys(ids, 1)
    assert town.disconnects()["acks"] == 3, "nobody was kicked twice"


def test_a_second_signal_waits_for_nothing(town: Town, systemd: Systemd) -> None:
    with service(town.cli.home, town.cli.environment(), systemd, agent='stop_within = "1h"') as agent:
        systemd.until("READY=1")
        queue(30, town.user)
        until(lambda: kicked(town), "it is in the middle")
        agent.signal(signal.SIGTERM)
        systemd.until("STOPPING=1")
        assert agent.end() == 0
        assert operation(town)["status"] == "queued"


def processes(cluster: Cluster) -> list[int]:
    """PostgreSQL's processes, the first of them first."""
    first = int((cluster.data / "postmaster.pid").read_text().split()[0])
    return [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]


@pytest.mark.slow
@pytest.mark.peer
def test_a_database_that_hangs_does_not_keep_it(cli: Cli, systemd: Systemd, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_cluster() as cluster:
        monkeypatch.setenv("RADIUSBRIDGE_DATABASE", cluster.create("hangs"))
        cli.ok("db", "upgrade")
        with service(cli.home, cli.environment(), systemd, agent='stop_within = "1s"') as agent:
            systemd.until("READY=1")
            until(lambda: agent.leads, "it leads")
            hanging = processes(cluster)
            for pid in hanging:
                os.kill(pid, signal.SIGSTOP)
            try:
                assert agent.get("/healthz") == (503, "database: no answer within 3 s\n")
                until(lambda: agent.metrics()["database_up",] == 0, "metrics tell it, too")
                assert agent.end() == 3, "in time, and the words say why"
                assert "the database does not answer" in agent.log()
            finally:
                for pid in reversed(hanging):
                    os.kill(pid, signal.SIGCONT)
