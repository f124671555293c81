"""Observations survive the journal."""

import json
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.errors import Damaged
from radiusbridge.domain.observations import Observation
from radiusbridge.services.evidence_codec import decode, encode

finite = st.floats(0, 1e6)
st.register_type_strategy(float, finite)
observations = st.one_of(*(st.from_type(kind) for kind in typing.get_args(Observation)))


@given(observations)
def test_what_is_encoded_is_read_back_the_same_through_json(seen: Observation) -> None:
    assert decode(json.loads(json.dumps(encode(seen)))) == seen


@pytest.mark.parametrize("detail", [{}, {"kind": "Nonsense"}, {"kind": "SessionsSeen", "at": 1.0}])
def test_a_damaged_journal_is_told(detail: dict[str, object]) -> None:
    with pytest.raises(Damaged, match="journal"):
        decode(detail)
