"""Two agents on one database: the one that leads is killed, or stopped past its leases and woken; nothing is double."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from radiusbridge.agent.leadership import DUTY
from tests.agent.intents import kicked, operation, over, queue, verdicts
from tests.agent.service import Service, Systemd, service
from tests.kill.test_isolate import Town
from tests.peers.programs import until

SETTINGS = '[drift]\nevery = "5s"\n'
TAKEN_OVER = 120.0
"""Seconds that a lease of 20 s and what follows it may take."""


class Two:
    """The one that leads and runs what is queued, and the one that stands by."""

    def __init__(self, town: Town, stack: ExitStack, folder: Path) -> None:
        self.town = town
        self._stack = stack
        self._folder = folder
        self.leader = self._begin("leader", "")
        until(lambda: self.leader.leads, "the first one leads")
        self.other = self._begin("other", "executor = false")
        assert not self.other.leads

    def queued(self) -> list[int]:
        """Operations in the middle, which the leader has."""
        ids = queue(20, *self.town.isp.names)
        until(lambda: all(kicked(self.town, number) for number in ids), "they are past their kicks")
        return ids

    def other_works(self) -> None:
        """From now on the other agent carries out operations, too."""
        config = self.other.config
        config.write_text(config.read_text().replace("executor = false", "executor = true"))
        self.other.signal(signal.SIGHUP)

    def _begin(self, name: str, agent: str) -> Service:
        systemd = self._stack.enter_context(Systemd(str(self._folder / name)))
        cli = self.town.cli
        begun = self._stack.enter_context(service(cli.home, cli.environment(), systemd, SETTINGS, agent=agent))
        systemd.until("READY=1")
        return begun

    def patrolled_by(self, agent: Service) -> None:
        """Wait until the patrol has run anew."""
        ran = ("timer_last_run_timestamp_seconds", "drift")
        last = agent.metrics().get(ran, 0)
        until(lambda: agent.metrics().get(ran, 0) > last, "the patrol goes on")

    def done_once(self, ids: list[int]) -> None:
        assert [over(self.town, number, TAKEN_OVER) for number in ids] == [("PROVEN", 2)] * len(ids)
        assert verdicts(self.town) == dict.fromkeys(ids, 1)
        assert self.town.disconnects() == {"acks": len(ids)}, "nobody is kicked twice"

    def connected(self, agents: int) -> None:
        """Each router has one connection of each agent, at most."""

        def connections() -> list[int]:
            routers = ("um1", "nas1")
            return self.town.isp.call(lambda world: [len(world.router(name).api.sessions) for name in routers])

        until(lambda: all(1 <= count <= agents for count in connections()), "nobody holds more")


def test_who_does_not_lead_any_more_keeps_no_connection_to_a_router(town: Town, tmp_path: Path) -> None:
    def connections() -> list[int]:
        return town.isp.call(lambda world: [len(world.router(name).api.sessions) for name in ("um1", "nas1")])

    cli = town.cli
    with Systemd(str(tmp_path / "leader")) as systemd, service(cli.home, cli.environment(), systemd) as leader:
        systemd.until("READY=1")
        until(lambda: leader.leads, "it leads")
        until(lambda: connections() == [1, 1], "it follows both routers")
        with closing(sqlite3.connect(cli.home / "radiusbridge.sqlite3")) as database, database:
            taken = "UPDATE duty SET owner = 'elsewhere/1/1', epoch = epoch + 1 WHERE name = ?"
            assert database.execute(taken, (DUTY,)).rowcount == 1
        until(lambda: not leader.leads, "another has the duty")
        until(lambda: connections() == [0, 0], "and it needs no router")
        assert leader.end() == 0


@pytest.fixture
def two(town: Town, tmp_path: Path) -> Iterator[Two]:
    with ExitStack() as stack:
        yield Two(town, stack, tmp_path)


@pytest.mark.slow
def test_the_leader_is_killed(two: Two) -> None:
    ids, other = two.queued(), two.other
    two.leader.signal(signal.SIGKILL)
    two.leader.process.wait()
    two.other_works()
    until(lambda: other.leads, "the other leads at once")
    two.done_once(ids)
    two.patrolled_by(other)
    two.connected(agents=1)
    assert other.end() == 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_leader_is_stopped_and_wakes(two: Two) -> None:
    ids, other = two.queued(), two.other
    stop(two)
    two.other_works()
    until(lambda: other.leads, "the other leads, once the duty is over", TAKEN_OVER)
    two.done_once(ids)
    before = [operation(two.town, number) for number in ids]
    two.leader.signal(signal.SIGCONT)
    until(lambda: not two.leader.leads, "who wakes stands by")
    two.patrolled_by(other)
    two.connected(agents=2)
    assert [operation(two.town, number) for number in ids] == before, "its evidence is refused"
    two.done_once(ids)
    assert other.leads
    assert (two.leader.end(), other.end()) == (0, 0)


def stop(two: Two) -> None:
    """Stop the leader outside of a transaction: inside, nobody could write on the embedded file until it wakes."""

    def stopped() -> bool:
        two.leader.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, two.leader.process.pid, os.WSTOPPED)
        with closing(sqlite3.connect(two.town.cli.home / "radiusbridge.sqlite3", timeout=0)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                two.leader.signal(signal.SIGCONT)
                return False
            return True

    until(stopped, "the leader stands still outside of a transaction")
