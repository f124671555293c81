"""Hostile text cannot act on a terminal; secrets do not show themselves."""

import contextlib
import dataclasses
import logging
import pickle
import traceback
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe

BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
ACTING = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))] + sorted(BIDI) + ["\u2028", "\u2029", "\ud800"]


@given(st.lists(st.one_of(st.characters(), st.sampled_from(ACTING)), max_size=80).map("".join), st.integers(1, 60))
def test_safe_text_is_one_bounded_line_without_acting_characters(text: str, limit: int) -> None:
    shown = safe(text, limit)
    assert len(shown) <= limit
    assert not BIDI.intersection(shown)
    assert not {"Cc", "Cs", "Zl", "Zp"}.intersection(map(unicodedata.category, shown))
    assert len(shown.splitlines()) <= 1
    assert safe(shown, limit) == shown


@pytest.mark.parametrize("char", ACTING)
def test_each_acting_character_leaves_a_mark(char: str) -> None:
    shown = safe(f"a{char}b")
    assert char not in shown
    assert len(shown) == 3


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), max_size=100))
def test_plain_text_is_left_alone(text: str) -> None:
    assert safe(text) == text


PASSWORD = "hunter2-Zq"


@dataclasses.dataclass
class Holder:
    name: str
    password: Secret


def test_a_secret_shows_only_when_revealed() -> None:
    secret = Secret(PASSWORD)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>40}", f"{secret:>40}", f"{[secret]}"]
    shown += [
        repr(Holder("budi", secret)),
        repr([secret]),
        repr({"p": secret}),
        logging.Formatter().format(_record(secret)),
    ]
    assert not any(PASSWORD in text for text in shown)
    assert secret.reveal() == PASSWORD
    assert secret.octets() == PASSWORD.encode()


def _record(secret: Secret) -> logging.LogRecord:
    return logging.LogRecord("x", logging.INFO, "x", 1, "password %s", (secret,), None)


def test_a_secret_does_not_show_in_a_traceback_with_locals() -> None:
    secret = Secret(PASSWORD)
    try:
        raise RuntimeError(secret)
    except RuntimeError as error:
        told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "secret = Secret(***)" in told
    # the line of the test file that builds it names the constant, never the value
    assert told.count(PASSWORD) == 0


@pytest.mark.parametrize("copy", [dataclasses.asdict, dataclasses.astuple, pickle.dumps])
def test_a_secret_inside_a_record_cannot_be_copied_out_by_accident(copy: object) -> None:
    assert callable(copy)
    copied: object = None
    with contextlib.suppress(TypeError):
        copied = copy(Holder("budi", Secret(PASSWORD)))
    assert PASSWORD not in repr(copied)


def test_a_secret_that_is_no_text_is_bad_input_without_the_secret() -> None:
    with pytest.raises(BadInput) as caught:
        Secret(PASSWORD + "\ud800").octets()
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    assert PASSWORD not in told


def test_octets_that_came_from_the_environment_go_out_as_they_came() -> None:
    assert Secret(b"caf\xe9".decode("utf-8", "surrogateescape")).octets() == b"caf\xe9"


@pytest.mark.parametrize("value", ["0123", "yes", "🙂", " ", "p=q", '"', "\\"])
def test_passwords_stay_as_they_are(value: str) -> None:
    assert Secret(value).reveal() == value
    assert Secret(value).octets() == value.encode()
    assert Secret(value) == Secret(value)
    assert bool(Secret(value))
    assert not Secret("")
