"""What a list is sorted by."""

from datetime import UTC, date, datetime, timedelta

import pytest

from radiusbridge.domain.filters import Vocabulary
from radiusbridge.tui.sheet import Order, Sheet

ROWS = (
    ({"it": "b"}, {"it": None}, {"it": "A"}, {"it": ""}, {"it": "c"}),
    ({"it": 10}, {"it": 9.5}, {"it": None}, {"it": 100}),
    ({"it": date(2026, 11, 2)}, {"it": date(2026, 3, 1)}),
    ({"it": ("b", "c")}, {"it": ("a",)}, {"it": ()}),
    ({"it": 5}, {"it": "10"}, {"it": "a"}),
    ({"it": True}, {"it": False}),
)
WANTED = (
    ["A", "b", "c", None, ""],
    [9.5, 10, 100, None],
    [date(2026, 3, 1), date(2026, 11, 2)],
    [("a",), ("b", "c"), ()],
    ["10", 5, "a"],
    [False, True],
)


@pytest.mark.parametrize(("rows", "wanted"), list(zip(ROWS, WANTED, strict=True)))
def test_values_are_in_their_own_order_and_nothing_is_last_either_way(
    rows: tuple[dict[str, object], ...], wanted: list[object]
) -> None:
    sheet: Sheet[dict[str, object]] = Sheet(
        ("row", "rows"), Vocabulary.of(), lambda row, name: row[name], id, (), Order("it")
    )
    assert [row["it"] for row in sheet.sorted(list(rows), Order("it"))] == wanted
    full = [each for each in wanted if each not in {None, "", ()}]
    backwards = [row["it"] for row in sheet.sorted(list(rows), Order("it", True))]
    assert backwards == full[::-1] + wanted[len(full) :]


def test_rows_that_are_alike_stay_as_they_come_either_way() -> None:
    rows = [("a", 1), ("b", 2), ("a", 3), ("A", 4)]
    sheet: Sheet[tuple[str, int]] = Sheet(("row", "rows"), Vocabulary.of(), lambda row, _: row[0], id, (), Order("it"))
    assert [row[1] for row in sheet.sorted(rows, Order("it"))] == [1, 3, 4, 2]
    assert [row[1] for row in sheet.sorted(rows, Order("it", True))] == [2, 1, 3, 4]


def test_what_is_filtered_by_the_day_is_sorted_and_written_by_the_moment() -> None:
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    rows = [noon + timedelta(minutes=minute) for minute in (5, 9, 1)]
    sheet: Sheet[datetime] = Sheet(
        ("row", "rows"),
        Vocabulary.of(),
        lambda row, _: row.date(),
        id,
        (),
        Order("at"),
        moments={"at": lambda row: row},
    )
    assert sheet.sorted(rows, Order("at")) == sorted(rows)
    assert sheet.sorted(rows, Order("at", True)) == sorted(rows, reverse=True)
    assert [datetime.fromisoformat(sheet.exported(row, "at")) for row in rows] == rows
