"""Run one scenario on virtual time, and have every verdict judged."""

import asyncio
import sqlite3
from collections.abc import Sequence
from random import Random
from typing import Any

from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.simulator.build import build_isp
from radiusbridge.simulator.oracle import Oracle
from radiusbridge.simulator.world import World
from tests.sim import files
from tests.sim.asking import Operators
from tests.sim.filling import fill
from tests.sim.judge import Judge, Outcome
from tests.sim.loop import START, Restless, StoppingLoop, VirtualClock, VirtualLoop, run_virtually
from tests.sim.meddling import Meddler
from tests.sim.net import Wire
from tests.sim.node import Node, ProcessDied
from tests.sim.restarts import Restarts
from tests.sim.scenario import FAULTS_END, Ask, Edit, Freeze, NasEdit, Scenario
from tests.sim.secrets import SecretsTruth
from tests.sim.story import Story
from tests.sim.truth import Truth

PATIENCE = 1500.0
"""Virtual seconds after the last fault within which every operation has to end."""
ROUNDS = 25_000
"""Of the loop in one seed; most need some thousand."""
QUIET = 70.0
"""Virtual seconds until every customer has dialled again once all is done."""

_NOT_RETURNED = (
    "select count(*) from speed_period where ended_at is null and back_id is null"
    " and customer_id not in (select customer_id from hold where closed_at is null)"
)


