"""A thousand intents, four executors, one of them killed: none is lost, each ends once, in order; the newest wins."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

import pytest

from radiusbridge.domain.records import Intent, Operation, Policy
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.services import access, kicking
from radiusbridge.services.access import Manner
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.context import Context
from radiusbridge.services.settings import settings
from tests.cli.conftest import Cli, RunningIsp, adopt
from tests.cli.conftest import cli as cli
from tests.db.conftest import BOTH
from tests.kill.ground import PATIENCE, executor, town_on

CUSTOMERS, EACH = 25, 40
DEADLINE = 60.0
"""Seconds of each operation: far more than a slow machine takes."""


@pytest.fixture(params=BOTH)
def town(cli: Cli, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Cli, RunningIsp]]:
    """A database of each kind that knows a simulated ISP and its customers."""
    with town_on(request.param, cli, monkeypatch, CUSTOMERS) as isp:
        for name in isp.names:
            adopt(cli, isp, name)
        yield cli, isp


async def wishes(context: Context, username: str, phase: int) -> list[int]:
    """One customer's intents: held and let in by turns, kicked in between. Half-way, all of them are waited for."""
    manner = Manner(settle=0, deadline=DEADLINE)
    entered: list[int] = []
    for number in range(phase, phase + EACH):
        if number == phase + EACH // 2:
            await until(context, over={username: len(entered)})
        if number % 4 == 0:
            operation = (await access.isolate(context, username, policy=Policy.REJECT, manner=manner)).operation
        elif number % 4 == 2:
            operation = (await access.activate(context, username, manner=manner)).operation
        else:
            operation = await kicking.kick(context, username, deadline=DEADLINE)
        assert operation is not None
        entered.append(operation.id)
    return entered


async def until(context: Context, over: dict[str, int]) -> None:
    """Until so many operations of these customers are over."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        operations = await context.database.read(lambda unit: unit.operations.listed(limit=5000))
        ended = Counter(operation.username for operation in operations if operation.status.final)
        if all(ended[name] >= count for name, count in over.items()):
            return
        await context.clock.sleep(0.5)
    raise AssertionError(f"only {ended} are over")


@pytest.mark.slow
def test_a_thousand_intents(town: tuple[Cli, RunningIsp]) -> None:
    cli, isp = town
    context = open_context(settings(), "test")

    async def work() -> tuple[list[list[int]], tuple[Operation, ...], Counter[tuple[int, str]]]:
        with executor(cli), executor(cli), executor(cli), executor(cli) as mortal:
            wishing = [wishes(context, name, 2 * place) for place, name in enumerate(isp.names)]
            all_entered = asyncio.gather(*wishing)
            await until(context, over={isp.names[0]: 3})
            mortal.kill()
            entered = await all_entered
            await until(context, over=dict.fromkeys(isp.names, EACH))
        operations = await context.database.read(lambda unit: unit.operations.listed(limit=5000))
        entries = await context.database.read(lambda unit: unit.audit.recent(20_000))
        ends = Counter((entry.operation_id or 0, entry.action) for entry in entries if entry.action.endswith(".ended"))
        steps = await context.database.read(lambda unit: {one.id: unit.operations.steps(one.id) for one in operations})
        check_order(operations, {number: [step.started_at for step in some] for number, some in steps.items()})
        await context.close()
        return entered, operations, ends

    entered, operations, ends = asyncio.run(work())
    assert {operation.id for operation in operations} == {number for some in entered for number in some}
    assert len(operations) == CUSTOMERS * EACH, "none is lost, none is double"
    for operation in operations:
        assert operation.status in {Status.DONE, Status.SUPERSEDED}, operation
        told = ends[operation.id, f"operation.{operation.intent}.ended"]
        # one that was superseded before anybody began it has no end of its own
        assert told == 1 if operation.status is Status.DONE else told <= 1, "each verdict is written once"
        assert operation.verdict is not Verdict.FAILED, operation
    newest = {each.username: each for each in reversed(operations) if each.intent in {Intent.ISOLATE, Intent.ACTIVATE}}
    assert all(each.status is Status.DONE for each in newest.values()), "the newest wins"
    accounts = isp.call(lambda world: list(world.router("um1").menus["/user-manager/user"].rows()))
    disabled = {row["name"] for row in accounts if row["disabled"] == "true"}
    assert disabled == {name for name, each in newest.items() if each.intent is Intent.ISOLATE}
    assert 0 < len(disabled) < CUSTOMERS


def check_order(operations: tuple[Operation, ...], began: dict[int, list[datetime]]) -> None:
    """Of one customer nothing begins before what came earlier is over."""
    by_customer: defaultdict[int, list[Operation]] = defaultdict(list)
    for operation in reversed(operations):
        if began[operation.id]:
            by_customer[operation.customer_id].append(operation)
    for theirs in by_customer.values():
        for earlier, later in pairwise(theirs):
            assert earlier.finished_at is not None
            assert earlier.finished_at <= min(began[later.id]), (earlier, later)
