"""What a user profile is sold for, and how guests' sessions are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.hotspot import EXPIRIES, Terms, guest_id, read_terms, remembers, same_guest, write_terms
from radiusbridge.domain.observations import SessionsSeen, Written
from radiusbridge.domain.speeds import checked_rate_limit

TERMS = st.builds(
    Terms,
    st.sampled_from(list(EXPIRIES.values())),
    st.integers(1, 10**9),
    st.sampled_from(["", "30d", "1d12h"]),
    st.integers(1, 10**9),
    st.booleans(),
)


@given(TERMS, TERMS, st.sampled_from(["", ':log info "hi"', '{:local x "a"; }']))
def test_terms_are_read_back_and_the_rest_of_the_script_stays(first: Terms, second: Terms, rest: str) -> None:
    script = write_terms(rest, first)
    assert read_terms(script) == first
    again = write_terms(script, second)
    assert read_terms(again) == second
    assert again.endswith(rest)
    assert again.count(":put") == 1


def test_what_mikhmon_wrote_is_read() -> None:
    script = ':put (",rem,5000,1d,7000,,Enable,"); {:local date [ /system clock get date ]}'
    assert read_terms(script) == Terms("remove", 5000, "1d", 7000, True)
    assert read_terms(':put (",0,0,0,0,,Disable,")') == Terms()
    assert read_terms(':put (",rem,lots,1d,,,")') is None
    assert read_terms('/log info ",rem,5000"') is None


@pytest.mark.parametrize("terms", [Terms("sometimes"), Terms(price=-1), Terms(validity='1d"; /system reboot')])
def test_terms_that_cannot_be(terms: Terms) -> None:
    with pytest.raises(BadInput):
        write_terms("", terms)


@given(st.floats(0, 2e9), st.floats(-2, 2))
def test_a_session_is_the_same_however_its_start_was_rounded(start: float, off: float) -> None:
    assert same_guest(guest_id("10.0.0.2", start), guest_id("10.0.0.2", max(0.0, start + off)))
    assert not same_guest(guest_id("10.0.0.2", start), guest_id("10.0.0.3", start))
    assert not same_guest(guest_id("10.0.0.2", start), guest_id("10.0.0.2", start + 60))
    assert not same_guest("81000001", "81000002")


def test_a_guest_is_told_by_the_address_and_others_by_their_id() -> None:
    guest = SessionRow("nas", "*1", "budi", "10.0.0.2@1", "10.0.0.2", service="hotspot")
    assert remembers(guest, "80100001", "10.0.0.2")
    assert not remembers(guest, "80100001", "10.0.0.3")
    dialled = SessionRow("nas", "*1", "budi", "0x81ABC", "10.0.0.2")
    assert remembers(dialled, "81abc", "10.9.9.9")


@given(st.integers(10, 2_000_000_000), st.integers(-2, 2))
def test_a_guest_from_before_a_write_is_known_by_whoever_takes_over(start: int, off: int) -> None:
    """Another process counts the start back anew, a second beside: the session is no new one for that."""

    def seen(at: float, began: int) -> SessionsSeen:
        guest = SessionRow("nas1", "*1", "budi", guest_id("10.0.0.2", began), "10.0.0.2", service="hotspot")
        return SessionsSeen(began=at, at=at, nas="nas1", sessions=(guest,))

    evidence = Evidence([seen(1.0, start), Written(began=2.0, at=2.5, already=False, words=""), seen(3.0, start + off)])
    [again] = seen(3.0, start + off).sessions
    assert again.session_id in evidence.earlier("nas1")
    assert again.session_id in evidence.outside("nas1", "isolir")
    assert guest_id("10.0.0.2", start + 60) not in evidence.earlier("nas1")
    assert guest_id("10.0.0.3", start) not in evidence.earlier("nas1")


@pytest.mark.parametrize(
    "text", ["2M/5M", "512k", "10000000/20M 0/0", "2M/5M 4M/8M 1M/2M 10/10 8 256k/512k", "1M 2M 1M 8s"]
)
def test_a_rate_limit(text: str) -> None:
    assert checked_rate_limit(text) == text


@pytest.mark.parametrize(
    "text", ["", "abc", "2M/5M/6M", "2M/5M 4M 1M 10 9", "2M/5M 4M 1M 10 8 1M 1M", "-1M", "2 M/5M x"]
)
def test_what_is_no_rate_limit(text: str) -> None:
    with pytest.raises(BadInput, match="no rate limit"):
        checked_rate_limit(text)
