"""Whatever a router says can be kept."""

from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.services.runner import LONGEST, storable

anything = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(st.characters()) | st.text("\0\ud800a"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab"), inner),
)


@given(anything)
def test_words_are_stored_without_nul_and_surrogates_and_bounded(value: object) -> None:
    def check(item: object) -> None:
        if isinstance(item, str):
            assert "\0" not in item
            assert len(item) <= LONGEST
            item.encode("utf-8")
        elif isinstance(item, list):
            for each in item:
                check(each)
        elif isinstance(item, dict):
            for each in item.values():
                check(each)

    check(storable(value))


@given(st.text("abc üñ🙂", max_size=50))
def test_plain_words_stay(text: str) -> None:
    assert storable(text) == text
