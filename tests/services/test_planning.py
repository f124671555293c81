"""Plans on simulated servers of both generations: what differs, which side gives way, what a plan file holds."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.planned import Choice, Place, PlannedRow, Take, What
from radiusbridge.domain.records import Profile
from radiusbridge.domain.secret import Secret
from radiusbridge.services import profiles
from radiusbridge.services.context import Context
from radiusbridge.services.planning.plan_file import PlanWriter, read_plan
from radiusbridge.services.planning.reading import Tally, chosen_servers, planned_rows
from radiusbridge.services.profile_sync import compare, take_from_server
from tests.gateways.conftest import either as either
from tests.gateways.support import Place as Town
from tests.services.test_comparing import found_in
from tests.services.test_comparing import town as town


@pytest.fixture(autouse=True)
async def agreed(town: Context) -> None:
    """The profile, too, is as the server has it."""
    both = await compare(town, "um1")
    await take_from_server(town, both.from_server())


async def rows_of(context: Context, choice: Choice | None = None, tally: Tally | None = None) -> list[PlannedRow]:
    servers = await chosen_servers(context, ())
    return [row async for row in planned_rows(context, servers, choice or Choice(), tally or Tally())]


async def plan_of(context: Context, choice: Choice, file: Path) -> Path:
    with file.open("w") as out:
        servers = await chosen_servers(context, ())
        writer = PlanWriter(out, context.database.marks, servers, context.clock.now(), "noc")
        async for row in planned_rows(context, servers, choice, Tally()):
            writer.row(row)
        writer.end()
    return file


async def changed(context: Context, name: str, **values: object) -> None:
    wanted = replace(await found_in(context, name), **values)  # type: ignore[arg-type]
    await context.database.write(lambda unit: unit.customers.change(wanted))


def stranger(either: Town, name: str = "stranger", **values: str) -> None:
    named = {"customer": "admin", "username": name} if either.six else {"name": name}
    either.menu("user").add({**named, "password": "pw-of-stranger", **values})


async def test_nothing_differs_and_nothing_is_left_to_do(town: Context, either: Town) -> None:
    tally = Tally()
    assert await rows_of(town, tally=tally) == []
    assert tally.same == {What.PROFILE: 1, What.ACCOUNT: len(either.isp.customers)}
    assert tally.to_do == 0


async def test_the_side_is_chosen_for_all_a_kind_a_field_and_a_row(town: Context, either: Town) -> None:
    first, second, third = sorted(either.isp.customers)
    await changed(town, first, password=Secret("other"), caller_id="4C:5E:0C:00:00:01")
    await changed(town, second, static_address="10.9.8.7")
    await profiles.add(town, Profile("unused", 1_000_000, 1_000_000))
    stranger(either)

    async def takes(choice: Choice) -> dict[str, tuple[str, tuple[str, ...]]]:
        return {row.name: (str(row.take), row.leave) for row in await rows_of(town, choice)}

    skip, db, server = str(Take.SKIP), str(Take.DATABASE), str(Take.SERVER)
    assert await takes(Choice()) == {
        "unused": (db, ()), first: (db, ()), second: (db, ()), "stranger": (skip, ()),
    }  # fmt: skip
    assert await takes(Choice(Take.SERVER, prune=True)) == {
        "unused": (server, ()), first: (server, ()), second: (server, ()), "stranger": (server, ()),
    }  # fmt: skip
    mixed = Choice(
        Take.DATABASE, accounts=Take.SERVER, rows={f"um1/account:{second}": Take.DATABASE, "unused": Take.SKIP}
    )
    assert await takes(mixed) == {
        "unused": (skip, ()), first: (server, ()), second: (db, ()), "stranger": (server, ()),
    }  # fmt: skip
    only = await takes(Choice(only=frozenset({"password"})))
    assert only[first] == (db, ("caller_id",))
    assert only[second] == (skip, ("static_address",))
    assert (await takes(Choice(skip=frozenset({"accounts"}))))[first] == (skip, ())
    assert third not in only


async def test_a_field_that_only_the_server_has_is_left_recorded_or_pruned(town: Context, either: Town) -> None:
    first, second = sorted(either.isp.customers)[:2]
    for name in (first, second):
        user = either.menu("user").named(name)
        assert user is not None
        either.menu("user").set(user, {"caller-id": "4C:5E:0C:00:00:01"})
    await changed(town, second, password=Secret("other"))

    async def chosen(choice: Choice) -> dict[str, tuple[Take, tuple[str, ...], tuple[str, ...]]]:
        return {row.name: (row.take, row.differing, row.unrecorded) for row in await rows_of(town, choice)}

    lock, mixed = ("caller_id",), ("password", "caller_id")
    assert await chosen(Choice()) == {first: (Take.SKIP, lock, lock), second: (Take.DATABASE, ("password",), ())}
    assert await chosen(Choice(prune=True)) == {
        first: (Take.DATABASE, lock, lock),
        second: (Take.DATABASE, mixed, lock),
    }
    assert await chosen(Choice(Take.SERVER)) == {first: (Take.SERVER, lock, lock), second: (Take.SERVER, mixed, lock)}
    await changed(town, first, caller_id="")
    assert (await chosen(Choice()))[first] == (Take.DATABASE, lock, ()), "that there is none is recorded"


async def test_a_plan_file_holds_no_password_and_only_directions_may_be_edited(
    town: Context, either: Town, tmp_path: Path
) -> None:
    first = min(either.isp.customers)
    await changed(town, first, password=Secret("sesame-open"))
    stranger(either, comment="pays on Fridays")
    file = await plan_of(town, Choice(Take.SERVER), tmp_path / "plan")
    text = file.read_text()
    for secret in ("sesame-open", "pw-of-stranger", either.isp.customers[first].password):
        assert secret not in text
    marks = town.database.marks
    plan = read_plan(file, marks)
    assert {row.name: row.place for row in plan.rows} == {first: Place.DIFFERS, "stranger": Place.THERE}
    assert all(row.there for row in plan.rows)

    def edited(change: "Iterable[tuple[str, str]]") -> Path:
        changed_text = text
        for old, new in change:
            assert old in changed_text, old
            changed_text = changed_text.replace(old, new)
        (tmp_path / "edited").write_text(changed_text)
        return tmp_path / "edited"

    kept = read_plan(edited([('"take": "server"', '"take": "skip"')]), marks)
    assert {row.take for row in kept.rows} == {Take.SKIP}
    header, *lines = text.splitlines(keepends=True)
    for words, broken in {
        "no plan": "hello\n",
        "format 2": text.replace('"format": 1', '"format": 2'),
        "another database": text.replace(marks.identity, marks.identity[::-1]),
        "changed after it was made": text.replace("stranger", "strangex"),
        "not whole": header + lines[0],
        "cannot be read": text.replace('"take": "server"', '"take": "both"', 1),
        "a line is no JSON object": header + "[1]\n",
    }.items():
        (tmp_path / "broken").write_text(broken)
        with pytest.raises(BadInput, match=words):
            read_plan(tmp_path / "broken", marks)
    (tmp_path / "broken").write_text("".join([header, *lines[1:]]))
    with pytest.raises(BadInput, match="changed after"):
        read_plan(tmp_path / "broken", marks)
    with pytest.raises(BadInput, match="No such file"):
        read_plan(tmp_path / "nothing", marks)


async def test_a_fingerprint_tells_every_lasting_change_on_the_server(town: Context, either: Town) -> None:
    first = min(either.isp.customers)

    async def seen() -> tuple[bytes, bytes]:
        one = await either.accounts.listed_account(first)
        assert one is not None
        streamed = [each async for each in either.accounts.accounts() if each.account.username == first]
        return one.lasting(), streamed[0].lasting()

    before = await seen()
    assert before[0] == before[1], "read alone and read among all it is the same"
    known = {before[0]}
    field = "ip-address" if either.six else "attributes"
    value = "10.1.2.3" if either.six else "Framed-IP-Address:10.1.2.3"
    for change in ({"password": "another"}, {"comment": "mine"}, {"disabled": "yes"}, {field: value}):
        either.menu("user").set(either.stored(first), change)
        one, streamed = await seen()
        assert one == streamed
        assert one not in known, change
        known.add(one)
    assert await either.accounts.listed_account("nobody") is None


async def test_a_row_comes_back_from_a_plan_file() -> None:
    row = PlannedRow("um1", What.ACCOUNT, "budi", Place.HERE, Take.DATABASE, "a", "", note="so")
    assert PlannedRow.from_json(json.loads(json.dumps(row.as_json()))) == row
