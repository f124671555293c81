"""`voucher`: from one line to codes on the simulated router, proved; listed, filtered, stopped, made void."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from radiusbridge.domain.vouchers.codes import shown
from tests.cli.conftest import Cli, RunningIsp, connect
from tests.cli.ending import SECONDS

VOUCHER = "voucher"


@pytest.fixture
def isp() -> Iterator[RunningIsp]:
    with RunningIsp(customers=1, guests=1, local_guests=1) as running:
        yield running


def test_vouchers_of_both_kinds_from_the_draw_to_the_router(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    cli.ok("profile", "add", "daily", "--rate", "1M/2M", "--validity", "1d", "--price", "5000")
    limits = ("--time-limit", "3h", "--data-limit", "2G")
    kiosk = ("--outlet", "kios pak min", "--comment", "=cmd()", "--prefix", "k", "--mode", "pair")

    missing = cli(VOUCHER, "generate", "3", "--profile", "daily", "--nas", "bras-1", *kiosk)
    assert (missing.status, "STOPPED" in missing.out) == (1, True)
    cli.ok("hotspot", "profile", "add", "daily", "--rate", "1M/2M")
    cli.ok(VOUCHER, "resume", "1")

    local = cli.ok(VOUCHER, "generate", "20", "--profile", "daily", "--nas", "bras-1", *limits, *kiosk, "--json")
    [batch] = local.lines
    assert (batch["verdict"], batch["counted"], batch["states"], batch["exit"]) == ("PROVEN", 20, {"ready": 20}, 0)
    assert (batch["price"], batch["time_limit"], batch["data_limit"]) == (5000, 10_800, 2_000_000_000)
    told = cli.ok(VOUCHER, "generate", "10", "--profile", "daily", "--server", "um-1")
    assert told.out.startswith("PROVEN  voucher batch 3 on um-1: 10 ready; 10 counted on the router")
    assert "one guessed at 10 tries a second: " in told.err

    users = {row["name"]: row for row in cli.ok("hotspot", "user", "list", "--codes", "--json").json}
    codes = [each["code"] for each in cli.ok(VOUCHER, "show", "2", "--codes", "--json").json["vouchers"]]
    assert {
        (users[code]["limit_uptime"], users[code]["limit_bytes_total"], users[code]["profile"]) for code in codes
    } == {(10_800, 2_000_000_000, "daily")}
    one = cli.ok(VOUCHER, "show", codes[3].lower(), "--passwords", "--json").json
    assert [(each["batch"], each["row"], len(each["password"])) for each in one] == [(2, 4, 8)]
    plain = cli.ok(VOUCHER, "show", "2", "--json").json["vouchers"]
    assert (plain[3]["code"], plain[3]["row"], "password" in plain[3]) == (None, 4, False)
    file = cli.home / "vouchers.csv"
    cli.ok(VOUCHER, "list", "--vouchers", "--passwords", "--export", str(file))
    texts = (cli.ok(VOUCHER, "show", "2").out, cli.ok(VOUCHER, "list", "--vouchers").out, file.read_text())
    assert not any(code in text or shown(code) in text for code in codes for text in texts)
    cli.ok(VOUCHER, "list", "--vouchers", "--codes", "--export", str(file))
    assert all(code in file.read_text() for code in codes)

    assert [each["id"] for each in cli.ok(VOUCHER, "list", "--json").json] == [3, 2, 1]
    found = cli.ok(VOUCHER, "list", "--filter", "keeper:hotspot ready>3 verdict:proven created:today", "--json").json
    assert [each["id"] for each in found] == [2]
    rows = cli.ok(VOUCHER, "list", "--vouchers", "--filter", f"state:ready code:{codes[0]}", "--codes", "--json").json
    assert [each["code"] for each in rows] == [codes[0]]
    for words in (f"code:{codes[0][:3]}", codes[0], f"code={codes[0]}"):
        assert cli.ok(VOUCHER, "list", "--vouchers", "--filter", words, "--json").json == [], "no code sign by sign"
    assert cli(VOUCHER, "list", "--filter", "colour:red").status == 2

    several = cli(VOUCHER, "sell", "--profile", "daily")
    assert (several.status, "there are some for bras-1, um-1; --router NAME" in several.err) == (2, True), several
    assert cli.ok(VOUCHER, "sell", "--profile", "daily", "--router", "um-1", "--json").json["router"] == "um-1"

    void = (VOUCHER, "void", "2", "--code", codes[0])
    assert cli(*void).status == 4
    assert "1 void" in cli.ok(*void, "--yes", "--reason", "torn").out
    assert codes[0] not in {row["name"] for row in cli.ok("hotspot", "user", "list", "--codes", "--json").json}
    assert cli(*void, "--yes").status == 2

    cli.ok(VOUCHER, "sell", codes[1])
    listed = cli.ok("hotspot", "user", "list", "--json")
    names = {row["name"] for row in listed.json}
    assert {codes[1], "default-trial", "voucher 2/3", "voucher 2/20"} <= names
    assert not any(code in listed.out for code in codes[2:])
    assert {row["voucher"] for row in listed.json if "voucher" in row} >= {"2/3", "2/20"}
    assert cli.ok("hotspot", "user", "list", codes[2], "--json").json == []
    one = ("hotspot", "user", "disable", "voucher 2/3", "--nas", "bras-1", "--keep-online")
    assert "PROVEN  hotspot user disable voucher 2/3" in cli.ok(*one).out
    row = {row["name"]: row for row in cli.ok("hotspot", "user", "list", "--codes", "--json").json}[codes[2]]
    assert row["disabled"] is True
    assert cli("hotspot", "user", "remove", codes[2], "--keep-online").status == 0
    assert cli(*one).status == 2
    last = [each["code"] for each in cli.ok(VOUCHER, "show", "3", "--codes", "--json").json["vouchers"]]
    cli.ok(VOUCHER, "generate", "3", "--profile", "daily", "--server", "um-1")
    fresh = [each["code"] for each in cli.ok(VOUCHER, "show", "4", "--codes", "--json").json["vouchers"]]
    for verb in ("drift", "plan"):
        told = cli(verb)
        assert not any(code in told.out for code in (*last, *fresh)), "no customers, and nothing to prune"
    taken = cli("import", "hotspot", "bras-1")
    assert "21 are vouchers of ours, no customers, and left out" in taken.out + taken.err, taken
    assert not any(code in taken.out for code in codes)
    cli.ok(VOUCHER, "void", "3", "--yes")
    assert "20 void" not in cli.ok(VOUCHER, "list").out
    again = cli.ok(VOUCHER, "show", "3", "--json").json
    assert (again["states"], again["void"]) == ({"void": 10}, True)
    entries = cli.ok("audit", "list", "--limit", "50", "--json").json
    assert {"voucher.generate", "voucher.written", "voucher.void"} <= {entry["action"] for entry in entries}
    looks = [entry for entry in reversed(entries) if entry["action"] == "voucher.reveal"]
    assert [(each["channel"], each["subject"], each["after"]) for each in looks] == [
        *(
            ("cli", f"voucher batch {batch}", {"shown": "codes", "vouchers": n})
            for batch, n in ((1, 3), (2, 20), (2, 20))
        ),
        ("cli", "voucher batch 2", {"shown": "codes and passwords", "vouchers": 1}),
        ("cli", "voucher batch 1", {"shown": "codes", "vouchers": 3, "to": str(file)}),
        ("cli", "voucher batch 2", {"shown": "codes", "vouchers": 20, "to": str(file)}),
        ("cli", "voucher batch 3", {"shown": "codes", "vouchers": 10, "to": str(file)}),
        ("cli", "voucher batch 2", {"shown": "codes", "vouchers": 1}),
        *(
            ("cli", f"voucher batch {batch}", {"shown": "codes", "vouchers": n})
            for batch, n in ((1, 3), (2, 19), (1, 3), (2, 18), (3, 9), (4, 3))
        ),
    ]
    assert not any(code in str(entries) for code in codes[2:])


def test_bad_orders_and_a_router_that_is_not_there(cli: Cli, stocked: Cli) -> None:
    order = ("--profile", "home-10", "--server", "um-1")
    for quantity, more, words in (
        ("0", (), "quantity 0"),
        ("-1", (), "quantity -1"),
        ("1000001", (), "up to 1,000,000 at once"),
        ("100", ("--length", "4", "--alphabet", "num"), "--length"),
        ("100", ("--prefix", "a b"), "prefix"),
        ("100", ("--nas", "bras-1"), "either"),
        ("100", ("--price", "-5"), "price"),
        ("100", ("--comment", "x[y]"), "brackets"),
        ("100", ("--outlet", "a\x1b[2J"), "an outlet has"),
        ("100", ("--mode", "code"), "anybody"),
        ("100", ("--time-limit", "3h"), "profile edit"),
    ):
        refused = cli(VOUCHER, "generate", quantity, *order, *more)
        assert (refused.status, words in refused.err) == (2, True), refused
    assert cli(VOUCHER, "generate", "5000", *order).status == 4
    million = cli(VOUCHER, "generate", "1000000", *order)
    assert (million.status, "about 4h16m24s to write" in million.err) == (4, True), million
    assert cli.ok(VOUCHER, "list", "--json").json == []
    look = cli.ok(VOUCHER, "generate", "5000", *order, "--dry-run").err
    assert all(words in look for words in ("5,000 vouchers", "1.7 MiB in the database", "one guessed at")), look
    drawn = cli(VOUCHER, "generate", "5", *order, "--draw-only", "--json")
    assert (drawn.status, drawn.json["status"], drawn.json["states"]) == (3, "drawn", {"drawn": 5})
    waits = cli(VOUCHER, "resume", "1")
    assert (waits.status, waits.out.startswith("WAITING")) == (3, True)
    assert "is stopped" in cli.ok(VOUCHER, "stop", "1").out
    assert cli(VOUCHER, "show", "77").status == 2
    unknown = cli(VOUCHER, "print", "733424")
    assert (unknown.status, "no such voucher batch" in unknown.err, "--code 733424" in unknown.err) == (2, True, True)
    assert "733424: no such voucher;" in cli(VOUCHER, "print", "--code", "733424").err
    assert cli(VOUCHER, "show", "--batch", "1", "--code", "733424").status == 2
    assert cli(VOUCHER, "show", "NOBODY").status == 2


def test_the_last_card_is_sold_once_returned_and_accounted_for(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    profile = isp.endpoints["profile"]
    card = ("--profile", profile)
    assert cli(VOUCHER, "sell", *card).status == 1
    cli.ok(
        VOUCHER,
        "generate",
        "2",
        *card,
        "--price",
        "4000",
        "--selling-price",
        "5000",
        "--outlet",
        "kios",
        "--mode",
        "pair",
    )
    first = cli.ok(VOUCHER, "sell", *card, "--json", "--key", "receipt-1", "--note", "=cmd()").json
    assert (first["amount"], first["outlet"], first["cashier"], len(first["password"])) == (5000, "kios", "noc", 8)
    same = cli.ok(VOUCHER, "sell", *card, "--json", "--key", "receipt-1").json
    assert (same["code"], same["again"], same["password"]) == (first["code"], True, first["password"])

    sell = [sys.executable, "-m", "radiusbridge", VOUCHER, "sell", *card, "--json"]
    cashiers = [subprocess.Popen(sell, env=cli.environment(), stdout=-1, stderr=-1, text=True) for _ in range(3)]
    told = [(each.communicate(timeout=SECONDS), each.returncode) for each in cashiers]
    assert sorted(status for _, status in told) == [0, 1, 1], told
    assert all("is left" in err for (_, err), status in told if status)

    assert cli(VOUCHER, "sell", first["code"]).status == 1
    [left] = cli.ok(VOUCHER, "stock", "--json").json
    assert (left["profile"], left["outlet"], left["ready"], left["others"], left["sold"]) == (profile, "kios", 0, 0, 2)
    assert cli(VOUCHER, "stock", "--least", "1").status == 1
    back = cli.ok(VOUCHER, "return", first["printed"].lower(), "--json").json
    assert (back["amount"], "password" in back) == (-5000, False)
    assert cli(VOUCHER, "return", first["code"]).status == 1
    assert "Rp 6.500" in cli.ok(VOUCHER, "sell", first["code"], "--amount", "6500", "--outlet", "loket").out
    ledger = cli.ok(VOUCHER, "sales", "--json").json
    assert [line["amount"] for line in ledger["lines"]] == [5000, 5000, -5000, 6500]
    assert ledger["total"] == {
        "sold": 3, "returned": 1, "amount": 11_500, "price": 8000, "average": 5750, "margin": 3500, "count": 2,
        "refunded": 5000,
    }  # fmt: skip
    for bad, words in (
        (("--key", " "), "a key is not empty"),
        (("--amount", "9" * 19), "an amount is 0 to"),
        (("--amount", "9" * 30), "an amount is 0 to"),
        (("--note", "a\x1b[2J"), "a note is"),
        (("--outlet", "a\nb"), "an outlet has"),
    ):
        refused = cli(VOUCHER, "sell", *card, *bad)
        assert (refused.status, words in refused.err) == (2, True), refused
    assert len(cli.ok(VOUCHER, "sales", "--filter", "outlet:loket at:today", "--json").json["lines"]) == 1
    assert cli.ok(VOUCHER, "sales", "--until", "2020-01-01", "--json").json["lines"] == []
    assert [row["state"] for row in cli.ok(VOUCHER, "show", first["code"], "--json").json] == ["sold"]


def test_interrupted_before_the_first_is_written_it_names_what_is_left(
    cli: Cli, isp: RunningIsp, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(cli, isp)
    cli.ok("hotspot", "profile", "add", "daily", "--rate", "1M/2M")

    async def interrupted(_context: object, _batch: int, _as_json: bool) -> object:
        signal.raise_signal(signal.SIGINT)
        return await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr("radiusbridge.cli.verbs.voucher.making.write", interrupted)
        told = cli(VOUCHER, "generate", "3", "--profile", "daily", "--nas", "bras-1")
    left = "voucher batch 1: drawn, not finished; radiusbridge voucher resume 1"
    assert (told.status, left in told.err) == (130, True)
    assert cli.ok(VOUCHER, "resume", "1", "--json").lines[0]["verdict"] == "PROVEN"
