"""`--export FILE` of the lists: the fields of `--json`, in the form that the ending says."""

import json
from csv import DictReader
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

LISTS = ("audit list", "op list", "profile list", "server list", "nas list")


@pytest.mark.parametrize("verb", LISTS)
def test_a_list_is_written_as_its_ending_says(cli: Cli, tmp_path: Path, verb: str) -> None:
    words = verb.split()
    empty = cli.ok(*words, "--export", str(tmp_path / "empty.csv"))
    assert empty.out == ""
    cli.ok("profile", "add", "20M", "--rate", "10M/20M", "--price", "150000")
    rows = cli.ok(*words, "--json").json
    for form in ("csv", "jsonl", "xlsx"):
        file = tmp_path / f"list.{form}"
        assert f"{len(rows)} rows" in cli.ok(*words, "--export", str(file)).err
        assert file.stat().st_mode & 0o777 == 0o600
    with (tmp_path / "list.csv").open(newline="") as opened:
        names = [set(row) for row in DictReader(opened)]
    assert names == [set(row) for row in rows]
    lines = [json.loads(line) for line in (tmp_path / "list.jsonl").read_text().splitlines()]
    assert len(lines) == len(rows)
    assert cli(*words, "--export", "all.doc").status == 2


MORE = (
    *("alert channel list", "alert rules", "voucher list", "voucher sales", "voucher stock", "voucher prints"),
    *("voucher trace", "due list", "alert list", "log", "hotspot user list", "bulk list"),
)


@pytest.mark.parametrize("verb", MORE)
def test_every_other_list_is_written_too(cli: Cli, tmp_path: Path, verb: str) -> None:
    file = tmp_path / "list.csv"
    done = cli(*verb.split(), "--export", str(file))
    assert done.out == ""
    assert "rows in" in done.err
    assert file.read_text().count(",") > 0
