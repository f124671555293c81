"""Carry a bulk run out: canary first, then the rest, until done or stopped; the same again finishes what is left."""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta

from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.brakes import BrakeState
from radiusbridge.domain.bulk import GOOD, BulkRow, BulkRun, Outcome, RunStatus
from radiusbridge.domain.errors import RadiusbridgeError, Refused
from radiusbridge.services.bulk.driver import Driver, Told
from radiusbridge.services.bulk.kinds import SESSIONS_KICK, RowSubmit, Submit, for_customers, submit_of
from radiusbridge.services.bulk.pacing import Brakes, CanarySays, judge, next_canary
from radiusbridge.services.bulk.patience import LEASE, Patience
from radiusbridge.services.bulk.queues import Halt, Motion
from radiusbridge.services.bulk.runs import Standing, get
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require

LOOK = 2.0
"""Seconds between two renewals, which also see whether somebody asked to stop."""
AGAIN = 0.5
"""Seconds until the next try of one that failed, since the database is gone."""
NO_ANSWER = "canary: no server answered"

log = logging.getLogger(__name__)


def _nothing(_row: BulkRow) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class BulkRunner:
    """One run in this process. submit: stands in for what the run's kind does to a customer."""

    context: Context
    run_id: int
    told: Told = _nothing
    submit: Submit | None = None
    halt: Halt = field(default_factory=Halt)
    driver: Driver | None = None
    """What begins the rows, once the run is claimed."""

    def stop(self, why: str) -> None:
        """Begin no more rows; `run` returns when those in flight have ended."""
        self.halt.stop(why)

    async def run(self) -> Standing:
        """Claim the run and carry out what is left of it.

        Cancelled, what is in flight goes back to the journal's queue, and a later `run` carries it on.
        Errors: UnknownName; Refused: a living process has it; BadInput: its kind is not known.
        """
        require(self.context, "bulk.run")
        patience = Patience(self.context)
        run, submit = await self._claimed()
        brakes = Brakes.from_json(run.brakes)
        driver = self.driver = Driver(self.context, run, submit, brakes, self.halt, self.told, patience)
        renewing = asyncio.create_task(self._renew(driver.epoch, patience))
        try:
            await self._carry_out(driver)
        except BaseException:
            await asyncio.shield(self._finish(driver.epoch, self.halt.why or "interrupted"))
            raise
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
        await self._finish(driver.epoch, self.halt.why, patience)
        return await get(self.context, self.run_id)

    async def _claimed(self) -> tuple[BulkRun, RowSubmit]:
        now, process = self.context.clock.now(), self.context.process

        def work(unit: UnitOfWork) -> tuple[BulkRun, RowSubmit]:
            run = unit.bulk.get(self.run_id)
            submit = for_customers(self.submit) if self.submit is not None else submit_of(run.kind)
            claimed = unit.bulk.claim(run.id, process.owner, now, LEASE, process.dead(unit.bulk.owners()))
            if claimed is None:
                raise Refused(
                    "another process carries it out",
                    target=f"bulk run {run.id}",
                    hint=f"radiusbridge bulk show {run.id}, or bulk stop {run.id}",
                )
            return claimed, submit

        return await self.context.database.write(work)

    async def _renew(self, epoch: int, patience: Patience) -> None:
        """Keep the lease, also after the database was gone, and hear of a wish to stop while nothing is begun."""
        clock, pause = self.context.clock, LOOK

        def work(unit: UnitOfWork) -> bool:
            unit.bulk.renew(self.run_id, epoch, unit.now + timedelta(seconds=LEASE))
            return unit.bulk.stop_requested(self.run_id, epoch)

        while True:
            await clock.sleep(pause)
            asked = clock.monotonic()
            try:
                if await self.context.database.write(work):
                    self.stop("asked to")
            except LeaseLost:
                self.stop("it went on in other hands")
                return
            except RadiusbridgeError as error:
                log.debug("the claim on bulk run %d was not renewed: %s", self.run_id, error.line())
                pause = AGAIN
                continue
            patience.renewed_at, pause = asked, LOOK

    async def _finish(self, epoch: int, why: str, patience: Patience | None = None) -> None:
        context, status = self.context, RunStatus.STOPPED if why else RunStatus.DONE

        def work(unit: UnitOfWork) -> bool:
            if not unit.bulk.finish(self.run_id, epoch, status, why, unit.now):
                return False
            states = unit.bulk.states((self.run_id,)).get(self.run_id, {})
            after = {"status": str(status), "why": why, "rows": states}
            unit.note("bulk.ended", f"bulk run {self.run_id}", who=context.who, channel=context.channel, after=after)
            return True

        if not await (patience or context.database).write(work):
            log.warning("bulk run %d went on elsewhere", self.run_id)

    async def _carry_out(self, driver: Driver) -> None:
        rows = await self.context.database.read(lambda unit: unit.bulk.rows(self.run_id, unfinished=True))
        if not driver.brakes.watching or not rows:
            await self._carry_all(driver, list(rows))
            return
        from radiusbridge.services.bulk.lookout import looking_out

        servers = frozenset(row.server_id for row in rows)
        dials = await _who_dials_again(self.context, driver.run.kind, rows)
        async with looking_out(self.context, servers) as lookout:
            limits, clock, canary = driver.brakes.limits, self.context.clock, bool(driver.brakes.canary)
            driver.motions = {
                each: Motion(each, BrakeState(limits, canary=canary), lookout, clock, dials) for each in servers
            }
            await self._carry_all(driver, list(rows))

    async def _carry_all(self, driver: Driver, rows: list[BulkRow]) -> None:
        rest = await self._canary(driver, rows)
        if self.halt.why:
            return
        for motion in driver.motions.values():
            motion.state.canary_over()
        await driver.patience.write(lambda unit: unit.bulk.go_on(self.run_id, driver.epoch))
        await driver.drive(rest)
        if driver.given_up:
            self.stop("; ".join(driver.given_up))

    async def _canary(self, driver: Driver, rows: list[BulkRow]) -> list[BulkRow]:
        """Drive the first rows until they allow the rest, which is returned; or stop."""
        brakes, outcomes = driver.brakes, list[Outcome]()
        while rows and brakes.canary and not self.halt.why:
            good = sum(each in GOOD for each in outcomes)
            batch = next_canary(rows, driver.dark, brakes.canary - good)
            outcomes += await driver.drive(batch)
            if driver.given_up:
                self.stop("; ".join(driver.given_up))
            tried = {row.sequence for row in batch}
            rows = [row for row in rows if row.sequence not in tried]
            left = sum(row.server_id not in driver.dark for row in rows)
            says = judge(outcomes, left, brakes)
            if says is CanarySays.STOP and rows:
                self.stop(_canary_words(outcomes))
            if says is not CanarySays.MORE:
                break
        return rows


async def _who_dials_again(context: Context, kind: str, rows: Collection[BulkRow]) -> Callable[[BulkRow], bool]:
    """Who comes back by themselves once they are put out: whom a kick ends, and who is not kept out."""
    if kind not in {"kick", SESSIONS_KICK}:
        return lambda _row: False
    ids = [row.customer_id for row in rows]
    held = await context.database.read(lambda unit: frozenset(unit.holds.open_of(ids)))
    return lambda row: row.customer_id not in held


def _canary_words(outcomes: Collection[Outcome]) -> str:
    bad = next((each for each in (Outcome.FAILED, Outcome.UNPROVEN) if each in outcomes), None)
    return f"canary: {bad}" if bad is not None else NO_ANSWER
