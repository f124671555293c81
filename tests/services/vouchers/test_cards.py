"""Cards as text, HTML, PDF and ESC/POS: what is meant to be there is there, and no text of anybody's does anything."""

import re
import zlib
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import cells, safe
from radiusbridge.domain.vouchers.cards import Card
from radiusbridge.gateways.printers import commands
from radiusbridge.services.vouchers.cards import html, pdf, qr, text, thermal
from tests.escpos import Paper

LINK = "http://hotspot.lan/login?username=ABCD2345&password=ABCD2345"
CARD = Card(
    1, "ISK-NET", "harian", "ABCD2345", "geheim99", "Sandi", (("Waktu", "3 jam"), ("Harga", "Rp 5.000")),
    "http://hotspot.lan/login", "Selamat browsing", LINK, "line",
)  # fmt: skip
HOSTILE = st.text(st.characters(codec="utf-8"), min_size=1, max_size=80)


def hostile(words: str) -> Card:
    return replace(CARD, brand=words, subtitle=words, lines=((words, words),), login=words, note=words)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


TAGS = {"html", "head", "meta", "title", "style", "body", "main", "article", "h1", "p", "dl", "dt", "dd", "svg", "path"}


@given(HOSTILE)
@example("<script>alert(1)</script>")
@example('"><img src=x onerror=alert(1)>')
@example("</style><b>")
def test_html_holds_texts_and_nothing_that_runs(words: str) -> None:
    reader = Reader()
    reader.feed("".join(html.page([hostile(words)], columns=3, border="line", title=words)))
    reader.close()
    assert reader.tags <= {*TAGS, "br"}
    assert reader.attributes <= {
        "charset", "http-equiv", "content", "class", "viewbox", "shape-rendering", "d"
    }  # fmt: skip
    assert CARD.code in reader.text


@given(HOSTILE, st.sampled_from(sorted(commands.CODE_PAGES)), st.booleans())
@example("\x1bp\x00\x19\xfa drawer\n\x1dV\x00", "pc437", False)
@example("\x10\x14\x01\x00\x05", "wpc1252", True)
def test_nobody_s_text_is_a_command_to_a_printer(words: str, page: str, raster: bool) -> None:
    for width in thermal.PAPERS:
        paper = Paper(commands.CODE_PAGES[page][1])
        octets = thermal.octets(hostile(words), width, code_page=page, raster=raster)
        paper.feed(octets)
        [(lines, content, dots)] = paper.cards
        assert paper.idle
        assert paper.answers == []
        assert {CARD.code, CARD.password} <= set(lines)
        assert (content, bool(dots)) == (("", True) if raster else (LINK, False))
        assert max(map(len, lines)) <= thermal.PAPERS[width][0]


def test_a_receipt_reads_as_the_card_and_has_room_for_its_code() -> None:
    paper = Paper()
    octets = thermal.octets(CARD, 58, code_page="pc437", raster=False)
    for octet in octets:
        paper.feed(bytes([octet]))
    [(lines, content, _)] = paper.cards
    assert [each for each in lines if each] == [
        "ISK-NET", "harian", "ABCD2345", "Sandi", "geheim99", "Waktu: 3 jam", "Harga: Rp 5.000",
        "http://hotspot.lan/login", "Selamat browsing",
    ]  # fmt: skip
    assert content == LINK
    assert octets.startswith(b"\x1b@\x1c.\x1bt\x00")
    assert octets.endswith(b"\x1bd\x02\x1dV\x42\x00")
    with pytest.raises(BadInput):
        commands.symbol("x" * 1001, 4)
    with pytest.raises(BadInput):
        commands.symbol("a\x1bb", 4)
    with pytest.raises(BadInput, match="code page"):
        commands.begin("klingon")


