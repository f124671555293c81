"""Run one scenario, and hold every verdict against the oracle at the instant in which it is committed."""

import asyncio
import atexit
import contextlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

from radiusbridge.db.database import Database
from radiusbridge.db.hop import InlineHop
from radiusbridge.db.keys import Key
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.observations import Kicked, SessionsSeen
from radiusbridge.domain.records import (
    ApiAccess,
    Customer,
    DaeAccess,
    Intent,
    LoginMethod,
    Nas,
    Operation,
    Policy,
    Profile,
    RadiusAccess,
    Server,
)
from radiusbridge.domain.sagas.plan import Live
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services import access, customers, journal, profiles, provisioning, renewal
from radiusbridge.services.access import Manner
from radiusbridge.services.context import Context
from radiusbridge.services.evidence_codec import decode
from radiusbridge.services.system import SystemClock
from radiusbridge.simulator.build import API_PASSWORD, API_USER, build_isp
from radiusbridge.simulator.oracle import Oracle
from radiusbridge.simulator.world import World
from tests.sim.loop import START, VirtualClock, VirtualLoop, run_virtually
from tests.sim.net import Wire
from tests.sim.node import Node, ProcessDied
from tests.sim.scenario import FAULTS_END, LASTS, Ask, Scenario, Trouble
from tests.sim.truth import Truth

PATIENCE = 1500.0
"""Virtual seconds after the last fault within which every operation has to end."""
KEY = Key(bytes(range(32)), Path("simulated"))


@dataclass
class Outcome:
    """What came of a seed."""

    verdicts: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    deaths: int = 0


