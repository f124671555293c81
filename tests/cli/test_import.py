"""`import`: the look, the file of the refused, the typed count, and undo."""

import csv
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

LIST = """Username;Sandi;Nama;No HP;Paket;Lain
ali;geheim-1;Ali;0812-3456-7890;10M;x
budi;geheim-2;Budi;12;10M;=1+1
budi;geheim-3;\x1b[31mBudi;;10M;
"""


@pytest.fixture
def stocked(cli: Cli) -> Cli:
    cli.ok(
        *("server", "add", "um1", "--kind", "userman7", "--api", "127.0.0.1:1", "--plain"),
        *("--api-password-file", cli.secret("api", "p")),
    )
    cli.ok("profile", "add", "home-10", "--rate", "10M/10M")
    return cli


def test_a_list_is_shown_first_and_imported_whole_or_not_at_all(stocked: Cli, tmp_path: Path) -> None:
    file, refused = tmp_path / "list.csv", tmp_path / "refused.csv"
    file.write_text(LIST)
    looked = stocked("import", "csv", str(file), "--refused", str(refused))
    assert looked.status == 1
    assert "new      line 2: ali, Ali, home-10\n" in looked.out
    assert "refused  line 3: budi: “12” is no telephone number" in looked.out
    assert "columns: Username = user, Sandi = password, Nama = name, No HP = phone, Paket = profile" in looked.err
    assert "not used: Lain" in looked.err
    assert "geheim" not in looked.out + looked.err + refused.read_text()
    with refused.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [(row["line"], row["Username"], row["Sandi"], row["Lain"]) for row in rows] == [
        ("3", "budi", "", "'=1+1"),
        ("4", "budi", "", ""),
    ]
    assert refused.stat().st_mode & 0o777 == 0o600

    told = stocked("import", "csv", str(file), "--json").lines
    assert [row["type"] for row in told] == ["source", "row", "row", "row", "tally"]
    assert told[-1] == {
        "type": "tally", "rows": 3, "new": 1, "changed": 0, "same": 0, "refused": 2, "profiles": [],
        "without_password": 0, "kept_out": 0,
    }  # fmt: skip

    for arguments in ((), ("--leave-refused",), ("--leave-refused", "--yes-count", "2")):
        assert stocked("import", "csv", str(file), "--apply", *arguments).status == 4
    assert stocked.ok("customer", "list", "--json").json == []
    done = stocked.ok(
        *("import", "csv", str(file), "--apply", "--leave-refused", "--yes-count", "1", "--reason", "moving in")
    )
    assert "IMPORTED  1 customers, operation 1" in done.out
    (customer,) = stocked.ok("customer", "list", "--json").json
    assert (customer["user"], customer["phone"]) == ("ali", "6281234567890")
    assert stocked.ok("op", "list", "--json").json[0]["intent"] == "import"
    again = stocked("import", "csv", str(file), "--apply", "--leave-refused")
    assert again.status == 0
    assert "there is nothing to write" in again.err

    assert "1 customers go" in stocked.ok("undo", "1", "--yes").out
    assert stocked.ok("customer", "list", "--json").json == []
    assert [row["action"] for row in stocked.ok("audit", "list", "--json").json][:3] == [
        "customer.remove",
        "customer.add",
        "customer.import",
    ]


def test_what_cannot_be_read_is_said(stocked: Cli, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Kolom,Lain\na,b\n")
    assert "--map" in stocked("import", "csv", str(file)).err
    for arguments in (("--map", "Kolom=nobody"), ("--profile-of", "x"), ("--map", "Weg=user")):
        assert stocked("import", "csv", str(file), *arguments).status == 2
    assert stocked("import", "csv", str(tmp_path / "none.csv")).status == 2
