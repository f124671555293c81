"""`voucher report` and `voucher books`: a ledger told by day, week, profile and outlet, in a zone, and as a file."""

import asyncio
import csv
import json
import re
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.vouchers.records import Keeper, Voucher, VoucherBatch
from radiusbridge.domain.vouchers.sales import Entry, Sale
from radiusbridge.services.settings import settings
from radiusbridge.services.system import SystemClock
from tests.cli.conftest import Cli

JAKARTA = ZoneInfo("Asia/Jakarta")
EVIL = "=HYPERLINK(1)"
SALES = (
    # when, profile, outlet, amount; a negative one is a return
    ("2026-10-31 23:59", "harian", "kios", 5000),
    ("2026-11-01 00:00", "harian", "kios", 5000),
    ("2026-11-02 07:10", "mingguan", EVIL, 20_000),
    ("2026-11-02 08:00", "mingguan", EVIL, 25_000),
    ("2026-11-09 08:00", "mingguan", EVIL, -25_000),
    ("2026-11-09 23:30", "harian", "", 1_250_000),
)


def sold(unit: UnitOfWork) -> None:
    made: dict[str, VoucherBatch] = {}
    for number, (when, profile, outlet, amount) in enumerate(SALES):
        if profile not in made:
            new = VoucherBatch(f"rb-{profile}", Keeper.HOTSPOT, 1, "bras-1", profile, 9, outlet=outlet)
            made[profile] = unit.vouchers.create(new, unit.now)
        batch, code = made[profile], f"c{number}"
        if amount > 0:
            unit.vouchers.add(batch, [Voucher(batch.id, number, code, drawn_at=unit.now)])
            [(_, voucher)] = unit.vouchers.coded(code)
        at = datetime.fromisoformat(when).replace(tzinfo=JAKARTA)
        entry = Entry.SALE if amount > 0 else Entry.RETURN
        about = (voucher.id, batch.id, voucher.code, profile, "bras-1", outlet, "sari")
        unit.voucher_sales.append(Sale(at, entry, *about, 4000, amount, 1 if amount > 0 else 2))
    for number, end in enumerate(("2026-11-03T00:00+07:00", "2026-11-03T10:00+07:00"), 20):
        batch, at = made["harian"], datetime.fromisoformat(end)
        late = Voucher(batch.id, number, f"late{number}", drawn_at=at, expires_at=at, expired_at=at)
        unit.vouchers.add(batch, [replace(late, sold_at=at) if number == 20 else late])
        unit.voucher_totals.over(batch.id, at, 1, int(number != 20))


@pytest.fixture
def ledger(cli: Cli) -> Cli:
    asyncio.run(written())
    return cli


async def written() -> None:
    where = settings()
    database = Database.open(where.database, key=KeyFile(where.key_file), clock=SystemClock())
    await database.write(sold)
    await database.close()


NOVEMBER = ("--from", "2026-11-01", "--to", "2026-11-30")
"""Six lines of which the first is October's."""


def rows(sheet: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(sheet.read_bytes().decode().splitlines()))


def groups(told: dict[str, list[dict[str, object]]]) -> dict[object, tuple[object, object]]:
    return {each["group"]: (each["count"], each["amount"]) for each in told["groups"]}