class Simulation:
    """One scenario in progress."""

    def __init__(self, scenario: Scenario, directory: Path, loop: VirtualLoop) -> None:
        self.scenario = scenario
        self.file = directory / f"{scenario.seed}.sqlite3"
        self.clock = VirtualClock(loop)
        self.chance = Random(scenario.seed ^ 0xC0FFEE)
        self.outcome = Outcome()
        self.world: World = build_isp(scenario.isp)
        self.world.epoch = START.timestamp()
        self.oracle = Oracle(self.world)
        self.truth = Truth(self.world, self.oracle, scenario.isp.rate_up)
        self.numbers = {name: f"C-{place:04}" for place, name in enumerate(self.world.customers, 1)}
        self.graveyard: set[str] = set()
        self.acknowledged: set[int] = set()
        self.ended: set[int] = set()
        self.reader: sqlite3.Connection

    async def run(self) -> Outcome:
        """From the first dial to the last verdict."""
        asyncio.get_running_loop().set_exception_handler(self._mistake)
        self.wire = Wire(self.world)
        self.wire.move()
        for name in self.scenario.locked:
            self.truth.lock(name)
        for name in self.scenario.silent_cpes:
            self.world.customers[name].switch_off()
        self._fill_database()
        self.reader = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)
        troubles = [asyncio.create_task(self._trouble(each)) for each in self.scenario.troubles]
        node = await self._live()
        await asyncio.gather(*troubles)
        await self._drain()
        await node.stop()
        self._check_the_end()
        self.reader.close()
        return self.outcome

    # -- what happens

    async def _live(self) -> Node:
        """Processes one after the other, and the operators' wishes to whichever is alive."""
        deaths = list(self.scenario.deaths)
        asks = list(self.scenario.asks)
        node = self._node(0)
        while asks or deaths:
            if deaths and not (node.dies_before or node.dies_after):
                death = deaths.pop(0)
                node.dies_before, node.dies_after = (death.commit, 0) if death.before else (0, death.commit)
            if asks:
                await self._until(asks[0].at, node.died)
            elif node.dies_before or node.dies_after:
                await self._until(FAULTS_END, node.died)
                if node.alive:
                    break
            if not node.alive:
                self.outcome.deaths += 1
                await node.bury()
                await asyncio.sleep(self.chance.uniform(0.2, 15.0))
                node = self._node(self.outcome.deaths)
            elif asks:
                await self._ask(node, asks.pop(0))
        node.dies_before = node.dies_after = 0
        if not node.alive:
            self.outcome.deaths += 1
            await node.bury()
            node = self._node(self.outcome.deaths)
        return node

    def _node(self, number: int) -> Node:
        chance = Random(self.chance.random())
        node = Node(self.file, KEY, self.wire, self.clock, chance, number, self.graveyard, self._committed)
        node.start()
        return node

    async def _until(self, at: float, event: asyncio.Event) -> None:
        try:
            async with asyncio.timeout_at(max(at, self.clock.monotonic())):
                await event.wait()
        except TimeoutError:
            pass

    async def _ask(self, node: Node, ask: Ask) -> None:
        try:
            submit = self._renew_or_cancel if ask.verb in {"renew", "cancel"} else self._submit
            operation = await submit(node.context, ask, self.numbers[ask.username])
        except (ProcessDied, UnknownName, BadInput):
            return
        if operation is not None:
            self.acknowledged.add(operation.id)

    async def _submit(self, context: Context, ask: Ask, who: str) -> Operation | None:
        manner = Manner(self.scenario.settle, self.scenario.deadline)
        settle, deadline = manner.settle, manner.deadline
        match ask.verb:
            case "isolate-reject" | "isolate-walled":
                policy = Policy.WALLED if ask.verb == "isolate-walled" else Policy.REJECT
                return (await access.isolate(context, who, policy=policy, manner=manner)).operation
            case "isolate-dropless":
                manner = replace(manner, without_drop=True)
                return (await access.isolate(context, who, policy=Policy.WALLED, manner=manner)).operation
            case "profile":
                rate = self.truth.new_rate(self.clock.monotonic())
                edited = await profiles.edit(context, self.scenario.isp.profile, partial(replace, rate_up=rate))
                self.acknowledged |= {operation.id for operation in edited.operations}
                return None
            case "apply":
                return await self._enter(context, who, Intent.APPLY)
            case "activate":
                return (await access.activate(context, who, manner=manner)).operation
            case "kick":
                return await self._enter(context, who, Intent.KICK)
            case "password-kick" | "password-keep":
                given = self.truth.passwords[ask.username]
                given.append(f"password-{len(given)}")
                new = given[-1]
                if ask.fits:
                    self.world.customers[ask.username].password = new
                live = Live(ask.verb.partition("-")[2])
                change = partial(replace, password=Secret(new))
                return (
                    await customers.edit(context, who, change, live=live, settle=settle, deadline=deadline)
                ).operation
            case "rename":
                change = partial(replace, username=f"{ask.username}-{ask.at:.0f}")
                return (await customers.edit(context, who, change, settle=settle, deadline=deadline)).operation
            case "unbind":
                return (await customers.unbind(context, who, deadline=deadline)).operation
            case "remove":
                return (await customers.remove(context, who, settle=settle, deadline=deadline)).operation
        raise AssertionError(ask.verb)

    async def _renew_or_cancel(self, context: Context, ask: Ask, who: str) -> Operation | None:
        if ask.verb == "renew":
            await self._spend(context, who)
            manner = Manner(self.scenario.settle, self.scenario.deadline)
            return (await renewal.renew(context, who, manner=manner)).operation
        for operation in await self._unfinished(context, who):
            await journal.cancel(context, operation.id)
        return None

    async def _unfinished(self, context: Context, who: str) -> tuple[Operation, ...]:
        return await context.database.read(lambda unit: provisioning.unfinished(unit, unit.customers.find(who)))

    async def _spend(self, context: Context, who: str) -> None:
        """The customer's plan ends now, unless something is going on that has looked at it."""
        if self.scenario.isp.validity != LASTS or await self._unfinished(context, who):
            return
        customer = await context.database.read(lambda unit: unit.customers.find(who))
        manager = self.world.routers["um1"].user_manager
        assert manager is not None
        for row in list(manager.plans.of(customer.username)):
            manager.plans._end(row)

    async def _enter(self, context: Context, who: str, intent: Intent) -> Operation:
        def work(unit: UnitOfWork) -> Operation:
            customer = unit.customers.find(who)
            wanted = {"deadline": self.scenario.deadline}
            operation = Operation(intent, customer.server_id, customer.id, customer.username, wanted)
            return journal.enter(unit, context, operation)

        return await context.database.write(work)

    async def _trouble(self, trouble: Trouble) -> None:
        await asyncio.sleep(trouble.at)
        faults = list(self.world.routers.values())[trouble.router].faults
        faults.turn(**trouble.knobs)
        await asyncio.sleep(trouble.until - trouble.at)
        faults.clear()
        faults.turn(rtt=self.scenario.isp.rtt)

    async def _drain(self) -> None:
        end = self.clock.monotonic() + PATIENCE
        while self.clock.monotonic() < end:
            open_ones = self.reader.execute("select count(*) from operation where finished_at is null").fetchone()[0]
            if not open_ones:
                return
            await asyncio.sleep(1.0)
        for row in self.reader.execute(
            "select id, intent, username, status, reasons, attempts from operation where finished_at is null"
        ):
            self._violated(f"an operation did not end: {row}")

    # -- what must hold

    def _committed(self) -> None:
        """Called after each commit, before anything else can happen."""
        rows = self.reader.execute(
            "select id, intent, username, verdict, wanted, status from operation where finished_at is not null"
        ).fetchall()
        mistakes = self.reader.execute("select id, reasons from operation where reasons like '[\"internal error %'")
        for number, reasons in mistakes.fetchall():
            self._violated(f"operation {number}: {reasons}")
        for number, intent, username, verdict, wanted, status in rows:
            if number in self.ended:
                continue
            self.ended.add(number)
            name = verdict or status
            self.outcome.verdicts[name] = self.outcome.verdicts.get(name, 0) + 1
            if verdict == Verdict.PROVEN:
                self._check_proven(number, Intent(intent), username, wanted)

    def _check_proven(self, number: int, intent: Intent, username: str, wanted: str) -> None:
        self.wire.move()
        who = f"operation {number} ({intent} {username}, {wanted}) says PROVEN, but"
        really = self.oracle.sessions_really(username)
        if intent is Intent.ISOLATE:
            if self.oracle.can_pass_traffic(username):
                self._violated(f"{who} the customer passes traffic")
            for words in self.truth.open_connections(username):
                self._violated(f"{who} {words}")
            if "reject" in wanted and self.truth.lets_in(username):
                self._violated(f"{who} the server would let the customer in")
        elif intent is Intent.ACTIVATE:
            if self.oracle.walled(username):
                self._violated(f"{who} the customer is walled")
            if not self.oracle.can_pass_traffic(username) and not self.truth.lets_in(username):
                self._violated(f"{who} the customer cannot get in")
        elif intent is Intent.KICK:
            left = self._kicked_ids(number) & {session.acct_session_id for session in really}
            if left:
                self._violated(f"{who} sessions {left} live on")
        else:
            for words in self._contrary(number, intent, username):
                self._violated(f"{who} {words}")

    def _contrary(self, number: int, intent: Intent, username: str) -> Iterable[str]:
        match intent:
            case Intent.REMOVE:
                return self.truth.removed(username)
            case Intent.PROFILE_ENSURE:
                return self.truth.profile_there(self.reader, number, username)
            case Intent.APPLY:
                return self.truth.applied(self.reader, number, username, self._listed_last(number))
            case _:
                return self.truth.provisioned(self.reader, number)

    def _listed_last(self, number: int) -> set[str]:
        """Ids of the sessions that each NAS listed last for an operation."""
        last: dict[str, set[str]] = {}
        statement = "select detail from operation_step where operation_id = ? order by sequence"
        for (detail,) in self.reader.execute(statement, (number,)):
            seen = decode(json.loads(detail))
            if isinstance(seen, SessionsSeen):
                last[seen.nas] = {session.session_id for session in seen.sessions}
        return {session_id for ids in last.values() for session_id in ids}

    def _kicked_ids(self, number: int) -> set[str]:
        ids: set[str] = set()
        statement = "select detail from operation_step where operation_id = ? order by sequence"
        for (detail,) in self.reader.execute(statement, (number,)):
            seen = decode(json.loads(detail))
            if isinstance(seen, Kicked):
                break
            if isinstance(seen, SessionsSeen):
                ids |= {session.session_id for session in seen.sessions}
        return ids

    def _check_the_end(self) -> None:
        known = {row[0] for row in self.reader.execute("select id from operation")}
        lost = self.acknowledged - known
        if lost:
            self._violated(f"acknowledged operations are gone: {lost}")
        manager = self.world.routers["um1"].user_manager
        assert manager is not None
        names = [row[manager.user_key] for row in manager.users.rows()]
        if len(names) != len(set(names)):
            self._violated("an account is there twice")
        plans = [(row["user"], row["profile"]) for row in manager.user_profiles.rows() if row["state"] != "used"]
        if len(plans) != len(set(plans)):
            self._violated(f"a plan is assigned twice: {sorted(plans)}")

    def _mistake(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An exception that nobody awaited: a mistake of ours, unless its process was dead."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self._violated(f"mistake: {context.get('message')}: {error!r}")

    def _violated(self, what: str) -> None:
        self.outcome.violations.append(f"seed {self.scenario.seed}, t={self.clock.monotonic():.3f}: {what}")

    # -- what is there from the beginning

    def _fill_database(self) -> None:
        """The database that an operator would have made with the add verbs."""
        shutil.copyfile(empty_database(), self.file)
        opened = Database.open(self.file, key=KEY, clock=self.clock, hop=InlineHop())
        isp, routers = self.scenario.isp, self.world.routers

        def work(unit: UnitOfWork) -> None:
            um1 = routers["um1"]
            api = ApiAccess(um1.host, isp.ports.api, API_USER, Secret(API_PASSWORD))
            secret = isp.secret if isp.colocated else isp.probe_secret
            radius = RadiusAccess(um1.host, isp.ports.authentication, Secret(secret), isp.dac)
            method = LoginMethod(isp.method)
            kind = "userman6" if isp.ros.startswith("6") else "userman7"
            server = unit.servers.add(Server("um1", kind, api, radius=radius, method=method))
            for name, router in routers.items():
                if not router.nas.servers.rows():
                    continue
                key = isp.secret if isp.colocated and router is um1 else isp.dae_secret
                dae = DaeAccess(router.host, isp.ports.dae, Secret(key), isp.dac)
                reach = ApiAccess(router.host, isp.ports.api, API_USER, Secret(API_PASSWORD))
                unit.nases.add(Nas(name, server.id, dae=dae, api=reach))
            validity = 3600 if isp.validity == LASTS else None
            profile = unit.profiles.add(Profile(isp.profile, isp.rate_up, isp.rate_down, validity=validity))
            for cpe in self.world.customers.values():
                lock = cpe.mac if cpe.username in self.scenario.locked else None
                customer = Customer(
                    "", cpe.username, server.id, profile.id, password=Secret(cpe.password), caller_id=lock
                )
                unit.customers.add(customer)

        with_hop = opened.write(work)
        # the hop is inline: the coroutine ends without ever waiting
        with contextlib.suppress(StopIteration):
            with_hop.send(None)
        opened._engines.dispose()


@cache
def empty_database() -> Path:
    """An empty database file, migrated once for all seeds of this process."""
    file = Path(tempfile.mkdtemp(prefix="radiusbridge-sim-")) / "empty.sqlite3"
    opened = Database.open(file, key=KEY, clock=SystemClock(), hop=InlineHop())
    opened._engines.dispose()
    atexit.register(shutil.rmtree, file.parent, ignore_errors=True)
    return file


def simulate(scenario: Scenario, directory: Path) -> Outcome:
    """Run one scenario on a loop of its own."""
    loop = VirtualLoop()

    async def main() -> Outcome:
        return await Simulation(scenario, directory, loop).run()

    return run_virtually(loop, main())
