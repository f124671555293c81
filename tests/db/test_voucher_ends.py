"""First logins and ends of vouchers: who is due, who is at it, what came of it; on both dialects."""

from dataclasses import replace
from datetime import timedelta

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.repositories.voucher_ends import Place
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import ApiAccess, Intent, Operation, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.first_login import Span
from radiusbridge.domain.vouchers.origins import Origin
from radiusbridge.domain.vouchers.records import Keeper, Starts, Voucher, VoucherBatch
from tests.db.conftest import START, HandClock

HOUR = timedelta(hours=1)
PLACE = Place(Keeper.HOTSPOT, 7)
BATCH = VoucherBatch("rb-one", Keeper.HOTSPOT, 7, "bras-1", "daily", 4, validity=3600, starts=Starts.FIRST_LOGIN)


def made(unit: UnitOfWork, batch: VoucherBatch = BATCH, *codes: str) -> VoucherBatch:
    stored = unit.vouchers.create(batch, unit.now)
    rows = [
        Voucher(stored.id, row, code, drawn_at=START, written_at=START, read_at=START, verdict=Verdict.PROVEN)
        for row, code in enumerate(codes, 1)
    ]
    unit.vouchers.add(stored, rows)
    return stored


def operation(unit: UnitOfWork, code: str) -> int:
    servers = unit.servers.all()
    server = servers[0] if servers else unit.servers.add(
        Server("um", "userman7", ApiAccess("127.0.0.1", 1, "a", Secret("b")))
    )  # fmt: skip
    return unit.operations.submit(Operation(Intent.VOUCHER_END, server.id, 0, code, {}), unit.now).id


async def test_a_first_login_is_known_once_and_made_more_exact(database: Database) -> None:
    batch = await database.write(lambda unit: made(unit, BATCH, "A", "B"))
    theirs = replace(BATCH, label="m-1", origin=Origin.MIKHMON)
    await database.write(lambda unit: made(unit, theirs, "X"))
    assert await database.read(lambda unit: unit.voucher_ends.places()) == (PLACE,)
    found = await database.read(lambda unit: unit.voucher_ends.unused(PLACE, ("a", "b", "c")))
    assert found.keys() == {"a", "b"}
    await database.write(lambda unit: unit.voucher_ends.looked(PLACE, START + HOUR, 86_400.0))
    await database.write(lambda unit: unit.voucher_ends.looked(PLACE, START, 0.0))
    again = await database.read(lambda unit: unit.vouchers.get(batch.id))
    assert (again.looked_at, again.looked_ahead) == (START + HOUR, 86_400.0), "the newest look counts"

    def used(unit: UnitOfWork) -> None:
        of, voucher = unit.vouchers.with_batch(found["a"])
        unit.voucher_ends.first_login(of, voucher, Span(START, START + timedelta(minutes=1), "the log"))

    await database.write(used)
    unused = await database.read(lambda unit: unit.voucher_ends.unused(PLACE, ("a", "b")))
    assert unused.keys() == {"b"}
    vague = await database.read(lambda unit: unit.voucher_ends.unused(PLACE, ("a",), 2.5))
    assert vague.keys() == {"a"}
    _, row = await database.read(lambda unit: unit.vouchers.with_batch(found["a"]))
    assert (row.expires_at, row.first_login_by) == (START + HOUR + timedelta(minutes=1), "the log")


