"""XLSX as spreadsheets write it, and as somebody would who means harm."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook as Writer

from radiusbridge.domain.days import day_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.imports import Field, Terms
from radiusbridge.services.exporting import Export
from radiusbridge.services.importing.csv_source import CsvSource
from radiusbridge.services.importing.xlsx_source import XlsxSource
from tests.services.importing.conftest import Importing

Fill = Callable[[Any, Any], None]
HEAD = ["User", "Sandi", "Nama", "HP", "Wilayah", "Paket", "Harga", "Jatuh tempo"]


def book(path: Path, fill: Fill, **options: Any) -> Path:
    file = path / "daftar.xlsx"
    with Writer(file, options) as writer:
        fill(writer, writer.add_worksheet("Pelanggan"))
    return file


def listed(writer: Any, sheet: Any) -> None:
    day = writer.add_format({"num_format": "dd/mm/yyyy"})
    sheet.merge_range(0, 0, 0, 7, "Daftar pelanggan 2026", writer.add_format({"bold": True}))
    sheet.write_row(2, 0, HEAD)
    sheet.write_row(3, 0, ["ali", 123, "Ali", 81234567890])
    sheet.merge_range(3, 4, 5, 4, "Blok A", writer.add_format())
    sheet.write(3, 5, "10 Mbps")
    sheet.write(3, 6, 150000)
    sheet.write_datetime(3, 7, datetime(2026, 12, 31), day)  # noqa: DTZ001 - a spreadsheet has no zones
    sheet.write_row(4, 0, ["budi", "0123", "Budi"])
    sheet.write_formula(4, 5, '=CONCATENATE("home-","20")', None, "home-20")
    sheet.write(4, 7, "31 Desember 2026")
    sheet.write_row(5, 0, ["cita", "x", "Cita"])
    sheet.write_formula(5, 5, "=1/0", None, "#DIV/0!")
    sheet.write_row(7, 0, ["dodi", True, "Dodi"])
    sheet.write_rich_string(7, 4, "Blok ", writer.add_format({"bold": True}), "B")
    sheet.write(7, 5, "home-10")
    other = writer.add_worksheet("Lain")
    other.write_row(0, 0, ["username"])
    other.write_row(1, 0, ["zed"])


@pytest.mark.parametrize("from_1904", [False, True])
async def test_a_workbook_is_read_as_it_looks(importing: Importing, tmp_path: Path, from_1904: bool) -> None:
    file = book(tmp_path, listed, date_1904=from_1904)
    source = XlsxSource(file)
    assert [(row.line, row.values.get(Field.AREA)) for row in source.rows()] == [
        (4, "Blok A"),
        (5, "Blok A"),
        (6, "Blok A"),
        (8, "Blok B"),
    ]
    assert source.words[1:] == [
        "other sheets are left: Lain; --sheet NAME reads one",
        "1 merged ranges: what stands in the first cell counts for all of them",
    ]
    await importing.look(source)
    assert importing.outcomes() == [
        (4, "new", ""),
        (5, "new", ""),
        (6, "refused", "the cell of profile is a formula without a result"),
        (8, "new", ""),
    ]
    await importing.all(source)
    found = await importing.customers()
    ali, budi = found["ali"], found["budi"]
    assert ali.password is not None
    assert budi.password is not None
    assert (ali.password.reveal(), budi.password.reveal(), ali.phone) == ("123", "0123", "6281234567890")
    assert ali.paid_until == budi.paid_until
    assert ali.paid_until is not None
    assert day_of(ali.paid_until) == date(2026, 12, 31)
    assert [row.values[Field.USER] for row in XlsxSource(file, {}, "lain").rows()] == ["zed"]
    with pytest.raises(BadInput, match="no sheet"):
        XlsxSource(file, {}, "Nope")


async def test_our_own_export_comes_back(importing: Importing, tmp_path: Path) -> None:
    with Export(tmp_path / "out.xlsx", "xlsx", ["user", "name", "phone", "profile"]) as export:
        export.add([{"user": "=1+1", "name": "-x", "phone": "+62 812 3456 7890", "profile": "home-10"}])
    await importing.look(XlsxSource(tmp_path / "out.xlsx"))
    assert importing.outcomes() == [(2, "refused", "the cell of user is a formula")]
    with Export(tmp_path / "out.csv", "csv", ["user", "note", "phone", "profile"]) as export:
        export.add([{"user": "a", "note": "=1+1", "phone": "+62 812 3456 7890", "profile": "home-10"}])
    await importing.all(CsvSource(tmp_path / "out.csv"), Terms())
    found = (await importing.customers())["a"]
    assert (found.note, found.phone) == ("=1+1", "6281234567890")


RELATIONS = '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
BOOK = '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>'


def made(path: Path, rows: str, **members: str) -> Path:
    file = path / "made.xlsx"
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{rows}</sheetData></worksheet>")
        for name, text in members.items():
            archive.writestr(f"xl/{name}.xml", text)
    return file


def texts(*values: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in values)


def test_a_plain_sheet_without_references_is_read(tmp_path: Path) -> None:
    rows = f"<row>{texts('user', 'name')}</row><row>{texts('ali', 'A &amp; B')}</row><x:row>{texts('budi')}</x:row>"
    assert [row.values for row in XlsxSource(made(tmp_path, rows.replace("x:", ""))).rows()] == [
        {Field.USER: "ali", Field.NAME: "A & B"},
        {Field.USER: "budi"},
    ]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("<row><c t='s'><v>5</v></c></row>", "the text 5, which is not there"),
        ("<row><c><v>1e</v></c></row>", "as a number"),
        ("<row r='99999999'/>", "a row 99999999"),
        ("<row><c t='str'><v>" + "x" * 200_000 + "</v></c></row>", "more than 100000 characters"),
        ("<row>", "damaged"),
        ("<row/>" + " " * (40 << 20), "packed as tightly"),
    ],
)
def test_hostile_sheets_are_refused(tmp_path: Path, rows: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        XlsxSource(made(tmp_path, rows))


def test_hostile_archives_are_refused(tmp_path: Path) -> None:
    good = f"<row>{texts('user', 'name')}</row>"
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>'
    with pytest.raises(BadInput, match="document type"):
        XlsxSource(made(tmp_path, good, sharedStrings=laughs))
    many = made(tmp_path, good)
    with ZipFile(many, "a") as archive:
        for number in range(5_001):
            archive.writestr(f"x{number}", "")
    with pytest.raises(BadInput, match="parts"):
        XlsxSource(many)
    whole = made(tmp_path, good * 50).read_bytes()
    for octets, why in (
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old XLS"),
        (b"username\nali\n", "no XLSX"),
        (whole[:-30], "no XLSX"),
        (whole[:220] + bytes(60) + whole[280:], "."),
    ):
        file = tmp_path / "bad.xlsx"
        file.write_bytes(octets)
        with pytest.raises(BadInput, match=why):
            XlsxSource(file)
    with pytest.raises(BadInput, match="cannot be read"):
        XlsxSource(tmp_path / "none.xlsx")


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 10_000), st.binary(min_size=1, max_size=6)), min_size=1, max_size=4))
def test_a_damaged_workbook_is_refused_or_read(tmp_path: Path, damage: list[tuple[int, bytes]]) -> None:
    file = book(tmp_path, listed)
    octets = bytearray(file.read_bytes())
    for at, bad in damage:
        octets[at % len(octets) : at % len(octets) + len(bad)] = bad
    file.write_bytes(octets)
    with suppress(BadInput):
        list(XlsxSource(file).rows())
