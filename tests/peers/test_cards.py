"""Cards read by others: poppler reads and draws the PDF, ZBar reads every QR code as a camera would."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from radiusbridge.domain.vouchers.cards import card
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.records import Keeper, Voucher, VoucherBatch
from radiusbridge.domain.vouchers.templates import Template
from radiusbridge.gateways.printers import commands
from radiusbridge.services.vouchers.cards import pdf, qr, thermal
from tests.escpos import Paper
from tests.peers.programs import require

pytestmark = pytest.mark.peer

TEMPLATE = Template(brand="ISK-NET (pusat)", subtitle="Voucher {profile}", login="http://hotspot.lan/login")
BATCH = VoucherBatch("rb-one", Keeper.HOTSPOT, 7, "bras-1", "harian", 40, form=CodeForm(), selling_price=5000)
CODES = [f"K{number:07}" for number in range(40)]
LINKS = {f"http://hotspot.lan/login?username={code}&password={code}" for code in CODES}
CARDS = [card(TEMPLATE, BATCH, Voucher(1, row, code, id=row)) for row, code in enumerate(CODES, 1)]


def ran(*command: str | int | Path) -> str:
    line = [require(str(command[0])), *map(str, command[1:])]
    found = subprocess.run(line, check=False, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert "rror" not in found.stderr, found.stderr
    return found.stdout


def scanned(*pictures: Path) -> list[str]:
    return ran("zbarimg", "--nodbus", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", *pictures).splitlines()


def drawn(path: Path, rows: list[list[bool]], scale: int = 6) -> Path:
    """A picture (PGM), dark where True."""
    lines = [b"".join((b"\0" if dark else b"\xff") * scale for dark in row) * scale for row in rows]
    path.write_bytes(b"P5 %d %d 255\n%b" % (len(rows[0]) * scale, len(rows) * scale, b"".join(lines)))
    return path


def test_a_pdf_is_read_and_every_code_of_it_scanned(tmp_path: Path) -> None:
    file = tmp_path / "cards.pdf"
    file.write_bytes(b"".join(pdf.document(CARDS, columns=3, title="cards (a\\b)")))
    told = ran("pdftotext", "-layout", file, "-")
    assert all(code in told for code in CODES)
    assert told.count("ISK-NET (pusat)") == told.count("Rp 5.000") == 40
    assert "cards (a\\b)" in ran("pdfinfo", file)
    found = set()
    for resolution in (150, 200, 300):  # of many on one page ZBar may pass over one, at another distance over another
        ran("pdftoppm", "-r", resolution, "-gray", "-png", file, tmp_path / f"at-{resolution}")
        found |= set(scanned(*sorted(tmp_path.glob(f"at-{resolution}*.png"))))
    assert found == LINKS


def test_symbols_on_receipts_and_in_terminals_are_scanned(tmp_path: Path) -> None:
    paper = Paper()
    paper.feed(thermal.octets(CARDS[0], 58, code_page="pc437", raster=True))
    [(_, _, dots)] = paper.cards
    receipt = drawn(tmp_path / "receipt.pgm", [[dot == "1" for dot in line] for line in dots], 1)
    halves = qr.half_blocks(CARDS[1].qr)
    rows = [[sign in signs for sign in line] for line in halves for signs in ("▀█", "▄█")]
    terminal = drawn(tmp_path / "terminal.pgm", rows)
    blocks = drawn(tmp_path / "ascii.pgm", [[sign == "#" for sign in line[::2]] for line in qr.ascii_blocks("KODE1")])
    assert scanned(receipt) == [CARDS[0].qr]
    assert scanned(terminal) == [CARDS[1].qr]
    assert scanned(blocks) == ["KODE1"]
    narrow = replace(CARDS[2], brand="a" * 40)
    for width, (_, most) in thermal.PAPERS.items():
        paper = Paper()
        paper.feed(thermal.octets(narrow, width, code_page="wpc1252", raster=True))
        assert len(paper.cards[0][2][0]) <= most
    assert commands.PAPER == 4