async def test_the_due_end_in_order_each_by_one_operation(database: Database, clock: HandClock) -> None:
    batch = await database.write(lambda unit: made(unit, BATCH, "A", "B", "C", "D"))
    ids = {row.code: row.id for row in await database.read(lambda unit: unit.vouchers.rows(batch.id))}

    def used(unit: UnitOfWork, code: str, minutes: int) -> None:
        of, voucher = unit.vouchers.with_batch(ids[code])
        at = START + timedelta(minutes=minutes)
        unit.voucher_ends.first_login(of, voucher, Span(at, at, "the log"))

    for code, minutes in (("A", 2), ("B", 1), ("C", 30)):
        await database.write(lambda unit, code=code, minutes=minutes: used(unit, code, minutes))  # type: ignore[misc]
    now = START + HOUR + timedelta(minutes=5)
    due = await database.read(lambda unit: unit.voucher_ends.due(now, 10))
    assert [each for each, _ in due] == [ids["B"], ids["A"]]
    assert await database.read(lambda unit: unit.voucher_ends.next_due(now)) == START + HOUR + timedelta(minutes=30)

    def expire(unit: UnitOfWork) -> list[int]:
        return [unit.voucher_ends.expire(batch.id, [ids[code] for code in codes], now) for codes in ("B", "BACD", "A")]

    assert await database.write(expire) == [1, 1, 0]
    assert await database.read(lambda unit: unit.voucher_totals.differences()) == 0

    def begin(unit: UnitOfWork) -> tuple[int, bool, bool, bool]:
        first, second = operation(unit, "B"), operation(unit, "B")
        ends = unit.voucher_ends
        return first, ends.ends_by(ids["B"], first), ends.ends_by(ids["B"], second), ends.under_way(ids["B"])

    first, begun, twice, under_way = await database.write(begin)
    assert (begun, twice, under_way) == (True, False, True)
    left = await database.read(lambda unit: unit.voucher_ends.left(clock.now()))
    assert (ids["B"], first) in left
    idle = await database.read(lambda unit: unit.voucher_ends.unfinished(clock.now(), 10))
    assert [each for each, _ in idle] == [ids["A"]]

    def over(unit: UnitOfWork, verdict: Verdict) -> None:
        unit.operations.cancel(first, unit.now)
        unit.voucher_ends.ended(first, verdict, "because", unit.now)

    await database.write(lambda unit: over(unit, Verdict.FAILED))
    assert await database.read(lambda unit: unit.voucher_ends.failed()) == (("bras-1", batch.id, 1),)
    later = clock.now() + timedelta(seconds=1)
    idle = await database.read(lambda unit: unit.voucher_ends.unfinished(later, 10, batch.id))
    assert [each for each, _ in idle] == [ids["B"], ids["A"]], "what FAILED is taken up again"
    await database.write(lambda unit: over(unit, Verdict.PROVEN))
    await database.write(lambda unit: unit.voucher_ends.cleared((ids["A"], ids["D"]), now, Verdict.PROVEN, ""))
    assert await database.read(lambda unit: unit.voucher_ends.unfinished(later, 10)) == ()
    rows = {row.code: row for row in await database.read(lambda unit: unit.vouchers.rows(batch.id))}
    assert [rows[code].state for code in "ABCD"] == ["expired", "expired", "used", "ready"]
    assert (rows["A"].gone_at, rows["D"].gone_at) == (now, None), "one that is not over is not cleared"
    some = await database.read(lambda unit: unit.vouchers.some([ids["C"], ids["A"]]))
    assert [voucher.code for _, voucher in some] == ["C", "A"]


@pytest.mark.parametrize("keeper", Keeper)
async def test_codes_of_another_place_are_not_meant(database: Database, keeper: Keeper) -> None:
    await database.write(lambda unit: made(unit, replace(BATCH, keeper=keeper, router_id=8), "A"))
    assert await database.read(lambda unit: unit.voucher_ends.unused(PLACE, ("a",))) == {}


async def test_what_a_server_may_still_let_in_is_told_and_ended_once_more(database: Database) -> None:
    def work(unit: UnitOfWork) -> None:
        operation(unit, "x")
        [server] = unit.servers.all()
        ours = replace(BATCH, keeper=Keeper.USER_MANAGER, router_id=server.id, label="rb-two")
        batch = made(unit, ours, "E", "F", "G")
        other = made(unit, BATCH, "H")
        rows = {row.code: row for row in unit.vouchers.rows(batch.id)}
        unit.voucher_ends.looked(Place(Keeper.USER_MANAGER, server.id), START, 3.0)
        unit.vouchers.make_void(other.id, unit.now)
        for code in "EF":
            unit.vouchers.void_one(rows[code], unit.now)
        assert unit.voucher_ends.pending(server.id) == {batch.id: (rows["E"].id, rows["F"].id)}
        unit.voucher_ends.cleared([rows["E"].id], unit.now, Verdict.PROVEN, "")
        assert unit.voucher_ends.pending(server.id) == {batch.id: (rows["F"].id,)}
        every = [row.id for row in rows.values()]
        assert unit.voucher_ends.reopen(every) == 1, "of those that are over, those that were seen gone"
        assert len(unit.voucher_ends.pending(server.id)[batch.id]) == 2
        found = unit.vouchers.of_keys(Keeper.USER_MANAGER, server.id, ["e", "g", "h", "nobody"])
        assert {key: row.over for key, row in found.items()} == {"e": True, "g": False}
        unit.voucher_ends.other_clock(server.id)
        assert (unit.vouchers.get(batch.id).looked_at, unit.vouchers.get(batch.id).looked_ahead) == (START, None)
        mirror = Operation(Intent.MIRROR, server.id, 0, batch.called, {"batch_id": batch.id})
        made_one = unit.operations.submit(mirror, unit.now)
        unit.operations.submit(replace(mirror, username=other.called), unit.now)
        assert [each.id for each in unit.standbys.mirrors_of(server.id, batch.called)] == [made_one.id]

    await database.write(work)