class Simulation:
    """One scenario in progress."""

    def __init__(self, scenario: Scenario, loop: VirtualLoop, *, told: bool) -> None:
        self.scenario = scenario
        self.clock = VirtualClock(loop)
        self.chance = Random(scenario.seed ^ 0xC0FFEE)
        self.twins = Random(scenario.seed ^ 0x7717)
        """The chance of the second process, apart from that of the first."""
        self.outcome = Outcome()
        self.world: World = build_isp(scenario.isp)
        self.world.epoch = START.timestamp()
        self.story = Story(self.clock, self.world if told else None)
        self.oracle = Oracle(self.world)
        truth = SecretsTruth if scenario.isp.secrets else Truth
        self.truth: Truth = truth(self.world, self.oracle, scenario.isp)
        self.restarts = Restarts(self.world)
        self.operators = Operators(scenario, self.world, self.truth, self._changed)
        self.graveyard: set[str] = set()
        self.acknowledged: set[int] = set()
        self.others: list[Node] = []
        """Processes on other hosts."""

    async def run(self) -> Outcome:
        """From the first dial to the last verdict."""
        asyncio.get_running_loop().set_exception_handler(self._mistake)
        self.wire = Wire(self.world)
        self.wire.move()
        self._prepare()
        file = files.fresh()
        fill(self.scenario, self.world, self.clock)
        self.reader = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self.judge = Judge(self.reader, self.wire, self.oracle, self.truth, self.restarts, self.outcome, self.violated)
        wild = self.scenario.wild
        if wild.twin:
            names = ["elsewhere/1/0", *(f"elsewhere-{number}/1/0" for number in range(2, wild.others + 1))]
            self.others = [self._node(name, slot, self.twins) for slot, name in enumerate(names, 1)]
            for stall in wild.stalls:
                self.others[stall.process - 1].stalls_after = stall.after
                self.others[stall.process - 1].stalls_for = stall.seconds
        going_wrong = [
            *map(self.meddler.trouble, self.scenario.troubles),
            *map(self.meddler.shadow, wild.shadows),
            *map(self.meddler.reboot, wild.reboots),
            *map(self._edit, wild.edits),
            *map(self._hand, wild.nas_edits),
        ]
        tasks = [asyncio.create_task(one) for one in going_wrong]
        node = await self._live()
        await asyncio.gather(*tasks)
        await self._drain([node, *self.others])
        passwords = await self._passwords(node)
        for one in (node, *self.others):
            await one.stop()
        await asyncio.sleep(QUIET)
        hollow = any("hollow_writes" in trouble.knobs for trouble in self.scenario.troubles)
        self.judge.at_the_end(self.acknowledged, self.truth.servers(), passwords, hollow=hollow)
        self.story.steps(self.reader)
        self.outcome.resets = self.meddler.resets
        self.outcome.story = self.story.told()
        self.reader.close()
        return self.outcome

    def _prepare(self) -> None:
        self.meddler = Meddler(self.world, self.wire, self.truth, self.scenario.isp)
        self.meddler.prepare(self.scenario.wild.edits)
        servers = self.truth.servers()
        for place, name in enumerate(self.world.customers):
            if name in (*self.scenario.locked, *self.scenario.wild.bound):
                bind = name in self.scenario.wild.bound
                self.truth.lock(servers[place % len(servers)], name, bind)
        for name in self.scenario.silent_cpes:
            self.world.customers[name].switch_off()

    # -- what happens

    async def _live(self) -> Node:
        """Processes one after the other, and the operators' wishes to whichever is alive."""
        deaths, asks, freezes = list(self.scenario.deaths), list(self.scenario.asks), list(self.scenario.wild.freezes)
        node = self._node("simulated/0/0", 0, self.chance)
        while asks or deaths or freezes or node.dies_before or node.dies_after:
            if deaths and not (node.dies_before or node.dies_after):
                death = deaths.pop(0)
                node.dies_before, node.dies_after = (death.commit, 0) if death.before else (0, death.commit)
            if freezes and (not asks or freezes[0].at <= asks[0].at):
                await self._until(freezes[0].at, node.died)
            elif asks:
                await self._until(asks[0].at, node.died)
            elif node.dies_before or node.dies_after:
                await self._until(FAULTS_END, node.died)
                if node.alive:
                    break
            if not node.alive:
                node = await self._next(node)
            elif freezes and (not asks or freezes[0].at <= asks[0].at):
                await self._freeze(node, freezes.pop(0))
            elif asks:
                await self._ask(node, asks.pop(0))
        node.dies_before = node.dies_after = 0
        return node if node.alive else await self._next(node, 0.0)

    async def _next(self, dead: Node, pause: float | None = None) -> Node:
        self.story.tell(f"the process {dead.owner} is dead")
        self.outcome.deaths += 1
        await dead.bury()
        await asyncio.sleep(self.chance.uniform(0.2, 15.0) if pause is None else pause)
        return self._node(f"simulated/{self.outcome.deaths}/0", 0, self.chance)

    def _node(self, owner: str, slot: int, chance: Random) -> Node:
        node = Node(owner, slot, self.wire, Random(chance.random()), self.graveyard, self._committed)
        node.start()
        self.story.tell(f"process {owner} starts")
        return node

    def _committed(self) -> None:
        self.judge.committed()

    async def _until(self, at: float, event: asyncio.Event) -> None:
        try:
            async with asyncio.timeout_at(max(at, self.clock.monotonic())):
                await event.wait()
        except TimeoutError:
            pass

    async def _freeze(self, node: Node, freeze: Freeze) -> None:
        """In the background: whoever asks meanwhile asks the other process."""
        self.story.tell(f"process {node.owner} stands still for {freeze.seconds:.1f} s")
        self._thawing = asyncio.create_task(node.freeze(freeze.seconds))
        await asyncio.sleep(0)

    async def _ask(self, node: Node, ask: Ask) -> None:
        if self.others and (not node.awake.is_set() or self.twins.random() < 0.5):
            node = self._other()
        if ask.verb.endswith("-all"):
            self.story.tell(f"asked for {ask.verb}")
            node.carry(self.operators.many(node.context, ask))
            return
        try:
            operations = await self.operators.ask(node.context, ask, self.clock.monotonic())
        except (ProcessDied, UnknownName, BadInput) as error:
            self.story.tell(f"asked for {ask.verb} of {ask.username}: {error!r}")
            return
        numbers = {operation.id for operation in operations}
        self.story.tell(f"asked for {ask.verb} of {ask.username}: operations {numbers or 'none'}")
        self.acknowledged |= numbers

    def _other(self) -> Node:
        """Another process; of several one that does not stand still."""
        if len(self.others) == 1:
            return self.others[0]
        return self.twins.choice([one for one in self.others if one.awake.is_set()] or self.others)

    async def _hand(self, edit: NasEdit) -> None:
        await asyncio.sleep(edit.at)
        self.story.tell(f"by hand: {edit.kind} {edit.username}")
        await self.meddler.hand(edit)

    async def _edit(self, edit: Edit) -> None:
        await asyncio.sleep(edit.at)
        statement = (
            "select server.name, username from customer join server on server.id = server_id where customer.number = ?"
        )
        found = self.reader.execute(statement, (self.operators.numbers[edit.username],)).fetchone()
        if found is not None and await self.meddler.edit(edit, *found):
            self.story.tell(f"by hand: {edit.kind} {found[1]} on {found[0]}")
            self._changed(edit.username)

    def _changed(self, username: str) -> None:
        """An account is not as our operations left it."""
        self.judge.edits.append((self.clock.monotonic(), self.truth.person(username)))
        self.story.tell(f"the account of {username} was changed")

    async def _drain(self, nodes: Sequence[Node]) -> None:
        end = self.clock.monotonic() + PATIENCE
        while self.clock.monotonic() < end:
            open_ones = self.reader.execute("select count(*) from operation where finished_at is null").fetchone()[0]
            if (
                not open_ones
                and not any(node.carrying for node in nodes)
                and not self.reader.execute(_NOT_RETURNED).fetchone()[0]
            ):
                return
            await asyncio.sleep(1.0)
        for row in self.reader.execute(
            "select id, intent, username, status, reasons, attempts from operation where finished_at is null"
        ):
            self.violated(f"an operation did not end: {row}")
        if self.reader.execute(_NOT_RETURNED).fetchone()[0]:
            self.violated("the period of a speed is over, and nobody took it back")

    @staticmethod
    async def _passwords(node: Node) -> dict[int, str]:
        customers = await node.context.database.read(lambda unit: unit.customers.all())
        return {one.id: one.password.reveal() for one in customers if one.password is not None}

    def _mistake(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An exception that nobody awaited: a mistake of ours, unless its process was dead."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self.violated(f"mistake: {context.get('message')}: {error!r}")

    def violated(self, what: str) -> None:
        """Something is not as it must be."""
        words = f"seed {self.scenario.seed}, t={self.clock.monotonic():.3f}: {what}"
        self.story.tell(f"*** {what}")
        self.outcome.violations.append(words)


def simulate(scenario: Scenario, *, told: bool = False) -> Outcome:
    """Run one scenario on a loop of its own. told: with the story of what happened."""
    loop = StoppingLoop(ROUNDS) if scenario.wild.stalls else VirtualLoop(ROUNDS)
    simulation = Simulation(scenario, loop, told=told)
    try:
        return run_virtually(loop, simulation.run())
    except Restless as error:
        simulation.violated(str(error))
        return simulation.outcome
