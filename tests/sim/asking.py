"""What operators ask of a process, by the services' own doors."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, Refused
from radiusbridge.domain.records import HoldKind, Intent, Operation, Policy
from radiusbridge.domain.sagas.plan import Live
from radiusbridge.domain.secret import Secret
from radiusbridge.services import access, customers, journal, profiles, provisioning, renewal, speeding, undoing
from radiusbridge.services.access import Manner
from radiusbridge.services.bulk.access_actions import Isolate, Kick
from radiusbridge.services.bulk.actions import preview_of
from radiusbridge.services.bulk.pacing import LIVE_BRAKES
from radiusbridge.services.bulk.preview import create
from radiusbridge.services.bulk.runner import BulkRunner
from radiusbridge.services.bulk.subjects import Subjects
from radiusbridge.services.context import Context
from radiusbridge.services.router_desk import rebooting
from radiusbridge.simulator.world import World
from tests.sim.scenario import LASTS, Ask, Scenario
from tests.sim.truth import SPEED, Truth

BRAKES = replace(LIVE_BRAKES, per_nas=2.0, batch=1, canary=1, back_within=30.0)


async def many(context: Context, verb: str, manner: Manner) -> None:
    """Put everybody out, with brakes, and carry that to its end. Errors: as the services'."""
    action = Kick() if verb == "kick-all" else Isolate(settle=manner.settle, deadline=manner.deadline)
    preview = await preview_of(context, action, Subjects(everybody=True))
    run = await create(context, preview, typed=len(preview.rows), brakes=BRAKES)
    await BulkRunner(context, run.id).run()


