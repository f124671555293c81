"""SIGHUP: what the new configuration leaves as it was runs on; what it does not want ends orderly."""

import signal

import pytest

from tests.agent.intents import kicked, operation, over, queue
from tests.agent.service import QUIET, Service, Systemd, service
from tests.kill.test_isolate import Town
from tests.peers.programs import until


def reloaded(agent: Service, systemd: Systemd, old: str, new: str) -> None:
    agent.config.write_text(agent.config.read_text().replace(old, new))
    systemd.forget()
    agent.signal(signal.SIGHUP)
    systemd.until("READY=1")


@pytest.mark.slow
def test_running_operations_are_not_handed_over(town: Town, systemd: Systemd) -> None:
    with service(town.cli.home, town.cli.environment(), systemd) as agent:
        systemd.until("READY=1")
        until(lambda: agent.metrics().get(("router_up", "bras-1")) == 1, "the NAS is followed")
        before = sessions(town)
        queue(12, town.user)
        until(lambda: kicked(town), "it is in the middle")
        reloaded(agent, systemd, "1h", "2h")
        assert operation(town)["status"] == "running"
        assert over(town) == ("PROVEN", 1)
        assert sessions(town) == before, "the routers are followed over the same connections"
        assert agent.end() == 0


@pytest.mark.slow
def test_an_agent_that_is_told_to_carry_out_nothing_ends_what_it_has_begun(town: Town, systemd: Systemd) -> None:
    with service(town.cli.home, town.cli.environment(), systemd, agent="executor = true") as agent:
        systemd.until("READY=1")
        queue(3, town.user)
        until(lambda: kicked(town), "it is in the middle")
        reloaded(agent, systemd, "executor = true", "executor = false")
        assert over(town, seconds=0) == ("PROVEN", 1)
        assert ("agent_task_up", "executor") not in agent.metrics()
        reloaded(agent, systemd, "executor = false", "executor = true")
        queue(1, town.isp.names[1])
        assert over(town, 2) == ("PROVEN", 1), "the executor works again"
        assert agent.end() == 0


@pytest.mark.slow
def test_only_the_timer_that_changed_begins_anew(town: Town, systemd: Systemd) -> None:
    with service(town.cli.home, town.cli.environment(), systemd) as agent:
        systemd.until("READY=1")
        until(lambda: ("agent_task_up", "drift") in agent.metrics(), "it leads")
        reloaded(agent, systemd, QUIET, '[drift]\nevery = "off"\n')
        told = agent.metrics()
        assert ("agent_task_up", "drift") not in told
        assert (told["agent_task_up", "followers"], told["agent_leader",]) == (1, 1)
        reloaded(agent, systemd, '"off"', '"5s"')
        ran = ("timer_last_run_timestamp_seconds", "drift")
        until(lambda: agent.metrics().get(ran), "the patrol runs")
        assert agent.end() == 0


def test_a_reload_that_meets_a_stop_is_given_up(town: Town, systemd: Systemd) -> None:
    settings = 'executor = true\nstop_within = "2s"'
    with service(town.cli.home, town.cli.environment(), systemd, agent=settings) as agent:
        systemd.until("READY=1")
        queue(30, town.user)
        until(lambda: kicked(town), "it is in the middle")
        agent.config.write_text(agent.config.read_text().replace("executor = true", "executor = false"))
        agent.signal(signal.SIGHUP)
        systemd.until("RELOADING=1")
        agent.signal(signal.SIGTERM)
        systemd.until("STOPPING=1")
        agent.signal(signal.SIGHUP)
        assert agent.ended() == 0
        assert "the configuration was read again" not in agent.log()
        assert systemd.told() == []
        assert operation(town)["status"] == "queued", "handed over"


def sessions(town: Town) -> list[int]:
    """The connections that the routers have."""
    return town.isp.call(
        lambda world: [id(one) for router in world.world.routers.values() for one in router.api.sessions]
    )
