"""Evidence under another name, and back."""

from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.alias import Alias

ALIAS = Alias("7334", "voucher 1/2")
WORDS = st.sampled_from(["7334", "73345", "a7334", "7334@lan", "budi", "rb-1", "", "é7334", "(7334)", "7334.", "\\1"])


@given(st.recursive(WORDS | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner)))
def test_what_is_hidden_comes_back(value: object) -> None:
    assert ALIAS.show(ALIAS.hide(value)) == value


def test_the_name_as_a_word_is_hidden_and_no_part_of_another() -> None:
    told = {"text": "account 7334 removed, 73345 stays", "rows": [["7334", 7334]]}
    assert ALIAS.hide(told) == {"text": "account voucher 1/2 removed, 73345 stays", "rows": [["voucher 1/2", 7334]]}
    assert Alias("a.b\\1", "voucher 1/2").hide("a.b\\1, axb\\1") == "voucher 1/2, axb\\1"