class Operators:
    """Those who ask. numbers: of the customers, which stay when user names change. spent: hears whose plan ended."""

    def __init__(self, scenario: Scenario, world: World, truth: Truth, spent: Callable[[str], None]) -> None:
        self._scenario = scenario
        self._spent = spent
        self._world = world
        self._truth = truth
        self._manner = Manner(scenario.settle, scenario.deadline)
        self.numbers = {name: f"C-{place:04}" for place, name in enumerate(world.customers, 1)}

    def many(self, context: Context, ask: Ask) -> Coroutine[Any, Any, None]:
        """A run that hits everybody."""
        return many(context, ask.verb, self._manner)

    async def ask(self, context: Context, ask: Ask, now: float) -> tuple[Operation, ...]:
        """The operations that were acknowledged. Errors: as the services'."""
        who, manner = self.numbers[ask.username], self._manner
        match ask.verb:
            case "isolate-reject" | "isolate-walled" | "isolate-dropless":
                policy = Policy.REJECT if ask.verb == "isolate-reject" else Policy.WALLED
                manner = replace(manner, without_drop=ask.verb == "isolate-dropless")
                submitted = await access.isolate(context, who, policy=policy, manner=manner)
                return _one(submitted.operation)
            case "isolate-abuse":
                submitted = await access.isolate(context, who, hold=HoldKind.ABUSE, manner=manner)
                return _one(submitted.operation)
            case "activate":
                submitted = await access.activate(context, who, hold=HoldKind.UNPAID, manner=manner)
                return _one(submitted.operation)
            case "profile":
                change = partial(replace, rate_up=self._truth.new_rate(now))
                return (await profiles.edit(context, self._scenario.isp.profile, change)).operations
            case "apply":
                return _one(await self._enter(context, who, Intent.APPLY))
            case "kick":
                return _one(await self._enter(context, who, Intent.KICK))
            case "speed" | "speed-for" | "speed-back":
                return await self._speed(context, ask.verb, who)
            case "cancel":
                return await self._cancel(context, who)
            case "undo":
                return await self._undo(context, ask.username)
            case "reboot":
                return await self._reboot(context, self._world.customers[ask.username].nas.router.name)
            case "renew":
                await self._spend(context, who)
                return _one((await renewal.renew(context, who, manner=manner)).operation)
            case _:
                return await self._change(context, ask, who)

    async def _change(self, context: Context, ask: Ask, who: str) -> tuple[Operation, ...]:
        settle, deadline = self._manner.settle, self._manner.deadline
        match ask.verb:
            case "password-kick" | "password-keep":
                given = self._truth.passwords[ask.username]
                given.append(f"password-{len(given)}")
                if ask.fits:
                    self._world.customers[ask.username].password = given[-1]
                change = partial(replace, password=Secret(given[-1]))
                live = Live(ask.verb.partition("-")[2])
                changed = await customers.edit(context, who, change, live=live, settle=settle, deadline=deadline)
            case "rename":
                change = partial(replace, username=f"{ask.username}-{ask.at:.0f}")
                changed = await customers.edit(context, who, change, settle=settle, deadline=deadline)
            case "move":
                there = await self._elsewhere(context, who)
                changed = await customers.edit(
                    context, who, lambda one: one, server=there, settle=settle, deadline=deadline
                )
            case "unbind":
                changed = await customers.unbind(context, who, deadline=deadline)
            case "remove":
                changed = await customers.remove(context, who, settle=settle, deadline=deadline)
            case _:
                raise AssertionError(ask.verb)
        return _one(changed.operation)

    async def _speed(self, context: Context, verb: str, who: str) -> tuple[Operation, ...]:
        """Another speed, or the way back; nothing for who is kept out."""
        deadline = self._scenario.deadline
        try:
            if verb == "speed-back":
                return _one((await speeding.back(context, who, deadline=deadline)).operation)
            wanted = speeding.Speed(SPEED, 60 if verb == "speed-for" else None, deadline)
            return _one((await speeding.speed(context, who, wanted)).operation)
        except Refused:
            return ()

    async def _elsewhere(self, context: Context, who: str) -> str:
        """The other server."""

        def work(unit: UnitOfWork) -> str:
            home = unit.customers.find(who).server_id
            return next(server.name for server in unit.servers.all() if server.id != home)

        return await context.database.read(work)

    async def _enter(self, context: Context, who: str, intent: Intent) -> Operation:
        def work(unit: UnitOfWork) -> Operation:
            customer = unit.customers.find(who)
            wanted = {"deadline": self._scenario.deadline}
            operation = Operation(intent, customer.server_id, customer.id, customer.username, wanted)
            return journal.enter(unit, context, operation)

        return await context.database.write(work)

    async def _cancel(self, context: Context, who: str) -> tuple[Operation, ...]:
        """Cancel whatever is not over."""
        return tuple([await journal.cancel(context, one.id) for one in await self._unfinished(context, who)])

    @staticmethod
    async def _unfinished(context: Context, who: str) -> tuple[Operation, ...]:
        return await context.database.read(lambda unit: provisioning.unfinished(unit, unit.customers.find(who)))

    async def _undo(self, context: Context, username: str) -> tuple[Operation, ...]:
        """Take back what was done last, if it can be, and if the server answers soon; of one who was removed, too."""

        def work(unit: UnitOfWork) -> int | None:
            theirs = (one for one in unit.operations.listed(limit=50) if self._truth.person(one.username) == username)
            return next((one.id for one in theirs if one.status.final and one.intent is not Intent.KICK), None)

        newest = await context.database.read(work)
        if newest is None:
            return ()
        try:
            async with asyncio.timeout(15.0):
                return await undoing.undo(context, await undoing.plan_undo(context, newest))
        except BadInput:
            raise
        except (RadiusbridgeError, TimeoutError):
            return ()

    @staticmethod
    async def _reboot(context: Context, router: str) -> tuple[Operation, ...]:
        """Start anew the router that the customer dials at; nothing where it does not say what would drop, or is being
        started already."""
        try:
            async with asyncio.timeout(15.0):
                foretold = await rebooting.foretell(context, router)
                return _one(await rebooting.submit(context, foretold, foretold.count))
        except (RadiusbridgeError, TimeoutError):
            return ()

    async def _spend(self, context: Context, who: str) -> None:
        """The customer's plan ends now, unless something is going on that has looked at it."""
        if self._scenario.isp.validity != LASTS or await self._unfinished(context, who):
            return

        def work(unit: UnitOfWork) -> tuple[str, str]:
            customer = unit.customers.find(who)
            return unit.servers.get(customer.server_id).name, customer.username

        server, username = await context.database.read(work)
        manager = self._truth.manager(server)
        for row in list(manager.plans.of(username)):
            manager.plans._end(row)
        self._spent(username)


def _one(operation: Operation | None) -> tuple[Operation, ...]:
    return () if operation is None else (operation,)
