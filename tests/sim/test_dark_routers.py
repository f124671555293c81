"""A router that nobody reaches: what can be said of its customers, and that nobody else waits for it."""

import asyncio
from random import Random

import pytest

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import Access
from radiusbridge.domain.observations import Written
from radiusbridge.domain.records import Customer, Policy
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.services import access
from radiusbridge.services.access import Manner
from radiusbridge.services.executor import SIDE_BY_SIDE
from radiusbridge.simulator.build import IspOptions
from tests.sim import files
from tests.sim.node import Node
from tests.sim.rungs import DEADLINE, RUNGS, SETTLE, Street, Told, judge, on_street

GENERATIONS = ("7.16.2", "6.49.18")
TWO_NASES = {"nases": 2, "customers": 2, "rtt": 0.02, "shared_users": "2", "redial": (1.0, 3.0), "use_coa": True}
AT_FIRST, AT_SECOND = "cust0001", "cust0002"


def isp_of(ros: str, **knobs: object) -> IspOptions:
    return IspOptions(ros=ros, **{**TWO_NASES, **knobs})  # type: ignore[arg-type]


def written_after(told: Told) -> float:
    return next(seen.at for seen in told.log if isinstance(seen, Written))


@pytest.mark.parametrize("ros", GENERATIONS)
@pytest.mark.parametrize("kind", ["dark", "refuses"])
@pytest.mark.parametrize("policy", [Access.REJECT, Access.WALLED])
def test_one_nas_of_two_is_dark(ros: str, kind: str, policy: Access) -> None:
    """Isolating is carried out at once; a list that cannot be read leaves it unproven, by name."""

    async def act(street: Street) -> None:
        for user in (AT_FIRST, AT_SECOND):
            await street.online(user)
        faults = street.world.routers["nas2"].faults
        faults.turn(dark=kind == "dark", refuse_tcp=True, refuse_udp=True)
        for user in (AT_FIRST, AT_SECOND):
            told = await street.isolate(user, policy)
            assert told.end.verdict is Verdict.UNPROVEN, told
            assert "the list of nas2 could not be read" in told.words
            assert written_after(told) < 4.0
            # at the lit NAS the customer is out all the same
            assert (street.oracle.can_pass_traffic(user)) is (user == AT_SECOND)
        kicked = await street.kick(AT_SECOND)
        assert kicked.end.verdict is Verdict.UNPROVEN, kicked
        opened = await street.activate(AT_FIRST)
        assert opened.end.verdict is Verdict.UNPROVEN, opened
        faults.clear()
        faults.turn(rtt=0.02)
        # at once: a connection that waits out its back-off is no list that cannot be read
        for user in (AT_FIRST, AT_SECOND):
            assert not judge(await street.isolate(user, Access.WALLED), works=True)

    on_street(isp_of(ros), act)


@pytest.mark.parametrize("ros", GENERATIONS)
def test_the_server_is_dark_and_the_nas_is_not(ros: str) -> None:
    """Nobody is kicked whom a dark server could not let in again."""

    async def act(street: Street) -> None:
        await street.online(AT_FIRST)
        [session] = street.oracle.sessions_really(AT_FIRST)
        street.world.routers["um1"].faults.turn(dark=True)
        for told in (
            await street.isolate(AT_FIRST),
            await street.isolate(AT_FIRST, Access.WALLED),
            await street.kick(AT_FIRST),
            await street.activate(AT_FIRST),
        ):
            assert (told.end.status, told.end.verdict) == (Status.WAITING, None), told
            assert told.words.startswith("server did not answer")
            assert not told.rungs
        assert session.alive
        street.world.routers["um1"].faults.turn(dark=False)
        assert not judge(await street.isolate(AT_FIRST), works=True)

    on_street(isp_of(ros), act)


@pytest.mark.parametrize("ros", GENERATIONS)
@pytest.mark.parametrize("rung", RUNGS[:2])
def test_a_nas_whose_api_nobody_knows(ros: str, rung: str) -> None:
    """Disconnect and close-session end the session; without a list nobody can say so."""

    async def act(street: Street) -> None:
        await street.online(AT_SECOND)
        street.leave((rung,))
        street.without_api("nas2")
        [session] = street.oracle.sessions_really(AT_SECOND)
        told = await street.isolate(AT_SECOND)
        assert told.end.verdict is Verdict.UNPROVEN, told
        assert "the list of nas2 cannot be read: it has no API access here" in told.words
        assert not session.alive
        assert not told.contrary

    on_street(isp_of(ros), act)


class Journaled:
    """A process with a journal, in the world of a street; the records are the street's."""

    def __init__(self, street: Street) -> None:
        self._street = street
        files.fresh()
        self.node = Node("simulated/0/0", 0, street.wire, Random(1), set(), lambda: None)

    async def fill(self) -> None:
        def work(unit: UnitOfWork) -> None:
            street = self._street
            profile = unit.profiles.add(street.profile)
            for server in street.servers.values():
                unit.servers.add(server)
            for nas in street.nases.values():
                unit.nases.add(nas)
            for name, cpe in street.world.customers.items():
                server = street.server_of(name)
                unit.customers.add(Customer("", name, server.id, profile.id, password=Secret(cpe.password)))

        await self.node.context.database.write(work)

    async def attempts(self) -> int:
        """At all operations together."""
        rows = await self.node.context.database.read(lambda unit: unit.operations.listed(limit=1000))
        return sum(row.attempts for row in rows)

    async def isolated(self, names: list[str]) -> None:
        for name in names:
            await access.isolate(self.node.context, name, policy=Policy.REJECT, manner=Manner(SETTLE, DEADLINE))

    async def ended(self, names: list[str]) -> float:
        """Wait until each has been isolated with proof; how long the slowest of them took from the asking on."""
        database = self.node.context.database
        while True:
            rows = await database.read(lambda unit: unit.operations.listed(limit=1000))
            theirs = [row for row in rows if row.username in names]
            if all(row.finished_at for row in theirs):
                assert {row.verdict for row in theirs} == {Verdict.PROVEN}, theirs
                return max((row.finished_at - row.created_at).total_seconds() for row in theirs)  # type: ignore[operator]
            await asyncio.sleep(1.0)


def test_a_dark_server_delays_nobody_else() -> None:
    """More isolations than run at once wait for a dark server; those of another one take as long as ever."""
    isp = isp_of("7.16.2", servers=2, nases=1, customers=44)
    lit = on_street(isp, lambda street: _evening(street, dark=False))
    dark = on_street(isp, lambda street: _evening(street, dark=True))
    assert dark <= lit * 1.1 + 0.5


async def _evening(street: Street, dark: bool) -> float:
    """How long the isolations on the second server take, with as many waiting on the first if that is dark."""
    names = list(street.world.customers)
    first, second = names[::2], names[1::2]
    for name in names:
        await street.online(name)
    journaled = Journaled(street)
    await journaled.fill()
    if dark:
        street.world.routers["um1"].faults.turn(dark=True)
        await journaled.isolated(first)
    journaled.node.start()
    await asyncio.sleep(60.0)
    if dark:
        # those that began together, and then one at a time, at longer and longer intervals
        assert SIDE_BY_SIDE < await journaled.attempts() <= SIDE_BY_SIDE + 6
    await journaled.isolated(second)
    took = await journaled.ended(second)
    if dark:
        street.world.routers["um1"].faults.turn(dark=False)
        await journaled.ended(first)
    await journaled.node.stop()
    return took
