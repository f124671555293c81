"""Every end of a request has a plain sentence and, where something is to be done, a next step."""

import pytest

from radiusbridge.radius.causes import ERROR_CAUSES, advice_for_cause, explain
from radiusbridge.radius.outcome import ANSWERED, WEIGHT, Kind, Outcome


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_explained(kind: Kind) -> None:
    advice = explain(Outcome(kind, error_cause=503 if kind is Kind.NAK else None))
    assert advice.sentence
    done = {Kind.ACK, Kind.ACK_201, Kind.ACCEPT, Kind.RESPONSE, Kind.GONE_AFTER_RETRANSMIT}
    assert bool(advice.next_step) is (kind not in done)


def test_every_error_cause_has_words_of_its_own() -> None:
    numbers = [201, 202, *range(401, 408), *range(501, 509)]
    assert sorted(ERROR_CAUSES) == numbers
    assert len({ERROR_CAUSES[number].sentence for number in numbers}) == len(numbers)
    assert all(ERROR_CAUSES[number].next_step for number in numbers if number != 201)
    assert [advice_for_cause(number).sentence.partition("names")[2] for number in (499, 599, 7)] == [
        ": the fault is in the request",
        ": the fault is with the NAS or a proxy",
        "",
    ]


def test_a_kind_is_either_an_answer_or_weighed_or_the_lack_of_both() -> None:
    assert not ANSWERED & WEIGHT.keys()
    assert set(Kind) - ANSWERED - WEIGHT.keys() == {Kind.SILENCE, Kind.NOT_SENT}
