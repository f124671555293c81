"""Twenty processes change the same hundred customers at once, while two executors carry out what they want.

The oracle is the audit log: of each customer's every field, each entry begins where the last one ended, and the last
one ends where the record stands. What a process was told is stored, is stored; every operation ends.
"""

import asyncio
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from radiusbridge.db.snapshot import snapshot
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import AuditEntry, Customer, Intent, Operation
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.earlier import UNFINISHED
from radiusbridge.services.settings import settings
from tests.cli.conftest import Cli, RunningIsp
from tests.cli.conftest import cli as cli
from tests.db.conftest import BOTH
from tests.kill.ground import PATIENCE, executor, town_on
from tests.kill.test_isolate import ROOT

CUSTOMERS, PROCESSES, EACH, SEED = 100, 20, 8, 20261122


@pytest.fixture(params=BOTH)
def town(cli: Cli, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Cli, RunningIsp]]:
    """A database of each kind that knows a simulated ISP and its customers."""
    with town_on(request.param, cli, monkeypatch, CUSTOMERS) as isp:
        asyncio.run(know(isp))
        yield cli, isp


async def know(isp: RunningIsp) -> None:
    """The customers, in one transaction."""
    context = open_context(settings(), "test")
    paid = datetime(2026, 1, 1, tzinfo=UTC)

    def add(unit: UnitOfWork) -> None:
        server, profile = unit.servers.all()[0], unit.profiles.all()[0]
        for name in isp.names:
            password = Secret(isp.password(name))
            unit.customers.add(Customer("", name, server.id, profile.id, password=password, paid_until=paid))

    await context.database.write(add)
    await context.close()


@dataclass
class Seen:
    """The database afterwards."""

    customers: tuple[Customer, ...]
    operations: tuple[Operation, ...]
    audit: dict[str, list[AuditEntry]]
    """By user name, oldest first."""
    open: dict[int, int]
    renewals: Counter[str]


async def wait_and_read() -> Seen:
    context = open_context(settings(), "test")
    async with asyncio.timeout(PATIENCE):
        while await context.database.read(lambda unit: unit.operations.listed(status=UNFINISHED, limit=1)):
            await context.clock.sleep(0.2)

    def read(unit: UnitOfWork) -> Seen:
        customers = unit.customers.all()
        audit: defaultdict[str, list[AuditEntry]] = defaultdict(list)
        for entry in reversed(unit.audit.recent(100_000)):
            audit[entry.subject].append(entry)
        return Seen(
            customers,
            unit.operations.listed(limit=100_000),
            audit,
            {each.id: len(unit.holds.open_holds(each.id)) for each in customers},
            Counter({each.username: len(unit.renewals.of(each.id)) for each in customers}),
        )

    seen = await context.database.read(read)
    await context.close()
    return seen


@pytest.mark.slow
def test_nothing_of_anybody_is_lost_and_everything_ends(town: tuple[Cli, RunningIsp]) -> None:
    cli, isp = town
    crowd = [sys.executable, "-m", "tests.kill.crowd", *map(str, (PROCESSES, EACH, SEED))]
    environment = {**cli.environment(), "PYTHONPATH": str(ROOT)}
    with executor(cli), executor(cli):
        ran = subprocess.run(crowd, env=environment, capture_output=True, text=True, timeout=300, check=False)
        assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr[-4000:]
        stored = [json.loads(line) for line in ran.stdout.splitlines()]
        seen = asyncio.run(wait_and_read())
    assert len(stored) == PROCESSES * EACH
    by_user = {each.username: each for each in seen.customers}
    for customer in seen.customers:
        check_chain(customer, seen.audit[customer.username])
        check_holds(seen.audit[customer.username], seen.open[customer.id])
    wanted = Counter((each["did"], each["user"]) for each in stored)
    for column, did in (("note", "append"), ("address", "append_to_what_was_seen")):
        for user, customer in by_user.items():
            tokens = sorted(each["token"] for each in stored if (each["did"], each["user"]) == (did, user))
            assert sorted(getattr(customer, column).split()) == tokens, "each word once"
    assert {user: count for user, count in seen.renewals.items() if count} == {
        user: count for (did, user), count in wanted.items() if did == "renew"
    }
    check_ends(isp, seen)


def check_chain(customer: Customer, entries: list[AuditEntry]) -> None:
    state: dict[str, object] = {}
    for entry in entries:
        if entry.action not in {"customer.edit", "customer.renew"}:
            continue
        before: Mapping[str, object] = entry.before or {}
        after: Mapping[str, object] = entry.after or {}
        assert before.keys() == after.keys()
        gap = {name: (state[name], value) for name, value in before.items() if state.get(name, value) != value}
        assert not gap, (customer.username, entry.id, gap)
        state.update(after)
    now = snapshot(customer) or {}
    assert {name: now[name] for name in state} == state, customer.username


def check_holds(entries: list[AuditEntry], still_open: int) -> None:
    turns = [entry.action for entry in entries if entry.action in {"hold.open", "hold.close"}]
    assert turns == [("hold.open", "hold.close")[number % 2] for number in range(len(turns))]
    assert still_open == len(turns) % 2


def check_ends(isp: RunningIsp, seen: Seen) -> None:
    """Each operation is over, the newest wish for access was carried out, and it is what the holds say."""
    assert all(each.status.final for each in seen.operations)
    failed = {(each.intent, each.username): each.reasons for each in seen.operations if each.verdict is Verdict.FAILED}
    assert failed == {}
    newest: dict[str, Operation] = {}
    for each in seen.operations:
        if each.intent in {Intent.ISOLATE, Intent.ACTIVATE}:
            newest.setdefault(each.username, each)
    assert newest
    assert all(each.status is Status.DONE for each in newest.values()), "the newest wins"
    accounts = isp.call(lambda world: list(world.router("um1").menus["/user-manager/user"].rows()))
    disabled = {row["name"] for row in accounts if row["disabled"] == "true"}
    assert disabled == {each.username for each in seen.customers if seen.open[each.id]}
