"""Codes: drawn evenly, told apart when misread, refused when too short."""

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.vouchers import codes
from radiusbridge.domain.vouchers.alphabets import NAMES, STRICT, TAILED, UNIFORM
from radiusbridge.domain.vouchers.codes import CodeForm

ALIKE = ("0O", "0Q", "1I", "1L", "IL", "2Z", "5S", "8B")


class Dice:
    """Seeded entropy."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def octets(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)


def test_no_two_signs_of_the_strict_alphabet_look_alike() -> None:
    assert len(STRICT) == len(set(STRICT)) == 27
    assert not [pair for pair in ALIKE if set(pair) <= set(STRICT)]
    assert [len(UNIFORM[name]) for name in ("no-vowels", "relaxed", "mix", "mix2", "num")] == [24, 31, 31, 54, 8]


FORMS = st.builds(
    CodeForm,
    st.sampled_from(sorted(UNIFORM)),
    st.integers(codes.SHORTEST, 10),
    st.sampled_from(("", "vc", "Pak9")),
    st.booleans(),
)


@given(FORMS, st.integers(0, 2**32))
def test_a_code_is_read_as_it_was_printed(form: CodeForm, seed: int) -> None:
    code = form.draw(Dice(seed))
    assert len(code) == len(form.prefix) + form.length + form.check
    assert form.folded(codes.shown(code)) == code
    assert not form.misread(code)
    if form.one_case:
        assert form.folded(f" {codes.shown(code).swapcase()}\n") == code


@given(FORMS, st.integers(0, 2**32), st.data())
def test_a_sign_that_was_misread_is_noticed(form: CodeForm, seed: int, data: st.DataObject) -> None:
    form = CodeForm(form.alphabet, form.length, form.prefix, check=True)
    code = form.draw(Dice(seed))
    place = data.draw(st.integers(len(form.prefix), len(code) - 1))
    other = data.draw(st.sampled_from([sign for sign in UNIFORM[form.alphabet] if sign != code[place]]))
    assert form.misread(code[:place] + other + code[place + 1 :])


@given(st.integers(0, 2**32), st.integers(0, 7))
def test_neighbours_that_changed_places_are_noticed_in_the_strict_alphabet(seed: int, place: int) -> None:
    form = CodeForm(check=True)
    code = form.draw(Dice(seed))
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert form.misread(swapped) == (swapped != code)


@pytest.mark.parametrize("name", NAMES)
def test_every_sign_is_as_likely(name: str) -> None:
    form, dice = CodeForm(name, 6), Dice(7)
    drawn = [form.draw(dice) for _ in range(3_000)]
    for place, signs in enumerate(form.places):
        seen = Counter(code[place] for code in drawn)
        assert set(seen) == set(signs)
        expected = len(drawn) / len(signs)
        assert max(abs(count - expected) for count in seen.values()) < 6 * math.sqrt(expected)


@pytest.mark.parametrize(
    ("form", "space", "clash", "hours"),
    [
        (CodeForm("num", 6), 262_144, 0.85, 0.005),
        (CodeForm("mix", 6), 887_503_681, 0.00056, 17.1),
        (CodeForm(), 282_429_536_481, 0.0000018, 5436),
        (CodeForm("lower-num", 4), 33_856, 1.0, 0.0006),
    ],
)
def test_the_chances_are_those_that_are_known(form: CodeForm, space: int, clash: float, hours: float) -> None:
    """Of 1,000 codes: facts 4.2."""
    assert form.space == space
    assert codes.clash_chance(1000, form.space) == pytest.approx(clash, rel=0.02)
    assert codes.guess_seconds(1000, form.space) / 3600 == pytest.approx(hours, rel=0.15)


def test_what_makes_no_sense_is_refused_with_the_numbers() -> None:
    for wrong in (
        {"alphabet": "klingon"},
        {"length": 2},
        {"length": 21},
        {"alphabet": "lower-num", "length": 9},
        {"alphabet": "lower-num", "length": 6, "check": True},
        {"prefix": "pak min"},
        {"prefix": "toolong"},
        {"prefix": "\x1b[2J"},
    ):
        with pytest.raises(BadInput):
            CodeForm(**wrong)
    with pytest.raises(BadInput, match="33,856 codes; 500 of them need 50,000") as refused:
        codes.check_quantity(CodeForm("lower-num", 4), 500)
    assert "--length" in refused.value.hint
    for count in (0, -1):
        with pytest.raises(BadInput, match="nothing to draw"):
            codes.check_quantity(CodeForm(), count)
    codes.check_quantity(CodeForm(), 1_000_000, live=1_000_000)
    assert codes.guess_seconds(0, 10) == math.inf
    assert codes.guess_seconds(10, 10) == 0
    assert {len(CodeForm(name, 5).places) for name in TAILED} == {5}


@given(st.sampled_from(NAMES), st.integers(3, 8), st.sampled_from(("", "vc", "Kios1")), st.integers(0, 2**32))
def test_the_form_of_codes_is_never_wider_than_what_they_were_drawn_in(
    name: str, length: int, prefix: str, seed: int
) -> None:
    drawn_in, dice = CodeForm(name, length, prefix), Dice(seed)
    codes_ = [drawn_in.draw(dice) for _ in range(40)]
    found = codes.form_of(codes_)
    assert found.space <= drawn_in.space
    assert all(len(code) == len(found.prefix) + found.length and code.startswith(found.prefix) for code in codes_)
    assert codes.form_of(["k 9", "ü"]).alphabet == "mix2"
    assert codes.form_of([]).length == 3


@given(st.sampled_from(NAMES), st.integers(3, 8), st.integers(1, 10**9))
def test_what_is_hinted_at_is_enough(alphabet: str, length: int, count: int) -> None:
    try:
        codes.check_quantity(CodeForm(alphabet, length), count)
    except BadInput as refused:
        if refused.hint != "another alphabet":
            codes.check_quantity(CodeForm(alphabet, int(refused.hint.removeprefix("--length "))), count)
