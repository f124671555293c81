"""CSV in every shape that people send it, and what becomes of its rows."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from radiusbridge.domain.as_written import DayOrder
from radiusbridge.domain.days import day_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.imports import Field, Kind, Terms
from radiusbridge.services.importing.csv_source import CsvSource
from radiusbridge.services.importing.seen import Seen
from tests.services.importing.conftest import Importing

Written = Callable[[str | bytes], Path]
TEXT = "username,password,nama,no hp\nali,ä1,Älí,0812-3456-7890\nbudi,b,Budi,\n"


@pytest.mark.parametrize(
    "octets",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("cp1252"),
        TEXT.encode("latin-1").replace(b"\n", b"\r\n"),
        TEXT.replace(",", "\t").encode("utf-16"),
        TEXT.replace(",", ";").encode(),
        ("sep=;\r\n" + TEXT.replace(",", ";")).encode(),
        TEXT.replace(",", " | ").encode(),
        ("Daftar pelanggan,,,\n\n" + TEXT).encode(),
        TEXT.replace("budi", '"budi"').replace("Budi", '"Budi"').encode(),
    ],
)
def test_encoding_and_separator_are_found_out(written: Written, octets: bytes) -> None:
    rows = list(CsvSource(written(octets)).rows())
    assert [row.values for row in rows] == [
        {Field.USER: "ali", Field.PASSWORD: "ä1", Field.NAME: "Älí", Field.PHONE: "0812-3456-7890"},
        {Field.USER: "budi", Field.PASSWORD: "b", Field.NAME: "Budi"},
    ]


def test_quotes_across_lines_keep_the_line_numbers(written: Written) -> None:
    source = CsvSource(written('user;alamat\na;"Jl. Mawar\r\nRT 02; ""pojok"""\n;\nb;\n'))
    assert [(row.line, row.values.get(Field.ADDRESS)) for row in source.rows()] == [
        (2, 'Jl. Mawar\r\nRT 02; "pojok"'),
        (5, None),
    ]


def test_columns_are_said_or_guessed_or_the_file_is_refused(written: Written) -> None:
    file = written("Pelanggan,Nama Toko,Sandi\nali,Toko,x\n")
    with pytest.raises(BadInput, match="user name; there are: Pelanggan"):
        CsvSource(file)
    source = CsvSource(file, {"pelanggan": "user", "2": "note", "Sandi": "-"})
    assert [(each.heading, each.field) for each in source.mapped] == [
        ("Pelanggan", Field.USER),
        ("Nama Toko", Field.NOTE),
        ("Sandi", None),
    ]
    for said, why in (({"9": "user"}, "no such column"), ({"1": "user", "2": "user"}, "the same")):
        with pytest.raises(BadInput, match=why):
            CsvSource(file, said)
    for octets, why in ((b"", "nothing"), (b"\0\1\2", "no CSV"), (b"PK\3\4\0", "no CSV"), (b"x,y\n1,2\n", "headings")):
        with pytest.raises(BadInput, match=why):
            CsvSource(written(octets))
    with pytest.raises(BadInput, match="cannot be read"):
        list(CsvSource(written('user,name\nali,"' + "x" * 200_000)).rows())


async def test_each_row_is_new_changed_same_or_refused(importing: Importing, written: Written) -> None:
    first = "user,password,nama,hp,paket,harga,jatuh tempo,status,no pelanggan\n"
    rows = [
        "ali,one,Ali,0812-3456-7890,10 Mbps,Rp 150.000,31 Desember 2026,aktif,P-1",
        "budi,two,Budi,,home-20,,46387,isolir,",
        "Ali,x,Ali,,home-10,,,,",
        "cita,x,Cita,,home-10,,,,p-1",
        "dodi,x,Dodi,,home-10,,03/04/2026,,",
        "eka,x,=HYPERLINK(1),,home-10,,,,",
        ",x,Nobody,,home-10,,,,",
        "fitri,x,Fitri,,Gold,,,,",
        "gani,x,Gani,,home-10,,,,,too,many",
        "hadi\x1b[31m,x,Hadi,,home-10,,,,",
        "ika,x,Ika,,30M,,,,",
        "joko,x,'=2+2,,home-10,,,,",
    ]
    await importing.all(CsvSource(written(first + "\n".join(rows[:2]))))
    found = await importing.customers()
    ali, budi = found["ali"], found["budi"]
    assert (ali.number, ali.phone, ali.billing_day, budi.number) == ("P-1", "6281234567890", 31, "C-0001")
    assert ali.paid_until is not None
    assert ali.paid_until == budi.paid_until
    assert day_of(ali.paid_until) == date(2026, 12, 31)
    assert ali.password is not None
    assert ali.password.reveal() == "one"
    holds = await importing.context.database.read(lambda unit: unit.holds.open_holds(budi.id))
    assert [hold.kind for hold in holds] == ["pause"]

    changed = rows[0].replace("0812-3456-7890", "+62 812 3456 7890").replace("Ali,", "Ali Akbar,")
    looked = await importing.look(CsvSource(written(first + "\n".join([changed, *rows[1:]]))))
    reasons = {line: (what, why) for line, what, why in importing.outcomes()}
    assert reasons[2] == ("changed", "name")
    assert reasons[3] == ("same", ""), "who is known is not held anew"
    for line, why in (
        (4, "the user name “Ali” stands in line 2 already"), (5, "the number “p-1” stands in line 2 already"),
        (6, "“03/04/2026” may be two days"), (7, "the cell of name is a formula"), (8, "it has no user name"),
        (9, "no profile is called “Gold”"), (10, "it has 11 cells, and there are 9 headings"),
        (11, "the user name holds the character U+001B"), (12, "no profile has the rate 30M/30M"),
    ):  # fmt: skip
        assert reasons[line][0] == "refused"
        assert reasons[line][1].startswith(why), reasons[line]
    assert reasons[13] == ("new", "")
    assert looked.tally.kinds == {Kind.CHANGED: 1, Kind.SAME: 1, Kind.REFUSED: 9, Kind.NEW: 1}


