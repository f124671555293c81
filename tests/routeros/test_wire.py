"""The framing: round trips, any split of the stream, librouteros's octets, hostile octets."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from librouteros.protocol import encode_sentence as library_sentence

from radiusbridge.domain.errors import BadInput
from radiusbridge.routeros.errors import FrameError
from radiusbridge.routeros.octets import readable, to_octets, to_text
from radiusbridge.routeros.wire import (
    MAX_SENTENCE,
    Done,
    Empty,
    Fatal,
    Reply,
    ReplyDecoder,
    Row,
    Trap,
    encode_sentence,
    encode_word,
)

names = st.text(
    st.characters(exclude_characters="=", codec="utf-8", exclude_categories=["Co"]), min_size=1, max_size=20
)
values = st.text(st.characters(codec="utf-8", exclude_categories=["Co"]), max_size=400)
attributes = st.dictionaries(names, values, max_size=8)
TAGS = st.text("0123456789", min_size=1, max_size=4)


def sentence(kind: str, tag: str, row: dict[str, str]) -> list[str]:
    return [kind, *(f"={name}={value}" for name, value in row.items()), f".tag={tag}"]


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


def decode(parts: list[bytes]) -> tuple[list[Reply], bool]:
    decoder = ReplyDecoder()
    replies = [reply for part in parts for reply in decoder.feed(part)]
    return replies, decoder.damage is not None


@given(st.lists(st.tuples(TAGS, attributes), max_size=6), st.lists(st.integers(0, 10**6), max_size=12))
def test_rows_come_back_as_they_were_however_the_stream_is_cut(
    rows: list[tuple[str, dict[str, str]]], cuts: list[int]
) -> None:
    data = b"".join(encode_sentence(sentence("!re", tag, row)) for tag, row in rows)
    assert decode(pieces(data, cuts)) == ([Row(tag, row) for tag, row in rows], False)
    assert decode([data[i : i + 1] for i in range(len(data))]) == decode([data])


@given(st.lists(values.filter(bool), min_size=1, max_size=5))
def test_our_octets_are_librouteros_s(words: list[str]) -> None:
    assert encode_sentence(words) == library_sentence(*words, encoding="utf-8")


@pytest.mark.parametrize("length", [1, 0x7F, 0x80, 0x3FFF, 0x4000, 0x1FFFFF, 0x200000, MAX_SENTENCE])
def test_each_form_of_length(length: int) -> None:
    word = "!" + "x" * (length - 1)
    data = encode_word(word) + b"\0"
    assert data == library_sentence(word, encoding="ascii")
    seen: list[str] = []
    for size in (len(data), 65_521):
        decoder = ReplyDecoder(seen.extend)
        replies = [reply for at in range(0, len(data), size) for reply in decoder.feed(data[at : at + size])]
        assert replies == [Empty("")]
        assert seen.pop() == word


def test_the_five_octet_form_is_read() -> None:
    assert decode([b"\xf0\0\0\0\x05!done\x80\x06.tag=7\xe0\0\0\x07=ret=*1\0"]) == (
        [Done("7", "*1", {"ret": "*1"})],
        False,
    )


@pytest.mark.parametrize(
    "hostile",
    [
        b"\xf8", b"\xff!done", b"\xf1\0\0\0\5!done", b"\xf0\xff\xff\xff\xff", b"\xef\xff\xff\xff!", b"\x04abcd\0",
        b"\x48TTP", b"\x03!re" + b"\x01a" * (MAX_SENTENCE // 2 + 2048),
    ],
)  # fmt: skip
def test_what_cannot_be_a_reply_is_damage_and_ends_the_decoding(hostile: bytes) -> None:
    good = encode_sentence(["!done", ".tag=1"])
    for parts in ([good + hostile], [good, hostile], [good, *pieces(hostile, list(range(1, 9)))]):
        decoder = ReplyDecoder()
        replies = [reply for part in parts for reply in decoder.feed(part)]
        assert replies == [Done("1", None, {})]
        assert isinstance(decoder.damage, FrameError)
        assert decoder.feed(good) == []


@given(st.binary(max_size=200), st.lists(st.integers(0, 10**6), max_size=5))
def test_garbage_raises_nothing_and_splits_do_not_matter(garbage: bytes, cuts: list[int]) -> None:
    good = encode_sentence(["!re", "=name=a"])
    assert decode(pieces(good + garbage, cuts))[0] == decode([good + garbage])[0]


@pytest.mark.parametrize(
    ("octets", "summary"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "a web server"),
        (b"SSH-2.0-ROSSSH\r\n", "an SSH server"),
        (b"\x15\x03\x01\0\x02\x02\x46", "speaks TLS"),
        (b"220 ftp ready\r\n", "not the RouterOS API"),
    ],
)
def test_a_stranger_is_named_from_its_first_octets(octets: bytes, summary: str) -> None:
    decoder = ReplyDecoder()
    assert decoder.feed(octets) == []
    assert decoder.damage is not None
    assert summary in decoder.damage.summary


def test_every_kind_of_reply() -> None:
    data = b"".join(
        encode_sentence(words)
        for words in (
            ["!trap", "=category=2", "=message=interrupted", ".tag=3"],
            ["!trap", "=message=17", "=category=x", "=odd=1"],
            ["!empty", ".tag=4"],
            ["!unheard-of", ".tag=5"],
            ["!re", "=.id=*1", "=comment=a=b", "=bare", "word"],
            ["!fatal", "not logged in"],
            ["!fatal"],
        )
    )
    assert decode([b"\0\0" + data])[0] == [
        Trap("3", "interrupted", 2),
        Trap("", "17", None),
        Empty("4"),
        Empty("5"),
        Row("", {".id": "*1", "comment": "a=b", "bare": ""}),
        Fatal("not logged in"),
        Fatal(""),
    ]


@given(st.binary(max_size=60) | values.map(lambda text: text.encode()))
def test_octets_survive_as_text(octets: bytes) -> None:
    assert to_octets(to_text(octets)) == octets


@given(st.lists(st.sampled_from([b"\xee\xbe\x80", b"\xee\xbf\xbf", b"\xee", b"\xe9", "é🙂".encode(), b"a"])))
def test_octets_that_look_like_kept_ones_survive_too(parts: list[bytes]) -> None:
    octets = b"".join(parts)
    text = to_text(octets)
    assert to_octets(text) == octets
    text.encode()  # fits wherever UTF-8 does


def test_a_windows_code_page_is_readable() -> None:
    assert readable(to_text(b"caf\xe9 \xc3\xa9")) == "café é"


@pytest.mark.parametrize("word", ["", "\ud800", "x" * (MAX_SENTENCE + 1)])
def test_words_that_cannot_be_sent_are_refused(word: str) -> None:
    with pytest.raises(BadInput):
        encode_word(word)
