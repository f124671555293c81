"""Mass kicks in a world of their own: who was truly put out and is back, how fast, and what the logins bore."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRow, Outcome
from radiusbridge.services.bulk.access_actions import Kick
from radiusbridge.services.bulk.actions import preview_of
from radiusbridge.services.bulk.pacing import LIVE_BRAKES, Brakes
from radiusbridge.services.bulk.preview import create
from radiusbridge.services.bulk.runner import BulkRunner
from radiusbridge.services.bulk.runs import Standing
from radiusbridge.services.bulk.subjects import Subjects
from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.nas.session import Session
from tests.sim.rungs import Street
from tests.sim.test_dark_routers import Journaled


def crowd(customers: int, nases: int, **knobs: object) -> IspOptions:
    """An ISP whose customers are all on line within a time that its User Manager can bear."""
    usual: dict[str, object] = {"rtt": 0.02, "redial": (2.0, 5.0), "logins": 30.0, "spread": customers / 20 + 1}
    return IspOptions(customers=customers, nases=nases, **{**usual, **knobs})  # type: ignore[arg-type]


@dataclass(slots=True)
class Ended:
    """A session that ended, and when."""

    at: float
    username: str
    nas: str


@dataclass
class Fleet:
    """A street with everybody on line, a process with a journal, and every session's end as the NASes know it."""

    street: Street
    journaled: Journaled = field(init=False)
    before: dict[str, Session] = field(init=False)
    ended: list[Ended] = field(default_factory=list)

    async def rise(self) -> None:
        """Wait until everybody is on line; what ends from now on is written down."""
        world = self.street.world
        await self.street.clock.sleep(self.street.isp.spread)
        await self.street.until(lambda: all(cpe.online for cpe in world.customers.values()))
        self.before = {name: cpe.session for name, cpe in world.customers.items() if cpe.session is not None}
        for router in world.routers.values():
            if router.nas.serving:
                self._note_ends(router.name)
            router.nas.client.reset()
        self.journaled = Journaled(self.street)
        await self.journaled.fill()

    def _note_ends(self, name: str) -> None:
        nas, clock = self.street.world.routers[name].nas, self.street.clock
        end = nas.end

        def noted(session: Session, cause: int, tell: bool = True) -> None:
            if session.alive:
                self.ended.append(Ended(clock.monotonic(), session.user, name))
            end(session, cause, tell)

        nas.end = noted  # type: ignore[method-assign]

    async def kick(self, brakes: Brakes = LIVE_BRAKES, names: Iterable[str] = ()) -> BulkRunner:
        """A run that kicks everybody, or those; not begun."""
        context = self.journaled.node.context
        subjects = Subjects(names=tuple(names)) if names else Subjects(everybody=True)
        preview = await preview_of(context, Kick(), subjects)
        run = await create(context, preview, typed=len(preview.rows), brakes=brakes)
        return BulkRunner(context, run.id)

    def again(self, runner: BulkRunner) -> BulkRunner:
        """What resumes a run."""
        return BulkRunner(self.journaled.node.context, runner.run_id)

    # -- what is true

    async def judge(self) -> None:
        """Hold each row that says PROVEN against the world: its session of the beginning is over, and of whom an
        isolation says so nobody is on line."""
        context = self.journaled.node.context

        def work(unit: UnitOfWork) -> list[tuple[str, BulkRow]]:
            return [(run.kind, row) for run in unit.bulk.listed(limit=100) for row in unit.bulk.rows(run.id)]

        for kind, row in await context.database.read(work):
            if row.outcome is not Outcome.PROVEN or row.username not in self.before:
                continue
            lives = self.before[row.username].alive
            online = kind == "isolate" and self.street.oracle.can_pass_traffic(row.username)
            assert not lives, f"{kind} of {row.username} says PROVEN, and the session lives on"
            assert not online, f"{kind} of {row.username} says PROVEN, and they pass traffic"

    @property
    def out(self) -> set[str]:
        """Whose session of the beginning has ended."""
        return {name for name, session in self.before.items() if not session.alive}

    def timeouts(self) -> int:
        """Logins that NASes gave up."""
        return sum(router.nas.client.total("timeouts") for router in self.street.world.routers.values())

    def rate(self, seconds: float, of: Callable[[Ended], object] = lambda _ended: None) -> int:
        """How many sessions ended at most within so many seconds, of one kind."""
        kinds: dict[object, list[float]] = {}
        for each in self.ended:
            kinds.setdefault(of(each), []).append(each.at)
        most = 0
        for times in kinds.values():
            first = 0
            for last, at in enumerate(times):
                while at - times[first] >= seconds:
                    first += 1
                most = max(most, last - first + 1)
        return most

    async def verdicts(self) -> dict[str, str]:
        """What the journal says of each customer's kick."""
        rows = await self.journaled.node.context.database.read(lambda unit: unit.operations.listed(limit=100_000))
        return {row.username: str(row.verdict or row.status) for row in rows}


def proven(standing: Standing) -> int:
    """Rows that ended PROVEN."""
    return standing.states.get("PROVEN", 0)