def test_the_dots_of_a_raster_are_the_symbol() -> None:
    rows, scale = qr.matrix(LINK), 4
    paper = Paper()
    paper.feed(commands.raster(rows, scale) + commands.cut())
    [(_, _, dots)] = paper.cards
    assert len(dots) == len(rows) * scale
    assert [tuple(map(int, line[: len(rows) * scale : scale])) for line in dots[::scale]] == [
        tuple(row) for row in rows
    ]


@given(HOSTILE)
@example("\x1b[2J\x9b5n\u202e")
def test_text_acts_on_no_terminal_and_keeps_its_frame(words: str) -> None:
    [drawn] = text.sheet([hostile(words)], qr.half_blocks)
    lines = drawn.rstrip("\n").split("\n")
    assert all(safe(line) == line for line in lines), lines
    assert "\x1b" not in drawn
    assert len({cells(line) for line in lines}) == 1
    assert CARD.code in drawn
    [bare] = text.sheet([hostile(words)], qr.ascii_blocks, ascii_only=True)
    assert bare.isascii()


def test_a_symbol_in_blocks_is_the_symbol() -> None:
    rows = qr.matrix(LINK, qr.NARROW)
    drawn = qr.half_blocks(LINK)
    above = [[sign in "▀█" for sign in line] for line in drawn]
    assert above == [[bool(module) for module in row] for row in rows[::2]]
    assert [line.translate(str.maketrans(" ▀▄█", "█▄▀ ")) for line in drawn] == qr.half_blocks(LINK, light_ink=True)
    assert (len(drawn), len(drawn[0])) == (19, 37), "fits 80 x 24"
    assert [line[::2].replace("#", "1").replace(" ", "0") for line in qr.ascii_blocks(LINK)] == [
        "".join(map(str, row)) for row in rows
    ]


@given(HOSTILE)
@example(") Tj ET Q\n/Font Do (")
@example("\\")
def test_a_pdf_s_texts_are_strings(words: str) -> None:
    octets = b"".join(pdf.document([hostile(words)], columns=3, title=words))
    [stream] = streams(octets)
    bare = re.sub(rb"\((?:[^()\\]|\\.)*\)", b"()", stream)
    assert re.fullmatch(rb"[0-9A-Za-z/.\[\]() \n-]*", bare), bare
    assert set(re.findall(rb"[A-Za-z][A-Za-z0-9]*", bare)) <= {
        b"q", b"Q", b"re", b"W", b"n", b"w", b"d", b"S", b"BT", b"ET", b"Tf", b"Td", b"Tj", b"cm", b"f", b"F1", b"F2",
        b"F3",
    }  # fmt: skip


def streams(octets: bytes) -> list[bytes]:
    return [
        zlib.decompress(octets[found.end() : found.end() + int(found[1])])
        for found in re.finditer(rb"<</Filter /FlateDecode/Length (\d+)>>\nstream\n", octets)
    ]


@pytest.mark.parametrize("columns", [1, 3, 5, 8])
def test_a_pdf_breaks_no_card_and_finds_its_objects(columns: int) -> None:
    cards = [replace(CARD, code=f"CARD-{number:04}") for number in range(100)]
    octets = b"".join(pdf.document(cards, columns=columns, title="t"))
    pages = streams(octets)
    assert len(pages) == len(re.findall(rb"/Type /Page/", octets)) > 1
    assert sum(page.count(b"(CARD-") for page in pages) == 100
    for page in pages:
        for x, y, width, height in re.findall(rb"q\n(-?[\d.]+) (-?[\d.]+) ([\d.]+) ([\d.]+) re\nW\nn", page):
            assert 0 < float(x) < float(x) + float(width) < pdf.PAGE_WIDTH
            assert 0 < float(y) < float(y) + float(height) < pdf.PAGE_HEIGHT
    start = int(octets.rsplit(b"startxref\n", 1)[1].split()[0])
    places = [int(line.split()[0]) for line in octets[start:].split(b"\n")[3:] if line.endswith(b" n ")]
    assert len(places) > 2 * len(pages)
    for number, place in enumerate(places, 1):
        assert octets[place:].startswith(b"%d 0 obj" % number)
