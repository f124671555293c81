"""`voucher import mikhmon`: what a router holds comes over, once; what could not be read stands in a file."""

import csv
import json
from pathlib import Path

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
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
        assert cli.ok("voucher", "list", "--filter", "origin:here", "--json").json == []
        assert len(cli.ok("voucher", "list", "--filter", "origin:mikhmon state:used", "--vouchers", "--json").json) == 2
        mine = cli("voucher", "resume", str(batches[0]["id"]))
        assert (mine.status, "Mikhmon's" in mine.err) == (4, True)
        assert cli("voucher", "void", str(batches[0]["id"]), "--yes").status == 4
        audited = {entry["action"]: entry for entry in cli.ok("audit", "list", "--json").json}
        assert audited["voucher.import"]["after"]["sales"] == 4

    assert cli(*IMPORT, "--dry-run").status == 3


def test_the_watch_tells_what_vanished_and_what_passes_for_ours(cli: Cli) -> None:
    with RunningIsp(customers=0, local_guests=1) as isp:
        connect(cli, isp)
        assert cli.ok("voucher", "watch").out == "nothing is wrong\n"
        cli.ok("hotspot", "profile", "add", "daily", "--rate", "1M/2M")
        cli.ok("voucher", "generate", "3", "--profile", "daily", "--nas", "bras-1")
        codes = [each["code"] for each in cli.ok("voucher", "show", "1", "--codes", "--json").json["vouchers"]]

        def meddle(world: SimulatedIsp) -> None:
            users = world.router("nas1").menus["/ip/hotspot/user"]
            row = users.named(codes[0])
            assert row is not None
            users.discard(row)
            users.add({"name": "GRATIS", "password": "x", "profile": "daily", "comment": "\x1b[2Jtitip"})

        isp.call(meddle)
        told = cli("voucher", "watch")
        assert told.status == 1
        assert "foreign  bras-1: 1 code in no batch" in told.out
        assert "radiusbridge voucher void 1 --row 1" in told.out
        found = {each["kind"]: each for each in cli("voucher", "watch", "--json").json}
        assert found["voucher-gone"]["evidence"] == ["1/1"]
        assert found["voucher-foreign"]["evidence"] == ["GRATIS"]
        assert found["voucher-foreign"]["mend"] == "radiusbridge hotspot user remove NAME --nas bras-1"
    dark = cli("voucher", "watch", "--json")
    assert (dark.status, dark.json, "bras-1" in dark.err) == (3, [], True)