async def test_what_is_known_is_not_wiped_and_not_spelled_anew(importing: Importing, written: Written) -> None:
    await importing.all(CsvSource(written("user,password,name,phone,profile\nali,p,Ali,08123456789,home-10\n")))
    await importing.look(CsvSource(written("user,name,phone,status\nali,,-,isolir\n")))
    assert importing.outcomes() == [(2, "same", "")]
    await importing.look(CsvSource(written("user,name\nALI,Ali\n")))
    assert importing.outcomes()[0][1:] == ("refused", "it is known as “ali”: RADIUS tells the case apart")
    await importing.look(CsvSource(written("user,number\nbob,C-0001\n")), Terms(profile="home-10"))
    assert importing.outcomes()[0][2] == "the number “C-0001” is that of “ali”"


async def test_profiles_by_what_the_operator_says_or_made(importing: Importing, written: Written) -> None:
    source = CsvSource(written("user,paket,kecepatan,harga\na,Gold,30M/60M,300rb\nb,Perak,,\nc,,,\nd,Gold,30M/60M,\n"))
    terms = Terms(profile="home-10", profiles={"perak": "home-20"}, make=True)
    looked = await importing.look(source, terms)
    assert looked.tally.profiles == ["Gold"]
    assert [row.profile for row in importing.rows] == ["Gold", "home-20", "home-10", "Gold"]
    await importing.all(source, terms)
    found = {one.name: one for one in await importing.context.database.read(lambda unit: unit.profiles.all())}
    assert (found["Gold"].rate_up, found["Gold"].rate_down, found["Gold"].price) == (30_000_000, 60_000_000, 300_000)
    assert {who: customer.profile_id for who, customer in (await importing.customers()).items()} == {
        "a": found["Gold"].id,
        "b": found["home-20"].id,
        "c": found["home-10"].id,
        "d": found["Gold"].id,
    }
    with pytest.raises(BadInput, match="no such profile"):
        await importing.look(source, Terms(profile="nope"))


def test_passwords_are_as_they_stand_and_dashes_are_nothing(written: Written) -> None:
    source = CsvSource(written("user,password,status,paket,catatan\na,'=x,-,--,'=x\n-,=1+1,,,\n"))
    assert [(row.refused, dict(row.values)) for row in source.rows()] == [
        ("", {Field.USER: "a", Field.PASSWORD: "'=x", Field.NOTE: "=x"}),
        ("", {Field.USER: "-", Field.PASSWORD: "=1+1"}),
    ]


async def test_days_as_the_operator_says(importing: Importing, written: Written) -> None:
    source = CsvSource(written("user,paid until\na,03/04/2026\nb,0000-00-00\n"))
    await importing.all(source, Terms(profile="home-10", dates=DayOrder.DMY))
    found = await importing.customers()
    paid = found["a"].paid_until
    assert paid is not None
    assert day_of(paid) == date(2026, 4, 3)
    assert found["b"].paid_until is None


def test_a_million_texts_are_remembered_by_their_first_line() -> None:
    seen = Seen()
    assert not any(seen.first(f"user-{number}", number) for number in range(1, 50_001))
    assert [seen.first(f"user-{number}", 99_999) for number in (1, 777, 50_000)] == [1, 777, 50_000]
    assert seen.first("another", 50_001) == 0
