"""What a move may have left behind: which operations look at it, until when, and what is refused meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import pytest

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.observations import WriteBegan
from radiusbridge.domain.records import Customer, Operation
from radiusbridge.domain.sagas.plan import Live
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services import access, customers, journal, kicking, nases
from radiusbridge.services.context import Context
from radiusbridge.services.equipping import subject_of
from radiusbridge.services.plans import Former
from tests.services.test_moves import ended, moved, named
from tests.services.test_records import BUDI, context, refused, stocked

__all__ = ["context", "moved", "stocked"]


Ask = Callable[[Context], Awaitable[Operation | None]]


async def kick(context: Context) -> Operation:
    return await kicking.kick(context, "siti")


async def isolate(context: Context) -> Operation | None:
    return (await access.isolate(context, "siti")).operation


async def activate(context: Context) -> Operation | None:
    return (await access.activate(context, "siti")).operation


async def remove(context: Context) -> Operation | None:
    return (await customers.remove(context, "siti")).operation


async def password(context: Context, live: Live = Live.KICK) -> Operation | None:
    change: Callable[[Customer], Customer] = partial(replace, password=Secret("other"))
    return (await customers.edit(context, "siti", change, live=live)).operation


async def left(context: Context, operation: Operation | None) -> Former | None:
    assert operation is not None
    return (await context.database.read(lambda unit: subject_of(unit, operation))).left


@pytest.fixture
async def stranded(moved: tuple[Context, Operation]) -> Context:
    """budi became siti, and a session of budi was still there at the deadline."""
    context, operation = moved
    await ended(context, operation, Verdict.FAILED, WriteBegan(began=1, at=1, former=True))
    return context


@pytest.mark.parametrize("ask", [kick, isolate, activate, remove, password])
async def test_whoever_says_something_about_sessions_looks_there(stranded: Context, ask: Ask) -> None:
    found = await left(stranded, await ask(stranded))
    assert found is not None
    assert (found.username, found.server.name, [nas.name for nas in found.nases]) == ("budi", "um-1", ["bras-1"])
    assert found.left_by == 1


async def test_who_does_not_does_not(stranded: Context) -> None:
    assert await left(stranded, await password(stranded, Live.KEEP)) is None
    assert await left(stranded, await kicking.kick(stranded, "siti", session_ids=("81000001",))) is None


@pytest.mark.parametrize(("ask", "clears"), [(kick, True), (isolate, True), (activate, False)])
@pytest.mark.parametrize("verdict", [Verdict.PROVEN, Verdict.UNPROVEN])
async def test_it_is_over_once_somebody_has_shown_it(
    stranded: Context, ask: Ask, clears: bool, verdict: Verdict
) -> None:
    asked = await ask(stranded)
    assert asked is not None
    await ended(stranded, asked, verdict)
    over = await left(stranded, await kick(stranded)) is None
    assert over is (clears and verdict is Verdict.PROVEN)


async def test_it_is_over_once_nobody_knows_a_nas_there(stranded: Context) -> None:
    await nases.remove(stranded, "bras-1")
    assert await left(stranded, await kick(stranded)) is None


async def test_an_account_that_is_somebodys_is_not_touched(stranded: Context) -> None:
    await customers.add(stranded, replace(BUDI, number="C-0002"), profile="home-10", provisioned=False)
    assert await left(stranded, await kick(stranded)) is None


async def test_no_further_move_but_the_way_back(stranded: Context) -> None:
    error = await refused(stranded, BadInput, customers.edit(stranded, "siti", named("tono")))
    assert "operation 1 may have left a session of budi on um-1" in error.summary
    assert (await customers.edit(stranded, "siti", named("budi"))).operation is not None


async def test_a_move_that_never_began_leaves_nothing(moved: tuple[Context, Operation]) -> None:
    context, operation = moved
    await journal.cancel(context, operation.id)
    assert await left(context, (await access.activate(context, "budi")).operation) is None
