"""Nothing that was pasted is ever a key, however the terminal's octets are cut."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.constants import ESCAPE_DELAY
from textual.events import Key, Paste
from textual.message import Message

from radiusbridge.tui.pasting import ALONE, MOST, PasteAwareParser

START, END = "\x1b[200~", "\x1b[201~"
PIECES = st.sampled_from(
    ["i", "y", "\r", "\x1b", "[", "\x1b[A", "\x1b[200", "~", "\x1b[201", "\x1bOP", "1", START, "\x1b[u"]
)


def fed(chunks: Sequence[str]) -> list[Message]:
    parser = PasteAwareParser()
    return [message for chunk in chunks for message in parser.feed(chunk)]


def cut(text: str, cuts: Sequence[int]) -> list[str]:
    places = [0, *sorted(place % (len(text) + 1) for place in cuts), len(text)]
    return [text[a:b] for a, b in pairwise(places)]


def keys(messages: Sequence[Message]) -> list[str]:
    return [message.key for message in messages if isinstance(message, Key)]


@settings(deadline=None)
@given(st.lists(PIECES).map("".join).filter(lambda text: END not in text + "\x1b"), st.lists(st.integers(0, 200)))
def test_a_paste_is_one_text_and_no_key(text: str, cuts: list[int]) -> None:
    messages = fed(cut("j" + START + text + END + "k", cuts))
    assert keys(messages) == ["j", "k"]
    assert [each.text for each in messages if isinstance(each, Paste)] == [text.replace(START, "")]


@settings(deadline=None)
@given(st.lists(PIECES).map("".join).filter(lambda text: END not in text), st.lists(st.integers(0, 200)))
def test_while_a_paste_has_no_end_there_are_no_keys(text: str, cuts: list[int]) -> None:
    assert not fed(cut(START + text, cuts))


@settings(deadline=None)
@given(st.lists(st.integers(0, 200)))
def test_keys_are_keys(cuts: list[int]) -> None:
    assert keys(fed(cut("iy\r\x1b[A\x1bOP2~\x1b[B/x", cuts))) == [
        "i",
        "y",
        "enter",
        "up",
        "f1",
        "2",
        "tilde",
        "down",
        "slash",
        "x",
    ]


def test_an_end_inside_of_the_text_ends_nothing() -> None:
    messages = fed([f"{START}x{END}iy{START}{END}iy{END}"])
    assert keys(messages) == []
    assert [each.text for each in messages if isinstance(each, Paste)] == ["xiyiy"]


def test_a_paste_is_cut_off() -> None:
    (paste,) = fed([START, *["x" * 30_000] * 5, END])
    assert isinstance(paste, Paste)
    assert paste.text == "x" * MOST


@pytest.mark.parametrize("sequence", ["\x1b[99999999999u", "\x1b[1114112u", "\x1b[1;1;99999999999999999999u"])
def test_what_cannot_be_read_ends_nothing(sequence: str) -> None:
    assert keys(fed([sequence, "j"])) == ["j"]


class Moment:
    """The time that the parser goes by."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        for where in ("radiusbridge.tui.pasting.get_time", "textual._parser.get_time"):
            monkeypatch.setattr(where, lambda: self.now)


def test_an_escape_alone_is_a_key_at_once_and_what_a_slow_link_tore_off_is_no_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moment, parser = Moment(monkeypatch), PasteAwareParser()
    assert not keys([*parser.feed("\x1b"), *parser.tick()])
    assert parser.unsure
    moment.now += ALONE
    assert keys(list(parser.tick())) == ["escape"]
    assert keys(list(parser.feed("[A"))) == ["up"]
    assert keys([*parser.feed("\x1b"), *parser.feed("[")]) == []
    moment.now += ALONE
    assert not keys(list(parser.tick())), "a sequence that was begun has the time that Textual gives it"
    assert keys(list(parser.feed("Bj"))) == ["down", "j"]
    list(parser.feed("\x1b"))
    moment.now += ALONE
    assert keys(list(parser.tick())) == ["escape"]
    moment.now += ESCAPE_DELAY
    assert keys(list(parser.feed("[A"))) == ["left_square_bracket", "A"]
