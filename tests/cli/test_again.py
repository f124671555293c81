"""Asking for the same again: proved by what is known, joined while it runs."""

import asyncio

import pytest

from radiusbridge.domain.records import Policy
from radiusbridge.services import access
from radiusbridge.services.access import Manner
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.settings import settings
from tests.cli.conftest import Cli, RunningIsp, adopt, connect


@pytest.fixture
def town(cli: Cli, isp: RunningIsp) -> Cli:
    connect(cli, isp)
    adopt(cli, isp, isp.names[0])
    return cli


def test_isolated_again_the_first_control_counts_until_somebody_edits(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    first = town.ok("isolate", user, "--settle", "1s", "--json").lines[-1]
    again = town.ok("isolate", user, "--settle", "1s", "--hold", "abuse")
    assert again.out.startswith("PROVEN")
    assert f"operation {first['id']} saw this login accepted" in " ".join(again.out.split())

    # another password in the database is another login: the first control says nothing about it
    secret = town.secret("other", "other-password")
    town.ok("customer", "edit", user, "--password-file", secret, "--no-provision")
    assert town("isolate", user, "--settle", "1s").status == 5


def test_the_same_wish_joins_the_operation_that_waits_for_it(town: Cli, isp: RunningIsp) -> None:
    async def ask() -> list[int]:
        numbers = []
        for policy in (Policy.REJECT, Policy.REJECT, Policy.WALLED):
            done = await access.isolate(context, isp.names[0], policy=policy, manner=Manner(settle=1.0))
            assert done.operation is not None
            numbers.append(done.operation.id)
        await context.close()
        return numbers

    context = open_context(settings(), "cli")
    first, same, other = asyncio.run(ask())
    assert first == same
    assert other != first
    listed = {row["id"]: row["status"] for row in town.ok("op", "list", "--json").json}
    assert listed[first] == "superseded"
