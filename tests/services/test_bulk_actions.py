"""What bulk verbs keep of themselves, what they refuse, and that each customer's turn is looked at again."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRow, RunStatus
from radiusbridge.domain.customer_fields import CUSTOMERS
from radiusbridge.domain.errors import BadInput, Refused
from radiusbridge.domain.records import Customer, Hold, HoldKind, Policy
from radiusbridge.domain.sagas.plan import Live
from radiusbridge.services import access, customers
from radiusbridge.services.bulk import runs
from radiusbridge.services.bulk.access_actions import Activate, Isolate, Kick, Renew
from radiusbridge.services.bulk.actions import Action, preview_of
from radiusbridge.services.bulk.kinds import ACTIONS, submit_of
from radiusbridge.services.bulk.pacing import NO_BRAKES, Brakes
from radiusbridge.services.bulk.preview import create
from radiusbridge.services.bulk.record_actions import Edit, Remove, Unbind
from radiusbridge.services.bulk.runner import BulkRunner
from radiusbridge.services.bulk.subjects import Line, Subjects, selected
from radiusbridge.services.context import Context
from radiusbridge.services.customer_fields import Fields, Lists
from radiusbridge.services.filtering import filtered
from radiusbridge.services.process import Process
from tests.db.conftest import HandClock
from tests.db.conftest import clock as clock
from tests.db.conftest import cluster as cluster
from tests.db.conftest import database as database
from tests.db.conftest import key as key
from tests.db.conftest import url as url
from tests.services.test_due import NAMES, ZONE
from tests.services.test_due import context as context

KINDS = {each.kind: each for each in (Isolate, Activate, Kick, Renew, Edit, Remove, Unbind)}
seconds = st.floats(1, 600, allow_nan=False)
actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(Isolate, st.none() | st.sampled_from(Policy), st.sampled_from(HoldKind), st.text(max_size=9)),
    st.builds(Activate, st.none() | st.sampled_from(HoldKind), seconds, seconds),
    st.builds(Kick, seconds),
    st.builds(Renew, st.none() | st.dates(), st.none(), st.sampled_from(["", "cash"]), st.booleans()),
    st.builds(
        Edit,
        st.dictionaries(st.sampled_from(["area", "note", "paid_until"]), st.none() | st.text(max_size=3), min_size=1),
        st.none() | st.just("home"),
        live=st.none() | st.just(Live.KICK),
        provisioned=st.booleans(),
    ),
    st.builds(Remove, st.sampled_from(Live), provisioned=st.booleans()),
    st.builds(Unbind, seconds),
)


@given(actions)
def test_a_run_keeps_all_that_its_verb_was_given(action: Action) -> None:
    assert type(action).of(action.wanted()) == action
    assert set(action.wanted()) <= {item.name for item in fields(action)}


def test_each_kind_can_be_resumed() -> None:
    assert set(ACTIONS) == set(KINDS)
    for kind in ACTIONS:
        submit_of(kind)
    with pytest.raises(BadInput, match="is not known"):
        Kick.of({"deadline": 5.0, "louder": True})
    with pytest.raises(BadInput):
        submit_of("dance")


def test_every_field_of_the_language_can_be_looked_at() -> None:
    row = Customer("C-1", "budi", 1, 1)
    read = Fields(row, "um", "home", (), Lists({}, "isolir", whole=True), ZONE)
    unread = replace(read, lists=Lists.of((), "isolir"))
    for name in ("", *CUSTOMERS.fields):
        read.look(name)
        unread.look(name)
    assert read.look("state") == ("open", "offline")


async def test_who_is_chosen(context: Context) -> None:
    async def names(*given: str, lines: tuple[str, ...] = (), where: str | None = None, **more: Any) -> list[str]:
        listed = tuple(Line(at, text) for at, text in enumerate(lines, 1))
        found = await selected(context, Subjects(given, listed, "list" if lines else "", where, **more))
        return [row.username for row in found.customers]

    assert await names(everybody=True) == NAMES
    assert await names(where="area:utara") == NAMES[::2]
    assert await names(where="profile=monthly") == ["user11"]
    assert await names("user3", "C-0002", lines=("user3", "USER0")) == ["user3", "user1", "user0"]
    assert await names("user3", "user4", where="area:timur") == ["user3"]
    assert await names(ids=(3, 99, 1, 3)) == ["user2", "user0"]
    assert await names(where="user:user1*", everybody=True) == ["user1", "user10", "user11"]
    with pytest.raises(Refused, match="everybody"):
        await names(where="area:utara or area:timur")
    with pytest.raises(Refused, match="12 customers cannot be told, since no NAS"):
        await names(where="state:live")
    assert await names(where="state:live", ignore_unread=True) == []
    assert (await filtered(context, "paid<today", server="um-2", order="paid")).ids != ()
    with pytest.raises(BadInput):
        await names()


async def test_a_row_is_looked_at_again_and_the_hold_is_kept(context: Context) -> None:
    for who in NAMES[:3]:
        await access.isolate(context, who)
    preview = await preview_of(context, Activate(), Subjects(tuple(NAMES[:4])))
    assert [row.username for row in preview.rows] == NAMES[:3]
    assert [left.why for left in preview.left_out] == ["no hold is open"]
    brakes = Brakes(per_second=0, server_per_second=0, canary=0)
    run = await create(context, preview, typed=3, brakes=brakes, reason="amnesty")

    def another(unit: UnitOfWork) -> None:
        unit.holds.open(Hold(unit.customers.find("user1").id, HoldKind.ABUSE, "ani", unit.now))
        unit.holds.close(unit.customers.find("user2").id, HoldKind.UNPAID, by="ani", at=unit.now)

    await context.database.write(another)
    standing = await BulkRunner(context, run.id).run()
    rows = {row.username: row for row in await runs.rows(context, run.id)}
    assert rows["user1"].words.startswith("several holds are open")
    assert rows["user2"].words == "no hold is open"
    assert rows["user0"].state == "waiting", "nobody answers there"
    assert standing.exit_status == 3
    operation = await context.database.read(lambda unit: unit.operations.listed(limit=1)[0])
    assert operation.reason == "amnesty"


async def test_two_processes_one_run_nobody_twice(context: Context, clock: HandClock) -> None:
    """The first is stopped, the second goes on; while one has it the other is refused; a dead one is replaced."""
    edit = Edit({"area": "Barat", "paid_until": "2026-12-31"})
    preview = await preview_of(context, edit, Subjects(everybody=True))
    run = await create(context, preview, typed=len(NAMES), brakes=replace(NO_BRAKES, side_by_side=1))
    other = replace(context, process=Process("here/3/3", lambda owner: owner != "here/2/2"))
    refused: list[BaseException] = []
    seen: list[BulkRow] = []

    def told(row: BulkRow) -> None:
        seen.append(row)
        if len(seen) == 4:
            first.stop("enough")

    first = BulkRunner(context, run.id, told)
    standing = await first.run()
    assert standing.run.status is RunStatus.STOPPED
    assert 4 <= standing.states["recorded"] < len(NAMES)
    await context.database.write(lambda unit: unit.bulk.claim(run.id, "here/1/1", unit.now, 60))
    try:
        await BulkRunner(other, run.id).run()
    except Refused as error:
        refused.append(error)
    assert refused, "a living process has it"
    await context.database.write(lambda unit: unit.bulk.request_stop(run.id, unit.now, ["here/1/1"]))
    standing = await BulkRunner(other, run.id, seen.append).run()
    assert standing.states == {"recorded": len(NAMES)}
    assert sorted(row.username for row in seen) == sorted(NAMES)
    entries = await context.database.read(lambda unit: unit.audit.recent(1000))
    assert sum(entry.action == "customer.edit" for entry in entries) == len(NAMES)
    budi = (await customers.show(context, "user1")).customer
    assert budi.paid_until is not None
    assert budi.paid_until.astimezone(ZONE).date() == date(2026, 12, 31)
    nothing = await preview_of(context, edit, Subjects(everybody=True))
    assert (nothing.rows, {left.why for left in nothing.left_out}) == ((), {"is so already"})
