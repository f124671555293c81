"""`voucher import mikhmon`: what a router holds comes over, once; what could not be read stands in a file."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, RunningIsp, connect

IMPORT = ("voucher", "import", "mikhmon", "bras-1")


def test_a_router_of_mikhmons_comes_over_and_is_sold_from(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RunningIsp(customers=0, local_guests=1, mikhmon=8) as isp:
        connect(cli, isp)
        trace = tmp_path / "trace.jsonl"
        hostile = {"name": "=cmd()", "password": "x", "comment": "\x1b[2J=1+1"}
        isp.call(lambda world: world.router("nas1").menus["/ip/hotspot/user"].add(hostile))

        dry = cli(*IMPORT, "--dry-run", "--json")
        assert (dry.status, dry.json["stored"], dry.json["vouchers"]["new"]) == (1, False, 12), dry
        assert cli.ok("voucher", "list", "--json").json == []
        file = tmp_path / "unread.csv"
        monkeypatch.setenv("RADIUSBRIDGE_TRACE", str(trace))
        told = cli(*IMPORT, "-o", str(file))
        monkeypatch.delenv("RADIUSBRIDGE_TRACE")
        assert told.status == 1
        assert "imported from bras-1; its times are of Asia/Jakarta" in told.out
        assert "new sales come to Rp 20.000; 2 rows refused" in told.out
        assert file.stat().st_mode & 0o077 == 0
        with file.open(newline="", encoding="utf-8") as lines:
            refused = {row["name"]: row for row in csv.DictReader(lines)}
        assert refused["'=cmd()"]["reason"] == "its comment is none of Mikhmon's"
        assert "\x1b" not in refused["'=cmd()"]["text"]
        sent = [json.loads(line) for line in trace.read_text().splitlines()]
        commands = {each["words"][0] for each in sent if each["dir"] == "send"}
        assert commands == {
            "/login", "/system/clock/print", "/ip/hotspot/user/print", "/ip/hotspot/user/profile/print",
            "/system/script/print",
        }  # fmt: skip

        again = cli(*IMPORT, "--json").json
        assert (again["vouchers"], again["sales"]) == (
            {"new": 0, "changed": 0, "same": 12, "overdue": 0},
            {"new": 0, "same": 4, "amount": 0},
        )
        sold = cli.ok("voucher", "sell", "--profile", "1hari", "--json").json
        assert (sold["amount"], sold["password"], sold["origin"]) == (6000, sold["code"], "here")
        ledger = cli.ok("voucher", "sales", "--json").json
        assert [line["origin"] for line in ledger["lines"]] == ["mikhmon"] * 4 + ["here"]
        batches = cli.ok("voucher", "list", "--json").json
        assert {batch["origin"] for batch in batches} == {"mikhmon"}
        mine = cli("voucher", "resume", str(batches[0]["id"]))
        assert (mine.status, "Mikhmon's" in mine.err) == (4, True)
        assert cli("voucher", "void", str(batches[0]["id"]), "--yes").status == 4
        audited = {entry["action"]: entry for entry in cli.ok("audit", "list", "--json").json}
        assert audited["voucher.import"]["after"]["sales"] == 4

    assert cli(*IMPORT, "--dry-run").status == 3
