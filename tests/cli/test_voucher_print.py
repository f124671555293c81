"""`voucher print` and what belongs to it: files, printers, the trace, templates, a sale that prints."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from radiusbridge.gateways.printers import printer
from tests.cli.conftest import Cli, RunningIsp, connect
from tests.cli.test_output import DOCUMENT
from tests.escpos import Paper, RunningPrinter

VOUCHER = "voucher"


@pytest.fixture
def isp(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningIsp]:
    """Six vouchers of the profile `harian`, on a router's own hotspot."""
    monkeypatch.setattr(printer, "ANSWER", 60.0)
    with RunningIsp(customers=1, guests=1, local_guests=1) as running:
        connect(cli, running)
        cli.ok("hotspot", "profile", "add", "harian", "--rate", "1M/2M")
        cli.ok(VOUCHER, "generate", "6", "--profile", "harian", "--nas", "bras-1", "--selling-price", "5000")
        yield running


def test_cards_from_a_template_to_paper_and_their_trace(cli: Cli, isp: RunningIsp) -> None:
    documented = set(re.findall(r"`([a-z_]+)`", DOCUMENT.read_text()))
    wrong = cli(VOUCHER, "template", "set", "kartu", "--note", "{colour}")
    assert (wrong.status, "unknown field “colour”" in wrong.err, "time_limit" in wrong.err) == (2, True, True)
    file = cli.home / "kartu.toml"
    file.write_text('brand = "ISK-NET"\nlogin = "http://wifi.lan/login"\nlanguage = "id"\n')
    cli.ok(VOUCHER, "template", "set", "kartu", "--file", str(file), "--fields", "code,price,number", "--columns", "4")
    [mine] = [each for each in cli.ok(VOUCHER, "template", "list", "--json").json if each["name"] == "kartu"]
    assert (mine["columns"], mine["fields"], set(mine) <= documented) == (4, ["code", "price", "number"], True)
    specimen = cli.ok(VOUCHER, "template", "show", "kartu", "--card").out
    assert "ISK-NET" in specimen
    assert "22222222" in specimen
    shown = cli.ok(VOUCHER, "template", "show", "kartu").out
    file.write_text(shown)
    cli.ok(VOUCHER, "template", "set", "kartu2", "--file", str(file))
    assert cli.ok(VOUCHER, "template", "show", "kartu2").out == shown

    pdf = cli.home / "cards.pdf"
    codes = [each["code"] for each in cli.ok(VOUCHER, "show", "1", "--codes", "--json").json["vouchers"]]
    printed = cli.ok(VOUCHER, "print", *codes[:2], "--to", "pdf", "--output", str(pdf), "--template", "kartu", "--json")
    view = printed.json
    assert (view["verdict"], view["cards"], view["exit"], set(view) <= documented) == ("PROVEN", 2, 0, True)
    assert (stat.S_IMODE(pdf.stat().st_mode), pdf.read_bytes()[:5]) == (0o600, b"%PDF-")
    assert cli(VOUCHER, "print", codes[2], "--to", "pdf", "--output", str(pdf)).status == 2
    assert cli(VOUCHER, "print", codes[0], "--to", "text").status == 4
    assert cli(VOUCHER, "reprint", codes[0], "--to", "text").status == 2
    text = cli(VOUCHER, "reprint", codes[0], "--reason", "faint", "--to", "text")
    assert (text.status, codes[0] in text.out, "UNPROVEN" in text.err) == (5, True, True)
    for refused in (
        (),
        ("--to", "pdf"),
        ("--to", "html", "--json"),
        ("--output", str(cli.home / "cards")),
        ("--device", "/dev/null"),
        ("--to", "escpos58", "--device", "/dev/null", "--socket", "x"),
        ("--printer", "nobody"),
        ("--to", "escpos58", "--device", __file__),
    ):
        assert cli(VOUCHER, "print", codes[2], *refused).status == 2, refused

    with RunningPrinter() as there:
        to = ("--to", "escpos58", "--socket", there.address)
        over = cli(VOUCHER, "print", "1", *to, "--template", "kartu")
        assert (over.status, "UNPROVEN" in over.out, "left out: 2 printed already" in over.out) == (5, True, True)
        assert len(there.printer.paper.cards) == 4
        assert there.printer.paper.cards[0][1].startswith("http://wifi.lan/login?username=")
        assert cli(VOUCHER, "print", "1", *to).status == 1
    gone = cli(VOUCHER, "reprint", "1", *to, "--reason", "jam")
    assert (gone.status, "cannot be reached" in gone.err) == (3, True)
    cli.ok(VOUCHER, "void", "1", "--code", codes[1], "--yes", "--reason", "torn")
    lines = cli.ok(VOUCHER, "trace", codes[1], "--json").json
    assert [(line["act"], line["reason"]) for line in lines] == [("void", "torn"), ("print", "")]
    assert set(lines[0]) <= documented
    assert len(cli.ok(VOUCHER, "trace").out.splitlines()) == 1 + 6 + 1 + 1
    assert [run["cards"] for run in cli.ok(VOUCHER, "prints", "--json").json] == [4, 1, 2]
    assert "6 printed" not in cli.ok(VOUCHER, "list").out
    cli.ok(VOUCHER, "template", "remove", "kartu2")
    assert cli(VOUCHER, "template", "remove", "default").status == 2


def test_one_sold_is_one_printed(cli: Cli, isp: RunningIsp, tmp_path: Path) -> None:
    card = (VOUCHER, "sell", "--profile", "harian", "--printer", "kios")
    assert cli(*card).status == 2, "no such printer: nothing is sold"
    with RunningPrinter() as there:
        cli.ok(VOUCHER, "printer", "set", "kios", "--socket", there.address)
        first = cli(*card, "--json", "--key", "r1")
        sale, over = first.lines
        assert (first.status, sale["type"], over["type"], over["verdict"]) == (5, "sale", "print", "UNPROVEN")
        [(lines, _, _)] = there.printer.paper.cards
        assert sale["code"] in lines
        again = cli(*card, "--json", "--key", "r1")
        assert (again.status, len(again.lines), "printed before" in again.err) == (0, 1, True)
        assert len(there.printer.paper.cards) == 1
    [kept] = cli.ok(VOUCHER, "printer", "list", "--json").json
    assert (kept["form"], kept["way"], kept["template"]) == ("escpos58", "socket", "thermal")
    lost = cli(*card)
    assert (lost.status, lost.out.startswith("sold "), "the sale stands" in lost.err) == (3, True, True)
    code = re.search(r"^code +(\S+)$", lost.out, re.MULTILINE)
    assert code is not None
    file = tmp_path / "one.bin"
    cli.ok(VOUCHER, "print", code[1], "--to", "escpos80", "--output", str(file), "--raster")
    paper = Paper()
    paper.feed(file.read_bytes())
    [(lines, _, dots)] = paper.cards
    assert code[1] in lines
    assert dots
    with RunningPrinter() as there:
        cli.ok(VOUCHER, "printer", "set", "kios", "--socket", there.address)
        assert cli(VOUCHER, "print", "1", "--limit", "1").status == 5, "the only printer is the usual one"
        assert len(there.printer.paper.cards) == 1
    cli.ok(VOUCHER, "print", "1", "--output", str(tmp_path / "rest.html"))
    cli.ok(VOUCHER, "printer", "remove", "kios")
