"""Other programs' databases: dumps as mysqldump, phpMyAdmin and pg_dump write them, and PostgreSQL itself."""

from pathlib import Path

import pytest

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.imports import Field, SourceRow, Terms
from radiusbridge.services.importing.freeradius import from_dump
from radiusbridge.services.importing.phpnuxbill import phpnuxbill_source
from radiusbridge.services.importing.sql_dump import read_dump
from tests.services.importing.conftest import Importing

DUMPS = Path(__file__).parent / "dumps"


def by_user(rows: tuple[SourceRow, ...] | object) -> dict[str, SourceRow]:
    assert isinstance(rows, tuple)
    return {row.values[Field.USER]: row for row in rows}


async def test_daloradius_from_a_dump_of_mariadb(importing: Importing) -> None:
    source = from_dump(DUMPS / "mariadb.sql")
    assert source.words == ("1 rows of userinfo have no login (radcheck), and are left",)
    found = by_user(source.found)
    assert set(found) == {"ali", "budi", "cita", "dodi"}
    assert found["ali"].values == {
        Field.USER: "ali",
        Field.PASSWORD: "it's; (1),\n2",
        Field.NAME: "Ali Akbar",
        Field.PHONE: "0812-3456-7890",
        Field.ADDRESS: "Jl. Mawar",
        Field.AREA: "Sleman",
        Field.PROFILE: "home-10",
        Field.RATE: "10M/10M",
        Field.STATIC: "10.9.0.7",
        Field.ROUTES: "10.8.0.0/24 10.9.0.7",
        Field.PAID: "31 Dec 2026",
    }
    assert found["cita"].values == {
        Field.USER: "cita", Field.PASSWORD: "c3", Field.PHONE: "08129999999", Field.PROFILE: "home-20",
        Field.PAID: "2026-11-30", Field.STATUS: "disabled",
    }  # fmt: skip
    await importing.look(source, Terms(make=True))
    reasons = {row.username: (str(row.kind), row.reason, row.words) for row in importing.rows}
    assert reasons["ali"] == ("refused", "the password holds a character that cannot be typed", "")
    assert reasons["budi"][1] == "its password is kept as nt-password, from which it cannot be read back"
    assert reasons["cita"] == ("new", "", "kept out")
    assert reasons["dodi"] == ("new", "", "kept out")
    await importing.all(source, Terms(make=True))
    dodi = (await importing.customers())["dodi"]
    profile = await importing.context.database.read(lambda unit: unit.profiles.get(dodi.profile_id))
    assert (profile.name, profile.rate_up, profile.rate_down) == ("gold", 30_000_000, 60_000_000)
    assert dodi.billing_day == 31


def test_freeradius_from_a_dump_of_postgresql() -> None:
    file = DUMPS / "postgresql.sql"
    found = by_user(from_dump(file).found)
    assert found["ali"].values[Field.PASSWORD] == "it's\\back;\tslash"
    assert found["budi"].refused == "its password is kept as crypt-password, from which it cannot be read back"
    tables = read_dump(file, {"radusergroup": ("username", "groupname"), "radcheck": ("ID",)})
    assert tables["radusergroup"] == [{"username": "ali", "groupname": "home\n10\\"}]
    assert tables["radcheck"] == [{"id": "1"}, {"id": "2"}]


async def test_phpnuxbill_from_a_dump(importing: Importing) -> None:
    source = phpnuxbill_source(DUMPS / "phpnuxbill.sql")
    assert source.words == ("1 customers have no plan; --profile NAME is for them",)
    await importing.all(source, Terms(make=True, profile="home-20"))
    told = {row.username: (row.profile, row.words) for row in importing.rows}
    assert told == {
        "ali": ("Gold", ""),
        "budi": ("home-10", "kept out"),
        "cita": ("home-10", "kept out"),
        "dodi": ("home-20", ""),
    }
    found = await importing.customers()
    ali = found["ali"]
    assert ali.password is not None
    assert (ali.password.reveal(), ali.address, ali.phone) == ("dial", "Jl. Mawar 1 Sleman", "6281234567890")
    assert (found["cita"].service, found["budi"].phone) == ("hotspot", "")
    gold = await importing.context.database.read(lambda unit: unit.profiles.get(ali.profile_id))
    assert (gold.rate_up, gold.rate_down, gold.price) == (30_000_000, 60_000_000, 300_000)


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "none of the tables"),
        (b"INSERT INTO other VALUES (1);", "none of the tables"),
        (b"INSERT INTO radcheck (id, username) VALUES (1);", "1 values for 2 columns"),
        (b"INSERT INTO radcheck (id, username) VALUES (1, 'ali", "does not end"),
        (b"INSERT INTO radcheck (id, username) VALUES (1, 'ali'", "middle of a row"),
        (b"INSERT INTO radcheck (id, username) VALUES (1, '" + b"x" * 4_000_000, "longer than a megabyte"),
        (b"\x1f\x8b\x08\0", "packed"),
        (b"PGDMP\1\2", "packed"),
        (b"\0\1\2\3", "no CSV|no text"),
    ],
)
def test_what_is_no_dump_is_refused(tmp_path: Path, octets: bytes, why: str) -> None:
    file = tmp_path / "dump.sql"
    file.write_bytes(octets)
    with pytest.raises(BadInput, match=why):
        from_dump(file)


def test_a_dump_is_read_the_same_wherever_its_chunks_end(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = from_dump(DUMPS / "mariadb.sql")
    for size in (1, 7, 64, 1000):
        monkeypatch.setattr("radiusbridge.services.importing.sql_dump._CHUNK", size)
        assert from_dump(DUMPS / "mariadb.sql") == whole