def test_a_month_by_day_week_month_profile_outlet_and_in_another_zone(ledger: Cli) -> None:
    report = partial(ledger.ok, "voucher", "report", "--json")
    told = report(*NOVEMBER).json
    assert (told["zone"], told["by"], told["first"], told["last"]) == ("Asia/Jakarta", "day", *NOVEMBER[1::2])
    assert told["total"] == {
        "sold": 4, "returned": 1, "count": 3, "amount": 1_275_000, "price": 12_000, "refunded": 25_000,
        "average": 425_000, "margin": 1_263_000,
    }  # fmt: skip
    assert groups(told) == {"2026-11-01": (1, 5000), "2026-11-02": (2, 45_000), "2026-11-09": (0, 1_225_000)}
    assert len(told["trend"]) == 60
    assert (told["trend"][0]["day"], told["trend"][29]["day"]) == ("2026-10-02", "2026-10-31")
    assert (told["trend"][29]["amount"], told["trend"][30]["amount"]) == (5000, 5000)
    assert told["expired"] == [{"profile": "harian", "expired": 2, "unsold": 1}]
    weeks = report(*NOVEMBER, "--by", "week").json
    assert groups(weeks) == {"2026-W44": (1, 5000), "2026-W45": (2, 45_000), "2026-W46": (0, 1_225_000)}
    assert groups(report("--from", "2026-01-01", "--to", "2026-12-31", "--by", "month").json)["2026-10"] == (1, 5000)
    by_profile = {"harian": (2, 1_255_000), "mingguan": (1, 20_000)}
    assert groups(report(*NOVEMBER, "--by", "profile").json) == by_profile
    assert list(groups(report(*NOVEMBER, "--by", "outlet").json)) == ["", EVIL, "kios"]
    kiosk = report(*NOVEMBER, "--outlet", "kios", "--cashier", "sari").json
    assert (kiosk["total"]["amount"], kiosk["expired"]) == (5000, None)
    assert report(*NOVEMBER, "--router", "bras-2").json["total"]["sold"] == 0
    there = report(*NOVEMBER, "--zone", "Asia/Jayapura").json  # two hours ahead
    assert groups(there)["2026-11-01"] == (2, 10_000)
    assert groups(there)["2026-11-10"] == (1, 1_250_000)
    assert ledger.ok("voucher", "books", "--json").json["differences"] == 0
    moved = ledger.ok("voucher", "books", "--zone", "Asia/Jayapura")
    assert re.search(r"zone +Asia/Jayapura\ndays +as the ledger", moved.out)
    assert report(*NOVEMBER).json["groups"] == there["groups"]
    week = report("--to", "2026-11-04", "--period", "week").json
    assert (week["first"], week["last"]) == ("2026-11-02", "2026-11-04"), "from Monday"
    for wrong in (("--zone", "Asia/Atlantis"), ("--from", "2026-12-01", "--to", "2026-11-01"), ("--to", "1600-01-01")):
        assert ledger("voucher", "report", *wrong).status == 2
    assert "voucher.books" in {each["action"] for each in ledger.ok("audit", "list", "--json").json}


def test_a_report_on_80_columns_and_as_files_that_calculate_nothing(
    ledger: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = ledger.ok("voucher", "report", *NOVEMBER, "--by", "outlet").out
    assert "vouchers sold from 2026-11-01 to 2026-11-30, days of Asia/Jakarta\n" in shown
    assert "4 sold, 1 returned: Rp 1.275.000, on average Rp 425.000, margin Rp 1.263.000" in shown
    assert re.search(r"PROFILE +EXPIRED +UNSOLD +SOLD\nharian +2 +1 +2\n", shown)
    assert " 1,2 jt |" in shown
    assert "█" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
    monkeypatch.setenv("RADIUSBRIDGE_ASCII", "1")
    plain = ledger.ok("voucher", "report", *NOVEMBER).out
    assert plain.isascii()
    assert "#" in plain

    sheet = tmp_path / "report.csv"
    ledger.ok("voucher", "report", *NOVEMBER, "--by", "outlet", "--export", str(sheet))
    assert [(row["group"], row["amount"]) for row in rows(sheet)] == [
        ("", "1250000"),
        (f"'{EVIL}", "20000"),
        ("kios", "5000"),
    ]
    day = ("--from", "2026-11-09", "--to", "2026-11-09", "--zone", "Asia/Jayapura")
    ledger.ok("voucher", "report", *day, "--export", str(sheet))
    assert [row["amount"] for row in rows(sheet)] == ["-25000"], "a figure, and no text"
    [line] = ledger.exported("voucher", "report", *day)
    assert (line["group"], line["returned"], line["amount"]) == ("2026-11-09", 1, -25_000)
    book = tmp_path / "report.xlsx"
    ledger.ok("voucher", "report", *NOVEMBER, "--by", "outlet", "--export", str(book))
    with ZipFile(book) as parts:
        cells = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>1250000</v>" in cells
    assert EVIL in cells
    assert "<f>" not in cells
    assert json.loads(ledger.ok("voucher", "books", "--json", "--rebuild").out)["differences"] == 0
