"""The counts of vouchers that the database keeps are those of its vouchers, whatever is done to them; a filter finds in
the database what it finds row by row."""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from radiusbridge.db.database import Database
from radiusbridge.db.repositories.vouchers import voucher_of
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.db.voucher_tables import voucher
from radiusbridge.domain.days import day_of
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.filter_rows import matches
from radiusbridge.domain.filters import parse
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.voucher_fields import VOUCHERS, look_at_voucher
from radiusbridge.domain.vouchers.records import Keeper, Voucher, VoucherBatch
from radiusbridge.services.context import Context
from radiusbridge.services.process import Process
from radiusbridge.services.vouchers import finding, stocking
from tests.db.conftest import START, HandClock

DATES = ("written_at", "read_at", "printed_at", "sold_at", "first_login_at", "expires_at", "expired_at", "void_at")
SEED = 20261122


def changed(random: Random, now: datetime) -> dict[str, Any]:
    """Any fields of a voucher, each date there or not, some to come."""
    values: dict[str, Any] = {
        name: random.choice((None, now + timedelta(hours=random.randrange(-100, 100))))
        for name in random.sample(DATES, 4)
    }
    if "first_login_at" in values:
        values["first_login_off"] = None if values["first_login_at"] is None else 0.0
    return values | {"verdict": random.choice((None, *Verdict))}


def stir(random: Random, unit: UnitOfWork) -> None:
    """Three batches whose vouchers are drawn, changed one by one and many at once, and taken away."""
    connection = unit._transaction.connection
    for number in range(3):
        batch = unit.vouchers.create(
            VoucherBatch(f"RB{number}", Keeper.HOTSPOT, number, f"bras-{number}", f"plan-{number % 2}", 40), unit.now
        )
        codes = [f"{'AbC'[number]}{random.randrange(16**5):05x}{row:02}" for row in range(1, 41)]
        unit.vouchers.add(batch, [Voucher(batch.id, row, code, drawn_at=unit.now) for row, code in enumerate(codes, 1)])
    ids = list(connection.scalars(select(voucher.c.id)))
    for each in random.choices(ids, k=150):
        connection.execute(update(voucher).where(voucher.c.id == each).values(changed(random, unit.now)))
    for _ in range(5):
        some = random.sample(ids, 20)
        connection.execute(update(voucher).where(voucher.c.id.in_(some)).values(changed(random, unit.now)))
    connection.execute(delete(voucher).where(voucher.c.id.in_(random.sample(ids, 10))))
    connection.execute(update(voucher).where(voucher.c.id == ids[-1]).values(batch_id=1, row=77))


def everything(unit: UnitOfWork) -> list[tuple[VoucherBatch, Voucher]]:
    rows = unit._transaction.connection.execute(select(voucher).order_by(voucher.c.batch_id.desc(), voucher.c.row))
    found = [voucher_of(row) for row in rows.mappings()]
    return [(unit.vouchers.get(each.batch_id), each) for each in found]


@pytest.fixture
async def stirred(database: Database, clock: HandClock) -> Context:
    await database.write(partial(stir, Random(SEED)))
    nothing: Any = None
    return Context(database, nothing, clock, nothing, Process("host/1/1"), "noc", "test")


async def test_the_counts_are_those_of_the_vouchers(stirred: Context) -> None:
    found = await stirred.database.read(everything)
    kept = await stirred.database.read(lambda unit: unit.vouchers.counts([1, 2, 3]))
    states = Counter((batch.id, each.state) for batch, each in found)
    assert {(batch, state): count for batch, some in kept.items() for state, count in some.items()} == states
    assert len(states) > 12

    def stock(which: str) -> Counter[str]:
        seen = (Verdict.PROVEN, Verdict.UNPROVEN)
        counts: Counter[str] = Counter()
        for batch, each in found:
            unsold = not (each.sold_at or each.first_login_at or each.over)
            lasts = each.expires_at is None or each.expires_at > START
            ready = each.read_at is not None and each.verdict in seen
            sold = each.sold_at is not None and each.void_at is None
            counts[batch.profile] += {
                "ready": unsold and lasts and ready,
                "others": unsold and lasts and not ready,
                "sold": sold,
            }[which]
        return counts

    for level in await stocking.levels(stirred):
        told = (level.ready, level.others, level.sold)
        assert told == tuple(stock(which)[level.profile] for which in ("ready", "others", "sold")), level


FILTERS = (
    *(
        "",
        "state:sold",
        "state=used",
        "-state:void",
        "state!=drawn",
        "state:failed batch>1",
        "verdict:failed",
        "verdict:proven,unproven",
    ),
    *("verdict!=failed", "verdict:none", "state:failed,void", "verdict:failed state:void"),
    *("code:ab", "code:A", "code:0*1", "b0", "bras-1 b0", "bras-1", "-plan-0", "row<5 profile:plan-1", "router:none"),
    *("sold>=-2d", "sold<today", "sold:today", "login>today or expires<=+1d", "state:sold,used sold>-3d", "sold:none"),
    *("expired!=today", "void>2020-01-01 -state:void", "drawn<=9999-12-31", "(state:ready or row=7) outlet:none"),
)


async def test_a_filter_finds_what_it_finds_row_by_row(stirred: Context) -> None:
    rows = await stirred.database.read(everything)
    today, some = day_of(START, None), 0
    for words in FILTERS:
        try:
            node = parse(words, VOUCHERS)
        except RadiusbridgeError as error:
            raise AssertionError(words) from error

        def fits(batch: VoucherBatch, each: Voucher, node: Any = node) -> bool:
            look = partial(look_at_voucher, batch, each, lambda moment: day_of(moment, None))
            return matches(node, look, today)

        wanted = [each.id for batch, each in rows if fits(batch, each)]
        assert [each.id for _, each in await finding.vouchers(stirred, words, limit=1000, codes=True)] == wanted, words
        assert [each.id for _, each in await finding.vouchers(stirred, words, limit=7, codes=True)] == wanted[:7], words
        some += 0 < len(wanted) < len(rows)
    assert some > 15, "the filters tell vouchers apart"
