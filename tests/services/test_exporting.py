"""Lists as files: whole, for their owner, never a formula, in constant memory, and gone where they were broken off."""

import csv
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from radiusbridge.domain.errors import BadInput
from radiusbridge.services import exporting
from radiusbridge.services.exporting import FORMS, Export, form_of, new_export

EVIL = (
    "=1+1", "+62 812", "-2", "@SUM(A1)", " =1", "=HYPERLINK('x')", "ftp://x", "0123", "1e5", "a\x1b[2J\nb", "<b>&",
)  # fmt: skip
NAMES = ("user", "note")
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets(path: Path) -> list[list[list[str]]]:
    """The rows of each sheet; a cell that is anything but a text is shown with its type."""

    def rows(tree: ET.Element) -> Iterator[list[str]]:
        for row in tree.iter(f"{_NS}row"):
            cells = list(row.iter(f"{_NS}c"))
            assert not list(row.iter(f"{_NS}f")), "a formula"
            yield ["".join(cell.itertext()) if cell.get("t") == "inlineStr" else f"{cell.get('t')}!" for cell in cells]

    with zipfile.ZipFile(path) as book:
        names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        return [list(rows(ET.fromstring(book.read(name)))) for name in names]


def exported(folder: Path, form: str) -> Path:
    with new_export(folder, "list", form, NAMES) as export:
        export.add([{"user": f"u{number}", "note": note} for number, note in enumerate(EVIL[:4])])
        export.add([{"user": f"u{number + 4}", "note": note, "other": "x"} for number, note in enumerate(EVIL[4:])])
    assert export.rows == len(EVIL)
    assert export.path.stat().st_mode & 0o777 == 0o600
    assert list(folder.iterdir()) == [export.path]
    return export.path


def test_a_spreadsheet_holds_texts_as_they_are_and_calculates_none(tmp_path: Path) -> None:
    ((head, *rows),) = sheets(exported(tmp_path, "xlsx"))
    assert head == list(NAMES)
    shown = [*EVIL[:9], "a␛[2J␊b", "<b>&"]
    assert rows == [[f"u{number}", note] for number, note in enumerate(shown)]


def test_the_same_rows_as_csv_and_json_lines(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(tmp_path, "csv").read_bytes().decode())))
    assert [row["note"][:2] for row in rows[:6]] == ["'=", "'+", "'-", "'@", "' ", "'="]
    (tmp_path / "list.csv").unlink()
    lines = exported(tmp_path, "jsonl").read_text().splitlines()
    assert [json.loads(line)["note"] for line in lines] == list(EVIL)


def test_codes_that_look_like_numbers_stay_what_they_are() -> None:
    codes = ("0123", "234567E9", "23e45", "2345679234567923")
    assert [exporting.neutral(code) for code in codes] == [f"'{code}" for code in codes]
    plain = ("0", "23456", "K0123", "2E", "0.5", "234567892345678")
    assert [exporting.neutral(code) for code in plain] == list(plain)


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "SHEET_ROWS", 5)
    first, second, third = sheets(exported(tmp_path, "xlsx"))
    assert [len(first), len(second), len(third)] == [6, 6, 2]
    assert third == [list(NAMES), ["u10", "<b>&"]]


@pytest.mark.parametrize("form", FORMS)
def test_what_was_broken_off_leaves_nothing(tmp_path: Path, form: str) -> None:
    with suppress(LookupError), new_export(tmp_path, "list", form, NAMES) as export:
        export.add([{"user": "u", "note": "n"}] * 3)
        raise LookupError
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over_unless_it_is_said_and_names_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("mine")
    with new_export(tmp_path, "list", "csv", NAMES) as export:
        assert export.path.name == "list-2.csv"
    with pytest.raises(FileExistsError):
        Export(tmp_path / "list.csv", "csv", NAMES)
    with Export(tmp_path / "list.csv", "csv", NAMES, replace=True):
        pass
    assert (tmp_path / "list.csv").read_bytes() == b"user,note\r\n"
    with pytest.raises(BadInput, match="cannot be written"):
        new_export(tmp_path / "nowhere", "list", "csv", NAMES)
    assert [form_of(name) for name in ("a.CSV", "b.x.xlsx", "/c/d.jsonl")] == ["csv", "xlsx", "jsonl"]
    for name in ("", "csv", "a.xls", "a.csv.gz"):
        with pytest.raises(BadInput, match="says no form"):
            form_of(name)


@pytest.mark.parametrize("form", FORMS)
def test_many_rows_need_no_more_memory_than_few(tmp_path: Path, form: str) -> None:
    def peak(batches: int) -> int:
        tracemalloc.start()
        with new_export(tmp_path, str(batches), form, NAMES) as export:
            for batch in range(batches):
                export.add([{"user": f"user{batch}-{at}", "note": f"note {batch} {at}"} for at in range(500)])
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(1)
    assert peak(16) < 1.2 * peak(2) + 64 * 1024
